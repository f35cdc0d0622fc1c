package printer_test

import (
	"context"
	"testing"
	"time"

	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// What printers and their manuals say, played to the driver, and every byte that they were sent.
func TestRecordings(t *testing.T) {
	devicetest.RunTapes(t, "testdata", func(t *testing.T, _ string, p *devicetest.Player, say func(string)) {
		id := usb.ID{Vendor: 1, Product: 2}
		label := fulfillment.Media{DPI: 203, WidthMM: 20, HeightMM: 20}
		bus := p.Bus(usb.Info{ID: id, Interface: usb.Interface{Class: usb.ClassPrinter, SubClass: 1, Protocol: 2}, PacketIn: 64, PacketOut: 64})
		u := printer.NewUSB(printer.USBConfig{Device: id, Language: printer.ZPL{Compression: printer.Auto}, Media: label,
			Timeouts: printer.Timeouts{Status: 300 * time.Millisecond, Fresh: time.Minute}}, bus, ignore, quiet)
		devicetest.Start(t, "the packer", func(ctx context.Context) error {
			for i := 0; p.Left() > 0 && ctx.Err() == nil; i++ {
				if _, err := u.Print(ctx, devicetest.Checkerboard(label, i)); err != nil {
					say(err.Error())
				} else {
					say("printed")
				}
			}
			return nil
		})
	})
}
