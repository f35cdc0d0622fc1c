package fulfillment

import "testing"

// A barcode that two products have proves neither. Where both are wanted the bench asks which one it is and counts nothing;
// where one is, it is counted and the packer is told to look. The SKU itself is certain.
func TestABarcodeOfTwoProducts(t *testing.T) {
	shared := func(skus ...SKU) *world {
		w := newWorld(t)
		for _, s := range []SKU{"MUG", "TEA"} {
			p := w.products[s]
			p.Barcodes = append([]string{"SHARED"}, p.Barcodes...)
			w.products[s] = p
		}
		w.order("1", ShippingSeller, skus...)
		w.expect("1", OrderOpened)
		return w
	}
	why := func(w *world, want Why) {
		t.Helper()
		if w.last.Why != want {
			t.Errorf("why: got %q, want %q", w.last.Why, want)
		}
	}
	w := shared("MUG", "TEA", "TIN")
	w.expect("SHARED", Refused)
	why(w, WhySharedCode)
	if p := w.bench.Parcel; p.Left() != 3 {
		t.Errorf("%d are left of 3", p.Left())
	}
	w.expect("TEA", ItemOK) // its SKU
	why(w, WhyNone)
	w.expect("SHARED", Refused) // it may be a second TEA
	why(w, WhySharedCode)
	w.expect("4000000000", ItemOK) // the MUG's own barcode
	why(w, WhyNone)
	w.expect("TIN", ItemComplete)

	w = shared("MUG", "MUG", "TIN")
	w.expect("SHARED", ItemOK)
	why(w, WhySharedCode)
	w.expect("MUG", ItemOK)
	why(w, WhyNone)
	w.expect("SHARED", TooMany)

	w = shared("TIN")
	w.expect("SHARED", WrongItem)

	w = newWorld(t) // two lines of one product share nothing
	w.order("1", ShippingSeller, "MUG", "MUG")
	w.expect("1", OrderOpened)
	w.expect("4000000000", ItemOK)
	why(w, WhyNone)
}
