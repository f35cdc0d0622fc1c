package fulfillment

import "testing"

func TestContentsOfWhatWasCancelled(t *testing.T) {
	w := newWorld(t)
	o := w.order("1", ShippingSeller, "MUG", "MUG", "TEA")
	p := o.Packages[0]
	p.Rung = RungHandedOver
	if items, cancelled := Contents(o, p, w.products); len(items) != 2 || cancelled || items[0].Got != 2 {
		t.Errorf("as ordered: got %+v, %t", items, cancelled)
	}
	o.Lines[2].Status = StatusCancelled
	if items, cancelled := Contents(o, p, w.products); len(items) != 1 || cancelled {
		t.Errorf("one line cancelled: got %+v, %t", items, cancelled)
	}
	for i := range o.Lines {
		o.Lines[i].Status = StatusCancelled
	}
	items, cancelled := Contents(o, p, w.products)
	if len(items) != 2 || !cancelled || items[0].Need != 2 || items[0].Got != 2 || items[1].SKU != "TEA" {
		t.Errorf("all cancelled after it left: got %+v, %t", items, cancelled)
	}
	if o.Lines[0].Status != StatusCancelled {
		t.Error("the order was changed")
	}
	p.Rung = RungToPack
	if items, _ := Contents(o, p, w.products); items[0].Got != 0 {
		t.Errorf("all cancelled before it was packed: got %+v", items)
	}
}
