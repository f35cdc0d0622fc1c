//go:build darwin && !cgo

package serialport

import "packbench/devices"

var ports = func() (map[string]identity, error) { return nil, devices.ErrUnsupported }
