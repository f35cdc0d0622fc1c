package usb

import (
	"fmt"
	"slices"
	"strings"

	"packbench/devices"
)

// Maker is who made a device, by the vendor number that it says.
type Maker struct {
	Vendor uint16
	Name   string
	// Listed is a word of the name in the public list of USB numbers (linux-usb.org, usb.ids): some makers use the number of a firm
	// that they bought, or of their supplier.
	Listed string
	Makes  devices.Kind // empty: the chips of serial adapters
}

// Makers is the one table of those whose devices are used without being named: by the setup, and by the rules for udev
// (assets/udev), which a test compares with it.
var Makers = []Maker{
	{0x0c2e, "Honeywell", "Metrologic", devices.Scanner},
	{0x05e0, "Symbol/Zebra", "Symbol", devices.Scanner},
	{0x05f9, "Datalogic", "PSC Scanning", devices.Scanner},
	{0x065a, "Opticon", "Optoelectronics", devices.Scanner},
	{0x1eab, "Newland", "Newland", devices.Scanner},
	{0x0922, "Dymo", "Dymo", devices.Scale},
	{0x0eb8, "Mettler-Toledo", "Mettler Toledo", devices.Scale},
	{0x1446, "Stamps.com", "X.J.GROUP", devices.Scale},
	{0x0b67, "Fairbanks", "Fairbanks", devices.Scale},
	{0x0403, "FTDI", "Future Technology", ""},
	{0x067b, "Prolific", "Prolific", ""},
	{0x1a86, "WCH", "QinHeng", ""},
	{0x10c4, "Silicon Labs", "Silicon Labs", ""},
}

// MakesScanners reports whether a keyboard of that vendor is a scanner. Any other may be the one that people type on.
func MakesScanners(vendor uint16) bool {
	return slices.ContainsFunc(Makers, func(m Maker) bool { return m.Vendor == vendor && m.Makes == devices.Scanner })
}

// MakerRules are the lines for udev that name makers, and nothing else.
func MakerRules() []string {
	var lines, own, chips []string
	for _, m := range Makers {
		number := fmt.Sprintf("%04x", m.Vendor)
		if m.Makes == "" {
			chips = append(chips, number)
			continue
		}
		own = append(own, number)
		lines = append(lines, fmt.Sprintf(`SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}==%q, TAG+="uaccess"`, number))
	}
	for _, numbers := range [][]string{own, chips} {
		lines = append(lines, fmt.Sprintf(`ATTRS{idVendor}==%q, TAG+="uaccess", ENV{ID_MM_PORT_IGNORE}="1"`, strings.Join(numbers, "|")))
	}
	return lines
}
