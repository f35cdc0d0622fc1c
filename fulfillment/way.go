package fulfillment

import (
	"slices"
	"time"
)

// TrackingStep is one thing that happened to an order's parcels on their way, in the platform's words and language.
type TrackingStep struct {
	Text string    `json:"text"`
	At   time.Time `json:"at"` // UTC; zero: the platform did not say when
}

// stepsKept is how many steps of an order's way are kept.
const stepsKept = 5

// NewestSteps are the newest steps of a way, newest first; those without a moment come last. Steps without words are left out.
func NewestSteps(steps []TrackingStep) []TrackingStep {
	out := slices.DeleteFunc(slices.Clone(steps), func(s TrackingStep) bool { return s.Text == "" })
	slices.SortStableFunc(out, func(a, b TrackingStep) int { return b.At.Compare(a.At) })
	return out[:min(len(out), stepsKept)]
}

// WithLost are the order's packages, with the hold lost on each that the carrier has lost or damaged on its way, and on no other:
// the platform calls it CANCELLED although it has left and neither the order nor its units were cancelled (Partner Center, package
// status: CANCELLED is normally lost or damaged). A parcel that was never handed over is not lost, whatever is told of it.
func (o Order) WithLost() []Package {
	out := slices.Clone(o.Packages)
	for i, p := range out {
		switch {
		case o.lost(p):
			out[i].Holds = WithHold(p.Holds, HoldLost)
		case slices.Contains(p.Holds, HoldLost):
			out[i].Holds = WithoutHold(p.Holds, HoldLost)
		}
	}
	return out
}

func (o Order) lost(p Package) bool {
	if p.PlatformStatus != "CANCELLED" || o.Status == StatusCancelled || !p.Rung.AtLeast(RungHandedOver) || p.Rung == RungDelivered {
		return false
	}
	return slices.ContainsFunc(o.Lines, func(l LineItem) bool { return l.Status != StatusCancelled && slices.Contains(p.Lines, l.ID) })
}
