package bench

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/ui/widgets"
)

// The allowed range stands beside the weight in the unit of the weight, and a wrong weight cannot look right.
func TestTheWeightIsJudgedBesideItsRange(t *testing.T) {
	full := func() *fulfillment.Parcel {
		return &fulfillment.Parcel{Items: []fulfillment.Item{{SKU: "MUG", WeightG: 1250, Need: 1, Got: 1}}}
	}
	empty := full()
	empty.Items[0].Got = 0
	unweighed := full()
	unweighed.Items[0].WeightG = 0
	known := fulfillment.WeightRange{ContentsG: 1250, LeastG: 1188, MostG: 1938}
	scale := func(g int, stable bool) fulfillment.Weight {
		return fulfillment.Weight{Grams: g, Stable: stable, At: now}
	}
	for _, c := range []struct {
		name          string
		v             station.View
		weight, words string
		goods         string
		fit           Fit
	}{
		{"right", station.View{Parcel: full(), Allowed: known, Weight: scale(1300, true)}, "1300 g", "Right: 1188–1938 g", "1250 g of goods", Fits},
		{"its limit", station.View{Parcel: full(), Allowed: known, Weight: scale(1938, true)}, "1938 g", "Right: 1188–1938 g", "1250 g of goods", Fits},
		{"too heavy", station.View{Parcel: full(), Allowed: known, Weight: scale(1939, true)}, "1939 g", "Right: 1188–1938 g", "1250 g of goods", Off},
		{"too light", station.View{Parcel: full(), Allowed: known, Weight: scale(700, true)}, "700 g", "Right: 1188–1938 g", "1250 g of goods", Off},
		{"moving", station.View{Parcel: full(), Allowed: known, Weight: scale(700, false)}, "700 g", "Right: 1188–1938 g", "1250 g of goods", NoFit},
		{"nothing on it", station.View{Parcel: full(), Allowed: known, Weight: scale(1, true)}, "1 g", "Right: 1188–1938 g", "1250 g of goods", NoFit},
		{"not complete", station.View{Parcel: empty, Allowed: known, Weight: scale(100, true)}, "100 g", "Right: 1188–1938 g", "1250 g of goods", NoFit},
		{"a product without a weight", station.View{Parcel: unweighed, Weight: scale(1300, true)}, "1.30 kg", "No check: MUG has no weight", "", NoFit},
		{"no scale", station.View{Parcel: unweighed}, "–", "", "", NoFit},
	} {
		f := FactsOf(c.v, now, now)
		if f.Weight != c.weight || f.Range != c.words || f.Goods != c.goods || f.Fit != c.fit {
			t.Errorf("%s: %q, %q, %q, %d", c.name, f.Weight, f.Range, f.Goods, f.Fit)
		}
	}
}

func TestTheRangeIsReadWholeOnTheSmallestBench(t *testing.T) {
	test.NewTempApp(t)
	f := newFactsPanel()
	test.NewTempWindow(t, f.object).Resize(fyne.NewSize(404, 374+2*4)) // 1280×720, with the test window's own padding
	for _, c := range []struct {
		note, weight string
		least        float32 // points that the weight must have
	}{
		{"", "100 g", 60}, {"Stick the dangerous goods sheet on, too", "100 g", 44}, {"", "14100 g", 32}, {"Please leave it with a neighbour", "14100 g", 32},
	} {
		f.set(Facts{Order: "576461413038785752", Carrier: "Royal Mail Tracked 24", Tracking: "SP419359515GB", Weight: c.weight, WeightOf: "steady", Goods: "12000 g of goods",
			Range: "Right: 11400–14100 g", Fit: Fits, Note: c.note, Box: "B12"})
		bottom := float32(0) // of the words above
		for _, x := range []struct {
			name string
			*widgets.Text
		}{{"carrier", f.carrier}, {"tracking", f.tracking}, {"weight", f.weight}, {"range", f.allowed}, {"goods", f.weightOf}} {
			lines, points := x.Drawn(x.Size())
			if strings.Join(lines, " ") != strings.Join(strings.Fields(x.Words()), " ") || points < 11 || points*1.28*float32(len(lines)) > x.Size().Height+2 {
				t.Errorf("%+v: %s is drawn %q at %v in %v", c, x.name, lines, points, x.Size())
			}
			if x.name == "weight" && points < c.least {
				t.Errorf("%+v: the weight has %v points in %v", c, points, x.Size())
			}
			top := fyne.CurrentApp().Driver().AbsolutePositionForObject(x.Text).Y
			if top < bottom {
				t.Errorf("%+v: %s begins at %v, the words above end at %v", c, x.name, top, bottom)
			}
			bottom = top + x.Size().Height
		}
		end := fyne.CurrentApp().Driver().AbsolutePositionForObject(f.details)
		if bottom > end.Y+f.details.Size().Height-6 {
			t.Errorf("%+v: the weight ends at %v, its card at %v", c, bottom, end.Y+f.details.Size().Height)
		}
	}
}
