package syncer_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/fulfillment/syncer"
)

// asked is a floor with one seller-shipped order whose buyer asks to cancel after it was packed: its report is parked, and
// the request is known with its reason and deadline.
func asked(t *testing.T, market string, change func(*syncer.Options)) (f *floor, id fulfillment.OrderID) {
	t.Helper()
	f = newFloor(t, market, func(o *syncer.Options) {
		o.Policy = "at_pack"
		if change != nil {
			change(o)
		}
	})
	if _, err := f.sync.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	id = fulfillment.OrderID(f.report()[0])
	f.post("/admin/orders/"+string(id)+"/request-cancel", ``)
	f.start()
	f.until("the report is parked and the request known", func() string {
		if r := f.order(id).Request; r.ID == "" || r.State != fulfillment.RequestOpen || r.Reason == "" || r.AnswerBy.Before(time.Now()) {
			return fmt.Sprintf("%+v", r)
		}
		return f.parked(id)
	})
	return f, id
}

// parked is empty when the order's one row is parked.
func (f *floor) parked(id fulfillment.OrderID) string {
	rows, err := f.store.Outbox(f.t.Context())
	if err != nil {
		return err.Error()
	}
	for _, r := range rows {
		if r.OrderID == id && r.State == fulfillment.OutboxParked {
			return ""
		}
	}
	return fmt.Sprintf("not parked: %+v", rows)
}

// answered queues a supervisor's answer as the bench does.
func (f *floor) answered(id fulfillment.OrderID, kind fulfillment.OutboxKind) {
	f.t.Helper()
	r := f.order(id).Request
	err := f.store.Add(f.t.Context(), []fulfillment.OutboxRow{{Kind: kind, OrderID: id, PackageID: f.order(id).Packages[0].ID, CancelID: r.ID, Deadline: r.AnswerBy}})
	if err != nil {
		f.t.Fatal(err)
	}
	f.sync.Wake()
}

func (f *floor) effects(what string, id fulfillment.OrderID) (n int) {
	for _, e := range f.journal() {
		for _, x := range e.Effects {
			if x.What == what && x.Order == string(id) {
				n++
			}
		}
	}
	return n
}

// A request is rejected from the station: the parked report goes on by itself and the parcel counts as shipped, once.
func TestARejectedRequestLetsTheParcelGo(t *testing.T) {
	for _, market := range sandboxMarkets {
		t.Run(market, func(t *testing.T) {
			t.Parallel()
			f, id := asked(t, market, nil)
			f.answered(id, fulfillment.OutboxReject)
			f.until("the order goes on", f.shipped([]string{string(id)}))
			f.until("outbox empty", f.idle)
			f.honest()
			if n := f.effects("reject_cancel", id); n != 1 {
				t.Errorf("rejected %d times", n)
			}
			if o := f.order(id); o.CancelRequested || o.Request.ID != "" {
				t.Errorf("the request is still known as open: %+v", o.Request)
			}
			f.tells(id, fulfillment.EventReported, `"kind":"reject_cancel"`)
		})
	}
}

// tells fails unless an event of the kind says so.
func (f *floor) tells(id fulfillment.OrderID, kind fulfillment.EventKind, words string) {
	f.t.Helper()
	events, err := f.store.Events(f.t.Context(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, e := range events {
		if e.Kind == kind && strings.Contains(string(e.Body), words) {
			return
		}
	}
	f.t.Errorf("no event %s with %s", kind, words)
}

// A request is granted from the station: the order is cancelled there and here, and nothing is shipped.
func TestAGrantedRequestCancelsTheOrder(t *testing.T) {
	for _, market := range sandboxMarkets {
		t.Run(market, func(t *testing.T) {
			t.Parallel()
			f, id := asked(t, market, nil)
			f.answered(id, fulfillment.OutboxApprove)
			f.until("the order is cancelled here", func() string {
				if o := f.order(id); o.Status != fulfillment.StatusCancelled {
					return string(o.Status)
				}
				rows, err := f.store.Outbox(t.Context())
				if err != nil || len(rows) != 1 || !strings.Contains(rows[0].Reason, "is cancelled") {
					return fmt.Sprintf("%+v, %v", rows, err)
				}
				return ""
			})
			f.honest()
			if n := f.effects("approve_cancel", id); n != 1 {
				t.Errorf("granted %d times", n)
			}
		})
	}
}

// Outside the US a supervisor who ships over the request is refused (21011007); the row waits for the answer, in words.
func TestShippingOverARequestWaitsForItsAnswer(t *testing.T) {
	f, id := asked(t, "VN", func(o *syncer.Options) {
		o.Overridden = func(context.Context, fulfillment.OutboxRow) (bool, error) { return true, nil }
	})
	rows, err := f.store.Outbox(t.Context())
	if err != nil || rows[0].OrderID != id || rows[0].Reason != fulfillment.ParkedBlocked || rows[0].RequestID == "" {
		t.Fatalf("%+v, %v", rows, err)
	}
	f.answered(id, fulfillment.OutboxReject)
	f.until("the order goes on", f.shipped([]string{string(id)}))
	f.until("outbox empty", f.idle)
}

// The buyer withdraws, or the platform decides, before the answer is sent: nothing is claimed to have been answered.
func TestARequestThatIsGoneNeedsNoAnswer(t *testing.T) {
	f, id := asked(t, "GB", nil)
	r := f.order(id).Request
	f.post("/admin/fault", `{"kind":"offline"}`)
	f.answered(id, fulfillment.OutboxApprove)
	f.post("/admin/online", ``)
	if err := f.client.ApproveCancellation(t.Context(), f.cipher, r.ID, "somebody in Seller Center"); err != nil {
		t.Fatal(err)
	}
	f.until("the answer has ended", func() string {
		rows, err := f.store.Outbox(t.Context())
		if err != nil || slices.ContainsFunc(rows, func(r fulfillment.OutboxRow) bool { return r.Kind.Answers() }) {
			return fmt.Sprintf("%+v, %v", rows, err)
		}
		return ""
	})
	f.tells(id, fulfillment.EventDecided, `"superseded"`)
	if n := f.effects("approve_cancel", id); n != 1 {
		t.Errorf("granted %d times", n)
	}
}

// reportedElsewhere is a floor with a report that is parked because somebody else has reported another tracking number.
func reportedElsewhere(t *testing.T, market string) (f *floor, row fulfillment.OutboxRow) {
	t.Helper()
	f = newFloor(t, market, func(o *syncer.Options) { o.Policy = "at_pack" })
	if _, err := f.sync.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.report()
	rows, err := f.store.Outbox(t.Context())
	if err != nil || len(rows) < 2 {
		t.Fatal(rows, err)
	}
	row = rows[0]
	f.elsewhere(row, otherNumber(t, rows))
	f.start()
	f.until("the row is parked", func() string { return f.parked(row.OrderID) })
	left, err := f.store.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(left, func(r fulfillment.OutboxRow) bool { return r.OrderID == row.OrderID })
	if !left[i].Correctable() {
		t.Fatalf("%+v", left[i])
	}
	return f, left[i]
}

// otherNumber is one of another parcel of the first row's carrier, which must know it.
func otherNumber(t *testing.T, rows []fulfillment.OutboxRow) fulfillment.Tracking {
	t.Helper()
	for _, r := range rows[1:] {
		if r.Carrier == rows[0].Carrier {
			return r.Tracking
		}
	}
	t.Fatal("no other parcel of the carrier")
	return ""
}

// elsewhere reports the row's parcel with a tracking number that is not on its label.
func (f *floor) elsewhere(row fulfillment.OutboxRow, wrong fulfillment.Tracking) {
	f.t.Helper()
	o := f.order(row.OrderID)
	list, err := f.client.Providers(f.t.Context(), f.cipher, o.DeliveryOptionID)
	if err != nil || len(list) == 0 {
		f.t.Fatal(list, err)
	}
	row.Tracking, row.ProviderID = wrong, list[0].ID
	for _, p := range list {
		if p.Name == row.Carrier {
			row.ProviderID = p.ID
		}
	}
	if _, err := sellercenter.NewAdapter(f.client, f.cipher, f.market).Send(f.t.Context(), row, o); err != nil {
		f.t.Fatal(err)
	}
}

func (f *floor) toldTracking(id fulfillment.OrderID, want fulfillment.Tracking) func() string {
	return func() string {
		for _, o := range f.shop.State().Orders {
			if o.ID == string(id) && o.Tracking == string(want) {
				return ""
			}
		}
		return fmt.Sprintf("the platform does not have %s", want)
	}
}

// A supervisor has another tracking number corrected: the platform's is the label's then, and nothing was shipped twice.
func TestATrackingNumberIsCorrected(t *testing.T) {
	for _, market := range []string{"GB", "VN"} {
		t.Run(market, func(t *testing.T) {
			t.Parallel()
			f, row := reportedElsewhere(t, market)
			f.decided(row, fulfillment.OutboxPutRight)
			f.until("corrected", f.toldTracking(row.OrderID, row.Tracking))
			f.until("the row is done", func() string {
				rows, err := f.store.Outbox(t.Context())
				if err != nil {
					return err.Error()
				}
				for _, r := range rows {
					if r.OrderID == row.OrderID {
						return fmt.Sprintf("%+v", r)
					}
				}
				return ""
			})
			f.honest()
			if n := f.effects("retrack", row.OrderID); n != 1 {
				t.Errorf("corrected %d times", n)
			}
			f.until("known here", func() string { // a read that was under way may still tell the number of before
				if o := f.order(row.OrderID); o.ReportedShippedAt.IsZero() || o.Packages[0].Tracking != row.Tracking {
					return fmt.Sprintf("reported %s, tracking %s", o.ReportedShippedAt, o.Packages[0].Tracking)
				}
				return ""
			})
			f.tells(row.OrderID, fulfillment.EventReported, `"kind":"correct_tracking"`)
		})
	}
}

// After 72 hours the platform refuses (21011049), and the row says so in words.
func TestACorrectionThatComesTooLateSaysSo(t *testing.T) {
	f, row := reportedElsewhere(t, "GB")
	f.post("/admin/orders/"+string(row.OrderID)+"/carrier-scan", ``)
	f.post("/admin/advance", `{"seconds":262800}`)
	f.decided(row, fulfillment.OutboxPutRight)
	f.until("refused in words", func() string {
		rows, err := f.store.Outbox(t.Context())
		for _, r := range rows {
			if r.OrderID == row.OrderID && r.Kind == fulfillment.OutboxCorrect && r.State == fulfillment.OutboxParked {
				if !strings.Contains(r.Reason, "within 72 hours") || !strings.Contains(r.Reason, "21011049") {
					t.Fatalf("parked: %s", r.Reason)
				}
				return ""
			}
		}
		return fmt.Sprintf("%+v, %v", rows, err)
	})
}

// An answer is given, and given again before this station has heard what became of it – the same, or the opposite: the platform hears
// one, and a contradiction waits for a person in words.
func TestAnAnswerIsGivenOnceHoweverOftenItIsAsked(t *testing.T) {
	for _, c := range []struct {
		first, second fulfillment.OutboxKind
		parked        string // words of the second row; empty: it ends by itself
	}{
		{fulfillment.OutboxReject, fulfillment.OutboxReject, ""},
		{fulfillment.OutboxReject, fulfillment.OutboxApprove, "cannot be granted any more"},
		{fulfillment.OutboxApprove, fulfillment.OutboxApprove, ""},
		{fulfillment.OutboxApprove, fulfillment.OutboxReject, "take the parcel back"},
	} {
		t.Run(fmt.Sprintf("%s then %s", c.first, c.second), func(t *testing.T) {
			t.Parallel()
			f, id := asked(t, "GB", nil)
			r := f.order(id).Request // what the screen of another station still shows later
			f.answered(id, c.first)
			what := map[fulfillment.OutboxKind]string{fulfillment.OutboxReject: "reject_cancel", fulfillment.OutboxApprove: "approve_cancel"}
			f.until("answered", func() string {
				rows, err := f.store.Outbox(t.Context())
				if err != nil || f.effects(what[c.first], id) == 0 || slices.ContainsFunc(rows, func(r fulfillment.OutboxRow) bool { return r.Kind.Answers() }) {
					return fmt.Sprintf("%+v, %v", rows, err)
				}
				return ""
			})
			again := fulfillment.OutboxRow{Kind: c.second, OrderID: id, PackageID: f.order(id).Packages[0].ID, CancelID: r.ID, Deadline: r.AnswerBy}
			if err := f.store.Add(t.Context(), []fulfillment.OutboxRow{again}); err != nil {
				t.Fatal(err)
			}
			f.sync.Wake()
			f.until("the second has ended", func() string {
				rows, err := f.store.Outbox(t.Context())
				i := slices.IndexFunc(rows, func(r fulfillment.OutboxRow) bool { return r.Kind.Answers() })
				if err != nil || (i >= 0) != (c.parked != "") || i >= 0 && (rows[i].State != fulfillment.OutboxParked || !strings.Contains(rows[i].Reason, c.parked)) {
					return fmt.Sprintf("%+v, %v", rows, err)
				}
				return ""
			})
			if a, b := f.effects("reject_cancel", id), f.effects("approve_cancel", id); a+b != 1 || f.effects(what[c.first], id) != 1 {
				t.Errorf("rejected %d times, granted %d times", a, b)
			}
			f.honest()
		})
	}
}
