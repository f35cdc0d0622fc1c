package storage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

const aDay = 24 * time.Hour

var month = Retention{BuyerData: 30 * aDay, Evidence: 120 * aDay}

// After the wipe no byte of the buyer's is left in the database, its log or the files; the chain still verifies.
func TestTheWipeLeavesNoTraceOfABuyer(t *testing.T) {
	dir := t.TempDir()
	now := t0
	s, err := Open(t.Context(), dir, Options{Station: "PACK-01", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	const marker = "MARKER-OF-A-BUYER"
	for _, id := range []string{"old", "open"} {
		o := testOrder(id, "MUG")
		o.BuyerMessage = marker + id
		pull(t, s, o)
		if _, err := s.StoreLabel(t.Context(), o.Packages[0].ID, []byte("%PDF "+marker+id), ""); err != nil {
			t.Fatal(err)
		}
	}
	old := mustOrder(t, s, "old")
	old.Packages[0].Rung = fulfillment.RungHandedOver
	record(t, s, station.Commit{Packages: old.Packages, Events: event(fulfillment.EventHandedOver, old)})
	now = t0.Add(31 * 24 * time.Hour)
	if err := s.SaveProof(t.Context(), fulfillment.Proof{Label: old.Packages[0].Label, Decoded: []string{marker + "old"}, At: t0}); err != nil {
		t.Fatal(err)
	}
	done, err := s.Wipe(t.Context(), month)
	if err != nil || done != (Wiped{Labels: 1, Orders: 1}) {
		t.Fatalf("got %+v, %v", done, err)
	}
	if done, err := s.Wipe(t.Context(), month); err != nil || done != (Wiped{}) {
		t.Errorf("a second round found %+v, %v", done, err)
	}
	if wiped, err := s.IsWiped(t.Context(), old.Packages[0].Label); !wiped || err != nil {
		t.Errorf("IsWiped: got %t, %v", wiped, err)
	}
	if _, err := s.Get(t.Context(), old.Packages[0].Label); !errors.Is(err, fulfillment.ErrNotFound) {
		t.Errorf("the wiped label: got %v", err)
	}
	if _, err := s.Get(t.Context(), mustOrder(t, s, "open").Packages[0].Label); err != nil {
		t.Errorf("the open order's label: %v", err)
	}
	if n, err := s.VerifyChain(t.Context(), "PACK-01"); n != 2 || err != nil {
		t.Errorf("VerifyChain: got %d, %v", n, err)
	}
	if err := s.Close(); err != nil { // folds the log into the file
		t.Fatal(err)
	}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(marker+"old")) {
			t.Errorf("%s still holds the buyer's words", filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The rounds go by the clock: buyer data after 30 days, photos after 120, never those of an order with work left.
func TestRetentionGoesByTheClock(t *testing.T) {
	dir := t.TempDir()
	var now atomic.Int64
	now.Store(t0.UnixMilli())
	s, err := Open(t.Context(), dir, Options{Station: "PACK-01", Now: func() time.Time { return time.UnixMilli(now.Load()).UTC() }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	photos := map[string]fulfillment.Hash{}
	for _, id := range []string{"left", "here"} {
		o := testOrder(id, "MUG")
		o.BuyerMessage = "ring twice"
		pull(t, s, o)
		if err := s.KeepTracking(t.Context(), t0, map[fulfillment.OrderID][]fulfillment.TrackingStep{o.ID: {{Text: "At the depot of " + id}}, "unknown": nil}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.StoreLabel(t.Context(), o.Packages[0].ID, []byte("%PDF "+id), ""); err != nil {
			t.Fatal(err)
		}
		if photos[id], err = s.Put(t.Context(), []byte("photo "+id)); err != nil {
			t.Fatal(err)
		}
		record(t, s, station.Commit{Events: event(fulfillment.EventPhoto, o), Photo: &station.Photo{Hash: photos[id], Manifest: "m", OrderID: o.ID,
			PackageID: o.Packages[0].ID, Camera: "dock", TakenAt: t0}})
	}
	gone := mustOrder(t, s, "left")
	gone.Packages[0].Rung = fulfillment.RungHandedOver
	record(t, s, station.Commit{Packages: gone.Packages, Events: event(fulfillment.EventHandedOver, gone)})
	stray, err := s.Put(t.Context(), []byte("%PDF a label nobody ties"))
	if err != nil {
		t.Fatal(err)
	}
	path, _ := filePath(stray)
	if err := os.Chtimes(filepath.Join(dir, filesDir, path), t0, t0); err != nil {
		t.Fatal(err)
	}
	tick, done := make(chan time.Time), make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { done <- s.RunRetention(ctx, month, tick) }()
	for _, step := range []struct {
		after time.Duration
		there string
	}{
		{0, "label words photo stray"}, {29 * aDay, "label words photo stray"}, {31 * aDay, "photo stray"}, {31*aDay + time.Hour, "photo stray"}, {121 * aDay, ""},
	} {
		now.Store(t0.Add(step.after).UnixMilli())
		tick <- time.Time{} // ends the round before
		tick <- time.Time{} // this one is over when the second is taken
		if got := stillThere(t, s, "left", gone.Packages[0].Label, photos["left"], stray); got != step.there {
			t.Errorf("after %v: %q is there, want %q", step.after, got, step.there)
		}
		if got := stillThere(t, s, "here", mustOrder(t, s, "here").Packages[0].Label, photos["here"], ""); got != "label words photo" {
			t.Errorf("after %v: of the open order %q is there", step.after, got)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if said := wipes(t, s); len(said) != 2 || said[0] != (Wiped{Labels: 1, Orders: 1}) || said[1] != (Wiped{Photos: 1, Strays: 1}) {
		t.Errorf("events: got %+v", said)
	}
	if _, err := s.VerifyChain(t.Context(), "PACK-01"); err != nil {
		t.Error(err)
	}
}

// stillThere names what is kept of an order.
func stillThere(t *testing.T, s *Store, id fulfillment.OrderID, label, photo, stray fulfillment.Hash) string {
	t.Helper()
	var there []string
	has := func(what string, h fulfillment.Hash) {
		if _, err := s.Get(t.Context(), h); err == nil {
			there = append(there, what)
		} else if !errors.Is(err, fulfillment.ErrNotFound) {
			t.Error(err)
		}
	}
	has("label", label)
	way, err := s.Tracking(t.Context(), id)
	if err != nil {
		t.Error(err)
	}
	if told := mustOrder(t, s, id).BuyerMessage != ""; told {
		there = append(there, "words")
	} else if len(way) > 0 {
		there = append(there, "way")
	}
	has("photo", photo)
	has("stray", stray)
	return strings.Join(there, " ")
}

// wipes are what the chain says of the rounds.
func wipes(t *testing.T, s *Store) (said []Wiped) {
	t.Helper()
	for e, err := range s.AllEvents(t.Context(), "PACK-01") {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == fulfillment.EventWiped {
			var body struct{ Wiped Wiped }
			if err := json.Unmarshal(e.Body, &body); err != nil {
				t.Fatal(err)
			}
			said = append(said, body.Wiped)
		}
	}
	return said
}

func TestWipeNeedsATime(t *testing.T) {
	s := openTest(t, t.TempDir())
	if _, err := s.Wipe(t.Context(), Retention{}); err == nil {
		t.Error("everything would have been wiped")
	}
}
