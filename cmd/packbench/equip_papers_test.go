//go:build unix

package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/fulfillment/label"
	"packbench/ui/setup"
)

// TestTheDocumentPrinterIsSetUp: the wizard's test page comes out of the chosen queue as it was drawn; the queue is watched and written
// down at once, and neither when it was taken out. The queue of the labels is not offered for papers.
func TestTheDocumentPrinterIsSetUp(t *testing.T) {
	devicetest.StartCUPS(t)
	page := officePrinter(t)
	devicetest.RawQueue(t, "labels", "127.0.0.1:1")
	b := newLiveBench(t, "[[printer]]\nrole = \"label\"\ntransport = \"spooler\"\nqueue = \"labels\"\nlanguage = \"zpl\"\ndpi = 203\nwidth_mm = 102\nheight_mm = 152\n", 1)
	list, err := b.a.setup.Find(t.Context(), setup.Document)
	b.must(err)
	if len(list) != 1 || !strings.Contains(list[0].Name, "office") || len(list[0].Turns) != 0 {
		t.Fatalf("offered for papers: %+v", list)
	}
	b.must(b.a.setup.Try(t.Context(), list[0]))
	b.must(b.a.setup.Print(t.Context(), setup.SheetTest))
	var want bytes.Buffer
	b.must(label.TestPage(&want))
	select {
	case got := <-page:
		if !bytes.Equal(got, want.Bytes()) || !bytes.HasPrefix(got, []byte("%PDF-")) {
			t.Errorf("%d bytes came out, %d were drawn", len(got), want.Len())
		}
	case <-time.After(20 * time.Second):
		t.Fatal("no page came out")
	}
	_, err = b.a.setup.Keep(t.Context(), list[0], true)
	b.must(err)
	watched := func() bool {
		return slices.ContainsFunc(b.a.devices.board.Snapshot(), func(h devices.Health) bool { return h.Role == "document" && h.State == devices.Ready })
	}
	eventually(t, "the document printer is watched", watched)
	desk := &paperDesk{env: b.a.env, now: b.a.devices.config}
	if look, err := desk.Look(t.Context(), "ORDER0"); err != nil || look.Queue != "office" {
		t.Errorf("the window's papers go to %+v, %v", look, err)
	}
	if p := b.toml().documentPrinter(); p == nil || p.Queue != "office" || b.toml().labelPrinter().Queue != "labels" {
		t.Errorf("station.toml: %+v", b.toml().Printers)
	}
	_, err = b.a.setup.Keep(t.Context(), b.find(setup.Document, "office"), false)
	b.must(err)
	if look, err := desk.Look(t.Context(), "ORDER0"); err != nil || look.Queue != "" || look.SlipWhy == "" {
		t.Errorf("the window's papers still go to %+v, %v", look, err)
	}
	if b.toml().documentPrinter() != nil || b.toml().labelPrinter() == nil || watched() {
		t.Errorf("station.toml: %+v", b.toml().Printers)
	}
}
