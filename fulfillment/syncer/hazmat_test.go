package syncer_test

import (
	"bytes"
	"testing"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/syncer"
)

// The platform's dangerous goods sheet comes with the label, for the parcels that need one and for no other. A sheet that does not come
// holds up neither its own parcel's label nor anybody else's, and is asked for again.
func TestHazmatSheets(t *testing.T) {
	f := newFloorWith(t, "VN", setup{shop: shop.Options{Orders: 60}, change: func(o *syncer.Options) { o.Policy = "at_pack" }})
	if _, err := f.sync.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, err := f.store.ToArrange(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	var some []fulfillment.OutboxRow
	dangerous := 0
	for i, r := range rows {
		o := f.order(r.OrderID)
		need := fulfillment.HazmatOf(o, o.Packages[0]) != fulfillment.HazmatNone
		if !need && len(some) > 6 {
			continue
		}
		if need {
			dangerous++
		}
		r.ID = string(rune('a'+i%26)) + "-" + string(r.OrderID)
		some = append(some, r)
	}
	if dangerous == 0 || dangerous == len(some) {
		t.Fatalf("%d of %d parcels have dangerous goods: this proves nothing", dangerous, len(some))
	}
	if err := f.store.Add(t.Context(), some); err != nil {
		t.Fatal(err)
	}
	f.post("/admin/fault", `{"kind":"error_in_200","endpoint":"GET /fulfillment/*/shipping_documents","count":2}`)
	f.start()
	for _, r := range some {
		f.until("labelled", f.labelledPackages(r.OrderID, len(f.order(r.OrderID).Packages)))
	}
	for _, r := range some {
		f.until("the sheet is here", func() string {
			o := f.order(r.OrderID)
			if got := fulfillment.HazmatOf(o, o.Packages[0]); got == fulfillment.HazmatMissing {
				return string(got) + " of " + string(o.ID)
			}
			return ""
		})
		p := f.order(r.OrderID).Packages[0]
		if p.Hazmat == "" {
			continue
		}
		dangerous--
		doc, err := f.store.Get(t.Context(), p.Hazmat)
		if err != nil || !bytes.HasPrefix(doc, []byte("%PDF-")) || p.Hazmat == p.Label {
			t.Errorf("sheet of %s: %d bytes, %v", p.OrderID, len(doc), err)
		}
	}
	if dangerous != 0 {
		t.Errorf("%d sheets are missing or too many", dangerous)
	}
	f.honest()
}
