package station

import (
	"context"
	"testing"
	"testing/synctest"

	"packbench/fulfillment"
)

// News of an order whose parcel lies finished in the pile reaches the rule and the screen, beside whatever is scanned then.
func TestNewsOfThePileIsHeard(t *testing.T) {
	for name, change := range map[string]func(*fulfillment.Order){
		"cancelled":      func(o *fulfillment.Order) { o.Status = fulfillment.StatusCancelled },
		"the buyer asks": func(o *fulfillment.Order) { o.CancelRequested = true },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				d := newDisk(t, "1001", "1002")
				b := startBench(t, ctx, d, script(t, comesOut))
				b.scan("1001", "MUG", "MUG")
				b.verdicts()
				b.scan("T1001")
				b.verdicts()
				d.mu.Lock()
				o := d.orders["1001"]
				change(&o)
				d.orders["1001"] = o
				d.mu.Unlock()
				if err := b.s.Changed(ctx, "1001"); err != nil {
					t.Fatal(err)
				}
				if _, last := b.verdicts(); last.Verdict.Why != fulfillment.WhyInThePile || last.Verdict.OrderID != "1001" {
					t.Fatalf("%+v", last.Verdict)
				}
				b.scan("1002")
				if _, last := b.verdicts(); last.Verdict.Code != fulfillment.OrderOpened || len(last.Alarms) != 1 || last.Alarms[0].OrderID != "1001" {
					t.Errorf("%+v, beside it %+v", last.Verdict, last.Alarms)
				}
			})
		})
	}
}
