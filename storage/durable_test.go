package storage

import (
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// A scan's commit waits for the disk itself. What others write is flushed after their turn, and does not count as written where it
// could not be flushed.
func TestWhoWaitsForTheDisk(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	o := testOrder("100", "MUG", "MUG", "MUG")
	pull(t, s, o)
	want := func(what string, full bool) {
		t.Helper()
		var level int
		if err := s.one.conn.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&level); err != nil {
			t.Fatal(err)
		}
		if level != map[bool]int{false: 1, true: 2}[full] {
			t.Errorf("%s was committed at level %d", what, level)
		}
	}
	setting := func() {
		t.Helper()
		if err := s.SetSetting(t.Context(), "a", "b"); err != nil {
			t.Fatal(err)
		}
		want("a setting", false)
	}
	setting()
	parcel := fulfillment.NewParcel(o, o.Packages[0], nil, t0)
	bench := fulfillment.Bench{Mode: fulfillment.ModePack, Operator: "Test Packer", Parcel: &parcel}
	record(t, s, station.Commit{Bench: bench, Events: event(fulfillment.EventOrderOpened, o)})
	want("an order that was opened", true)
	for i := range 2 { // the second scan's event is all that is written
		setting()
		in := fulfillment.Input{Now: t0.Add(time.Duration(i) * time.Second), Scan: &fulfillment.Scan{Code: "MUG"}, Found: fulfillment.Found{SKUs: []fulfillment.SKU{"MUG"}}}
		out := fulfillment.Apply(bench, in, fulfillment.Policy{Verify: fulfillment.PolicyBlock})
		bench = out.Next
		record(t, s, station.Commit{Bench: bench, Events: out.Events, Packages: out.Packages})
		want("an item's scan", true)
	}
	s.dir = t.TempDir() // there is no log
	if err := s.SetSetting(t.Context(), "a", "c"); err == nil || !strings.Contains(err.Error(), "keep setting a") {
		t.Errorf("a setting that was not flushed: %v", err)
	}
	s.dir = dir
}
