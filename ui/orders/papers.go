package orders

import (
	"context"

	"packbench/fulfillment"
)

// Papers makes the papers of one order. Its methods may take seconds, so they are called in the background; their errors are
// sentences for a person.
type Papers interface {
	// Look says what the order is made of, what happened to it, what papers can be made now, and of what cannot, why.
	Look(ctx context.Context, id fulfillment.OrderID) (Paperwork, error)
	// PrintSlip hands the packing slip to the document printer; that paper came out is not known.
	PrintSlip(ctx context.Context, id fulfillment.OrderID) error
	// OwnLabel makes the seller's own label and keeps it as the parcel's; the bench prints it as any other.
	OwnLabel(ctx context.Context, id fulfillment.OrderID, parcel fulfillment.PackageID) error
}

// Paperwork is what papers an order can have. The whys are sentences; empty: it can be made.
type Paperwork struct {
	SlipWhy string
	Queue   string // of the document printer
	Boxes   []Box
	Loose   []fulfillment.Item  // what was ordered, where there is no parcel yet
	Events  []fulfillment.Event // all of the order's, oldest first
}

// Box is one parcel of the order.
type Box struct {
	ID       fulfillment.PackageID
	Tracking fulfillment.Tracking
	Rung     fulfillment.Rung
	OwnWhy   string
	Items    []fulfillment.Item // what belongs in it, and how much of that is verified
}
