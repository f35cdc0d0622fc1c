package station

import (
	"context"
	"testing"
	"testing/synctest"

	"packbench/fulfillment"
)

// TestTheRuleCountsOnNothingThatWasTakenAway: once Fit has returned no job is made for a printer that is gone, and the weight of a scale
// that is gone is nobody's.
func TestTheRuleCountsOnNothingThatWasTakenAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d := newDisk(t, "1", "2")
		b := startBench(t, ctx, d, &scriptedPrinter{t: t}) // which complains about every label
		if err := b.s.Weigh(ctx, fulfillment.Weight{Grams: 500, Stable: true}); err != nil {
			t.Fatal(err)
		}
		for _, printer := range []bool{false, true} {
			if err := b.s.Fit(ctx, Fitted{Printer: printer}); err != nil {
				t.Fatal(err)
			}
			if _, v := b.verdicts(); v.Weight.Grams != 0 {
				t.Errorf("the scale that is gone says %d g", v.Weight.Grams)
			}
		}
		if err := b.s.Fit(ctx, Fitted{}); err != nil {
			t.Fatal(err)
		}
		b.scan("1", "MUG", "MUG")
		if codes, v := b.verdicts(); len(codes) != 3 || codes[2] != fulfillment.ItemComplete || v.Parcel == nil || v.Parcel.Job != "" {
			t.Errorf("said %v, in hand %+v", codes, v.Parcel)
		}
		cancel()
		synctest.Wait()
		if err := b.s.Fit(ctx, Fitted{}); err == nil {
			t.Error("a bench that has ended was fitted")
		}
	})
}
