package fulfillment

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// world is a small shop with a station, a store in memory and a printer that never fails.
type world struct {
	t        testing.TB
	bench    Bench
	pol      Policy
	orders   map[OrderID]Order
	products map[SKU]Product
	outbox   []OutboxRow
	jobs     []PrintJob
	events   []EventDraft
	n        int
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, orders: map[OrderID]Order{}, products: map[SKU]Product{},
		pol: Policy{Verify: PolicyBlock, Weigh: PolicyWarn, HasPrinter: true, ApplyScan: true, MarkShipped: "handover", ArrangeAt: "ahead"}}
	for i, sku := range []SKU{"MUG", "TEA", "TIN", "SPOON"} {
		w.products[sku] = Product{SKU: sku, Name: "The " + string(sku), Barcodes: []string{fmt.Sprintf("400000000%d", i)}, WeightG: 100}
	}
	return w
}

// order adds an order that may be packed, with its label here.
func (w *world) order(id OrderID, ship ShippingType, skus ...SKU) Order {
	o := Order{ID: id, Source: SourcePlatform, Status: StatusAwaitingShipment, ShippingType: ship, FulfillmentType: FulfillmentBySeller,
		OnHoldOrder: true, PaidAt: noon.Add(-3 * time.Hour), CheckedAt: noon, Market: "GB"}
	p := Package{ID: PackageID("P" + string(id)), OrderID: id, Rung: RungToPack, Carrier: "Demo Carrier", Tracking: Tracking("TRACK" + id), Label: Hash("label-" + id)}
	for i, s := range skus {
		l := LineItem{ID: LineID(fmt.Sprintf("%s-%d", id, i)), SKU: s, ProductName: string(s), PackageID: p.ID}
		o.Lines = append(o.Lines, l)
		p.Lines = append(p.Lines, l.ID)
	}
	o.Packages = []Package{p}
	w.orders[id] = o
	return o
}

func (w *world) find(code string) Found {
	f := Found{Products: w.products}
	for _, o := range w.orders {
		for _, p := range o.Packages {
			switch code {
			case string(o.ID):
				f.Order, f.By = &o, ClassOrder
			case string(p.ID):
				f.Order, f.By, f.Package = &o, ClassPackage, p.ID
			case string(p.Tracking):
				f.Order, f.By, f.Package = &o, ClassTracking, p.ID
			}
		}
	}
	for s, p := range w.products {
		if code == string(s) || slices.Contains(p.Barcodes, code) {
			f.SKUs = append(f.SKUs, s)
		}
	}
	return f
}

func (w *world) apply(in Input) Outcome {
	w.n++
	in.Now, in.ID = noon.Add(time.Duration(w.n)*time.Second), fmt.Sprintf("id-%d", w.n)
	before := w.bench
	out := Apply(w.bench, in, w.pol)
	if !cmp.Equal(before, w.bench) {
		w.t.Fatal("the rule changed the bench it was given")
	}
	w.bench = out.Next
	for _, p := range out.Packages {
		o := w.orders[p.OrderID]
		o.Packages = slices.Clone(o.Packages)
		for i := range o.Packages {
			if o.Packages[i].ID == p.ID {
				o.Packages[i] = p
			}
		}
		w.orders[p.OrderID] = o
	}
	for _, h := range out.Orders {
		o := w.orders[h.OrderID]
		o.Holds = h.Holds
		w.orders[h.OrderID] = o
	}
	w.outbox, w.jobs, w.events = append(w.outbox, out.Outbox...), append(w.jobs, out.Jobs...), append(w.events, out.Events...)
	return out
}

func (w *world) scan(code string) VerdictCode {
	in := Input{Scan: &Scan{Code: code}, Found: w.find(code), Staged: w.orders}
	if len(code) >= 8 {
		in.Match = []Tracking{Tracking(code)}
	}
	out := w.apply(in)
	if out.Verdict == nil {
		w.t.Fatalf("scan %q was judged without a verdict", code)
	}
	return out.Verdict.Code
}

// print lets the queued job come out.
func (w *world) print() VerdictCode {
	j := w.jobs[len(w.jobs)-1]
	j.State = JobDone
	out := w.apply(Input{Printed: &j})
	if out.Verdict == nil {
		return ""
	}
	return out.Verdict.Code
}

func (w *world) expect(code string, want VerdictCode) {
	w.t.Helper()
	if got := w.scan(code); got != want {
		w.t.Fatalf("scan %q: got %s, want %s", code, got, want)
	}
}

func (w *world) rung(id OrderID) Rung { return w.orders[id].Packages[0].Rung }
