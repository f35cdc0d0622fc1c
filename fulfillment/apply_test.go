package fulfillment

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
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

func TestAParcelFromOrderToHandover(t *testing.T) {
	w := newWorld(t)
	w.order("1001", ShippingSeller, "MUG", "MUG", "TEA")
	w.expect("1001", OrderOpened)
	w.expect("MUG", ItemOK)
	w.expect("4000000002", WrongItem) // TIN by its barcode
	w.expect("4000000000", ItemOK)
	w.expect("MUG", TooMany)
	w.expect("PB:UNDO", CommandDone)
	w.expect("MUG", ItemOK)
	w.expect("nobody knows", UnknownCode)
	w.expect("TEA", ItemComplete)
	if len(w.jobs) != 1 || w.jobs[0].State != JobQueued {
		t.Fatalf("jobs %+v, want one queued", w.jobs)
	}
	if got := w.print(); got != LabelPrinted {
		t.Fatalf("got %q, want label_printed", got)
	}
	w.expect("TRACK1001", Applied)
	w.expect("1001", AlreadyPacked)
	w.expect("PB:MODE:HANDOFF", CommandDone)
	w.expect("TRACK1001", Staged)
	w.expect("TRACK1001", Duplicate)
	if len(w.outbox) != 0 {
		t.Fatal("reported before the handover")
	}
	w.expect("PB:SEAL", HandedOver)
	if w.rung("1001") != RungHandedOver || len(w.outbox) != 1 || w.outbox[0].Kind != OutboxReportShipped || len(w.outbox[0].Lines) != 3 {
		t.Fatalf("rung %s, outbox %+v", w.rung("1001"), w.outbox)
	}
	w.expect("TRACK1001", Duplicate)
	w.expect("PB:SEAL", Refused)
}

func TestGateStopsEveryKindOfOrderThatMayNotShip(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Order)
		want   VerdictCode
	}{
		{"cancelled", func(o *Order) { o.Status = StatusCancelled }, Cancelled},
		{"cancel requested", func(o *Order) { o.CancelRequested = true }, CancelRequested},
		{"on hold", func(o *Order) { o.Status = StatusOnHold }, OnHold},
		{"unpaid", func(o *Order) { o.Status = StatusUnpaid }, OnHold},
		{"own hour after payment where the shop has no hold", func(o *Order) { o.OnHoldOrder = false; o.PaidAt = noon.Add(-20 * time.Minute) }, OnHold},
		{"fulfilled by the platform", func(o *Order) { o.FulfillmentType = "FULFILLMENT_BY_TIKTOK" }, Refused},
		{"a status nobody knows", func(o *Order) { o.Status = "TELEPORTED" }, Refused},
		{"already in transit", func(o *Order) { o.Status = StatusInTransit }, Refused},
		{"held here", func(o *Order) { o.Holds = []Hold{HoldHeld} }, NeedsSupervisor},
		{"every line cancelled", func(o *Order) { o.Lines = slices.Clone(o.Lines); o.Lines[0].Status = StatusCancelled }, Cancelled},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			o := w.order("1", ShippingSeller, "MUG")
			c.change(&o)
			w.orders["1"] = o
			w.expect("1", c.want)
			if w.bench.Parcel != nil {
				t.Error("the order was opened all the same")
			}
			if c.want.Accepted() {
				t.Error("the test expects an accepting word")
			}
		})
	}
}

func TestACancellationIsCaughtAtEveryRung(t *testing.T) {
	steps := []string{"MUG", "print", "TRACK1", "PB:MODE:HANDOFF", "TRACK1", "PB:SEAL"}
	for at := range len(steps) {
		t.Run(fmt.Sprintf("before step %d %s", at, steps[at]), func(t *testing.T) {
			w := newWorld(t)
			w.order("1", ShippingSeller, "MUG")
			w.order("2", ShippingSeller, "MUG")
			w.expect("1", OrderOpened)
			for i, s := range steps {
				if i == at {
					o := w.orders["1"]
					o.Status = StatusCancelled
					w.orders["1"] = o
					w.apply(Input{Changed: &o})
				}
				if s == "print" {
					if len(w.jobs) > 0 {
						w.print()
					}
					continue
				}
				w.scan(s)
			}
			if w.rung("1") == RungHandedOver || len(w.outbox) > 0 {
				t.Fatalf("a cancelled order left the dock: rung %s, outbox %v", w.rung("1"), w.outbox)
			}
		})
	}
}

func TestACancelledParcelIsLeftOffAndTheOthersLeave(t *testing.T) {
	w := newWorld(t)
	for _, id := range []OrderID{"1", "2"} {
		w.order(id, ShippingSeller, "MUG")
		w.scan(string(id))
		w.scan("MUG")
		w.print()
		w.scan("TRACK" + string(id))
	}
	w.scan("PB:MODE:HANDOFF")
	w.expect("TRACK1", Staged)
	w.expect("TRACK2", Staged)
	o := w.orders["1"]
	o.Status = StatusCancelled
	w.orders["1"] = o
	if out := w.apply(Input{Changed: &o}); out.Verdict == nil || out.Verdict.Code != Cancelled {
		t.Fatal("a cancellation on an open manifest was not said")
	}
	out := w.apply(Input{Scan: &Scan{Code: "PB:SEAL"}, Staged: w.orders})
	if v := out.Verdict; v.Code != HandedOver || v.Why != WhyLeftOff || v.Got != 1 || v.OrderID != "1" {
		t.Fatalf("got %+v", v)
	}
	if w.rung("1") == RungHandedOver || w.rung("2") != RungHandedOver || !slices.Contains(w.orders["1"].Holds, HoldCancelled) {
		t.Fatalf("rungs %s %s, holds %v", w.rung("1"), w.rung("2"), w.orders["1"].Holds)
	}
}

func TestPrinterTroubleNeverMakesASecondLabelByItself(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.scan("1")
	w.scan("MUG")
	j := w.jobs[0]
	j.State, j.Reason = JobAsk, "the connection broke after the last byte"
	if out := w.apply(Input{Printed: &j}); out.Verdict.Code != PrinterTrouble || out.Verdict.Why != WhyPrinterAsk {
		t.Fatalf("got %+v", out.Verdict)
	}
	if len(w.jobs) != 1 {
		t.Fatal("a second job was queued")
	}
	t.Run("a scan of the label answers", func(t *testing.T) {
		v := *w
		v.jobs = slices.Clone(w.jobs)
		v.expect("TRACK1", Applied)
		if last := v.jobs[len(v.jobs)-1]; last.ID != j.ID || last.State != JobDone {
			t.Errorf("job %+v, want the first one done", last)
		}
	})
	t.Run("a reprint answers", func(t *testing.T) {
		v := *w
		v.t, v.jobs = t, slices.Clone(w.jobs)
		v.expect("PB:REPRINT", CommandDone)
		if n := len(v.jobs); n != 3 || v.jobs[1].State != JobDropped || v.jobs[2].State != JobQueued || v.jobs[2].Reprint != 1 {
			t.Errorf("jobs %+v, want the first dropped and a reprint queued", v.jobs)
		}
	})
}

func TestARefusedLabelIsNeverTakenForPrinted(t *testing.T) {
	for _, verdict := range []LabelVerdict{LabelRefuse, LabelCannotVerify} {
		w := newWorld(t)
		w.order("1", ShippingPlatform, "MUG")
		refuse := func() {
			t.Helper()
			j, o := w.jobs[len(w.jobs)-1], w.orders["1"]
			j.State, j.Verdict = JobRefused, verdict
			w.apply(Input{Printed: &j, Order: &o})
		}
		w.scan("1")
		w.expect("MUG", ItemComplete)
		refuse()
		w.expect("TRACK1", WrongLabel)
		w.expect("PB:SKIP", CommandDone)
		w.expect("1", OrderOpened) // it is proved again, and nothing is said to have been sent
		if w.bench.Parcel.Print != PrintQueued {
			t.Fatalf("print state %q after reopening", w.bench.Parcel.Print)
		}
		w.expect("TRACK1", WrongLabel) // before the proof is there
		w.expect("PB:SKIP", CommandDone)
		refuse() // the answer comes while the parcel is aside
		w.expect("TRACK1", OrderOpened)
		w.expect("TRACK1", WrongLabel)
		if w.rung("1").AtLeast(RungLabelled) {
			t.Fatalf("%s: a label that was refused stands on rung %s", verdict, w.rung("1"))
		}
	}
}

func TestAParcelPutAsideWhileItsLabelPrintsIsNotLabelledTwice(t *testing.T) {
	aside := func() *world {
		w := newWorld(t)
		w.order("1", ShippingSeller, "MUG")
		w.scan("1")
		w.expect("MUG", ItemComplete)
		w.expect("PB:SKIP", CommandDone)
		return w
	}
	t.Run("the label came out", func(t *testing.T) {
		w := aside()
		j, o := w.jobs[0], w.orders["1"]
		j.State = JobDone
		w.apply(Input{Printed: &j, Order: &o})
		w.expect("TRACK1", Applied)
		if len(w.jobs) != 1 {
			t.Errorf("jobs %+v", w.jobs)
		}
	})
	t.Run("nobody knows", func(t *testing.T) {
		w := aside()
		w.expect("1", OrderOpened)
		if w.bench.Parcel.Print != PrintAsk || len(w.jobs) != 1 {
			t.Fatalf("print state %q, jobs %+v: a second label by guessing", w.bench.Parcel.Print, w.jobs)
		}
		w.expect("PB:REPRINT", CommandDone)
		if n := len(w.jobs); w.jobs[n-2].State != JobDropped || w.jobs[n-1].State != JobQueued {
			t.Errorf("jobs %+v", w.jobs)
		}
	})
	t.Run("the label is scanned first", func(t *testing.T) {
		w := aside()
		w.expect("TRACK1", Applied)
	})
	t.Run("it was dropped before the dial", func(t *testing.T) {
		w := aside()
		j, o := w.jobs[0], w.orders["1"]
		j.State = JobDropped
		w.apply(Input{Printed: &j, Order: &o})
		w.expect("1", OrderOpened)
		if w.bench.Parcel.Print != PrintQueued || len(w.jobs) != 2 {
			t.Fatalf("print state %q, %d jobs", w.bench.Parcel.Print, len(w.jobs))
		}
	})
}

func TestANewParcelNeverInheritsAWeight(t *testing.T) {
	w := newWorld(t)
	w.pol.HasScale = true
	weigh := func(g int) { w.apply(Input{Weight: &Weight{Grams: g, Stable: true}}) }
	w.order("1", ShippingSeller, "MUG")
	w.order("2", ShippingSeller, "MUG")
	weigh(0)
	w.scan("1")
	weigh(120)
	w.expect("MUG", ItemComplete)
	if got := w.bench.Parcel.Package.WeightG; got != 120 {
		t.Fatalf("weight %d, want 120", got)
	}
	w.print()
	w.expect("TRACK1", Applied)
	w.scan("2") // the first parcel still stands on the scale
	weigh(121)
	w.expect("MUG", ItemComplete)
	if got := w.bench.Parcel.Package.WeightG; got != 0 {
		t.Fatalf("the second parcel inherited %d g", got)
	}
	weigh(1)
	weigh(130)
	if got := w.bench.Parcel.Package.WeightG; got != 130 {
		t.Fatalf("weight %d, want 130", got)
	}
}

func TestAMissingWeight(t *testing.T) {
	t.Run("is given up under warn", func(t *testing.T) {
		w := newWorld(t)
		w.pol.HasScale = true
		w.order("1", ShippingSeller, "MUG")
		w.scan("1")
		w.scan("MUG")
		if len(w.jobs) != 0 {
			t.Fatal("printed before the wait was over")
		}
		w.n += 60
		w.apply(Input{Tick: true})
		if len(w.jobs) != 0 {
			t.Fatal("printed unweighed although the scale answers")
		}
		w.n += 60
		if out := w.apply(Input{Tick: true, ScaleSilent: true}); out.Verdict == nil || out.Verdict.Why != WhyScaleSilent || len(w.jobs) != 1 {
			t.Fatalf("verdict %+v, %d jobs: a scale that is dead must be said and must not stop the bench", out.Verdict, len(w.jobs))
		}
	})
	t.Run("is given up by FINISH under warn", func(t *testing.T) {
		w := newWorld(t)
		w.pol.HasScale = true
		w.order("1", ShippingSeller, "MUG")
		w.scan("1")
		w.scan("MUG")
		w.expect("PB:FINISH", CommandDone)
		if len(w.jobs) != 1 {
			t.Fatal("not printed after FINISH")
		}
	})
	t.Run("a wrong weight stops under warn until it is right or insisted on", func(t *testing.T) {
		for _, end := range []string{"weighed again", "PB:FINISH"} {
			w := newWorld(t)
			w.pol.HasScale = true
			w.order("1", ShippingSeller, "MUG", "TEA")
			w.scan("1")
			w.scan("MUG")
			w.apply(Input{Weight: &Weight{Stable: true}})
			w.apply(Input{Weight: &Weight{Grams: 105, Stable: true}})
			w.expect("TEA", ItemComplete)
			if out := w.apply(Input{Tick: true}); out.Verdict == nil || out.Verdict.Code != WeightOff || len(w.jobs) != 0 {
				t.Fatalf("verdict %+v, %d jobs", out.Verdict, len(w.jobs))
			}
			if end == "PB:FINISH" {
				w.expect(end, CommandDone)
			} else {
				w.apply(Input{Weight: &Weight{Stable: true}})
				w.apply(Input{Weight: &Weight{Grams: 210, Stable: true}})
			}
			if len(w.jobs) != 1 || w.rung("1") != RungWeighed {
				t.Fatalf("%s: %d jobs, rung %s", end, len(w.jobs), w.rung("1"))
			}
		}
	})
	t.Run("holds the label under block, and a light parcel is not taken", func(t *testing.T) {
		w := newWorld(t)
		w.pol.HasScale, w.pol.Weigh = true, PolicyBlock
		w.order("1", ShippingSeller, "MUG", "TEA")
		w.scan("1")
		w.scan("MUG")
		w.scan("TEA")
		w.n += 600
		w.apply(Input{Tick: true})
		w.apply(Input{Weight: &Weight{Stable: true}})
		if out := w.apply(Input{Weight: &Weight{Grams: 105, Stable: true}}); out.Verdict == nil || out.Verdict.Code != WeightOff || out.Verdict.Why != WhyTooLight {
			t.Fatalf("got %+v, want weight_off: one of two items is missing", out.Verdict)
		}
		if len(w.jobs) != 0 {
			t.Fatal("printed all the same")
		}
		w.expect("PB:FINISH", Refused)
		w.apply(Input{Weight: &Weight{Stable: true}})
		w.apply(Input{Weight: &Weight{Grams: 230, Stable: true}})
		if len(w.jobs) != 1 || w.rung("1") != RungWeighed {
			t.Fatalf("jobs %d, rung %s", len(w.jobs), w.rung("1"))
		}
	})
}

func TestASellerLabelPrintedElsewhereIsBoundByItsScan(t *testing.T) {
	w := newWorld(t)
	o := w.order("1", ShippingSeller, "MUG")
	o.Packages[0].Label, o.Packages[0].Tracking = "", ""
	w.scan("1")
	w.expect("CARRIER123456", UnknownCode) // not before the contents are verified
	w.expect("MUG", ItemComplete)
	w.expect("CARRIER123456", Applied)
	if got := w.orders["1"].Packages[0].Tracking; got != "CARRIER123456" {
		t.Errorf("tracking %q", got)
	}
}

func TestALabelThatComesLateIsPrinted(t *testing.T) {
	w := newWorld(t)
	o := w.order("1", ShippingPlatform, "MUG")
	o.Packages[0].Label = ""
	w.scan("1")
	w.expect("MUG", ItemComplete)
	if w.bench.Parcel.Print != PrintWaiting {
		t.Fatalf("print state %q, want waiting", w.bench.Parcel.Print)
	}
	now := w.orders["1"]
	now.Packages = slices.Clone(now.Packages)
	now.Packages[0].Label = "arrived"
	w.apply(Input{Changed: &now})
	if len(w.jobs) != 1 || w.jobs[0].Label != "arrived" {
		t.Fatalf("jobs %+v", w.jobs)
	}
	if len(w.outbox) != 0 {
		t.Error("platform-shipped parcels are observed at the carrier's scan, never reported")
	}
}

func TestItemsThatChangeWhileOpenGoBackToBeVerified(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.scan("1")
	w.expect("MUG", ItemComplete)
	now := w.orders["1"]
	now.Lines = append(slices.Clone(now.Lines), LineItem{ID: "1-9", SKU: "TEA", PackageID: now.Packages[0].ID})
	now.Packages = slices.Clone(now.Packages)
	now.Packages[0].Lines = append(slices.Clone(now.Packages[0].Lines), "1-9")
	out := w.apply(Input{Changed: &now})
	if out.Verdict == nil || out.Verdict.Why != WhyChanged || w.bench.Parcel.Left() != 1 || w.rung("1") != RungToPack {
		t.Fatalf("verdict %+v, left %d, rung %s", out.Verdict, w.bench.Parcel.Left(), w.rung("1"))
	}
}

func TestBundlesExpandToTheirParts(t *testing.T) {
	o := Order{ID: "1", Lines: []LineItem{
		{ID: "a", SKU: "SET", ProductName: "Tea set", Bundle: []BundlePart{{SKU: "MUG", Count: 2}, {SKU: "TEA", Count: 1}}},
		{ID: "b", SKU: "SET", ProductName: "Tea set", Bundle: []BundlePart{{SKU: "MUG", Count: 2}, {SKU: "TEA", Count: 1}}},
		{ID: "c", SKU: "MUG", ProductName: "Mug"},
	}}
	p := NewParcel(o, Package{}, map[SKU]Product{"TEA": {Name: "Tea"}}, noon)
	var got []string
	for _, it := range p.Items {
		got = append(got, fmt.Sprintf("%s/%s×%d", it.Bundle, it.SKU, it.Need))
	}
	if diff := cmp.Diff([]string{"SET/MUG×4", "SET/TEA×2", "/MUG×1"}, got); diff != "" {
		t.Error(diff)
	}
}

// Whatever is scanned in whatever order, nothing that may not ship is reported, no order is reported twice, no package
// goes down the ladder after it was handed over, and a parcel is never verified without every unit scanned.
func TestNoSequenceOfScansBreaksTheLadder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		w.pol.HasScale = rapid.Bool().Draw(rt, "scale")
		w.order("1", ShippingSeller, "MUG", "TEA")
		w.order("2", ShippingPlatform, "TIN")
		bad := w.order("3", ShippingSeller, "MUG")
		bad.Status = StatusCancelled
		w.orders["3"] = bad
		codes := []string{"1", "2", "3", "P1", "TRACK1", "TRACK2", "TRACK3", "MUG", "TEA", "TIN", "SPOON", "4000000000", "??", "PB:UNDO", "PB:SKIP",
			"PB:REPRINT", "PB:REPRINT:LOST", "PB:UNDO", "PB:FINISH", "PB:MODE:HANDOFF", "PB:MODE:PACK", "PB:SEAL", "PB:PHOTO", "PB:CARRIER:OTHER", "PB:NEXTBOX", "PB:BOX:S"}
		for range rapid.IntRange(1, 80).Draw(rt, "steps") {
			handed := map[OrderID]bool{}
			for id := range w.orders {
				handed[id] = w.rung(id).AtLeast(RungHandedOver)
			}
			switch rapid.IntRange(0, 9).Draw(rt, "what") {
			case 0:
				if n := len(w.jobs); n > 0 && w.jobs[n-1].State == JobQueued {
					w.print()
				}
			case 1:
				w.apply(Input{Weight: &Weight{Grams: rapid.SampledFrom([]int{0, 0, 210, 110}).Draw(rt, "g"), Stable: true}})
			case 2:
				w.n += 10
				w.apply(Input{Tick: true})
			default:
				w.scan(rapid.SampledFrom(codes).Draw(rt, "code"))
			}
			if p := w.bench.Parcel; p != nil && p.Package.Rung.AtLeast(RungVerified) && p.Left() > 0 {
				rt.Fatalf("verified with %d units missing", p.Left())
			}
			for id, was := range handed {
				if was && !w.rung(id).AtLeast(RungHandedOver) {
					rt.Fatalf("order %s came back from %s", id, RungHandedOver)
				}
			}
		}
		reported := map[OrderID]int{}
		for _, r := range w.outbox {
			reported[r.OrderID]++
		}
		if reported["1"] > 1 || reported["2"] > 0 || reported["3"] > 0 || w.rung("3") != RungToPack {
			rt.Fatalf("reported %v, cancelled order at %s", reported, w.rung("3"))
		}
		if (w.rung("1") == RungHandedOver) != (reported["1"] == 1) {
			rt.Fatalf("order 1 is at %s and was reported %d times", w.rung("1"), reported["1"])
		}
	})
}
