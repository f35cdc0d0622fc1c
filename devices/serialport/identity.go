package serialport

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"packbench/devices"
)

// usbName is vendor:product or vendor:product:serial, the numbers as lsusb prints them.
var usbName = regexp.MustCompile(`^([0-9a-fA-F]{4}):([0-9a-fA-F]{4})(?::(.+))?$`)

// identity of a port behind a USB adapter; the zero value is any other port.
type identity struct{ vendor, product, serial string }

func parseIdentity(s string) (identity, bool) {
	m := usbName.FindStringSubmatch(s)
	if m == nil {
		return identity{}, false
	}
	return identity{strings.ToLower(m[1]), strings.ToLower(m[2]), m[3]}, true
}

// is reports whether a port is the one that is looked for; without a serial number any of its kind is.
func (i identity) is(port identity) bool {
	return i.vendor == port.vendor && i.product == port.product && (i.serial == "" || i.serial == port.serial)
}

// find returns the path of the one port of that identity. The error wraps devices.ErrAbsent where there is none and
// devices.ErrAmbiguous where several would do.
func (i identity) find() (string, error) {
	all, err := ports()
	if err != nil {
		return "", fmt.Errorf("list serial ports: %w", err)
	}
	var found []string
	for path, is := range all {
		if i.is(is) {
			found = append(found, path)
		}
	}
	switch len(found) {
	case 0:
		return "", devices.ErrAbsent
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%s are all of that kind: %w", strings.Join(found, ", "), devices.ErrAmbiguous)
}

// identityOf is the zero value where the system does not tell.
func identityOf(path string) identity {
	all, err := ports()
	if err != nil {
		return identity{}
	}
	if real, err := filepath.EvalSymlinks(path); err == nil && all[path] == (identity{}) {
		path = real // of /dev/serial/by-path
	}
	return all[path]
}
