package fulfillment

import (
	"slices"
	"time"
)

// RemorseHold is how long after payment a buyer cancels freely. Shops without the platform's ON_HOLD status must wait
// this long by themselves (Partner Center, order API overview).
const RemorseHold = time.Hour

// Gate says whether work on the order may go on: at open, print, apply, manifest and seal. An empty verdict means yes.
// A supervisor may go on over a pending cancel request and over a hold set here; nobody over a cancelled order.
func Gate(o Order, supervisor bool, now time.Time) (VerdictCode, Why) {
	if o.FulfillmentType != "" && o.FulfillmentType != FulfillmentBySeller {
		return Refused, WhyNotOurs
	}
	if o.Status == StatusCancelled || slices.Contains(o.Holds, HoldCancelled) {
		return Cancelled, WhyStatus
	}
	if (o.CancelRequested || slices.Contains(o.Holds, HoldCancelRequested)) && !supervisor {
		return CancelRequested, WhyNeedsAnswer
	}
	if o.Status == StatusOnHold || o.Status == StatusUnpaid || slices.Contains(o.Holds, HoldOnHold) {
		return OnHold, WhyStatus
	}
	if o.Source == SourcePlatform && !o.OnHoldOrder && o.Status == StatusAwaitingShipment && now.Sub(o.PaidAt) < RemorseHold {
		return OnHold, WhyStatus
	}
	if o.Source == SourcePlatform && !mayPack(o.Status) {
		return Refused, WhyStatus
	}
	for _, h := range o.Holds {
		if h == HoldLost || h == HoldReturned || !supervisor {
			return NeedsSupervisor, WhyHeld
		}
	}
	return "", WhyNone
}

// mayPack lists the statuses in which a parcel may still leave; a status that we do not know is not among them.
func mayPack(s OrderStatus) bool {
	switch s {
	case StatusAwaitingShipment, StatusPartiallyShipping, StatusAwaitingCollection, StatusInTransit:
		return true
	}
	return false
}

// HoldsOf are all holds of an order in the contract's words: those set here on the order or a package, and those that
// follow from what the platform says.
func HoldsOf(o Order) []Hold {
	holds := []Hold{}
	if o.Status == StatusOnHold {
		holds = append(holds, HoldOnHold)
	}
	if o.Status == StatusCancelled {
		holds = append(holds, HoldCancelled)
	}
	if o.CancelRequested {
		holds = append(holds, HoldCancelRequested)
	}
	for _, h := range o.Holds {
		holds = WithHold(holds, h)
	}
	for _, p := range o.Packages {
		for _, h := range p.Holds {
			holds = WithHold(holds, h)
		}
	}
	return holds
}
