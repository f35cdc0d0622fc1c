package text

import (
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

func TestWhatIsOverIsNotSaidAnyMore(t *testing.T) {
	now := time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)
	parcel := func(off, weight int) *fulfillment.Parcel {
		return &fulfillment.Parcel{OffG: off, Package: fulfillment.Package{WeightG: weight}}
	}
	hello := fulfillment.Verdict{Code: fulfillment.CommandDone, Class: fulfillment.ClassBadge, Scan: "PB:USER:9", Name: "Packer One"}
	heavy := fulfillment.Verdict{Code: fulfillment.WeightOff, Why: fulfillment.WhyTooHeavy}
	undone := fulfillment.Verdict{Code: fulfillment.CommandDone, Why: fulfillment.WhyItemBack, Scan: "PB:UNDO"}
	for name, c := range map[string]struct {
		v      fulfillment.Verdict
		age    time.Duration
		view   station.View
		asking bool
		want   bool
	}{
		"just logged in":                    {hello, time.Second, station.View{Operator: "Packer One"}, false, false},
		"logged in a while ago":             {hello, time.Minute, station.View{Operator: "Packer One"}, false, true},
		"the supervisor has gone":           {hello, time.Second, station.View{Operator: "Packer Two"}, false, true},
		"too heavy":                         {heavy, time.Hour, station.View{Parcel: parcel(900, 0)}, false, false},
		"weighed again, and right":          {heavy, time.Second, station.View{Parcel: parcel(0, 500)}, false, true},
		"pack it all the same?":             {fulfillment.Verdict{Code: fulfillment.WeightOff, Why: fulfillment.WhyInsist}, time.Hour, station.View{Parcel: &fulfillment.Parcel{OffG: 900, InsistAt: now}}, false, false},
		"the question was taken back":       {fulfillment.Verdict{Code: fulfillment.WeightOff, Why: fulfillment.WhyInsist}, time.Second, station.View{Parcel: parcel(900, 0)}, false, true},
		"asked why, answers in sight":       {fulfillment.Verdict{Code: fulfillment.Refused, Why: fulfillment.WhyReprintReason}, time.Hour, station.View{}, true, false},
		"asked why, answers gone":           {fulfillment.Verdict{Code: fulfillment.Refused, Why: fulfillment.WhyReprintReason}, time.Second, station.View{}, false, true},
		"an item was taken back":            {undone, time.Second, station.View{}, false, false},
		"an item was taken back long ago":   {undone, time.Minute, station.View{}, false, true},
		"a stop":                            {fulfillment.Verdict{Code: fulfillment.WrongItem}, time.Hour, station.View{}, false, false},
		"what to do with a parcel":          {fulfillment.Verdict{Code: fulfillment.CommandDone, Scan: "PB:HOLD"}, time.Hour, station.View{}, false, false},
		"what to do with a label":           {fulfillment.Verdict{Code: fulfillment.CommandDone, Why: fulfillment.WhyScanSpoiled, Scan: "PB:REPRINT:SPOILED"}, time.Hour, station.View{}, false, false},
		"the last scan was not recorded":    {hello, time.Hour, station.View{Err: "the disk is full"}, false, false},
		"a parcel is done":                  {fulfillment.Verdict{Code: fulfillment.Applied}, time.Hour, station.View{}, false, false},
		"the scale is silent":               {fulfillment.Verdict{Code: fulfillment.WeightOff, Why: fulfillment.WhyScaleSilent}, time.Hour, station.View{Parcel: parcel(0, 0)}, false, false},
		"weigh it first, and it is weighed": {fulfillment.Verdict{Code: fulfillment.Refused, Why: fulfillment.WhyNotWeighed}, 0, station.View{Parcel: parcel(0, 400)}, false, true},
	} {
		c.v.At = now.Add(-c.age)
		c.view.Verdict = &c.v
		if got := Over(c.view, c.asking, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
