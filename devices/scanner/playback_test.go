//go:build unix

package scanner_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/hid"
	"packbench/devices/scanner"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// What real scanners and their manuals say, played to the drivers. A name begins with how the scanner is connected.
func TestRecordings(t *testing.T) {
	devicetest.RunTapes(t, "testdata", func(t *testing.T, name string, p *devicetest.Player, say func(string)) {
		out := func(_ context.Context, s fulfillment.Scan) error {
			say(fmt.Sprintf("%s %q", s.AIM, s.Code))
			return nil
		}
		kind, rest, _ := strings.Cut(name, "-")
		id := usb.ID{Vendor: 1, Product: 2}
		info := usb.Info{ID: id, Interface: usb.Interface{Class: usb.ClassHID, SubClass: 1, Protocol: 1, Page: 1}, PacketIn: 8}
		cfg := scanner.USBConfig{Device: id, Mode: scanner.Mode(kind)}
		ignore := func(devices.Health) {}
		switch kind {
		case "serial":
			devicetest.Start(t, "Run", scanner.NewSerial(scanner.SerialConfig{Port: p.Line(t)}, out, ignore, quiet).Run)
			return
		case "pos":
			info.Interface, info.PacketIn = usb.Interface{Class: usb.ClassHID, Page: hid.PageScanner}, 64
		case "keyboard":
			cfg.Layout = layoutOf(t, rest)
		default:
			t.Fatalf("no scanner is connected by %q", kind)
		}
		devicetest.Start(t, "Run", scanner.NewUSB(cfg, p.Bus(info), out, ignore, quiet).Run)
	})
}
