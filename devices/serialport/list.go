package serialport

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
)

// Found is one USB serial port of this computer.
type Found struct {
	Path                    string // "/dev/ttyACM0", "COM3"
	Vendor, Product, Serial string // four hexadecimal digits, small letters; the serial number as the device says
}

// Identity is the name that finds the device on whatever path it comes back: what Config.Port takes.
func (f Found) Identity() string {
	s := f.Vendor + ":" + f.Product
	if f.Serial != "" {
		s += ":" + f.Serial
	}
	return s
}

// Place is what the settings should hold: the identity, as long as no other device has the same. Of several that cannot be told
// apart it is the socket that this one is plugged into, where the system has a name for it, and else the path.
func (f Found) Place(all []Found) string {
	same := 0
	for _, o := range all {
		if o.Identity() == f.Identity() {
			same++
		}
	}
	if same <= 1 {
		return f.Identity()
	}
	names, _ := filepath.Glob(filepath.Join(sockets, "*")) // the pattern is well formed
	for _, name := range names {
		if real, err := filepath.EvalSymlinks(name); err == nil && real == f.Path {
			return name
		}
	}
	return f.Path
}

// sockets is where Linux's device manager names serial ports by the socket they are plugged into; a variable for tests.
var sockets = "/dev/serial/by-path"

// List names the USB serial ports, by path. Pseudo-terminals and ports without USB are not listed by the system.
func List() ([]Found, error) {
	all, err := ports()
	if err != nil {
		return nil, fmt.Errorf("list serial ports: %w", err)
	}
	var out []Found
	for path, is := range all {
		out = append(out, Found{path, is.vendor, is.product, is.serial})
	}
	slices.SortFunc(out, func(a, b Found) int { return cmp.Compare(a.Path, b.Path) })
	return out, nil
}
