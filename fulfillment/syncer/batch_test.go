package syncer_test

import (
	"strings"
	"testing"

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
	if len(left) != 1 || left[0].State != fulfillment.OutboxParked || !strings.Contains(left[0].Reason, "21004024") {
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
	calls := func() (n int) {
		for name, c := range f.shop.State().Calls {
			if strings.HasSuffix(name, "/ship") {
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

// The estimate counts what waits for no person, by the allowed rate until something was measured, and says nothing while
// the line is down.
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
	f.until("the line is seen to be dead", func() string {
		if st := f.sync.Status(); st.Online || st.LastError == "" {
			return "online"
		}
		return ""
	})
	if st := f.sync.Status(); st.DrainIn != 0 {
		t.Errorf("offline, and yet %v", st.DrainIn)
	}
	f.post("/admin/online", ``)
	f.until("all is sent", f.idle)
	if st := f.sync.Status(); st.DrainRate <= 0 || st.DrainRate > float64(len(rows)) {
		t.Errorf("%d rows went out, measured %v a second", len(rows), st.DrainRate)
	}
}
