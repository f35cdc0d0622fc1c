package fulfillment

import (
	"testing"
	"time"
)

// Every stop says how old the knowledge behind it is and in which market it happens: at open, at an item, at print, at apply,
// on a manifest and at the seal.
func TestStopsSayTheAgeOfTheirKnowledge(t *testing.T) {
	checked := noon.Add(-7 * time.Minute)
	ask := func(w *world, id OrderID) {
		o := w.orders[id]
		o.CancelRequested, o.CheckedAt, o.Market = true, checked, "VN"
		w.orders[id] = o
	}
	want := func(t *testing.T, v Verdict, code VerdictCode) {
		t.Helper()
		if v.Code != code || v.Market != "VN" || !v.CheckedAt.Equal(checked) {
			t.Errorf("%s in %q, checked %v: %+v", v.Code, v.Market, v.CheckedAt, v)
		}
	}
	t.Run("at open", func(t *testing.T) {
		w := newWorld(t)
		w.order("1", ShippingPlatform, "MUG")
		ask(w, "1")
		want(t, w.said("1"), CancelRequested)
	})
	t.Run("in hand", func(t *testing.T) {
		w := newWorld(t)
		w.order("1", ShippingPlatform, "MUG", "TEA")
		w.expect("1", OrderOpened)
		ask(w, "1")
		o := w.orders["1"]
		out := w.apply(Input{Changed: &o})
		want(t, *out.Verdict, CancelRequested)
		want(t, w.said("MUG"), CancelRequested)
	})
	t.Run("at the dock and at the seal", func(t *testing.T) {
		w := newWorld(t)
		for _, id := range []OrderID{"1", "2"} {
			w.order(id, ShippingPlatform, "MUG")
			w.expect(string(id), OrderOpened)
			w.expect("MUG", ItemComplete)
			w.print()
			w.expect("TRACK"+string(id), Applied)
		}
		w.expect("PB:MODE:HANDOFF", CommandDone)
		w.expect("TRACK1", Staged)
		ask(w, "1")
		ask(w, "2")
		want(t, w.said("TRACK2"), CancelRequested)
		want(t, w.said("PB:SEAL"), CancelRequested)
	})
	t.Run("an order from a file", func(t *testing.T) {
		w := newWorld(t)
		o := w.order("1", ShippingSeller, "MUG")
		o.Source, o.Holds = SourceCSV, []Hold{HoldHeld}
		w.orders["1"] = o
		if v := w.said("1"); v.Code != NeedsSupervisor || !v.CheckedAt.IsZero() {
			t.Errorf("%+v", v)
		}
	})
}
