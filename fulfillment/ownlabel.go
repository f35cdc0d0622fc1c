package fulfillment

import (
	"slices"
	"time"
)

// NoOwnLabel is why a parcel may not get a label of the seller's own.
type NoOwnLabel string

const (
	OwnLabelAllowed  NoOwnLabel = ""
	OwnLabelPlatform NoOwnLabel = "the platform ships it; its label comes from the Seller Center, and no other may be stuck on it"
	OwnLabelThere    NoOwnLabel = "it has a label already"
	OwnLabelStopped  NoOwnLabel = "it is held or cancelled, or may not be packed now"
	OwnLabelLeft     NoOwnLabel = "it has left"
)

// MayOwnLabel says whether the seller may make the label of a parcel: only where the seller ships it by an own contract with the
// carrier, where it has none, and while it may be packed. What the platform ships never gets a label from here.
func MayOwnLabel(o Order, p Package, now time.Time) NoOwnLabel {
	code, _, _ := GateParcel(o, p, false, now)
	switch {
	case o.ShippingType != ShippingSeller || o.FulfillmentType != "" && o.FulfillmentType != FulfillmentBySeller:
		return OwnLabelPlatform
	case p.Rung.AtLeast(RungHandedOver):
		return OwnLabelLeft
	case p.Label != "":
		return OwnLabelThere
	case code != "" || len(p.Holds) > 0 || p.PlatformStatus == "CANCELLED" || slices.Contains(o.Holds, HoldCancelled):
		return OwnLabelStopped
	}
	return OwnLabelAllowed
}
