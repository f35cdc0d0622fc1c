package text

import (
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

func TestEveryAlarmIsRead(t *testing.T) {
	late := func(id fulfillment.OrderID) fulfillment.Verdict {
		return fulfillment.Verdict{Code: fulfillment.Cancelled, Why: fulfillment.WhyHandedOver, OrderID: id}
	}
	asked := fulfillment.Verdict{Code: fulfillment.CancelRequested, OrderID: "576461413038785753"}
	for _, c := range []struct {
		name   string
		alarms []fulfillment.Verdict
		scan   bool // something was scanned since
		want   []string
	}{
		{"one, as it is", []fulfillment.Verdict{late("576461413038785751")}, false, nil},
		{"two too late", []fulfillment.Verdict{late("576461413038785751"), late("576461413038785752")}, false,
			[]string{"STOP – 2 cancelled too late", "576461413038785751", "576461413038785752"}},
		{"two kinds", []fulfillment.Verdict{late("576461413038785751"), asked}, false, []string{"STOP – 2 orders", "cancelled too late", "buyer wants to cancel"}},
		{"five", []fulfillment.Verdict{late("1"), late("2"), late("3"), late("4"), late("5")}, false, []string{"STOP – 5", "and 2 more"}},
		{"one behind a scan", []fulfillment.Verdict{late("576461413038785751")}, true, []string{"too late", "576461413038785751"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			last := c.alarms[len(c.alarms)-1]
			if c.scan {
				last = fulfillment.Verdict{Code: fulfillment.OrderOpened, OrderID: "9", Scan: "9"}
			}
			if v := (station.View{Alarms: c.alarms, Verdict: &last}); Alarming(v) == c.scan {
				t.Errorf("alarming %v behind a scan %v", Alarming(v), c.scan)
			}
			head, detail, ok := Alarms(station.View{Alarms: c.alarms, Verdict: &last})
			if ok != (c.want != nil) {
				t.Fatalf("ok %v: %q %q", ok, head, detail)
			}
			for _, w := range c.want {
				if !strings.Contains(head+" "+detail, w) {
					t.Errorf("%q is not in %q, %q", w, head, detail)
				}
			}
			if ok {
				sound(t, c.name, head, detail, 30)
			}
		})
	}
}

func TestAnAlarmNeverHidesAnotherVerdict(t *testing.T) {
	late := fulfillment.Verdict{Code: fulfillment.Cancelled, Why: fulfillment.WhyHandedOver, OrderID: "1"}
	label := fulfillment.Verdict{Code: fulfillment.CannotVerify, OrderID: "2"} // came without a scan, and is none of them
	v := station.View{Alarms: []fulfillment.Verdict{late, late}, Verdict: &label}
	if _, _, ok := Alarms(v); Alarming(v) || !ok || ViewLine(v) != Line(label) {
		t.Errorf("the banner says %q", ViewLine(v))
	}
}

// After a restart nothing was said yet, and what a seal left off must be read all the same.
func TestAnAlarmIsReadBeforeAnythingWasSaid(t *testing.T) {
	v := station.View{Alarms: []fulfillment.Verdict{{Code: fulfillment.Cancelled, Why: fulfillment.WhyStaysHere, OrderID: "1001"}}}
	if head, detail, ok := Alarms(v); !ok || head == "" || !strings.Contains(detail, "1001") || Alarming(v) {
		t.Errorf("%q, %q, %v", head, detail, ok)
	}
}

// An alarm may stand for an hour, and after a restart: it names the moment of its knowledge, no age.
func TestAnAlarmNamesWhenItWasChecked(t *testing.T) {
	at := time.Date(2026, 3, 2, 13, 2, 0, 0, time.Local)
	a := fulfillment.Verdict{Code: fulfillment.Cancelled, OrderID: "1", At: at, CheckedAt: at}
	_, detail, ok := Alarms(station.View{Alarms: []fulfillment.Verdict{a}})
	if !ok || !strings.HasSuffix(detail, " Checked at 13:02.") {
		t.Errorf("%q, %v", detail, ok)
	}
}
