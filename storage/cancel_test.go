package storage

import (
	"errors"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

var askedFor = fulfillment.CancelRequest{ID: "C1", OrderID: "1", State: fulfillment.RequestOpen, Reason: "Wrong colour", AskedAt: t0, AnswerBy: t0.Add(24 * time.Hour)}

// tell stores order 1 as the platform tells it i seconds later.
func tell(t *testing.T, s *Store, i int, asks bool, r fulfillment.CancelRequest) {
	t.Helper()
	o := testOrder("1", "MUG")
	o.UpdatedAt, o.CancelRequested, o.Request = t0.Add(time.Duration(i)*time.Second), asks, r
	if _, err := s.ApplyPulled(t.Context(), "shop", []fulfillment.Order{o}, time.Time{}); err != nil {
		t.Fatal(err)
	}
}

// A request's details outlive a pull that tells the flag alone, and no request outlives the flag.
func TestARequestIsKnownAsLongAsItIsOpen(t *testing.T) {
	s := openTest(t, t.TempDir())
	tell(t, s, 1, true, fulfillment.CancelRequest{})
	if got := mustOrder(t, s, "1").Request; got.ID != "" {
		t.Errorf("nothing was told of it: %+v", got)
	}
	tell(t, s, 2, true, askedFor)
	tell(t, s, 3, true, fulfillment.CancelRequest{})
	if got := mustOrder(t, s, "1").Request; got != askedFor {
		t.Errorf("after a pull: got %+v, want %+v", got, askedFor)
	}
	tell(t, s, 4, false, fulfillment.CancelRequest{})
	tell(t, s, 5, true, fulfillment.CancelRequest{})
	if got := mustOrder(t, s, "1").Request; got.ID != "" {
		t.Errorf("a new request has the old one's details: %+v", got)
	}
}

// An answer goes before the rows that wait for it, stands alone, and may be given again after it was given up.
func TestAnAnswerGoesFirstAndAlone(t *testing.T) {
	s := openTest(t, t.TempDir())
	tell(t, s, 1, true, askedFor)
	report := fulfillment.OutboxRow{ID: "a", Kind: fulfillment.OutboxReportShipped, OrderID: "1", PackageID: "P1"}
	other := fulfillment.OutboxRow{ID: "b", Kind: fulfillment.OutboxArrange, OrderID: "1", PackageID: "P1"}
	answer := fulfillment.OutboxRow{ID: "c", Kind: fulfillment.OutboxReject, OrderID: "1", PackageID: "P1", CancelID: "C1"}
	if err := s.Add(t.Context(), []fulfillment.OutboxRow{report, other, answer}); err != nil {
		t.Fatal(err)
	}
	park := func(r fulfillment.OutboxRow, reason string) {
		t.Helper()
		r.State, r.Reason = fulfillment.OutboxParked, reason
		if err := s.Mark(t.Context(), r, nil); err != nil {
			t.Fatal(err)
		}
	}
	park(report, fulfillment.ParkedAsked)
	due := func() (ids string) {
		t.Helper()
		rows, err := s.Shop("shop").Due(t.Context(), t0.Add(time.Hour), 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			ids += r.ID
		}
		return ids
	}
	if got := due(); got != "c" {
		t.Errorf("due are %q, want the answer alone", got)
	}
	again := fulfillment.OutboxRow{ID: "d", Kind: fulfillment.OutboxApprove, OrderID: "1", PackageID: "P1", CancelID: "C1"}
	if err := s.Add(t.Context(), []fulfillment.OutboxRow{again}); !errors.Is(err, fulfillment.ErrAnswered) {
		t.Errorf("a second answer: %v", err)
	}
	park(answer, "no")
	give := station.Commit{Station: "PACK-01", At: t0, Events: []fulfillment.EventDraft{{Kind: fulfillment.EventDecided, OrderID: "1"}},
		Decisions: []fulfillment.OutboxDecision{{ID: "c", OrderID: "1", Action: fulfillment.OutboxGiveUp, Reason: "changed our mind"}}}
	if err := s.Record(t.Context(), give); err != nil {
		t.Fatal(err)
	}
	again.Kind = fulfillment.OutboxReject
	if err := s.Add(t.Context(), []fulfillment.OutboxRow{again}); err != nil {
		t.Fatal(err)
	}
	if got := due(); got != "d" {
		t.Errorf("due are %q, want the answer that was given after the first was given up", got)
	}
	again.State = fulfillment.OutboxDone
	if err := s.Mark(t.Context(), again, nil); err != nil {
		t.Fatal(err)
	}
	if got := due(); got != "" {
		t.Errorf("due are %q before the platform has said that the request is gone", got)
	}
	tell(t, s, 2, false, fulfillment.CancelRequest{})
	if got := due(); got != "a" {
		t.Errorf("due are %q, want the report that waited for the answer", got)
	}
}

// What waited for the answer is looked at again when a request ends, also a row that an older version parked; what is parked for
// another reason is nobody's to send again.
func TestTheEndOfARequestWakesOnlyWhatWaitedForIt(t *testing.T) {
	const old = "the buyer has asked to cancel: a supervisor decides; shipping would answer the request"
	for reason, want := range map[string]fulfillment.OutboxState{fulfillment.ParkedAsked: fulfillment.OutboxQueued, fulfillment.ParkedBlocked: fulfillment.OutboxQueued, "Seller Center ships nothing while the buyer’s request to cancel is open (21011007): answer it on the Orders screen": fulfillment.OutboxQueued,
		old: fulfillment.OutboxQueued, "tracking number is not valid": fulfillment.OutboxParked} {
		s := openTest(t, t.TempDir())
		tell(t, s, 1, true, askedFor)
		row := fulfillment.OutboxRow{ID: "a", Kind: fulfillment.OutboxReportShipped, OrderID: "1", PackageID: "P1"}
		if err := s.Add(t.Context(), []fulfillment.OutboxRow{row}); err != nil {
			t.Fatal(err)
		}
		row.State, row.Reason = fulfillment.OutboxParked, reason
		if err := s.Mark(t.Context(), row, nil); err != nil {
			t.Fatal(err)
		}
		tell(t, s, 2, false, fulfillment.CancelRequest{})
		if rows, err := s.Outbox(t.Context()); err != nil || len(rows) != 1 || rows[0].State != want {
			t.Errorf("parked because %q: %+v, %v, want %s", reason, rows, err, want)
		}
	}
}

// So is what waits because another order in its parcel has the request, and nothing that waits for a third one.
func TestTheEndOfARequestWakesWhatSharesItsParcel(t *testing.T) {
	for reason, want := range map[string]fulfillment.OutboxState{
		fulfillment.InSameParcel("1", fulfillment.ParkedAsked):   fulfillment.OutboxQueued,
		fulfillment.InSameParcel("12", fulfillment.ParkedAsked):  fulfillment.OutboxParked,
		fulfillment.InSameParcel("1", "the order is cancelled"):  fulfillment.OutboxParked,
		fulfillment.InSameParcel("1", fulfillment.ParkedBlocked): fulfillment.OutboxQueued,
	} {
		s := openTest(t, t.TempDir())
		tell(t, s, 1, true, askedFor)
		pull(t, s, testOrder("2", "MUG"))
		row := fulfillment.OutboxRow{ID: "a", Kind: fulfillment.OutboxArrange, OrderID: "2", PackageID: "P2"}
		if err := s.Add(t.Context(), []fulfillment.OutboxRow{row}); err != nil {
			t.Fatal(err)
		}
		row.State, row.Reason = fulfillment.OutboxParked, reason
		if err := s.Mark(t.Context(), row, nil); err != nil {
			t.Fatal(err)
		}
		tell(t, s, 2, false, fulfillment.CancelRequest{})
		if rows, err := s.Outbox(t.Context()); err != nil || len(rows) != 1 || rows[0].State != want {
			t.Errorf("parked because %q: %+v, %v, want %s", reason, rows, err, want)
		}
	}
}

// A correction takes the place of the report it is about, and of no other row.
func TestACorrectionTakesTheReportsPlace(t *testing.T) {
	for reason, can := range map[string]bool{fulfillment.OtherTracking("T2", "T1"): true, "tracking number is not valid": false} {
		s := openTest(t, t.TempDir())
		tell(t, s, 1, false, fulfillment.CancelRequest{})
		row := fulfillment.OutboxRow{ID: "a", Kind: fulfillment.OutboxReportShipped, OrderID: "1", PackageID: "P1", Tracking: "T1", Carrier: "Demo", Lines: []fulfillment.LineID{"L1"}}
		if err := s.Add(t.Context(), []fulfillment.OutboxRow{row}); err != nil {
			t.Fatal(err)
		}
		row.State, row.Reason = fulfillment.OutboxParked, reason
		if err := s.Mark(t.Context(), row, nil); err != nil {
			t.Fatal(err)
		}
		err := s.Record(t.Context(), station.Commit{Station: "PACK-01", At: t0, Events: []fulfillment.EventDraft{{Kind: fulfillment.EventDecided, OrderID: "1"}},
			Decisions: []fulfillment.OutboxDecision{{ID: "a", OrderID: "1", Action: fulfillment.OutboxPutRight, By: "Demo Supervisor"}}})
		if can != (err == nil) {
			t.Fatalf("%q: %v", reason, err)
		}
		rows, err := s.Outbox(t.Context())
		if err != nil || len(rows) != 1 {
			t.Fatalf("%+v, %v", rows, err)
		}
		if r := rows[0]; can != (r.Kind == fulfillment.OutboxCorrect) || can != (r.State == fulfillment.OutboxQueued) || r.Tracking != "T1" || len(r.Lines) != 1 {
			t.Errorf("%q: %+v", reason, r)
		}
	}
}
