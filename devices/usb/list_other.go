//go:build !linux && !(windows && cgo)

package usb

import (
	"fmt"

	"packbench/devices"
)

// List returns devices.ErrUnsupported: here USB devices are offered by the system's print queues and serial ports.
func List() ([]Found, error) { return nil, fmt.Errorf("list USB devices: %w", devices.ErrUnsupported) }
