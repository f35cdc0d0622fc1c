package fulfillment

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// combine puts the orders into one package, as the platform tells it before anything is packed.
func (w *world) combine(ids ...OrderID) {
	for _, id := range ids {
		o := w.orders[id]
		o.Combined = true
		o.Packages = slices.Clone(o.Packages)
		p := &o.Packages[0]
		p.ID, p.PlatformID, p.Tracking, p.Label = "P9", "P9", "TRACK99", "label-9"
		for i := range o.Lines {
			o.Lines[i].PackageID = "P9"
		}
		w.orders[id] = o
	}
}

// pair is a world with the orders 1 (MUG) and 2 (TEA, MUG) in one package.
func pair(t testing.TB) *world {
	w := newWorld(t)
	w.order("1", ShippingPlatform, "MUG")
	w.order("2", ShippingPlatform, "TEA", "MUG")
	w.combine("1", "2")
	return w
}

func (w *world) verdict() Verdict {
	w.t.Helper()
	if w.last == nil {
		w.t.Fatal("nothing was said")
	}
	return *w.last
}

func (w *world) packPair(code string) {
	w.t.Helper()
	w.expect(code, OrderOpened)
	w.expect("MUG", ItemOK)
	w.expect("MUG", ItemOK)
	w.expect("TEA", ItemComplete)
	if got := w.print(); got != LabelPrinted {
		w.t.Fatalf("printed: %s", got)
	}
}

// TestCombinedIsOneParcel: by whichever code it is opened, it holds the items of all orders, has one label and one line on the
// manifest, and every order climbs every rung with its own events.
func TestCombinedIsOneParcel(t *testing.T) {
	for _, code := range []string{"1", "2", "P9", "TRACK99", "own ids"} {
		w := pair(t)
		if code == "own ids" { // this station knew the packages before the platform had made one of them
			for _, id := range []OrderID{"1", "2"} {
				w.orders[id].Packages[0].ID = PackageID(id + "-1")
			}
			code = "2"
		}
		w.packPair(code)
		if len(w.jobs) != 1 {
			t.Errorf("%s: %d print jobs", code, len(w.jobs))
		}
		w.expect("1", OrderOpened) // the parcel in hand again, by any of its orders
		w.expect("2", OrderOpened)
		w.expect("TRACK99", Applied)
		for _, id := range []OrderID{"1", "2"} {
			if got := w.rung(id); got != RungApplied {
				t.Errorf("%s: order %s is %s after applying", code, id, got)
			}
		}
		w.expect("2", AlreadyPacked)
		w.expect("PB:MODE:HANDOFF", CommandDone)
		w.expect("TRACK99", Staged)
		w.expect("TRACK99", Duplicate)
		if m := w.bench.Open[0]; m.Count() != 1 || len(m.Parcels[0].With) != 1 {
			t.Errorf("%s: on the manifest: %+v", code, m.Parcels)
		}
		w.expect("PB:SEAL", HandedOver)
		for _, id := range []OrderID{"1", "2"} {
			if got := w.rung(id); got != RungHandedOver {
				t.Errorf("%s: order %s is %s after the seal", code, id, got)
			}
			for _, k := range []EventKind{EventOrderOpened, EventItemScanned, EventVerified, EventLabelQueued, EventLabelPrinted, EventApplied, EventStaged, EventHandedOver} {
				if !slices.ContainsFunc(w.events, func(e EventDraft) bool { return e.OrderID == id && e.Kind == k }) {
					t.Errorf("%s: order %s has no event %s", code, id, k)
				}
			}
		}
		w.ledgerAgrees()
	}
}

// ledgerAgrees: what the events say of each package and manifest is what the tables have.
func (w *world) ledgerAgrees() {
	w.t.Helper()
	l := NewLedger()
	for i, d := range w.events {
		e := Event{Station: "S", Seq: int64(i + 1), Kind: d.Kind, OrderID: d.OrderID, PackageID: d.PackageID}
		body, err := json.Marshal(d.Body)
		if err != nil {
			w.t.Fatal(err)
		}
		if d.Body != nil {
			e.Body = body
		}
		if err := l.Add(e); err != nil {
			w.t.Fatal(err)
		}
	}
	for id, o := range w.orders {
		for _, p := range o.Packages {
			got := l.Packages[PackageKey{id, p.ID}]
			if got.Rung == "" {
				got.Rung = RungToPack
			}
			if got.Rung != p.Rung || got.WeightG != p.WeightG || got.Manifest != p.Manifest || got.Reprints != p.Reprints {
				w.t.Errorf("order %s: stored %s %d g %q, the events say %+v", id, p.Rung, p.WeightG, p.Manifest, got)
			}
		}
	}
	for id, m := range l.Manifests {
		seen := map[PackageID]bool{}
		for _, p := range m.Parcels {
			if seen[p.Package] {
				w.t.Errorf("manifest %s lists package %s twice", id, p.Package)
			}
			seen[p.Package] = true
		}
	}
}

// TestCombinedGate: what stands against one of the orders stops the parcel at every point, says which order it is, and only a
// supervisor goes on.
func TestCombinedGate(t *testing.T) {
	changes := map[string]struct {
		change func(*Order)
		want   VerdictCode
	}{
		"cancelled": {func(o *Order) { o.Status = StatusCancelled }, Cancelled},
		"asked":     {func(o *Order) { o.CancelRequested = true }, CancelRequested},
		"held":      {func(o *Order) { o.Holds = []Hold{HoldHeld} }, NeedsSupervisor},
		"on hold":   {func(o *Order) { o.Status = StatusOnHold }, OnHold},
		"unknown":   {func(o *Order) { o.Status = "SOMETHING_NEW" }, Refused},
	}
	points := map[string]func(w *world){
		"open":  func(*world) {},
		"item":  func(w *world) { w.expect("1", OrderOpened); w.expect("MUG", ItemOK); w.expect("MUG", ItemOK) },
		"apply": func(w *world) { w.packPair("1") },
		"manifest": func(w *world) {
			w.packPair("1")
			w.expect("TRACK99", Applied)
			w.expect("PB:MODE:HANDOFF", CommandDone)
		},
		"seal": func(w *world) {
			w.packPair("1")
			w.expect("TRACK99", Applied)
			w.expect("PB:MODE:HANDOFF", CommandDone)
			w.expect("TRACK99", Staged)
		},
	}
	scans := map[string]string{"open": "1", "item": "TEA", "apply": "TRACK99", "manifest": "TRACK99", "seal": "PB:SEAL"}
	for at, upto := range points {
		for what, c := range changes {
			t.Run(at+" "+what, func(t *testing.T) {
				w := pair(t)
				upto(w)
				o := w.orders["2"]
				c.change(&o)
				w.orders["2"] = o
				if at == "item" || at == "apply" {
					w.tell("2", c.change)
					if v := w.verdict(); v.Code != c.want || v.About != "2" || v.OrderID != "1" {
						t.Errorf("told: %+v", v)
					}
				}
				if at == "open" && what == "cancelled" { // nothing of it is in any box: the other order is packed alone
					w.expect("1", OrderOpened)
					if n := w.bench.Parcel.Left(); n != 1 {
						t.Errorf("%d units wanted, want those of order 1 alone", n)
					}
					return
				}
				w.expect(scans[at], c.want)
				if v := w.verdict(); v.About != "2" {
					t.Errorf("not said which order it is: %+v", v)
				}
				if r := w.rung("1"); r.AtLeast(RungHandedOver) {
					t.Error("it left all the same")
				}
				if at == "seal" && (w.rung("1") != RungApplied || w.rung("2") != RungApplied) {
					t.Errorf("left off: %s and %s", w.rung("1"), w.rung("2"))
				}
				w.ledgerAgrees()
			})
		}
	}
}

// TestCancelledIsTakenOut: a supervisor goes on without the cancelled order; what must leave the box is said, and that order does
// not count as packed any more.
func TestCancelledIsTakenOut(t *testing.T) {
	boss := Operator{Name: "Boss", Badge: "9", Supervisor: true}
	badge := func(w *world) {
		w.apply(Input{Scan: &Scan{Code: "PB:USER:9"}, Member: &boss})
	}
	said := func(t *testing.T, w *world) {
		t.Helper()
		if v := w.verdict(); v.Why != WhyTakeOut || v.By != "Boss" || !strings.Contains(v.Name, "TEA") || !strings.Contains(v.Name, "MUG") {
			t.Errorf("said %+v", v)
		}
		if w.rung("2") != RungToPack {
			t.Errorf("order 2 still counts as %s", w.rung("2"))
		}
	}
	t.Run("in hand", func(t *testing.T) {
		w := pair(t)
		w.packPair("1")
		w.tell("2", func(o *Order) { o.Status = StatusCancelled })
		out := 0
		for _, it := range w.bench.Parcel.Items {
			if it.Out {
				out += it.Got
			}
		}
		if out != 2 {
			t.Errorf("%d units are shown to be taken out, want 2", out)
		}
		badge(w)
		w.expect("TRACK99", Applied)
		said(t, w)
		w.ledgerAgrees()
	})
	t.Run("while it is scanned", func(t *testing.T) {
		w := pair(t)
		w.expect("1", OrderOpened)
		w.expect("TEA", ItemOK)
		w.tell("2", func(o *Order) { o.Status = StatusCancelled })
		w.expect("MUG", Cancelled)
		badge(w)
		w.expect("MUG", ItemComplete)
		if v := w.verdict(); v.Why != WhyTakeOut || v.Name != "1 × TEA" {
			t.Errorf("said %+v", v)
		}
		w.ledgerAgrees()
	})
	t.Run("at the dock", func(t *testing.T) {
		w := pair(t)
		w.packPair("2") // it leads, and is the one that is cancelled
		w.expect("TRACK99", Applied)
		w.tell("2", func(o *Order) { o.Status = StatusCancelled })
		w.expect("PB:MODE:HANDOFF", CommandDone)
		w.expect("TRACK99", Cancelled)
		badge(w)
		w.expect("TRACK99", Cancelled)
		w.n += 2
		w.expect("TRACK99", Staged)
		said(t, w)
		w.expect("PB:SEAL", HandedOver)
		if w.rung("1") != RungHandedOver || w.rung("2") != RungToPack {
			t.Errorf("after the seal: %s and %s", w.rung("1"), w.rung("2"))
		}
		w.ledgerAgrees()
	})
}

// TestCombinedMeanwhile: orders that are combined or taken apart while a parcel is in hand or begun need a person.
func TestCombinedMeanwhile(t *testing.T) {
	t.Run("apart while it is scanned", func(t *testing.T) {
		w := pair(t)
		w.expect("1", OrderOpened)
		w.expect("TEA", ItemOK)
		for i, id := range []OrderID{"1", "2"} {
			w.tell(id, func(o *Order) {
				o.Combined, o.Packages[0].ID, o.Packages[0].PlatformID = false, PackageID([]string{"P10", "P11"}[i]), ""
			})
		}
		if v := w.verdict(); v.Code != NeedsSupervisor {
			t.Errorf("said %+v", v)
		}
		w.expect("MUG", NeedsSupervisor)
		w.expect("PB:SKIP", CommandDone)
		w.expect("1", OrderOpened)
		w.expect("MUG", ItemComplete)
	})
	t.Run("together after one was packed", func(t *testing.T) {
		w := pair(t)
		o := w.orders["1"]
		o.Packages[0].Rung = RungVerified
		w.orders["1"] = o
		w.expect("2", NeedsSupervisor)
		if v := w.verdict(); v.Why != WhyUneven {
			t.Errorf("said %+v", v)
		}
		w.apply(Input{Scan: &Scan{Code: "PB:USER:9"}, Member: &Operator{Name: "Boss", Supervisor: true}})
		w.expect("2", OrderOpened)
		if w.bench.Parcel.Left() != 3 {
			t.Errorf("%d units wanted: every item is scanned again", w.bench.Parcel.Left())
		}
	})
	t.Run("with a tracking number each", func(t *testing.T) {
		w := pair(t)
		o := w.orders["2"]
		o.Packages[0].Tracking = "OTHER99"
		w.orders["2"] = o
		w.expect("1", NeedsSupervisor)
		if v := w.verdict(); v.Why != WhyTwoNumbers {
			t.Errorf("said %+v", v)
		}
		w.apply(Input{Scan: &Scan{Code: "PB:USER:9"}, Member: &Operator{Name: "Boss", Supervisor: true}})
		w.expect("1", OrderOpened)
		for _, code := range []string{"MUG", "TEA"} {
			w.expect(code, ItemOK)
		}
		w.expect("MUG", ItemComplete)
		w.print()
		w.expect("OTHER99", WrongLabel) // the other order's label was not printed, and is not on the box
		w.expect("TRACK99", Applied)
	})
	t.Run("with an order that is not known", func(t *testing.T) {
		w := pair(t)
		delete(w.orders, "2")
		w.expect("1", NeedsSupervisor)
		if v := w.verdict(); v.Why != WhyCombinedUnknown {
			t.Errorf("said %+v", v)
		}
	})
}

// TestCombinedIsPutAsideAsOne: skip, hold, undo, reprint and a parcel taken off its manifest count for all orders.
func TestCombinedIsPutAsideAsOne(t *testing.T) {
	w := pair(t)
	w.expect("1", OrderOpened)
	w.expect("TEA", ItemOK)
	w.expect("PB:UNDO", CommandDone)
	w.expect("PB:HOLD", CommandDone)
	for _, id := range []OrderID{"1", "2"} {
		if !slices.Contains(w.orders[id].Holds, HoldHeld) {
			t.Errorf("order %s is not held", id)
		}
	}
	w.apply(Input{Scan: &Scan{Code: "PB:USER:9"}, Member: &Operator{Name: "Boss", Supervisor: true}})
	w.packPair("TRACK99")
	if len(w.orders["1"].Holds)+len(w.orders["2"].Holds) > 0 {
		t.Error("opening it did not release both")
	}
	w.expect("PB:REPRINT:SPOILED", CommandDone)
	w.expect("TRACK99", CommandDone) // the spoiled label
	w.print()
	w.n += int(TornSpan / time.Second)
	w.expect("TRACK99", Applied)
	w.expect("PB:MODE:HANDOFF", CommandDone)
	w.expect("TRACK99", Staged)
	w.expect("PB:UNDO", CommandDone)
	for _, id := range []OrderID{"1", "2"} {
		if p := w.orders[id].Packages[0]; p.Rung != RungApplied || p.Manifest != "" || p.Reprints != 1 {
			t.Errorf("order %s: %+v", id, p)
		}
	}
	w.ledgerAgrees()
}
