package fulfillment

import (
	"slices"
	"testing"
)

// threeStaged are three packed parcels on one open manifest; the middle one is order 2.
func threeStaged(t *testing.T) *world {
	w := newWorld(t)
	for _, id := range []OrderID{"1", "2", "3"} {
		w.order(id, ShippingSeller, "MUG")
		w.pack(id)
	}
	w.expect("PB:MODE:HANDOFF", CommandDone)
	for _, code := range []string{"TRACK1", "TRACK2", "TRACK3"} {
		w.expect(code, Staged)
	}
	return w
}

// UNDO means the parcel in the packer's hands, whichever was added last.
func TestUndoTakesOffTheParcelScannedLast(t *testing.T) {
	for _, c := range []struct {
		name  string
		scans []string
		want  []OrderID // taken off by the UNDOs that follow
	}{
		{"the one added last", nil, []OrderID{"3", "2", "1"}},
		{"one in the middle", []string{"TRACK2"}, []OrderID{"2", "3", "1"}},
		{"two once more", []string{"TRACK2", "TRACK1"}, []OrderID{"1", "3", "2"}},
		{"another one added since", []string{"TRACK2", "TRACK4"}, []OrderID{"4", "3"}},
		{"another carrier in sight since", []string{"TRACK2", "PB:MODE:HANDOFF"}, []OrderID{"3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := threeStaged(t)
			w.order("4", ShippingSeller, "MUG")
			w.expect("PB:MODE:PACK", CommandDone)
			w.pack("4")
			w.expect("PB:MODE:HANDOFF", CommandDone)
			for _, code := range c.scans {
				w.said(code)
			}
			for i, id := range c.want {
				if v := w.said("PB:UNDO"); v.OrderID != id || v.Why != WhyOffManifest || w.rung(id) != RungApplied {
					t.Fatalf("undo %d took off %+v, want order %s", i, v, id)
				}
			}
		})
	}
}

// A cancelled parcel on a manifest must say so when it is scanned, and come off by UNDO.
func TestACancelledParcelOnAManifestSaysSo(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Order)
		code   VerdictCode
	}{
		{"cancelled", func(o *Order) { o.Status = StatusCancelled }, Cancelled},
		{"the buyer asks", func(o *Order) { o.CancelRequested = true }, CancelRequested},
		{"on hold", func(o *Order) { o.Status = StatusOnHold }, OnHold},
		{"replaced", func(o *Order) { o.Packages[0].Holds = []Hold{HoldHeld} }, NeedsSupervisor},
		{"nothing", func(*Order) {}, Duplicate},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := threeStaged(t)
			w.tell("2", c.change)
			v := w.said("TRACK2")
			if why := map[bool]Why{true: WhyNone, false: WhyTakeOff}[c.code == Duplicate]; v.Code != c.code || v.Why != why || v.OrderID != "2" {
				t.Fatalf("%+v", v)
			}
			if v = w.said("PB:UNDO"); v.OrderID != "2" || len(w.bench.Stop) != 0 || len(w.bench.Open[0].Parcels) != 2 {
				t.Errorf("%+v, stopped %v", v, w.bench.Stop)
			}
			if p := w.orders["2"].Packages[0]; (c.code == Cancelled) != slices.Contains(p.Holds, HoldCancelled) {
				t.Errorf("held %v", p.Holds)
			}
		})
	}
}

// A cancelled parcel leaves the dock's list when it is scanned there, not before.
func TestACancelledParcelInThePileIsTakenOutByItsScan(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.pack("1")
	w.expect("PB:MODE:HANDOFF", CommandDone)
	w.tell("1", func(o *Order) { o.Status = StatusCancelled })
	if p := w.orders["1"].Packages[0]; !p.InThePile() || StopInThePile(w.orders["1"], p) != Cancelled {
		t.Fatalf("%+v", p)
	}
	w.expect("TRACK1", Cancelled)
	if w.orders["1"].Packages[0].InThePile() {
		t.Error("it was scanned and is listed still")
	}
	w.expect("TRACK1", Cancelled)
}
