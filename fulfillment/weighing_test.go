package fulfillment

import (
	"testing"
	"time"
)

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

func TestTare(t *testing.T) {
	w := newWorld(t)
	w.pol.HasScale = true
	now := func(g int, stable bool) Weight {
		return Weight{Grams: g, Stable: stable, At: noon.Add(time.Duration(w.n) * time.Second)}
	}
	weigh := func(g int) {
		reading := now(g, true)
		w.apply(Input{Weight: &reading})
	}
	tare := func(scale Weight) Outcome { return w.apply(Input{Scan: &Scan{Code: "PB:TARE"}, Scale: scale}) }
	refused := func(out Outcome, why Why) {
		t.Helper()
		if out.Verdict == nil || out.Verdict.Code != Refused || out.Verdict.Why != why {
			t.Fatalf("got %+v, want %s", out.Verdict, why)
		}
	}
	refused(tare(Weight{}), WhyNoScale)
	refused(tare(now(130, false)), WhyScaleMoves)
	refused(tare(now(6_000, true)), WhyTareHeavy)

	weigh(130) // the tray
	if out := tare(now(130, true)); out.Verdict.Code != CommandDone || out.Verdict.WeightG != 130 || w.bench.TareG != 130 {
		t.Fatalf("%+v", out.Verdict)
	}
	for id, g := range map[OrderID]int{"1": 110, "2": 115} { // the tray alone is an empty scale
		w.order(id, ShippingSeller, "MUG")
		w.scan(string(id))
		w.scan("MUG")
		refused(tare(now(130+g, true)), WhyTareParcel)
		weigh(130 + g)
		if got := w.bench.Parcel; got.Package.WeightG != g {
			t.Fatalf("weight %d, want %d", got.Package.WeightG, g)
		}
		w.print()
		w.expect("TRACK"+string(id), Applied)
		weigh(130)
	}
	weigh(1) // the tray was taken away
	if w.bench.TareG != 0 {
		t.Error("a tray that is gone is still left out")
	}
	w.order("3", ShippingSeller, "MUG")
	w.scan("3")
	w.scan("MUG")
	weigh(120)
	if got := w.bench.Parcel.Package.WeightG; got != 120 {
		t.Errorf("weight %d, want 120", got)
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
				w.expect(end, WeightOff)
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

// A wrong weight is gone over by two FINISH in a row only, and the record says that it was.
func TestFinishAsksOnceOverAWrongWeight(t *testing.T) {
	weigh := func(w *world, g int) { w.apply(Input{Weight: &Weight{Grams: g, Stable: true}}) }
	heavy := func(t *testing.T) *world {
		w := newWorld(t)
		w.pol.HasScale = true
		w.order("1", ShippingSeller, "MUG", "TEA")
		w.scan("1")
		w.scan("MUG")
		w.scan("TEA")
		weigh(w, 0)
		weigh(w, 1300)
		asks := w.said("PB:FINISH")
		if asks.Code != WeightOff || asks.Why != WhyInsist || asks.WeightG != 1300 || asks.LeastG != 190 || asks.MostG != 510 || len(w.jobs) != 0 {
			t.Fatalf("the first FINISH: %+v, %d jobs", asks, len(w.jobs))
		}
		return w
	}
	for name, between := range map[string]func(*world){
		"another scan":    func(w *world) { w.scan("NOBODY-KNOWS-THIS") },
		"another command": func(w *world) { w.scan("PB:REPRINT") },
		"an empty scale":  func(w *world) { weigh(w, 0) },
		"another weight":  func(w *world) { weigh(w, 0); weigh(w, 1400) },
		"a second reading of one trigger": func(w *world) {
			w.bench.Parcel.InsistAt = noon.Add(time.Duration(w.n+1)*time.Second - ConfirmAfter/2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := heavy(t)
			between(w)
			if v := w.said("PB:FINISH"); v.Why != WhyInsist || len(w.jobs) != 0 {
				t.Fatalf("it goes on without being asked: %+v", v)
			}
			w.expect("PB:FINISH", CommandDone)
		})
	}
	w := heavy(t)
	if v := w.said("PB:FINISH"); v.Code != CommandDone || v.Why != WhyOverWeight || v.WeightG != 1300 {
		t.Fatalf("the second FINISH: %+v", v)
	}
	body := map[string]any{}
	for _, e := range w.events {
		if e.Kind == EventWeighed {
			body = e.Body.(map[string]any)
		}
	}
	if body["g"] != 1300 || body["over"] != WhyTooHeavy || len(w.jobs) != 1 || !w.bench.Parcel.ByHand {
		t.Fatalf("%+v, %d jobs", body, len(w.jobs))
	}
	w.print()
	if v := w.last; v.Code != LabelPrinted || v.Why != WhyOverWeight || v.WeightG != 1300 {
		t.Errorf("the label hides the weight: %+v", v)
	}
	if v := w.said("TRACK1"); v.Code != Applied || v.Why != WhyOverWeight || v.WeightG != 1300 {
		t.Errorf("the end hides the weight: %+v", v)
	}
}
