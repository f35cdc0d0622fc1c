package fulfillment

import "time"

// OrderSummary is one order as a list shows it.
type OrderSummary struct {
	ID           OrderID
	Rung         Rung   // the lowest rung of its packages
	NotHere      bool   // nothing to pack here: fulfilled by the platform's warehouse, or a status that does not allow it
	Holds        []Hold // holds of the order and of its packages
	ShipBy       time.Time
	Units        int // units to be scanned, all packages
	Verified     int // units scanned
	Carrier      string
	Tracking     Tracking
	Unpacked     string // the supervisor who accepted a parcel of it whose items nobody verified
	Unlabelled   int    // parcels that are packed and have no good label: none came out, or the next copy never did
	Relabel      bool   // one of these had a label, and another copy was wanted that never came out
	NoLabel      bool   // a parcel of it is packed, and the file of its label is not here
	LabelWhy     string // a label of it is here and will not print as it is: why; known before anybody packs for it
	Status       OrderStatus
	ShippingType ShippingType
	Market       string        // region code
	Shop         string        // as Order.Shop
	Request      CancelRequest // the buyer's open request to cancel, where it is known
	Packed       bool          // a parcel of it is packed
	Combined     bool          // the platform put it into one parcel with other orders
	With         []OrderID     // those of them that are known here
	CheckedAt    time.Time     // zero: never heard of from the platform, such as an order from a file

	// PackageID is the one parcel that a line of the dock's list is about: box Box of Boxes. Empty: the line is the whole order's.
	PackageID  PackageID
	Box, Boxes int
	// Stop is why that parcel may not leave: Cancelled or CancelRequested; empty: it may.
	Stop VerdictCode
}
