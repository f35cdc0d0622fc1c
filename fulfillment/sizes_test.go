package fulfillment

import (
	"testing"
	"time"
)

// unsized is an order of a market where labels are sold by weight and size, without its label, in a shop that knows neither
// of its products.
func unsized(t *testing.T, arrange string) *world {
	w := newWorld(t)
	w.pol.ArrangeAt = arrange
	w.pol.Boxes = []Box{{Code: "S1", Name: "Small", LengthMM: 200, WidthMM: 150, HeightMM: 100, WeightG: 60}}
	o := w.order("1", ShippingPlatform, "MUG", "TEA")
	o.Market, o.Packages[0].Label, o.Packages[0].Tracking = "US", "", ""
	w.orders["1"] = o
	return w
}

func TestSizesAtTheBench(t *testing.T) {
	for _, arrange := range []string{"ahead", "at_pack"} {
		t.Run(arrange, func(t *testing.T) {
			t.Run("a box is asked for", func(t *testing.T) {
				w := unsized(t, arrange)
				w.expect("1", OrderOpened)
				w.expect("MUG", ItemOK)
				if v := w.said("TEA"); v.Code != ItemComplete || v.Why != WhyNeedsBox || v.Missing != "MUG" {
					t.Fatalf("the last item: %+v", v)
				}
				if len(w.outbox) != 0 || w.bench.Parcel.Print != PrintSizes {
					t.Fatalf("outbox %+v, print %q", w.outbox, w.bench.Parcel.Print)
				}
				if v := w.said("PB:BOX:XL"); v.Code != Refused || v.Why != WhyBoxUnknown {
					t.Errorf("a box that nobody has: %+v", v)
				}
				w.expect("PB:BOX:S1", CommandDone)
				want := Measures{WeightG: 260, LengthMM: 200, WidthMM: 150, HeightMM: 100}
				if len(w.outbox) != 1 || sizesOf(w.outbox[0]) != want || w.bench.Parcel.Print != PrintWaiting || w.bench.Parcel.Wants != WhyNone {
					t.Fatalf("outbox %+v, parcel %+v", w.outbox, w.bench.Parcel)
				}
			})
			t.Run("the box was scanned before", func(t *testing.T) {
				w := unsized(t, arrange)
				w.expect("1", OrderOpened)
				w.expect("PB:BOX:S1", CommandDone)
				w.expect("MUG", ItemOK)
				if v := w.said("TEA"); v.Code != ItemComplete || v.Why != WhyNone || len(w.outbox) != 1 {
					t.Fatalf("%+v, outbox %+v", v, w.outbox)
				}
			})
			t.Run("no box, no size", func(t *testing.T) {
				w := unsized(t, arrange)
				w.pol.Boxes = nil
				w.expect("1", OrderOpened)
				w.expect("MUG", ItemOK)
				if v := w.said("TEA"); v.Why != WhyNeedsSize || v.Missing != "MUG" || len(w.outbox) != 0 {
					t.Fatalf("%+v, outbox %+v", v, w.outbox)
				}
				w.expect("PB:BOX:ANY", CommandDone) // noted, as ever
			})
			t.Run("the products tell", func(t *testing.T) {
				w := unsized(t, arrange)
				for _, sku := range []SKU{"MUG", "TEA"} {
					p := w.products[sku]
					p.LengthMM, p.WidthMM, p.HeightMM = 120, 90, 80
					w.products[sku] = p
				}
				w.expect("1", OrderOpened)
				w.expect("MUG", ItemOK)
				w.expect("TEA", ItemComplete)
				if len(w.outbox) != 1 || sizesOf(w.outbox[0]) != (Measures{WeightG: 200, LengthMM: 120, WidthMM: 90, HeightMM: 160}) {
					t.Fatalf("outbox %+v", w.outbox)
				}
			})
		})
	}
}

func sizesOf(r OutboxRow) Measures { return Measures{r.WeightG, r.LengthMM, r.WidthMM, r.HeightMM} }

// A weight that nobody knows is taken from the scale although the policy does not ask for it; without a scale the product is
// named.
func TestWeightForTheLabel(t *testing.T) {
	w := unsized(t, "ahead")
	w.products["TEA"] = Product{SKU: "TEA", Name: "Tea"}
	w.pol.Weigh = PolicyOff
	w.expect("1", OrderOpened)
	w.expect("PB:BOX:S1", CommandDone)
	w.expect("MUG", ItemOK)
	if v := w.said("TEA"); v.Why != WhyNeedsWeight || v.Missing != "TEA" || len(w.outbox) != 0 {
		t.Fatalf("without a scale: %+v, outbox %+v", v, w.outbox)
	}

	w = unsized(t, "ahead")
	w.products["TEA"] = Product{SKU: "TEA", Name: "Tea"}
	w.pol.Weigh, w.pol.HasScale = PolicyOff, true
	w.expect("1", OrderOpened)
	w.expect("PB:BOX:S1", CommandDone)
	w.expect("MUG", ItemOK)
	w.expect("TEA", ItemComplete)
	if len(w.outbox) != 0 {
		t.Fatalf("arranged before it was weighed: %+v", w.outbox)
	}
	w.apply(Input{Weight: &Weight{Stable: true, At: time.Now()}})
	w.apply(Input{Weight: &Weight{Grams: 431, Stable: true, At: time.Now()}})
	if len(w.outbox) != 1 || w.outbox[0].WeightG != 431 {
		t.Fatalf("outbox %+v, parcel %+v", w.outbox, w.bench.Parcel)
	}
}

// Elsewhere no size is asked for, and the bench arranges what nobody arranged ahead.
func TestBenchArrangesWhereNoSizeIsNeeded(t *testing.T) {
	w := unsized(t, "ahead")
	o := w.orders["1"]
	o.Market = "GB"
	w.orders["1"] = o
	w.expect("1", OrderOpened)
	w.expect("MUG", ItemOK)
	if v := w.said("TEA"); v.Why != WhyNone || len(w.outbox) != 1 || w.bench.Parcel.Print != PrintWaiting {
		t.Fatalf("%+v, outbox %+v", v, w.outbox)
	}
}
