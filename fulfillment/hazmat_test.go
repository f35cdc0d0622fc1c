package fulfillment

import "testing"

// A dangerous goods sheet is wanted where the platform ships what it has marked itself, and in a combined parcel whichever order it is of.
func TestHazmatOf(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Order)
		want   Hazmat
	}{
		"not here yet":        {func(*Order) {}, HazmatMissing},
		"here":                {func(o *Order) { o.Packages[0].Hazmat = "abc" }, HazmatHere},
		"the seller ships it": {func(o *Order) { o.ShippingType = ShippingSeller }, HazmatNone},
		"the platform's own":  {func(o *Order) { o.FulfillmentType = "FULFILLMENT_BY_TIKTOK" }, HazmatNone},
		"nothing is marked":   {func(o *Order) { o.Lines[1].DangerousGood = false }, HazmatNone},
		"it was cancelled":    {func(o *Order) { o.Lines[1].Status = StatusCancelled }, HazmatNone},
		"in the other parcel": {func(o *Order) { o.Packages[0].Lines = []LineID{"L1"} }, HazmatNone},
		"of the combined order": {func(o *Order) {
			other := *o
			other.ID, o.Lines = "2", []LineItem{{ID: "L1"}}
			o.With = []Order{other}
		}, HazmatMissing},
	} {
		o := Order{ID: "1", ShippingType: ShippingPlatform, FulfillmentType: FulfillmentBySeller, Lines: []LineItem{{ID: "L1"}, {ID: "L2", DangerousGood: true}},
			Packages: []Package{{ID: "P1", PlatformID: "P1", Lines: []LineID{"L1", "L2"}}}}
		c.change(&o)
		if got := HazmatOf(o, o.Packages[0]); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
