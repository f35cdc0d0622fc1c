package usb

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// sysDevices is where the kernel lists what is plugged in (Documentation/ABI/testing/sysfs-bus-usb).
const sysDevices = "/sys/bus/usb/devices"

// List names what is plugged in, without opening or claiming anything: no permission is needed. Hubs are left out.
func List() ([]Found, error) { return listIn(sysDevices) }

func listIn(root string) ([]Found, error) {
	dirs, err := filepath.Glob(filepath.Join(root, "*", "idVendor"))
	if err != nil {
		return nil, fmt.Errorf("list USB devices: %w", err)
	}
	var all []Found
	for _, file := range dirs {
		dir := filepath.Dir(file)
		id, err := ParseID(attribute(dir, "idVendor") + ":" + attribute(dir, "idProduct"))
		if err != nil || attribute(dir, "bDeviceClass") == "09" { // a hub
			continue
		}
		id.Serial = attribute(dir, "serial")
		f := Found{ID: id, Maker: attribute(dir, "manufacturer"), Model: attribute(dir, "product")}
		parts, err := filepath.Glob(filepath.Join(root, filepath.Base(dir)+":*"))
		if err != nil {
			return nil, fmt.Errorf("list USB devices: %w", err)
		}
		for _, part := range parts {
			f.Interfaces = append(f.Interfaces, Interface{Class: hexByte(part, "bInterfaceClass"), SubClass: hexByte(part, "bInterfaceSubClass"),
				Protocol: hexByte(part, "bInterfaceProtocol"), Page: usagePage(part)})
			if text := attribute(part, "ieee1284_id"); text != "" {
				f.Printer = text
			}
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b Found) int { return strings.Compare(a.ID.String(), b.ID.String()) })
	return all, nil
}

// attribute is one line of sysfs, empty where there is none.
func attribute(dir, name string) string {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func hexByte(dir, name string) uint8 {
	n, err := strconv.ParseUint(attribute(dir, name), 16, 8)
	if err != nil {
		return 0
	}
	return uint8(n)
}

// usagePage is what the report descriptor of a HID interface begins with (USB HID 1.11, 6.2.2.7: item 0x05, Usage Page); 0 where
// the system's HID driver has not read it.
func usagePage(part string) uint16 {
	files, err := filepath.Glob(filepath.Join(part, "*", "report_descriptor"))
	if err != nil || len(files) == 0 {
		return 0
	}
	d, err := os.ReadFile(files[0])
	switch {
	case err != nil:
		return 0
	case len(d) > 1 && d[0] == 0x05:
		return uint16(d[1])
	case len(d) > 2 && d[0] == 0x06:
		return uint16(d[1]) | uint16(d[2])<<8
	}
	return 0
}
