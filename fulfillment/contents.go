package fulfillment

import (
	"slices"
	"time"
)

// Contents are the items of a package for whoever looks back at it: those that are wanted, as NewParcel has them; or,
// where every line was cancelled, what it was made of, and cancelled is true. The rung says whether it left before that.
func Contents(o Order, pkg Package, products map[SKU]Product) (items []Item, cancelled bool) {
	o.With = nil // of a combined parcel, what the order itself has in it
	if items = NewParcel(o, pkg, products, time.Time{}).Items; len(items) > 0 {
		return items, false
	}
	o.Lines = slices.Clone(o.Lines)
	for i := range o.Lines {
		if o.Lines[i].Status == StatusCancelled {
			o.Lines[i].Status, cancelled = "", true
		}
	}
	return NewParcel(o, pkg, products, time.Time{}).Items, cancelled
}
