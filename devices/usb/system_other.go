//go:build (!linux && !windows) || !cgo

package usb

import (
	"context"
	"fmt"

	"packbench/devices"
)

// System is this computer's USB: not usable on this system.
type System struct{}

// NewSystem returns a bus that opens nothing.
func NewSystem() System { return System{} }

// Open returns devices.ErrUnsupported.
func (System) Open(context.Context, Want) (Device, error) {
	return nil, fmt.Errorf("open USB: %w", devices.ErrUnsupported)
}
