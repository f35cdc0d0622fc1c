package fulfillment

import "slices"

// Rung is a step of the ladder a package climbs. It never goes down except by an audited undo or reopen before handover.
type Rung string

const (
	RungToPack         Rung = "to_pack"
	RungVerified       Rung = "verified"
	RungWeighed        Rung = "weighed"
	RungLabelled       Rung = "labelled"
	RungApplied        Rung = "applied"
	RungStaged         Rung = "staged"
	RungHandedOver     Rung = "handed_over"
	RungCarrierScanned Rung = "carrier_scanned" // observed, never claimed
	RungDelivered      Rung = "delivered"       // observed, never claimed
)

var ladder = []Rung{RungToPack, RungVerified, RungWeighed, RungLabelled, RungApplied, RungStaged, RungHandedOver, RungCarrierScanned, RungDelivered}

// Height is the rung's place on the ladder, 0 for to_pack and for an unknown word.
func (r Rung) Height() int { return max(0, slices.Index(ladder, r)) }

// AtLeast reports whether r is other or above it.
func (r Rung) AtLeast(other Rung) bool { return r.Height() >= other.Height() }

// Hold is a reason beside the ladder why a package or order must not move on.
type Hold string

const (
	HoldOnHold          Hold = "on_hold"          // the platform's hold after payment
	HoldHeld            Hold = "held"             // put aside here, by a person or because nothing else was safe
	HoldCancelRequested Hold = "cancel_requested" // the buyer has asked, nobody has answered
	HoldCancelled       Hold = "cancelled"
	HoldShort           Hold = "short"
	HoldLost            Hold = "lost"
	HoldReturned        Hold = "returned"
)

// WithHold returns holds with h in it, once.
func WithHold(holds []Hold, h Hold) []Hold {
	if slices.Contains(holds, h) {
		return holds
	}
	return append(slices.Clone(holds), h)
}

// WithoutHold returns holds without h.
func WithoutHold(holds []Hold, h Hold) []Hold {
	return slices.DeleteFunc(slices.Clone(holds), func(x Hold) bool { return x == h })
}
