package fulfillment

import (
	"testing"

	"pgregory.net/rapid"
)

func goods(grams ...int) Parcel {
	var p Parcel
	for _, g := range grams {
		p.Items = append(p.Items, Item{WeightG: g, Need: 1})
	}
	return p
}

func TestAllowedWeight(t *testing.T) {
	boxes := []Box{{Code: "BAG", WeightG: 20}, {Code: "B1", WeightG: 120}, {Code: "B9", WeightG: 700}, {Code: "NEW"}}
	for _, c := range []struct {
		name      string
		p         Parcel
		box       string
		packaging int
		want      WeightRange
	}{
		{"a light thing in any usual box", goods(30), "", 0, WeightRange{30, 20, 340}},
		{"310 g of goods", goods(310), "", 0, WeightRange{310, 295, 625}},
		{"a kilogram: half as much again", goods(600, 400), "", 0, WeightRange{1000, 950, 1550}},
		{"twelve kilograms: the largest box is enough", goods(12_000), "", 0, WeightRange{12_000, 11_400, 14_100}},
		{"the box was scanned", goods(310), "B1", 0, WeightRange{310, 295, 565}},
		{"a bag", goods(310), "BAG", 0, WeightRange{310, 295, 445}},
		{"a heavy box", goods(310), "B9", 0, WeightRange{310, 295, 1725}},
		{"a box that nobody weighed says nothing", goods(310), "NEW", 0, WeightRange{310, 295, 625}},
		{"the station's own figure", goods(310), "", 60, WeightRange{310, 295, 385}},
		{"the scanned box before it", goods(310), "B1", 60, WeightRange{310, 295, 565}},
		{"a few grams", goods(4), "", 0, WeightRange{4, 1, 314}},
		{"one weight is not known", goods(310, 0), "", 60, WeightRange{}},
		{"nothing in it", Parcel{}, "", 60, WeightRange{}},
	} {
		c.p.Box = c.box
		pol := Policy{Boxes: boxes, PackagingG: c.packaging}
		if got := c.p.AllowedWeight(pol); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	for g, want := range map[int]Why{650: WhyTooHeavy, 626: WhyTooHeavy, 625: WhyNone, 600: WhyNone, 295: WhyNone, 294: WhyTooLight} {
		if got := goods(310).weightWhy(g, Policy{}); got != want {
			t.Errorf("%d g for 310 g of goods: %q, want %q", g, got, want)
		}
	}
	if why := goods(310, 0).weightWhy(5000, Policy{}); why != WhyNone {
		t.Errorf("a weight that nobody knows is judged: %q", why)
	}
}

// No parcel that is right is stopped: units up to a twentieth off, in anything from a bag to a box of 300 g.
func TestARightParcelIsNeverStopped(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		units := rapid.SliceOfN(rapid.IntRange(1, 8_000), 1, 12).Draw(rt, "units")
		pol := Policy{Boxes: []Box{{Code: "B", WeightG: rapid.IntRange(0, 300).Draw(rt, "box")}}}
		packaging := rapid.IntRange(0, 300).Draw(rt, "packaging")
		p := goods(units...)
		if rapid.Bool().Draw(rt, "scanned") {
			p.Box = "B"
			if b := pol.Boxes[0].WeightG; b > 0 {
				packaging = b + rapid.IntRange(0, 100).Draw(rt, "filling")
			}
		}
		on := packaging
		for _, g := range units {
			on += g + rapid.IntRange(-g/20, g/20).Draw(rt, "off")
		}
		if why := p.weightWhy(on, pol); why != WhyNone {
			rt.Fatalf("%d g for %v g in %d g of packaging: %s (%+v)", on, units, packaging, why, p.AllowedWeight(pol))
		}
	})
}
