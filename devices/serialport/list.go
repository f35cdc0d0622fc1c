package serialport

import (
	"cmp"
	"fmt"
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
