package usb

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plug makes a device as the kernel lists it.
func plug(t *testing.T, root, name string, files map[string]string) {
	t.Helper()
	for file, text := range files {
		path := filepath.Join(root, name+file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestListNamesWhatIsPluggedIn(t *testing.T) {
	root := t.TempDir()
	plug(t, root, "usb1", map[string]string{"/idVendor": "1d6b\n", "/idProduct": "0002\n", "/bDeviceClass": "09\n"})
	plug(t, root, "1-1", map[string]string{"/idVendor": "0a5f\n", "/idProduct": "0120\n", "/bDeviceClass": "00\n", "/serial": "D2N1\n", "/manufacturer": "Zebra\n",
		"/product": "ZTC ZD421\n", ":1.0/bInterfaceClass": "07\n", ":1.0/bInterfaceSubClass": "01\n", ":1.0/bInterfaceProtocol": "02\n",
		":1.0/ieee1284_id": "MANUFACTURER:Zebra;COMMAND SET:ZPL;MODEL:ZTC ZD421;\n"})
	plug(t, root, "1-10", map[string]string{"/idVendor": "05e0\n", "/idProduct": "1200\n", ":1.0/bInterfaceClass": "03\n",
		":1.0/0003:05E0:1200.0001/report_descriptor": "\x05\x8c\x09\x02"})
	plug(t, root, "1-2", map[string]string{"/idVendor": "nonsense\n", "/idProduct": "0120\n"})
	got, err := listIn(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []Found{
		{ID: ID{Vendor: 0x05e0, Product: 0x1200}, Interfaces: []Interface{{Class: ClassHID, Page: 0x8C}}},
		{ID: ID{Vendor: 0x0a5f, Product: 0x0120, Serial: "D2N1"}, Maker: "Zebra", Model: "ZTC ZD421",
			Interfaces: []Interface{{Class: ClassPrinter, SubClass: 1, Protocol: 2}}, Printer: "MANUFACTURER:Zebra;COMMAND SET:ZPL;MODEL:ZTC ZD421;"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if !got[0].Has(Interface{Class: ClassHID, SubClass: Any, Protocol: Any, Page: 0x8C}) || got[0].Has(Interface{Class: ClassPrinter, SubClass: Any, Protocol: Any}) {
		t.Error("the kinds of the interfaces are mixed up")
	}
	if none, err := listIn(t.TempDir()); err != nil || len(none) != 0 {
		t.Errorf("an empty system: %v, %v", none, err)
	}
}
