package fulfillment

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAParcelFromOrderToHandover(t *testing.T) {
	w := newWorld(t)
	w.order("1001", ShippingSeller, "MUG", "MUG", "TEA")
	w.expect("1001", OrderOpened)
	w.expect("MUG", ItemOK)
	w.expect("4000000002", WrongItem) // TIN by its barcode
	w.expect("4000000000", ItemOK)
	w.expect("MUG", TooMany)
	w.expect("PB:UNDO", Refused) // it was never counted
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
			"PB:REPRINT", "PB:REPRINT:LOST", "PB:REPRINT:SPOILED", "PB:CONFIRM:NUMBER", "PB:UNDO", "PB:FINISH", "PB:MODE:HANDOFF", "PB:MODE:PACK", "PB:SEAL", "PB:PHOTO", "PB:CARRIER:OTHER", "PB:NEXTBOX", "PB:BOX:S"}
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
