package fulfillment

import (
	"slices"
	"testing"
	"time"
)

// Lost is what has left and what the platform gave up although nobody cancelled it; a hold of another reason stays.
func TestWhatIsLost(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Order)
		want   bool
	}{
		"given up on its way":             {func(*Order) {}, true},
		"given up before it was scanned":  {func(o *Order) { o.Packages[0].Rung = RungHandedOver }, true},
		"refunded, the order is complete": {func(o *Order) { o.Status = StatusCompleted }, true},
		"on its way":                      {func(o *Order) { o.Packages[0].PlatformStatus = "FULFILLING" }, false},
		"found again":                     {func(o *Order) { o.Packages[0].PlatformStatus, o.Packages[0].Holds = "FULFILLING", []Hold{HoldLost} }, false},
		"the order is cancelled":          {func(o *Order) { o.Status = StatusCancelled }, false},
		"all its units are cancelled":     {func(o *Order) { o.Lines[0].Status, o.Lines[1].Status = StatusCancelled, StatusCancelled }, false},
		"one of its units is cancelled":   {func(o *Order) { o.Lines[0].Status = StatusCancelled }, true},
		"still on the bench":              {func(o *Order) { o.Packages[0].Rung = RungStaged }, false},
		"delivered":                       {func(o *Order) { o.Packages[0].Rung = RungDelivered }, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := Order{Status: StatusInTransit, Lines: []LineItem{{ID: "L1", Status: StatusInTransit}, {ID: "L2", Status: StatusInTransit}},
				Packages: []Package{{ID: "P1", Lines: []LineID{"L1", "L2"}, PlatformStatus: "CANCELLED", Rung: RungCarrierScanned, Holds: []Hold{HoldShort}}}}
			c.change(&o)
			held := slices.Clone(o.Packages[0].Holds)
			got := o.WithLost()[0].Holds
			if slices.Contains(got, HoldLost) != c.want || slices.Contains(held, HoldShort) != slices.Contains(got, HoldShort) || !slices.Equal(o.Packages[0].Holds, held) {
				t.Errorf("holds %v of %v, want lost: %t", got, held, c.want)
			}
		})
	}
}

func TestNewestSteps(t *testing.T) {
	day := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	in := []TrackingStep{{"without a moment", time.Time{}}, {"b", day.Add(2 * time.Hour)}, {"", day.Add(9 * time.Hour)}}
	for i := range 6 {
		in = append(in, TrackingStep{"later", day.Add(time.Duration(10+i) * time.Hour)})
	}
	out := NewestSteps(in)
	if len(out) != stepsKept || !out[0].At.Equal(day.Add(15*time.Hour)) || !slices.IsSortedFunc(out, func(a, b TrackingStep) int { return b.At.Compare(a.At) }) {
		t.Errorf("%v", out)
	}
	if few := NewestSteps(in[:3]); len(few) != 2 || few[0].Text != "b" {
		t.Errorf("%v", few)
	}
}
