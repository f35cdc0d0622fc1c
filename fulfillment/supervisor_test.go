package fulfillment

import (
	"testing"
	"time"
)

// badge logs somebody in.
func (w *world) badge(name string, supervisor bool) Outcome {
	return w.apply(Input{Scan: &Scan{Code: "PB:USER:9"}, Member: &Operator{Badge: "9", Name: name, Supervisor: supervisor}})
}

// later scans after a pause.
func (w *world) later(d time.Duration, code string) Verdict {
	w.n += int(d / time.Second)
	return w.said(code)
}

// atDock is a bench in handoff with a packer, a supervisor above, and order 1 that nobody has opened.
func atDock(t *testing.T) *world {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG", "MUG")
	w.badge("Demo Packer", false)
	w.expect("PB:MODE:HANDOFF", CommandDone)
	w.badge("Demo Supervisor", true)
	return w
}

func TestNobodyAcceptsAnUnpackedParcelInOneScan(t *testing.T) {
	type step struct {
		wait time.Duration
		code string
		want VerdictCode
		why  Why
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"its label twice", []step{{0, "TRACK1", NotPacked, WhyScanAgain}, {5 * time.Second, "TRACK1", Staged, WhyUnpacked}}},
		{"its package number twice", []step{{0, "P1", NotPacked, WhyScanAgain}, {0, "P1", Staged, WhyUnpacked}}},
		{"the slip never", []step{{0, "1", NotPacked, WhyScanLabel}, {0, "1", NotPacked, WhyScanLabel}, {0, "1", NotPacked, WhyScanLabel}}},
		{"the label and then the slip", []step{{0, "TRACK1", NotPacked, WhyScanAgain}, {0, "1", NotPacked, WhyScanLabel}, {0, "TRACK1", NotPacked, WhyScanAgain}}},
		{"another code between", []step{{0, "TRACK1", NotPacked, WhyScanAgain}, {0, "nobody knows it", UnknownCode, WhyNotAParcel}, {0, "TRACK1", NotPacked, WhyScanAgain}}},
		{"too long after", []step{{0, "TRACK1", NotPacked, WhyScanAgain}, {31 * time.Second, "TRACK1", NotPacked, WhyScanAgain}, {0, "TRACK1", Staged, WhyUnpacked}}},
		{"after the badge has ended", []step{{6 * time.Minute, "TRACK1", NotPacked, WhyNone}, {0, "TRACK1", NotPacked, WhyNone}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := atDock(t)
			for _, s := range c.steps {
				if v := w.later(s.wait, s.code); v.Code != s.want || v.Why != s.why {
					t.Fatalf("scan %s: got %s %q, want %s %q", s.code, v.Code, v.Why, s.want, s.why)
				}
			}
		})
	}
}

func TestATriggerHeldTooLongAcceptsNothing(t *testing.T) {
	w := atDock(t)
	scan := func(at time.Duration) Verdict {
		out := Apply(w.bench, Input{Now: noon.Add(time.Minute + at), ID: "m", Scan: &Scan{Code: "TRACK1"}, Found: w.find("TRACK1")}, w.pol)
		w.bench = out.Next
		return *out.Verdict
	}
	for _, at := range []time.Duration{0, 200 * time.Millisecond, 900 * time.Millisecond} {
		if v := scan(at); v.Code != NotPacked || v.Why != WhyScanAgain {
			t.Fatalf("after %s: %+v", at, v)
		}
	}
	if v := scan(1100 * time.Millisecond); v.Code != Staged || v.By != "Demo Supervisor" {
		t.Errorf("a deliberate second scan: %+v", v)
	}
}

func TestAnAcceptedParcelNeverCountsAsVerified(t *testing.T) {
	w := atDock(t)
	w.expect("TRACK1", NotPacked)
	out := w.apply(Input{Scan: &Scan{Code: "TRACK1"}, Found: w.find("TRACK1"), Staged: w.orders})
	if v := out.Verdict; v.Code != Staged || v.Why != WhyUnpacked || v.By != "Demo Supervisor" || out.By != "Demo Supervisor" {
		t.Fatalf("%+v by %q", v, out.By)
	}
	if w.bench.Supervisor || w.bench.Operator != "Demo Packer" {
		t.Errorf("after the parcel: operator %q, supervisor %v", w.bench.Operator, w.bench.Supervisor)
	}
	w.expect("PB:SEAL", HandedOver)
	o := w.orders["1"]
	items, _ := Contents(o, o.Packages[0], w.products)
	if o.Packages[0].Unpacked != "Demo Supervisor" || o.Packages[0].Rung != RungHandedOver || items[0].Got != 0 || items[0].Need != 2 {
		t.Errorf("package %+v, items %+v", o.Packages[0], items)
	}
}

func TestAHeldParcelIsNotTakenInOneScan(t *testing.T) {
	for name, change := range map[string]func(*Order){
		"held":             func(o *Order) { o.Holds = []Hold{HoldHeld} },
		"short":            func(o *Order) { o.Holds = []Hold{HoldShort} },
		"cancel requested": func(o *Order) { o.CancelRequested = true },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.order("1", ShippingSeller, "MUG")
			w.pack("1")
			o := w.orders["1"]
			change(&o)
			w.orders["1"] = o
			w.expect("PB:MODE:HANDOFF", CommandDone)
			w.badge("Demo Supervisor", true)
			if v := w.said("TRACK1"); v.Code.Accepted() || v.Why != WhyScanAgain {
				t.Fatalf("first scan: %+v", v)
			}
			if v := w.said("TRACK1"); v.Code != Staged || v.Why != WhyReleased && v.Why != WhyOverRequest || v.By != "Demo Supervisor" {
				t.Fatalf("second scan: %+v", v)
			}
			w.expect("PB:SEAL", HandedOver) // the word was given for this parcel, and it stands
		})
	}
}

func TestASealGoesOverNothing(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.pack("1")
	w.expect("PB:MODE:HANDOFF", CommandDone)
	w.expect("TRACK1", Staged)
	o := w.orders["1"]
	o.CancelRequested = true
	w.orders["1"] = o
	w.badge("Demo Supervisor", true)
	if out := w.apply(Input{Changed: &o}); out.Verdict == nil || out.Verdict.Code != CancelRequested || w.bench.Stop["P1"] != CancelRequested {
		t.Fatalf("the request was not said: %+v", out.Verdict)
	}
	if out := w.apply(Input{Changed: &o}); out.Verdict != nil {
		t.Errorf("said twice: %+v", out.Verdict)
	}
	w.expect("PB:SEAL", CancelRequested)
	if w.rung("1") != RungApplied || w.bench.Stop != nil {
		t.Errorf("order at %s, marked %v", w.rung("1"), w.bench.Stop)
	}
}

func TestAStoppedParcelIsMarkedUntilItIsTakenOff(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.pack("1")
	w.expect("PB:MODE:HANDOFF", CommandDone)
	w.expect("TRACK1", Staged)
	o := w.orders["1"]
	o.Status = StatusCancelled
	w.orders["1"] = o
	w.apply(Input{Changed: &o})
	w.expect("PB:MODE:PACK", CommandDone)
	if w.bench.Stop["P1"] != Cancelled {
		t.Fatalf("marked %v", w.bench.Stop)
	}
	w.expect("PB:MODE:HANDOFF", CommandDone)
	w.expect("PB:UNDO", CommandDone)
	if w.bench.Stop != nil {
		t.Errorf("marked %v after it was taken off", w.bench.Stop)
	}
}

func TestASupervisorsWordEndsAndIsSaid(t *testing.T) {
	w := newWorld(t)
	o := w.order("1", ShippingSeller, "MUG")
	o.CancelRequested = true
	w.orders["1"] = o
	w.badge("Demo Packer", false)
	w.expect("1", CancelRequested)
	w.badge("Demo Supervisor", true)
	if v := w.said("1"); v.Code != OrderOpened || v.Why != WhyOverRequest || v.By != "Demo Supervisor" {
		t.Fatalf("opened: %+v", v)
	}
	if v := w.said("MUG"); v.Code != ItemComplete || v.Why != WhyNone {
		t.Errorf("said again for each item: %+v", v)
	}
	w.print()
	w.expect("TRACK1", Applied)
	if w.bench.Supervisor || w.bench.Operator != "Demo Packer" {
		t.Errorf("after the parcel: %q, supervisor %v", w.bench.Operator, w.bench.Supervisor)
	}
	w.badge("Demo Supervisor", true)
	w.n += int(SupervisorSpan / time.Second)
	if out := w.apply(Input{Tick: true}); w.bench.Supervisor || len(out.Events) != 1 || out.Events[0].Kind != EventOperator {
		t.Errorf("after %s: supervisor %v, events %+v", SupervisorSpan, w.bench.Supervisor, out.Events)
	}
}

func TestARequestInMidParcelIsOverriddenAloud(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG", "MUG")
	w.expect("1", OrderOpened)
	o := w.orders["1"]
	o.CancelRequested = true
	w.apply(Input{Changed: &o})
	w.expect("MUG", CancelRequested)
	w.badge("Demo Supervisor", true)
	if v := w.said("MUG"); v.Code != ItemOK || v.Why != WhyOverRequest || v.By != "Demo Supervisor" {
		t.Errorf("%+v", v)
	}
	overrides := 0
	w.expect("MUG", ItemComplete)
	for _, e := range w.events {
		if e.Kind == EventOverride {
			overrides++
		}
	}
	if overrides != 1 {
		t.Errorf("%d overrides recorded for one parcel", overrides)
	}
}

func TestASealThatCouldNotLookIsNotGreen(t *testing.T) {
	for _, unchecked := range []bool{false, true} {
		w := newWorld(t)
		w.order("1", ShippingSeller, "MUG")
		w.pack("1")
		w.expect("PB:MODE:HANDOFF", CommandDone)
		w.expect("TRACK1", Staged)
		out := w.apply(Input{Scan: &Scan{Code: "PB:SEAL"}, Staged: w.orders, Unchecked: unchecked})
		if v := out.Verdict; v.Code != HandedOver || (v.Why == WhyUnchecked) != unchecked || unchecked && !v.Since.Equal(noon) {
			t.Errorf("unchecked %v: %+v", unchecked, v)
		}
	}
}
