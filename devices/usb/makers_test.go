package usb_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"packbench/devices/usb"
)

// The numbers belong to whom the table says, by the list of Debian's packages usb.ids and hwdata where one is installed.
func TestMakersByThePublicList(t *testing.T) {
	var f *os.File
	for _, path := range []string{"/var/lib/usbutils/usb.ids", "/usr/share/misc/usb.ids", "/usr/share/hwdata/usb.ids"} {
		if g, err := os.Open(path); err == nil {
			f = g
			break
		}
	}
	if f == nil {
		t.Skip("no list of USB numbers is installed (packages usb.ids, hwdata)")
	}
	defer f.Close()
	names := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if number, name, ok := strings.Cut(lines.Text(), "  "); ok && len(number) == 4 {
			names[number] = name
		}
	}
	seen := map[uint16]bool{}
	for _, m := range usb.Makers {
		if name := names[fmt.Sprintf("%04x", m.Vendor)]; !strings.Contains(name, m.Listed) || seen[m.Vendor] {
			t.Errorf("%04x, in the table %s, is %q, or stands there twice", m.Vendor, m.Name, name)
		}
		seen[m.Vendor] = true
	}
}
