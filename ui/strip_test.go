package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"packbench/devices"
	"packbench/fulfillment/station"
)

// The thin line's cells are read whole on the smallest bench, however long the Seller Center has been away.
func TestTheStripIsReadWhole(t *testing.T) {
	w := newTestWindow(t, Options{})
	w.win.Resize(fyne.NewSize(1280, 720))
	clock := time.Date(2026, 11, 20, 14, 0, 0, 0, time.Local)
	for _, span := range []time.Duration{0, 59 * time.Minute, 23 * time.Hour, 9 * 24 * time.Hour} {
		w.strip.operator(station.View{Operator: "Demo Supervisor", Supervisor: true})
		w.strip.devices([]devices.Health{{Kind: devices.Printer, State: devices.Absent}, {Kind: devices.Scanner, State: devices.Absent}, {Kind: devices.Scale, State: devices.Absent}, {Kind: devices.Camera, State: devices.Absent}})
		w.strip.sync(SyncStatus{Configured: true, OfflineSince: clock.Add(-span), Shops: []ShopState{{OfflineSince: clock.Add(-span)}}, Queued: 1250, Oldest: clock.Add(-span)}, clock)
		for name, c := range w.strip.cells {
			lines, points := c.words.Drawn(c.words.Size())
			if len(lines) != 1 || lines[0] != c.words.Words() || points < 12 {
				t.Errorf("%s, offline for %s: %q of %q at %v", name, span, lines, c.words.Words(), points)
			}
		}
	}
	w.strip.sync(SyncStatus{}, clock)
	if c := w.strip.cells["cloud"]; len(c.words.Words()) == 0 {
		t.Error("nothing is said without a shop")
	} else if lines, _ := c.words.Drawn(c.words.Size()); len(lines) != 1 || lines[0] != c.words.Words() {
		t.Errorf("%q", lines)
	}
}
