package syncer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/syncer"
)

// Many rows share one call. One that the platform refuses – too many units for one package – is parked with the
// platform's reason, and the others are done.
func TestBatchWithPartialSuccess(t *testing.T) {
	f, rows := atPack(t, "MX")
	if err := f.store.Add(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) < 6 {
		t.Fatalf("only %d rows", len(rows))
	}
	f.start()
	f.until("settled", f.settled)
	f.honest()
	calls := f.shop.State().Calls
	if n := calls["POST /fulfillment/202309/packages/ship"]; n < 1 || n > 2 {
		t.Errorf("%d batches for %d rows", n, len(rows))
	}
	for name, n := range calls {
		if strings.HasSuffix(name, "/ship") && strings.Contains(name, "{package_id}") && n > 0 {
			t.Errorf("%d parcels were shipped by calls of their own", n)
		}
	}
	left, err := f.store.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 1 || left[0].State != fulfillment.OutboxParked || !strings.Contains(left[0].Reason, "21004024") ||
		!strings.Contains(left[0].Reason, "at most 5 units") {
		t.Errorf("parked: %+v", left)
	}
	for _, r := range rows {
		if p, ok := f.order(r.OrderID).PackageByID(r.PackageID); r.ID != left[0].ID && (!ok || !p.Arranged || p.Tracking == "") {
			t.Errorf("order %s: %+v", r.OrderID, p)
		}
	}
}

// What a person decided about a parked row is carried out: sent again, or ended without another call.
func TestDecisionsAboutParkedRows(t *testing.T) {
	f, rows := atPack(t, "MX")
	if err := f.store.Add(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	f.start()
	f.until("settled", f.settled)
	left, err := f.store.Outbox(t.Context())
	if err != nil || len(left) != 1 {
		t.Fatal(left, err)
	}
	calls := func() (n int) { // an order that must be split first is asked about and not shipped
		for name, c := range f.shop.State().Calls {
			if strings.HasSuffix(name, "/ship") || strings.HasSuffix(name, "/split_attributes") {
				n += c
			}
		}
		return n
	}
	before := calls()
	f.decided(left[0], fulfillment.OutboxRetry)
	f.until("sent again", func() string {
		if calls() == before {
			return "no call"
		}
		return f.settled()
	})
	before = calls()
	f.decided(left[0], fulfillment.OutboxGiveUp)
	f.until("outbox empty", f.idle)
	if calls() != before {
		t.Error("a row that was given up was sent")
	}
}

// The estimate counts what waits for no person, by the allowed rate until something was measured: also while the line is down,
// for when it is back. What goes out in one call is one.
func TestTimeToDrain(t *testing.T) {
	f, rows := atPack(t, "GB")
	if err := f.store.Add(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	o := f.options(f.client)
	o.Policy, o.Rate = "at_pack", func() float64 { return 0.5 }
	var err error
	if f.sync, err = syncer.New(o); err != nil {
		t.Fatal(err)
	}
	f.post("/admin/fault", `{"kind":"offline"}`)
	f.start()
	f.until("the line is seen to be dead, and what waits is counted", func() string {
		if st := f.sync.Status(); st.Online || st.LastError == "" || st.Oldest.IsZero() {
			return "online, or not counted"
		}
		return ""
	})
	calls := (len(rows) + 49) / 50 // GB: Ship Package takes 50 at once
	if st := f.sync.Status(); st.DrainIn != time.Duration(2*calls)*time.Second || st.Oldest.IsZero() {
		t.Errorf("offline with %d rows: %v to go, oldest %v", len(rows), st.DrainIn, st.Oldest)
	}
	more := make([]fulfillment.OutboxRow, 0, 3) // packed while the line is down; each needs a call of its own here
	for _, sum := range f.sellerOrders(3) {
		more = append(more, fulfillment.OutboxRow{ID: "0001-" + string(sum.ID), Kind: fulfillment.OutboxReportShipped, OrderID: sum.ID,
			PackageID: sum.Packages[0].ID, Tracking: "T" + fulfillment.Tracking(sum.ID), State: fulfillment.OutboxQueued, CreatedAt: time.Now()})
	}
	if err := f.store.Add(t.Context(), more); err != nil {
		t.Fatal(err)
	}
	f.until("what was packed meanwhile is counted", func() string {
		if st := f.sync.Status(); st.DrainIn != time.Duration(2*(calls+len(more)))*time.Second {
			return fmt.Sprint(st.DrainIn, st.Outbox)
		}
		return ""
	})
	f.post("/admin/online", ``)
	f.until("all is sent", func() string { // but what was packed meanwhile has no carrier, which is a person's business
		left, err := f.store.Outbox(t.Context())
		for _, r := range left {
			if r.Kind != fulfillment.OutboxReportShipped || r.State != fulfillment.OutboxParked {
				return fmt.Sprint(r, err)
			}
		}
		return ""
	})
	if st := f.sync.Status(); st.DrainRate <= 0 || st.DrainRate > float64(len(rows)+len(more)) {
		t.Errorf("%d rows went out, measured %v a second", len(rows), st.DrainRate)
	}
}

// sellerOrders are n seller-shipped orders of the floor's store.
func (f *floor) sellerOrders(n int) (out []fulfillment.Order) {
	f.t.Helper()
	list, err := f.store.ListOrders(f.t.Context(), "", 100)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, sum := range list {
		if sum.ShippingType == fulfillment.ShippingSeller && len(out) < n {
			out = append(out, f.order(sum.ID))
		}
	}
	return out
}
