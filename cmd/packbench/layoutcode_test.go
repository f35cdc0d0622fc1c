package main

import (
	"testing"

	"packbench/devices/hid"
	"packbench/fulfillment/label"
)

// The sheet prints what the scanners' drivers understand; neither may import the other.
func TestTheSheetHasTheDriversLayoutBarcode(t *testing.T) {
	if label.LayoutCode != hid.Calibration {
		t.Errorf("the sheet prints %q, the drivers want %q", label.LayoutCode, hid.Calibration)
	}
}
