//go:build unix

package scale_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/hid"
	"packbench/devices/scale"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// What real scales and their manuals say, played to the drivers. A name is the scale's protocol and, where it does not say that
// itself, its unit.
func TestRecordings(t *testing.T) {
	devicetest.RunTapes(t, "testdata", func(t *testing.T, name string, p *devicetest.Player, say func(string)) {
		last := ""
		once := func(line string) { // a weight is told again while nothing changes
			if line != last {
				last = line
				say(line)
			}
		}
		out := func(_ context.Context, w fulfillment.Weight) error {
			once(fmt.Sprintf("%d g, %s", w.Grams, map[bool]string{true: "stable", false: "moving"}[w.Stable]))
			return nil
		}
		report := func(h devices.Health) { once(devicetest.Line(h)) }
		protocol, unit, _ := strings.Cut(name, "-")
		if protocol == "hid" {
			id := usb.ID{Vendor: 1, Product: 2}
			bus := p.Bus(usb.Info{ID: id, Interface: usb.Interface{Class: usb.ClassHID, Page: hid.PageScale}, PacketIn: 8})
			devicetest.Start(t, "Run", scale.NewHID(scale.HIDConfig{Device: id}, bus, out, report, quiet).Run)
			return
		}
		// A pty has no parity: what a scale says in seven bits comes in eight.
		s, err := scale.NewSerial(scale.SerialConfig{Port: p.Line(t), Protocol: scale.Protocol(protocol), Unit: unit, Framing: "8N1"}, out, report, quiet)
		if err != nil {
			t.Fatal(err)
		}
		devicetest.Start(t, "Run", s.Run)
	})
}
