package fulfillment

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
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
			off := map[bool]Why{true: WhyOffManifest, false: WhyTakenOff}[c.code == Duplicate] // it goes on the hold shelf, not on its pile
			if v = w.said("PB:UNDO"); v.Code != CommandDone || v.Why != off || v.OrderID != "2" || len(w.bench.Stop) != 0 || len(w.bench.Open[0].Parcels) != 2 {
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

// An order that may not leave any more is said while its parcel lies in the pile, in whichever mode the bench is.
func TestWhatHappensToAParcelInThePileIsSaid(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(*world)
		change func(*Order)
		code   VerdictCode // of the alarm; empty: silence
	}{
		{"cancelled", nil, func(o *Order) { o.Status = StatusCancelled }, Cancelled},
		{"the buyer asks", nil, func(o *Order) { o.CancelRequested = true }, CancelRequested},
		{"nothing of that", nil, func(o *Order) { o.Market = "US" }, ""},
		{"taken out already", func(w *world) {
			w.tell("1", func(o *Order) { o.Status = StatusCancelled })
			w.said("PB:MODE:HANDOFF")
			w.said("TRACK1")
		}, func(o *Order) { o.Market = "US" }, ""},
		{"another order in hand", func(w *world) { w.expect("2", OrderOpened) }, func(o *Order) { o.Status = StatusCancelled }, Cancelled},
		{"not packed yet", func(w *world) { w.order("1", ShippingSeller, "MUG") }, func(o *Order) { o.Status = StatusCancelled }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.order("1", ShippingSeller, "MUG")
			w.order("2", ShippingSeller, "MUG")
			w.pack("1")
			if c.before != nil {
				c.before(w)
			}
			v := w.tell("1", c.change).Verdict
			if c.code == "" && v != nil || c.code != "" && (v == nil || v.Code != c.code || v.Why != WhyInThePile || v.OrderID != "1") {
				t.Errorf("said %+v", v)
			}
		})
	}
}

// One box has left and the other lies in the pile: both are said.
func TestBothBoxesOfACancelledOrderAreSaid(t *testing.T) {
	o := Order{ID: "1", Status: StatusCancelled, Packages: []Package{{ID: "P1", Rung: RungHandedOver}, {ID: "P2", Rung: RungApplied, Tracking: "T2"}}}
	out := Apply(Bench{}, Input{Now: noon, Changed: &o}, Policy{})
	if v := out.Verdict; v == nil || v.Why != WhyHandedOver || v.PackageID != "P1" {
		t.Errorf("said %+v", v)
	}
	if len(out.Alarms) != 1 || out.Alarms[0].Why != WhyInThePile || out.Alarms[0].Name != "T2" || !out.Alarms[0].At.Equal(noon) {
		t.Errorf("beside it %+v", out.Alarms)
	}
}

// PB:SEAL:<carrier> closes that carrier's manifest, whatever the handoff is narrowed to, and leaves the others open.
func TestASealOfOneCarrier(t *testing.T) {
	w := newWorld(t)
	for _, id := range []OrderID{"1", "2", "3"} {
		o := w.order(id, ShippingSeller, "MUG")
		if id != "1" {
			o.Packages[0].Carrier = "Other Post"
			w.orders[id] = o
		}
		w.pack(id)
	}
	w.expect("PB:MODE:HANDOFF", CommandDone)
	for _, code := range []string{"TRACK1", "TRACK2", "TRACK3"} {
		w.expect(code, Staged)
	}
	w.expect("PB:SEAL:NOBODY", Refused)
	if w.rung("1") != RungStaged || len(w.bench.Open) != 2 {
		t.Fatalf("a carrier without a manifest sealed something: %+v", w.bench.Open)
	}
	if v := w.said("PB:SEAL:OTHERPOST"); v.Code != HandedOver || v.Got != 2 {
		t.Fatalf("%+v", v)
	}
	if w.rung("1") != RungStaged || w.rung("2") != RungHandedOver || w.rung("3") != RungHandedOver || len(w.bench.Open) != 1 || w.bench.Open[0].Carrier != "Demo Carrier" {
		t.Errorf("%s, %s, %s; open %+v", w.rung("1"), w.rung("2"), w.rung("3"), w.bench.Open)
	}
	w.bench.Carrier = "OTHERPOST"
	w.expect("PB:SEAL", Refused)
	w.expect("PB:SEAL:DEMOCARRIER", HandedOver)
}

// Every parcel that a seal leaves off is an alarm of its own.
func TestWhatASealLeavesOffIsAnAlarm(t *testing.T) {
	w := threeStaged(t)
	for _, id := range []OrderID{"1", "3"} {
		w.tell(id, func(o *Order) { o.Status = StatusCancelled })
	}
	out := w.apply(Input{Scan: &Scan{Code: "PB:SEAL"}, Staged: w.staged()})
	if v := out.Verdict; v.Code != HandedOver || v.Why != WhyLeftOff || v.Got != 1 || v.Need != 3 {
		t.Fatalf("%+v", v)
	}
	if a := out.Alarms; len(a) != 2 || a[0].OrderID != "1" || a[1].OrderID != "3" || a[0].Code != Cancelled || a[1].Why != WhyStaysHere || a[1].Name != "TRACK3" {
		t.Errorf("%+v", a)
	}
	if !w.orders["1"].Packages[0].InThePile() {
		t.Error("it stands nowhere")
	}
	behind := func() (ids []OrderID) {
		for _, v := range w.bench.Behind {
			ids = append(ids, v.OrderID)
		}
		return ids
	}
	if !slices.Equal(behind(), []OrderID{"1", "3"}) {
		t.Errorf("%v may lie in the truck", behind())
	}
	o := w.orders["1"]
	w.apply(Input{Changed: &o})
	w.scan("TRACK2")
	if !slices.Equal(behind(), []OrderID{"1", "3"}) {
		t.Errorf("%v after news and another parcel", behind())
	}
	if v := w.said("TRACK1"); v.Code != Cancelled || v.Why != WhyTakenOff || v.OrderID != "1" || !slices.Contains(w.orders["1"].Packages[0].Holds, HoldCancelled) {
		t.Errorf("it was asked for, and its scan says %+v", v)
	}
	if !slices.Equal(behind(), []OrderID{"3"}) {
		t.Errorf("%v after one was scanned", behind())
	}
	if v := w.said("TRACK1"); v.Code != Cancelled || v.Why == WhyTakenOff { // somebody brings it once more
		t.Errorf("scanned again: %+v", v)
	}
}

func TestAPhotoWithoutACameraIsRefused(t *testing.T) {
	for _, has := range []bool{false, true} {
		w := threeStaged(t)
		w.pol.HasCamera = has
		out := w.apply(Input{Scan: &Scan{Code: "PB:PHOTO"}})
		if v := out.Verdict; has != (v.Code == CommandDone) || has != (out.Photo != nil) || !has && v.Why != WhyNoCamera {
			t.Errorf("camera %v: %+v", has, v)
		}
	}
}

// The seal's own event keeps how old its knowledge was, each manifest for itself: the paper says what the screen said.
func TestTheSealKeepsHowOldItsKnowledgeWas(t *testing.T) {
	w := newWorld(t)
	for _, id := range []OrderID{"1", "2"} {
		o := w.order(id, ShippingSeller, "MUG")
		o.Packages[0].Carrier = "Carrier " + string(id)
		w.pack(id)
	}
	w.expect("PB:MODE:HANDOFF", CommandDone)
	w.expect("TRACK1", Staged)
	w.expect("TRACK2", Staged)
	old := noon.Add(-time.Hour)
	w.tell("2", func(o *Order) { o.CheckedAt = old })
	out := w.apply(Input{Scan: &Scan{Code: "PB:SEAL"}, Staged: w.staged()})
	since := map[string]time.Time{}
	for _, e := range out.Events {
		if e.Kind != EventSealed {
			continue
		}
		text, err := json.Marshal(e.Body)
		if err != nil {
			t.Fatal(err)
		}
		var body struct {
			Carrier string
			Since   time.Time `json:"unchecked_since"`
		}
		if err := json.Unmarshal(text, &body); err != nil {
			t.Fatal(err)
		}
		since[body.Carrier] = body.Since
	}
	if v := out.Verdict; v.Why != WhyUnchecked || len(since) != 2 || !since["Carrier 2"].Equal(old) || !since["Carrier 1"].IsZero() {
		t.Errorf("%+v, %v", v, since)
	}
}
