package fulfillment

import "slices"

// Hazmat says whether the platform's dangerous goods label must go on a parcel, and whether it is here.
type Hazmat string

const (
	HazmatNone    Hazmat = ""        // nothing in it is a dangerous good, or it is not the platform's to label
	HazmatHere    Hazmat = "here"    // it is stored: it can be printed
	HazmatMissing Hazmat = "missing" // it must be printed in the Seller Center. The parcel is not stopped by that
)

// HazmatOf tells it of a package of an order. The platform makes such a label for what it ships and has marked as dangerous itself
// (is_dangerous_good; Partner Center, Get Package Shipping Document: HAZMAT_LABEL), as an A4 sheet beside the carrier's label. A
// mark in this station's own catalogue makes none.
func HazmatOf(o Order, pkg Package) Hazmat {
	if o.ShippingType != ShippingPlatform || o.FulfillmentType != "" && o.FulfillmentType != FulfillmentBySeller {
		return HazmatNone
	}
	dangerous := func(l LineItem) bool { return l.DangerousGood }
	in := slices.ContainsFunc(linesOf(o, pkg), dangerous)
	for _, c := range o.sharing(pkg) {
		q, _ := c.Shares(pkg)
		in = in || slices.ContainsFunc(linesOf(c, q), dangerous)
	}
	switch {
	case !in:
		return HazmatNone
	case pkg.Hazmat == "":
		return HazmatMissing
	}
	return HazmatHere
}
