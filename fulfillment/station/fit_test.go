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

// TestAPrinterThatComesPrintsWhatWaitsForIt: a parcel that was complete before there was a printer gets its label, once.
func TestAPrinterThatComesPrintsWhatWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d := newDisk(t, "1")
		b := startBench(t, ctx, d, script(t, comesOut))
		fit := func(printer bool) {
			t.Helper()
			if err := b.s.Fit(ctx, Fitted{Printer: printer}); err != nil {
				t.Fatal(err)
			}
		}
		fit(false)
		b.scan("1", "MUG", "MUG")
		if _, v := b.verdicts(); v.Prompt != PromptBindLabel || len(d.jobs) != 0 {
			t.Fatalf("without a printer: %s, %d jobs", v.Prompt, len(d.jobs))
		}
		fit(true)
		fit(true)
		if _, v := b.verdicts(); v.Prompt != PromptApply || len(d.jobs) != 1 || d.job(0).State != fulfillment.JobDone {
			t.Errorf("with one: %s, jobs %+v", v.Prompt, d.jobs)
		}
	})
}
