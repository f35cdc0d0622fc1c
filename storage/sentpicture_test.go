package storage

import (
	"errors"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// The picture that went to the printer is kept as long as its label, also where the label was proved with another one since; and it
// goes with the label, whose buyer is on it.
func TestThePictureThatWasSentGoesWithItsLabel(t *testing.T) {
	now := t0
	s, err := Open(t.Context(), t.TempDir(), Options{Station: "PACK-01", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	sent := map[string]fulfillment.Hash{}
	for _, id := range []string{"old", "open"} {
		o := testOrder(id, "MUG")
		pull(t, s, o)
		label, err := s.StoreLabel(t.Context(), o.Packages[0].ID, []byte("%PDF "+id), "")
		if err != nil {
			t.Fatal(err)
		}
		if sent[id], err = s.Put(t.Context(), []byte("picture of "+id)); err != nil {
			t.Fatal(err)
		}
		if err := s.SaveJob(t.Context(), fulfillment.PrintJob{ID: fulfillment.JobID(id), OrderID: o.ID, Label: label, State: fulfillment.JobDone, Bitmap: sent[id]}); err != nil {
			t.Fatal(err)
		}
	}
	old := mustOrder(t, s, "old")
	old.Packages[0].Rung = fulfillment.RungHandedOver
	record(t, s, station.Commit{Packages: old.Packages, Events: event(fulfillment.EventHandedOver, old)})
	now = t0.Add(31 * 24 * time.Hour)
	if _, err := s.Wipe(t.Context(), month); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), sent["old"]); !errors.Is(err, fulfillment.ErrNotFound) {
		t.Errorf("the picture of a label that was wiped: %v", err)
	}
	if _, err := s.Get(t.Context(), sent["open"]); err != nil {
		t.Errorf("the picture of a label that is kept: %v", err)
	}
}
