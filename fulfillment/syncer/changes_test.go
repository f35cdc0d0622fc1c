package syncer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/fulfillment/station"
	"packbench/fulfillment/syncer"
)

// atPack is a floor that has pulled once, arranges nothing by itself, and has the rows to arrange at hand.
func atPack(t *testing.T, market string) (*floor, []fulfillment.OutboxRow) {
	t.Helper()
	f := newFloorWith(t, market, setup{shop: shop.Options{Orders: 24}, change: func(o *syncer.Options) { o.Policy = "at_pack" }})
	if _, err := f.sync.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, err := f.store.ToArrange(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		rows[i].ID, rows[i].CreatedAt = fmt.Sprintf("0000-%04d", i), time.Now()
	}
	return f, rows
}

func (f *floor) order(id fulfillment.OrderID) fulfillment.Order {
	f.t.Helper()
	o, err := f.store.Order(f.t.Context(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	return o
}

// begun records a parcel as the bench would when it has reached the rung.
func (f *floor) begun(p fulfillment.Package, rung fulfillment.Rung, m ...fulfillment.Manifest) {
	f.t.Helper()
	p.Rung = rung
	err := f.store.Record(f.t.Context(), station.Commit{Station: "PACK-01", At: time.Now().UTC(), Packages: []fulfillment.Package{p}, Manifests: m,
		Bench:  fulfillment.Bench{Open: m},
		Events: []fulfillment.EventDraft{{Kind: fulfillment.EventOrderOpened, OrderID: p.OrderID, PackageID: p.ID}}})
	if err != nil {
		f.t.Fatal(err)
	}
}

// decided records a supervisor's decision, as the bench does.
func (f *floor) decided(r fulfillment.OutboxRow, action fulfillment.OutboxAction) {
	f.t.Helper()
	err := f.store.Record(f.t.Context(), station.Commit{Station: "PACK-01", At: time.Now().UTC(),
		Decisions: []fulfillment.OutboxDecision{{ID: r.ID, Kind: r.Kind, OrderID: r.OrderID, PackageID: r.PackageID, Action: action, Reason: "test", By: "Test Lead"}},
		Events:    []fulfillment.EventDraft{{Kind: fulfillment.EventDecided, OrderID: r.OrderID, PackageID: r.PackageID}}})
	if err != nil {
		f.t.Fatal(err)
	}
	f.sync.Wake()
}

// A package that is split while its row waits: the row ends without a claim, its successors are arranged by themselves.
func TestSplitWhileTheRowWaits(t *testing.T) {
	f, rows := atPack(t, "DE")
	i := slices.IndexFunc(rows, func(r fulfillment.OutboxRow) bool { return len(r.Lines) > 1 })
	row := rows[i]
	if err := f.store.Add(t.Context(), []fulfillment.OutboxRow{row}); err != nil {
		t.Fatal(err)
	}
	made, err := f.client.Split(t.Context(), f.cipher, row.OrderID, []sellercenter.SplitGroup{{Name: "a", Lines: row.Lines[:1]}, {Name: "b", Lines: row.Lines[1:]}})
	if err != nil || len(made) != 2 {
		t.Fatal(made, err)
	}
	o := f.options(f.client)
	if f.sync, err = syncer.New(o); err != nil { // arranges ahead
		t.Fatal(err)
	}
	f.start()
	f.until("both halves are arranged and labelled", f.labelledPackages(row.OrderID, 2))
	f.until("outbox empty", f.idle)
	f.honest()
	events, err := f.store.Events(t.Context(), row.OrderID)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.PackageID == row.PackageID && e.Kind == fulfillment.EventReported {
			t.Errorf("the package that went away is reported: %s", e.Body)
		}
	}
}

func (f *floor) labelledPackages(id fulfillment.OrderID, n int) func() string {
	return func() string {
		o := f.order(id)
		if len(o.Packages) != n || slices.ContainsFunc(o.Packages, func(p fulfillment.Package) bool { return p.Label == "" || !p.Arranged }) {
			return fmt.Sprintf("%+v", o.Packages)
		}
		return ""
	}
}

// The recipient's address changes while the row waits: the package gets another id, and that one is arranged, once.
func TestAddressChangedWhileTheRowWaits(t *testing.T) {
	for _, market := range []string{"VN", "GB"} {
		t.Run(market, func(t *testing.T) {
			t.Parallel()
			f, rows := atPack(t, market)
			row := rows[0]
			if err := f.store.Add(t.Context(), rows[:1]); err != nil {
				t.Fatal(err)
			}
			f.post("/admin/orders/"+string(row.OrderID)+"/update-address", ``)
			f.start()
			f.until("arranged and labelled", f.labelledPackages(row.OrderID, 1))
			f.until("outbox empty", f.idle)
			f.honest()
		})
	}
}

// A parcel in hand, and one on an open manifest, whose package is replaced: both are held, and the gate stops them.
func TestReplacedUnderTheHand(t *testing.T) {
	f, rows := atPack(t, "VN")
	inHand, staged := f.order(rows[0].OrderID), f.order(rows[1].OrderID)
	f.begun(inHand.Packages[0], fulfillment.RungVerified)
	f.begun(staged.Packages[0], fulfillment.RungStaged, fulfillment.Manifest{ID: "m-1", Station: "PACK-01", Carrier: "X", OpenedAt: time.Now().UTC(),
		Parcels: []fulfillment.ManifestParcel{{OrderID: staged.ID, PackageID: staged.Packages[0].ID}}})
	for _, o := range []fulfillment.Order{inHand, staged} {
		f.post("/admin/orders/"+string(o.ID)+"/update-address", ``)
	}
	f.start()
	for _, o := range []fulfillment.Order{inHand, staged} {
		f.until("held", func() string {
			now := f.order(o.ID)
			if v, _ := fulfillment.Gate(now, false, time.Now()); v != fulfillment.NeedsSupervisor || len(now.Packages) != 2 {
				return fmt.Sprintf("gate %q, %+v", v, now.Packages)
			}
			return ""
		})
	}
}

// The address changes after the label was stored: the label of a parcel not yet begun is fetched anew, and one that is on a
// parcel already holds it.
func TestAddressChangedAfterTheLabel(t *testing.T) {
	f, rows := atPack(t, "GB")
	if err := f.store.Add(t.Context(), rows[:2]); err != nil {
		t.Fatal(err)
	}
	f.start()
	a, b := rows[0].OrderID, rows[1].OrderID
	f.until("labelled", f.labelledPackages(a, 1))
	f.until("labelled", f.labelledPackages(b, 1))
	was := f.order(a).Packages[0].Label
	f.begun(f.order(b).Packages[0], fulfillment.RungApplied)
	for _, id := range []fulfillment.OrderID{a, b} {
		f.post("/admin/orders/"+string(id)+"/update-address", ``)
	}
	f.until("a new label", func() string {
		if p := f.order(a).Packages[0]; p.Label == "" || p.Label == was || len(fulfillment.HoldsOf(f.order(a))) > 0 {
			return fmt.Sprintf("%+v", p)
		}
		return ""
	})
	f.until("the labelled parcel is held", func() string {
		if v, _ := fulfillment.Gate(f.order(b), false, time.Now()); v != fulfillment.NeedsSupervisor {
			return fmt.Sprintf("gate %q", v)
		}
		return ""
	})
}

// What the carrier does is observed, rung by rung, until the parcel is delivered.
func TestCarriersRungs(t *testing.T) {
	f, rows := atPack(t, "GB")
	if err := f.store.Add(t.Context(), rows[:1]); err != nil {
		t.Fatal(err)
	}
	f.start()
	id := rows[0].OrderID
	f.until("labelled", f.labelledPackages(id, 1))
	f.begun(f.order(id).Packages[0], fulfillment.RungHandedOver)
	rung := func(want fulfillment.Rung) func() string {
		return func() string {
			if got := f.order(id).Packages[0].Rung; got != want {
				return string(got)
			}
			return ""
		}
	}
	time.Sleep(3 * f.poll())
	if missing := rung(fulfillment.RungHandedOver)(); missing != "" {
		t.Errorf("the rung is %s before any carrier's scan", missing)
	}
	f.post("/admin/orders/"+string(id)+"/carrier-scan", ``)
	f.until("carrier scanned", rung(fulfillment.RungCarrierScanned))
	f.post("/admin/advance", `{"seconds":1728000}`)
	f.until("delivered", rung(fulfillment.RungDelivered))
}

func (f *floor) poll() time.Duration { return 300 * time.Millisecond }

// An opened order is watched: neither a cancellation nor a request waits for the next pull by update time.
func TestOpenedOrdersAreWatched(t *testing.T) {
	f, rows := atPack(t, "GB")
	f.start()
	for _, r := range rows[:2] {
		f.begun(f.order(r.OrderID).Packages[0], fulfillment.RungToPack)
	}
	f.post("/admin/orders/"+string(rows[0].OrderID)+"/cancel", ``)
	f.post("/admin/orders/"+string(rows[1].OrderID)+"/request-cancel", ``)
	f.until("both are known", func() string {
		v, _ := fulfillment.Gate(f.order(rows[0].OrderID), false, time.Now())
		w, _ := fulfillment.Gate(f.order(rows[1].OrderID), false, time.Now())
		if got := string(v) + " " + string(w); !strings.EqualFold(got, "cancelled cancel_requested") {
			return got
		}
		return ""
	})
}
