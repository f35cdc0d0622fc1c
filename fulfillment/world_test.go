package fulfillment

import (
	"fmt"
	"maps"
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
	last     *Verdict // the last one
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
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(w.orders))) {
		o := w.loaded(id)
		if f.Order != nil && o.Status == StatusCancelled { // of several with one package, one that may be packed leads
			continue
		}
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

// loaded is the order as the store would load it, with the others that share a package.
func (w *world) loaded(id OrderID) Order {
	o := w.orders[id]
	for _, other := range slices.Sorted(maps.Keys(w.orders)) {
		for _, p := range o.Packages {
			if _, ok := w.orders[other].Shares(p); ok && other != id {
				o.With = append(slices.Clone(o.With), w.orders[other])
			}
		}
	}
	return o
}

// staged are all orders as loaded.
func (w *world) staged() map[OrderID]Order {
	all := map[OrderID]Order{}
	for id := range w.orders {
		all[id] = w.loaded(id)
	}
	return all
}

// tell lets the platform change an order while the bench works.
func (w *world) tell(id OrderID, change func(*Order)) Outcome {
	o := w.orders[id]
	o.Lines, o.Packages = slices.Clone(o.Lines), slices.Clone(o.Packages)
	change(&o)
	w.orders[id] = o
	told := w.loaded(w.leads(id))
	return w.apply(Input{Changed: &told})
}

// leads is the order under which the parcel of id stands at the bench.
func (w *world) leads(id OrderID) OrderID { return w.bench.Leads(id) }

func (w *world) apply(in Input) Outcome {
	w.n++
	in.Now, in.ID = noon.Add(time.Duration(w.n)*time.Second), fmt.Sprintf("id-%d", w.n)
	before := w.bench
	out := Apply(w.bench, in, w.pol)
	if !cmp.Equal(before, w.bench) {
		w.t.Fatal("the rule changed the bench it was given")
	}
	w.bench = out.Next
	if out.Verdict != nil {
		w.last = out.Verdict
	}
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
	in := Input{Scan: &Scan{Code: code}, Found: w.find(code), Staged: w.staged()}
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
