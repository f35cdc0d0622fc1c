package fulfillment

import "slices"

// ItemScanned is the body of EventItemScanned: which item of the parcel in hand was counted, and its count after.
type ItemScanned struct {
	Item   int `json:"item"` // index into Parcel.Items
	SKU    SKU `json:"sku"`
	Bundle SKU `json:"bundle,omitempty"`
	Got    int `json:"got"`
	Need   int `json:"need"`
	// CombinedWith is the order that leads the parcel, where the item is of another one in it.
	CombinedWith OrderID `json:"combined_with,omitempty"`
}

// Replay returns the bench as the event left it, for the events that say so completely: an item counted (body is its
// ItemScanned) and a refusal (body is nil). The rest of the bench is shared with b, which is not changed. False where the
// event does not fit the bench, or says too little.
func Replay(b Bench, kind EventKind, body *ItemScanned) (Bench, bool) {
	switch {
	case kind == EventRefused:
		return b, true
	case kind != EventItemScanned || body == nil || b.Parcel == nil:
		return b, false
	case body.Item < 0 || body.Item >= len(b.Parcel.Items):
		return b, false
	}
	p := *b.Parcel
	p.Items, p.Done = slices.Clone(p.Items), append(slices.Clone(p.Done), body.Item)
	it := &p.Items[body.Item]
	if it.SKU != body.SKU || it.Bundle != body.Bundle || it.Need != body.Need || it.Got+1 != body.Got {
		return b, false
	}
	it.Got = body.Got
	b.Parcel = &p
	return b, true
}
