package hid_test

import (
	"testing"

	"packbench/devices/hid"
)

// Whatever a scanner is set to and whatever it is read with, the calibration barcode tells.
func TestCalibrationTellsEveryLayout(t *testing.T) {
	for _, typedOn := range hid.Layouts() {
		for _, readWith := range hid.Layouts() {
			scanner, set := layout(t, typedOn), layout(t, readWith)
			k := hid.NewKeyboard(set)
			code := ""
			for _, r := range hid.Calibration {
				strokes := hid.Stroke(scanner, r)
				if strokes == nil {
					t.Fatalf("%s cannot type %q", typedOn, r)
				}
				for _, report := range strokes {
					code += k.Feed(report)
				}
			}
			got, caps, is := hid.Calibrated(set, code)
			if !is || caps || got.Name() != typedOn {
				t.Errorf("typed on %s, read with %s as %q: %v, %v, %v", typedOn, readWith, code, got, caps, is)
			}
		}
	}
	us := layout(t, "us")
	if _, caps, is := hid.Calibrated(us, "pb:layout:azqywm-/_@#23"); !is || !caps {
		t.Error("Caps Lock was not seen")
	}
	for _, other := range []string{"", "PB:LAYOUT", "576461413038785752"} {
		if _, _, is := hid.Calibrated(us, other); is {
			t.Errorf("%q was taken for the calibration barcode", other)
		}
	}
}
