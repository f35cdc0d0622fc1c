package station

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"packbench/fulfillment"
)

func TestAlarmsStandUntilTheyAreAnsweredOrOld(t *testing.T) {
	begin := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	late := func(id fulfillment.OrderID, s int) *fulfillment.Verdict {
		return &fulfillment.Verdict{Code: fulfillment.Cancelled, Why: fulfillment.WhyHandedOver, OrderID: id, At: begin.Add(time.Duration(s) * time.Second)}
	}
	scan := func(id fulfillment.OrderID, s int) *fulfillment.Verdict {
		return &fulfillment.Verdict{Code: fulfillment.OrderOpened, Scan: "x", OrderID: id, At: begin.Add(time.Duration(s) * time.Second)}
	}
	for _, c := range []struct {
		name string
		said []*fulfillment.Verdict
		want []fulfillment.OrderID
	}{
		{"two in one moment", []*fulfillment.Verdict{late("1", 0), late("2", 0)}, []fulfillment.OrderID{"1", "2"}},
		{"the same twice", []*fulfillment.Verdict{late("1", 0), late("1", 1)}, []fulfillment.OrderID{"1"}},
		{"a scan of something else", []*fulfillment.Verdict{late("1", 0), scan("2", 1), late("3", 2)}, []fulfillment.OrderID{"1", "3"}},
		{"a scan about one of them", []*fulfillment.Verdict{late("1", 0), late("2", 1), scan("1", 2)}, []fulfillment.OrderID{"2"}},
		{"a minute later", []*fulfillment.Verdict{late("1", 0), late("2", 61)}, []fulfillment.OrderID{"2"}},
		{"a label that came out", []*fulfillment.Verdict{late("1", 0), {Code: fulfillment.LabelPrinted, OrderID: "2", At: begin}}, []fulfillment.OrderID{"1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var list []fulfillment.Verdict
			for _, v := range c.said {
				list = alarms(list, v, nil, v.At)
			}
			if len(list) != len(c.want) {
				t.Fatalf("%d stand: %+v", len(list), list)
			}
			for i := range list {
				if list[i].OrderID != c.want[i] {
					t.Errorf("%d is of order %s, want %s", i, list[i].OrderID, c.want[i])
				}
			}
		})
	}
	if len(alarms([]fulfillment.Verdict{*late("1", 0)}, nil, nil, begin.Add(2*AlarmSpan))) != 0 {
		t.Error("an alarm stands for ever")
	}
}

// After a restart the banner says how the parcel in hand stands, until something is said.
func TestAParcelInHandAtTheStartSaysHowItStands(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	p := fulfillment.Parcel{Order: fulfillment.Order{ID: "1", Source: fulfillment.SourcePlatform, Market: "GB", Status: fulfillment.StatusAwaitingShipment,
		OnHoldOrder: true, CheckedAt: now.Add(-time.Hour)}, Items: []fulfillment.Item{{Need: 3, Got: 2}, {Need: 1}}}
	if v := standing(fulfillment.Bench{}, now); v != nil {
		t.Errorf("an empty bench: %+v", v)
	}
	if v := standing(fulfillment.Bench{Parcel: &p}, now); v.Why != fulfillment.WhyResumed || v.OrderID != "1" || v.Got != 2 || v.Need != 4 {
		t.Errorf("in work: %+v", v)
	}
	p.Order.CancelRequested = true
	if v := standing(fulfillment.Bench{Parcel: &p}, now); v.Code != fulfillment.CancelRequested || v.Market != "GB" || v.CheckedAt.IsZero() {
		t.Errorf("with a request to cancel: %+v", v)
	}
	p.Order.CancelRequested, p.Order.Status = false, fulfillment.StatusCancelled
	if v := standing(fulfillment.Bench{Parcel: &p}, now); v.Code != fulfillment.Cancelled || v.OrderID != "1" {
		t.Errorf("cancelled: %+v", v)
	}
	var last View
	s := New(Options{Now: func() time.Time { return now }, Show: func(v View) { last = v }})
	s.view.Standing = standing(fulfillment.Bench{Parcel: &p}, now)
	if s.show(nil); last.Standing == nil || last.VerdictSeq != 0 {
		t.Errorf("shown %+v", last)
	}
	if s.show(&fulfillment.Verdict{Code: fulfillment.CommandDone}); last.Standing != nil {
		t.Error("it stands beside what was said since")
	}
}

// What a seal left off may lie in the truck: the alarm is there again after the program was killed, and ends with a scan.
func TestASealsAlarmOutlivesTheProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		d := newDisk(t, "1001", "1002")
		b := startBench(t, ctx, d, script(t, comesOut, comesOut))
		for _, id := range []string{"1001", "1002"} {
			b.scan(id, "MUG", "MUG")
			b.verdicts()
			b.scan("T" + id)
		}
		b.scan("PB:MODE:HANDOFF", "T1001", "T1002")
		b.verdicts()
		o := d.orders["1001"]
		o.Status = fulfillment.StatusCancelled
		d.orders["1001"] = o
		b.scan("PB:SEAL")
		if _, last := b.verdicts(); len(last.Alarms) != 1 || last.Alarms[0].Why != fulfillment.WhyStaysHere {
			t.Fatalf("at the seal: %+v", last.Alarms)
		}
		cancel()
		synctest.Wait()

		ctx, cancel = context.WithCancel(t.Context())
		defer cancel()
		b = startBench(t, ctx, d, script(t))
		time.Sleep(2 * time.Hour)
		b.scan("1002")
		if _, last := b.verdicts(); len(last.Alarms) != 1 || last.Alarms[0].OrderID != "1001" || last.Alarms[0].Why != fulfillment.WhyStaysHere {
			t.Fatalf("after a restart: %+v", last.Alarms)
		}
		b.scan("T1001")
		if _, last := b.verdicts(); len(last.Alarms) != 0 {
			t.Errorf("it was scanned and still stands: %+v", last.Alarms)
		}
	})
}
