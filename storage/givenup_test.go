package storage

import (
	"testing"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// What a supervisor gave up is taken up again when somebody opens the order again: the same row, read before it is sent where
// it was ever sent. Nothing else is queued twice.
func TestARowThatWasGivenUpIsTakenUpAgain(t *testing.T) {
	s := openTest(t, t.TempDir())
	ctx := t.Context()
	one, two := testOrder("1", "MUG"), testOrder("2", "MUG")
	one.Market, two.Market = "GB", "GB" // where a label needs no size
	pull(t, s, one, two)
	if ahead, err := s.Shop("shop").ToArrange(ctx, 10); err != nil || len(ahead) != 2 {
		t.Fatal(ahead, err)
	}
	arrange := func(order string, grams int) {
		t.Helper()
		if err := s.Add(ctx, []fulfillment.OutboxRow{{Kind: fulfillment.OutboxArrange, OrderID: fulfillment.OrderID(order),
			PackageID: fulfillment.PackageID("P" + order), WeightG: grams}}); err != nil {
			t.Fatal(err)
		}
	}
	arrange("1", 0)
	arrange("2", 0)
	rows, err := s.Outbox(ctx)
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	for i, r := range rows {
		r.State, r.Attempts, r.Reason = fulfillment.OutboxParked, i, "no"
		if err := s.Mark(ctx, r, nil); err != nil {
			t.Fatal(err)
		}
	}
	arrange("1", 500) // parked: a supervisor decides, nobody else
	if now, _ := s.Outbox(ctx); now[0].State != fulfillment.OutboxParked || now[0].WeightG != 0 {
		t.Fatalf("a parked row was queued again: %+v", now[0])
	}
	for _, r := range rows {
		if err := s.Record(ctx, station.Commit{Station: "PACK-01", At: t0, Decisions: []fulfillment.OutboxDecision{{ID: r.ID, Kind: r.Kind, OrderID: r.OrderID,
			PackageID: r.PackageID, Action: fulfillment.OutboxGiveUp, Reason: "test", By: "Lead"}},
			Events: []fulfillment.EventDraft{{Kind: fulfillment.EventDecided, OrderID: r.OrderID, PackageID: r.PackageID}}}); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := s.Outbox(ctx); len(left) != 0 {
		t.Fatalf("given up, and still %+v", left)
	}
	if ahead, err := s.Shop("shop").ToArrange(ctx, 10); err != nil || len(ahead) != 0 {
		t.Errorf("arranged ahead although it was given up: %+v, %v", ahead, err)
	}
	arrange("1", 500)
	arrange("2", 500)
	again, err := s.Outbox(ctx)
	if err != nil || len(again) != 2 {
		t.Fatal(again, err)
	}
	for i, want := range []fulfillment.OutboxState{fulfillment.OutboxQueued, fulfillment.OutboxUncertain} {
		if r := again[i]; r.ID != rows[i].ID || r.State != want || r.WeightG != 500 || r.Reason != "" || !r.CreatedAt.Equal(rows[i].CreatedAt) {
			t.Errorf("row %d: %+v, want %s", i, r, want)
		}
	}
	arrange("1", 900) // queued already
	if now, _ := s.Outbox(ctx); now[0].WeightG != 500 {
		t.Errorf("a queued row was changed: %+v", now[0])
	}
	r := again[0]
	r.State = fulfillment.OutboxDone
	if err := s.Mark(ctx, r, &fulfillment.PackageNews{Arranged: true}); err != nil {
		t.Fatal(err)
	}
	arrange("1", 900) // done: never a second shipment
	if now, _ := s.Outbox(ctx); len(now) != 1 || now[0].OrderID != "2" {
		t.Errorf("what is done was queued again: %+v", now)
	}
}
