package storage

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

func stringsReader(text string) *strings.Reader { return strings.NewReader(text) }

func TestOutboxLife(t *testing.T) {
	s := openTest(t, t.TempDir())
	ctx := t.Context()
	for _, id := range []string{"1", "2", "3"} {
		pull(t, s, testOrder(id, "MUG"))
	}
	row := func(id, order string, deadline time.Duration) fulfillment.OutboxRow {
		return fulfillment.OutboxRow{ID: id, Kind: fulfillment.OutboxArrange, OrderID: fulfillment.OrderID(order), PackageID: fulfillment.PackageID("P" + order),
			Lines: []fulfillment.LineID{"l"}, Deadline: t0.Add(deadline), WeightG: 1, LengthMM: 2, WidthMM: 3, HeightMM: 4}
	}
	second := row("a2", "1", time.Hour)
	second.Kind = fulfillment.OutboxReportShipped
	later := row("c", "3", 30*time.Minute)
	later.NextAt = t0.Add(time.Minute)
	if err := s.Add(ctx, []fulfillment.OutboxRow{row("a1", "1", time.Hour), second, row("b", "2", 2*time.Hour), later}); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(ctx, []fulfillment.OutboxRow{row("twice", "1", time.Hour)}); err != nil {
		t.Fatal(err)
	}
	due := func(at time.Time, want string) {
		t.Helper()
		rows, err := s.Shop("shop").Due(ctx, at, 10)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("due: got %q, want %q", got, want)
		}
	}
	due(t0, "a1 b")
	due(t0.Add(time.Minute), "c a1 b")
	if at, ok, err := s.Shop("shop").Next(ctx); !ok || !at.IsZero() || err != nil {
		t.Errorf("Next: got %v, %v, %v", at, ok, err)
	}
	mark := func(r fulfillment.OutboxRow, told *fulfillment.PackageNews) {
		t.Helper()
		if err := s.Mark(ctx, r, told); err != nil {
			t.Fatal(err)
		}
	}
	a1 := row("a1", "1", time.Hour)
	a1.State, a1.Attempts = fulfillment.OutboxInFlight, 1
	mark(a1, nil)
	due(t0, "b")
	if err := s.Shop("shop").Recover(ctx); err != nil {
		t.Fatal(err)
	}
	due(t0, "a1 b")
	rows, err := s.Outbox(ctx)
	if err != nil || len(rows) != 4 || rows[0].State != fulfillment.OutboxUncertain || rows[0].Attempts != 1 || rows[0].Reason == "" || rows[0].HeightMM != 4 || len(rows[0].Lines) != 1 {
		t.Fatalf("after Recover: got %+v, %v", rows, err)
	}
	a1.State, a1.RequestID = fulfillment.OutboxDone, "req"
	news := &fulfillment.PackageNews{PlatformID: "PLAT", Tracking: "TR", ProviderID: "pr", Carrier: "Demo", PlatformStatus: "PROCESSING", Warning: "late"}
	mark(a1, news)
	mark(a1, news) // the same twice is one event
	p := mustOrder(t, s, "1").Packages[0]
	if !p.Arranged || p.PlatformID != "PLAT" || p.Tracking != "TR" || p.Carrier != "Demo" || p.ProviderID != "pr" || p.PlatformStatus != "PROCESSING" {
		t.Errorf("told: got %+v", p)
	}
	due(t0, "a2 b")
	second.State = fulfillment.OutboxDone
	mark(second, nil)
	if mustOrder(t, s, "1").ReportedShippedAt.IsZero() {
		t.Error("ReportedShippedAt is not set")
	}
	b := row("b", "2", 2*time.Hour)
	b.State, b.Reason = fulfillment.OutboxParked, "Seller Center refused (1): no"
	mark(b, nil)
	due(t0, "")
	counts, oldest, err := s.Shop("shop").OutboxCounts(ctx)
	if err != nil || counts[fulfillment.OutboxParked] != 1 || counts[fulfillment.OutboxQueued] != 1 || !oldest.Equal(t0) {
		t.Errorf("counts: got %v, %v, %v", counts, oldest, err)
	}
	if at, ok, err := s.Shop("shop").Next(ctx); !ok || !at.Equal(t0.Add(time.Minute)) || err != nil {
		t.Errorf("Next: got %v, %v, %v", at, ok, err)
	}
	if err := s.Requeue(ctx, "b"); err != nil {
		t.Fatal(err)
	}
	due(t0, "b")
	var kinds []string
	for e, err := range s.AllEvents(ctx, "PACK-01") {
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, fmt.Sprintf("%s/%s", e.Kind, e.OrderID))
	}
	if got, want := strings.Join(kinds, " "), "reported/1 reported/1 parked/2"; got != want {
		t.Errorf("events: got %q, want %q", got, want)
	}
	if n, err := s.VerifyChain(ctx, "PACK-01"); n != 3 || err != nil {
		t.Errorf("VerifyChain: got %d, %v", n, err)
	}
}

// A parked row holds back its own order and no other.
func TestAParkedRowHoldsBackItsOwnOrderOnly(t *testing.T) {
	s := openTest(t, t.TempDir())
	ctx := t.Context()
	o := testOrder("1", "MUG")
	pull(t, s, o, testOrder("2", "MUG"))
	record(t, s, station.Commit{Outbox: []fulfillment.OutboxRow{{ID: "a", Kind: "arrange", OrderID: "1", PackageID: "x"}, {ID: "b", Kind: "arrange", OrderID: "1", PackageID: "y"},
		{ID: "c", Kind: "arrange", OrderID: "2", PackageID: "z"}}})
	if err := s.Mark(ctx, fulfillment.OutboxRow{ID: "a", State: fulfillment.OutboxParked}, nil); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Shop("shop").Due(ctx, t0, 10)
	if err != nil || len(rows) != 1 || rows[0].ID != "c" {
		t.Errorf("got %+v, %v, want c alone", rows, err)
	}
}

func TestProofsAreKeptByLabelTrackingAndStock(t *testing.T) {
	s := openTest(t, t.TempDir())
	ctx := t.Context()
	p := fulfillment.Proof{Label: "l", Bitmap: "b", Media: fulfillment.Media{DPI: 203, WidthMM: 102, HeightMM: 152}, Shipment: fulfillment.Shipment{Tracking: "T", Carrier: "C", Market: "GB"}, Rules: "r1", Verdict: fulfillment.LabelRefuse,
		Reason: "another parcel's", Decoded: []string{"A\x1dB", "C"}, Lint: []string{"logo"}, Findings: 1, At: t0}
	if err := s.SaveProof(ctx, p); err != nil {
		t.Fatal(err)
	}
	p.Verdict, p.Reason = fulfillment.LabelPrint, ""
	if err := s.SaveProof(ctx, p); err != nil {
		t.Fatal(err)
	}
	got, err := s.Proof(ctx, "l", p.Shipment, p.Media)
	if err != nil || got.Verdict != fulfillment.LabelPrint || got.Bitmap != "b" || len(got.Decoded) != 2 || got.Decoded[0] != "A\x1dB" || got.Lint[0] != "logo" || got.Findings != 1 || got.Rules != "r1" || got.Shipment != p.Shipment || !got.At.Equal(t0) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, of := range []fulfillment.Shipment{{Tracking: "OTHER", Carrier: "C", Market: "GB"}, {Tracking: "T", Carrier: "D", Market: "GB"}, {Tracking: "T", Carrier: "C", Market: "US"}} {
		if _, err := s.Proof(ctx, "l", of, p.Media); err == nil {
			t.Errorf("a proof for %+v was found", of)
		}
	}
}

func TestTwoProcessesNeverTakeTheSameRow(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG")
	pull(t, s, o)
	ctx := t.Context()
	if err := s.Add(ctx, []fulfillment.OutboxRow{{Kind: fulfillment.OutboxArrange, OrderID: o.ID, PackageID: o.Packages[0].ID}}); err != nil {
		t.Fatal(err)
	}
	due, err := s.Shop("shop").Due(ctx, s.now(), 10)
	if err != nil || len(due) != 1 {
		t.Fatalf("due %v, %v", due, err)
	}
	row := due[0]
	row.State = fulfillment.OutboxInFlight
	if err := s.Mark(ctx, row, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Mark(ctx, row, nil); err == nil {
		t.Fatal("a row in flight was taken a second time")
	}
	row.State = fulfillment.OutboxUncertain
	if err := s.Mark(ctx, row, nil); err != nil {
		t.Fatal(err)
	}
}

func TestDecisionsAboutParkedRows(t *testing.T) {
	for _, c := range []struct {
		action   fulfillment.OutboxAction
		state    fulfillment.OutboxState // empty: not among the unfinished any more
		reported bool
	}{
		{fulfillment.OutboxRetry, fulfillment.OutboxQueued, false},
		{fulfillment.OutboxDoneByHand, "", true},
		{fulfillment.OutboxGiveUp, "", false},
	} {
		t.Run(string(c.action), func(t *testing.T) {
			s := openTest(t, t.TempDir())
			ctx := t.Context()
			pull(t, s, testOrder("1", "MUG"))
			row := fulfillment.OutboxRow{ID: "a", Kind: fulfillment.OutboxReportShipped, OrderID: "1", PackageID: "P1", RequestID: "req-1"}
			if err := s.Add(ctx, []fulfillment.OutboxRow{row}); err != nil {
				t.Fatal(err)
			}
			d := fulfillment.OutboxDecision{ID: "a", OrderID: "1", PackageID: "P1", Action: c.action, Reason: "told in the Seller Center", By: "Demo Supervisor"}
			commit := station.Commit{Station: "PACK-01", At: t0, Decisions: []fulfillment.OutboxDecision{d},
				Events: []fulfillment.EventDraft{{Kind: fulfillment.EventDecided, OrderID: "1", PackageID: "P1"}}}
			if err := s.Record(ctx, commit); !errors.Is(err, fulfillment.ErrNotFound) {
				t.Fatalf("a row that is not parked was decided about: %v", err)
			}
			row.State, row.Reason = fulfillment.OutboxParked, "no"
			if err := s.Mark(ctx, row, nil); err != nil {
				t.Fatal(err)
			}
			record(t, s, commit)
			rows, err := s.Outbox(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if c.state == "" && len(rows) != 0 || c.state != "" && (len(rows) != 1 || rows[0].State != c.state) {
				t.Errorf("rows %+v", rows)
			}
			if got := !mustOrder(t, s, "1").ReportedShippedAt.IsZero(); got != c.reported {
				t.Errorf("reported: %v", got)
			}
			events, err := s.Events(ctx, "1")
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, e := range events {
				if e.Kind == fulfillment.EventDecided {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d events of one decision: the refused commit left one behind", n)
			}
			if err := s.Record(ctx, commit); !errors.Is(err, fulfillment.ErrNotFound) {
				t.Errorf("the same row was decided about twice: %v", err)
			}
		})
	}
}

// A row that was put off while the clock was an hour fast is due as soon as the clock is right.
func TestAClockThatGoesBackHoldsNoRowUp(t *testing.T) {
	now := t0.Add(time.Hour)
	s, err := Open(t.Context(), t.TempDir(), Options{Station: "PACK-01", Market: "GB", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	pull(t, s, testOrder("1", "MUG"))
	row := fulfillment.OutboxRow{ID: "a", Kind: fulfillment.OutboxArrange, OrderID: "1", PackageID: "P1", NextAt: now.Add(10 * time.Second)}
	if err := s.Add(t.Context(), []fulfillment.OutboxRow{row}); err != nil {
		t.Fatal(err)
	}
	due := func() int {
		t.Helper()
		rows, err := s.Shop("shop").Due(t.Context(), now, 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(rows)
	}
	if due() != 0 {
		t.Error("it is due before its time")
	}
	now = t0
	if due() != 1 {
		t.Error("it waits an hour because the clock went back")
	}
	row.State, row.NextAt = fulfillment.OutboxQueued, now.Add(10*time.Second)
	if err := s.Mark(t.Context(), row, nil); err != nil {
		t.Fatal(err)
	}
	if due() != 0 {
		t.Error("once it was looked at it has a right moment again")
	}
}
