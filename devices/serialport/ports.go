//go:build !darwin || cgo

package serialport

import (
	"strings"

	"go.bug.st/serial/enumerator"
)

// ports are the USB serial ports of this computer by path; a variable for tests.
var ports = func() (map[string]identity, error) {
	list, err := enumerator.GetDetailedPortsList()
	if err != nil {
		return nil, err
	}
	all := map[string]identity{}
	for _, p := range list {
		if p.IsUSB {
			all[p.Name] = identity{strings.ToLower(p.VID), strings.ToLower(p.PID), p.SerialNumber}
		}
	}
	return all, nil
}
