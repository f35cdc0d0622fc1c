package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// The window shows a sealed manifest with its seal, writes its document and prints it again; without a printer it says so.
func TestTheWindowShowsSealedManifests(t *testing.T) {
	b := newPaperBed(t)
	at := time.Now().UTC().Truncate(time.Millisecond)
	m := fulfillment.Manifest{ID: "M-1", Station: "PACK-01", Carrier: "Sample Post", OpenedAt: at.Add(-time.Hour), SealedAt: at, SealedBy: "Tester",
		Parcels: []fulfillment.ManifestParcel{{OrderID: b.own, PackageID: "P-1", Tracking: "RA123456785GB", At: at}, {OrderID: b.masked, PackageID: "P-2", At: at, LeftOff: true}}}
	commit := station.Commit{Station: "PACK-01", Operator: "Tester", At: at, Manifests: []fulfillment.Manifest{m},
		Events: []fulfillment.EventDraft{{Kind: fulfillment.EventSealed, Body: map[string]any{"manifest": m.ID, "unchecked_since": at.Add(-time.Minute)}}}}
	if err := b.env.store.Record(t.Context(), commit); err != nil {
		t.Fatal(err)
	}
	printer := true
	d := &manifestDesk{env: b.env, dir: b.dir, now: func() Config {
		if printer {
			return b.env.cfg
		}
		return Config{}
	}}
	list, err := d.Sealed(t.Context())
	if err != nil || len(list) != 1 || list[0].ID != "M-1" || list[0].Parcels != 1 || list[0].LeftOff != 1 || !list[0].SealedAt.Equal(at) {
		t.Fatalf("%+v, %v", list, err)
	}
	seal, err := d.Look(t.Context(), "M-1")
	if err != nil || len(seal.Digest) != 64 || seal.Seq == 0 || !seal.Unchecked.Equal(at.Add(-time.Minute)) || seal.Queue != "office" || seal.PrintWhy != "" {
		t.Errorf("%+v, %v", seal, err)
	}
	file, err := d.Export(t.Context(), "M-1")
	pdf, rerr := os.ReadFile(file)
	if err != nil || rerr != nil || filepath.Dir(file) != filepath.Join(b.dir, "manifests") || !bytes.HasPrefix(pdf, []byte("%PDF")) {
		t.Fatalf("%s: %v, %v", file, err, rerr)
	}
	if again, err := d.Export(t.Context(), "M-1"); err != nil || again != file {
		t.Errorf("once more: %s, %v", again, err)
	}
	b.queue(t)
	if err := d.Print(t.Context(), "M-1"); err != nil {
		t.Fatal(err)
	}
	select {
	case job := <-b.jobs:
		if !bytes.HasPrefix(job, []byte("%PDF")) {
			t.Errorf("%d bytes that are no PDF came out", len(job))
		}
	case <-time.After(20 * time.Second):
		t.Fatal("no manifest came out")
	}
	printer = false
	if seal, err = d.Look(t.Context(), "M-1"); err != nil || !strings.Contains(seal.PrintWhy, "no document printer") {
		t.Errorf("%+v, %v", seal, err)
	}
	if err := d.Print(t.Context(), "M-1"); err == nil {
		t.Error("it was printed without a printer")
	}
}
