package usb

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// One device with several collections is one device, and a keyboard is not offered as a scanner that could be claimed.
func TestCollectionsAreDevices(t *testing.T) {
	pos, keys := ID{0x0c2e, 0x0b61, "A"}, ID{0x046d, 0xc31c, ""}
	got := foundIn([]collection{{pos, "Honeywell ", "Reader", 0x8C}, {keys, "Any", "Keyboard", 1}, {pos, "Honeywell ", "Reader", 0xFF00}, {keys, "Any", "Keyboard", 1}})
	want := []Found{
		{ID: keys, Maker: "Any", Model: "Keyboard", Interfaces: []Interface{{Class: ClassHID, Page: 1}}},
		{ID: pos, Maker: "Honeywell", Model: "Reader", Interfaces: []Interface{{Class: ClassHID, Page: 0x8C}, {Class: ClassHID, Page: 0xFF00}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got[0].Has(Interface{Class: ClassHID, SubClass: Any, Protocol: 1}) || !got[1].Has(Interface{Class: ClassHID, SubClass: Any, Protocol: Any, Page: 0x8C}) {
		t.Error("the kinds are mixed up")
	}
}
