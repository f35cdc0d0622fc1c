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
	test.NewTempWindow(t, f.object).Resize(fyne.NewSize(404, 390)) // 1280×720, a note in sight
	f.set(Facts{Order: "576461413038785752", Carrier: "Royal Mail Tracked 24", Tracking: "SP419359515GB", Weight: "14100 g", WeightOf: "steady", Goods: "12000 g of goods",
		Range: "Right: 11400–14100 g", Fit: Fits, Note: "Please leave it with a neighbour", Box: "B12"})
	for name, x := range map[string]*widgets.Text{"weight": f.weight, "range": f.allowed, "goods": f.weightOf} {
		lines, points := x.Drawn(x.Size())
		if len(lines) != 1 || lines[0] != strings.Join(strings.Fields(x.Words()), " ") || points < 11 || points > x.Size().Height*1.15 {
			t.Errorf("%s is drawn %q at %v in %v", name, lines, points, x.Size())
		}
	}
	if f.weightBox.Container.Size().Height < 70 {
		t.Errorf("the weight has %v", f.weightBox.Container.Size())
	}
}
