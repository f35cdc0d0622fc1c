package station

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"packbench/fulfillment"
)

func TestASealWithoutALookSaysSo(t *testing.T) {
	for name, looked := range map[string]error{"answered": nil, "offline": errors.New("no route to host")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				d := newDisk(t, "1001")
				o := d.orders["1001"]
				o.Source, o.FulfillmentType, o.OnHoldOrder, o.CheckedAt = fulfillment.SourcePlatform, fulfillment.FulfillmentBySeller, true, time.Now()
				d.orders["1001"] = o
				b := startBench(t, ctx, d, script(t, comesOut))
				b.s.o.Refresh = func(context.Context, []fulfillment.OrderID) error { return looked }
				b.scan("1001", "MUG", "MUG")
				b.verdicts()
				b.scan("T1001", "PB:MODE:HANDOFF", "T1001", "PB:SEAL")
				_, last := b.verdicts()
				if v := last.Verdict; v.Code != fulfillment.HandedOver || (v.Why == fulfillment.WhyUnchecked) != (looked != nil) || looked != nil && v.Since.IsZero() {
					t.Errorf("%+v", v)
				}
			})
		})
	}
}

func TestASupervisorsWordEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		b := startBench(t, ctx, newDisk(t, "1001"), script(t))
		b.s.o.Operators = []fulfillment.Operator{{Badge: "9", Name: "Demo Supervisor", Supervisor: true}}
		b.scan("PB:USER:9")
		if _, last := b.verdicts(); !last.Supervisor || !b.s.Supervisor() {
			t.Fatal("the badge did not count")
		}
		time.Sleep(fulfillment.SupervisorSpan + time.Second) // the bubble's clock
		if _, last := b.verdicts(); last.Supervisor || b.s.Supervisor() {
			t.Error("nobody scanned, and the supervisor is still there")
		}
	})
}

// The rule is told what the scale showed last, and the screen shows the parcel without the tray.
func TestTheTrayIsNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		b := startBench(t, ctx, newDisk(t, "1001"), script(t))
		b.verdicts() // the station waits: its options may be changed
		b.s.o.Policy.HasScale = true
		weigh := func(g int) {
			if err := b.s.Weigh(ctx, fulfillment.Weight{Grams: g, Stable: true, At: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		weigh(130)
		b.scan("PB:TARE")
		weigh(350)
		b.scan("1001")
		if _, last := b.verdicts(); last.TareG != 130 || last.Weight.Grams != 220 {
			t.Errorf("%d g without a tray of %d g", last.Weight.Grams, last.TareG)
		}
	})
}
