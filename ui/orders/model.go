package orders

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"packbench/fulfillment"
	"packbench/ui/text"
)

// Line is one order as it is shown.
type Line struct {
	Order      fulfillment.OrderID
	Due, DueAt string
	Urgency    text.Urgency
	ID         string
	Shop       string // empty: there is only one
	With       string // that the platform combined it with others in one parcel; empty: it did not
	State      string
	Why        string // why it does not go on
	Stopped    bool   // a hold stands beside the ladder
	Careful    bool   // it went on with a weight that cannot be right; Why says so
	Finished   bool   // handed over or beyond: the deadline is met
	Units      string
	Carrier    string
	Tracking   string
	Checked    string
}

// LineOf reads one line off a summary.
func LineOf(o fulfillment.OrderSummary, story fulfillment.Story, now time.Time) Line {
	l := Line{Order: o.ID, ID: text.Code(string(o.ID)), State: state(o), Why: Why(o, story, now), Stopped: len(o.Holds) > 0 || o.Status == fulfillment.StatusCancelled || notHere(o),
		Careful:  story.Off.Why != "",
		Finished: o.Rung.AtLeast(fulfillment.RungHandedOver), Units: fmt.Sprintf("%d / %d", o.Verified, o.Units),
		With: with(o), Carrier: text.Visible(o.Carrier), Tracking: text.Code(string(o.Tracking)), Checked: text.T("orders.file")}
	if !o.CheckedAt.IsZero() {
		l.Checked = text.Ago(o.CheckedAt, now)
	}
	if !o.ShipBy.IsZero() {
		l.DueAt = text.Clock(o.ShipBy, now)
	}
	l.Due, l.Urgency = text.Due(o.ShipBy, now)
	if l.Finished || l.Stopped {
		l.Urgency = text.NoDeadline
	}
	if l.Finished || notHere(o) || cancelled(o) { // nobody can be late any more; what is held still can
		l.Due = text.T("orders.nodue")
	}
	return l
}

// with says which other orders are in the parcel; numbers of one buyer's orders differ at their ends.
func with(o fulfillment.OrderSummary) string {
	switch n := len(o.With); {
	case n > 1:
		return text.T("orders.with.many", "n", fmt.Sprint(n))
	case n == 1:
		id := []rune(text.Visible(string(o.With[0])))
		return text.T("orders.with", "tail", string(id[max(0, len(id)-6):]))
	case o.Combined:
		return text.T("orders.with.unknown")
	}
	return ""
}

func cancelled(o fulfillment.OrderSummary) bool {
	return o.Status == fulfillment.StatusCancelled || slices.Contains(o.Holds, fulfillment.HoldCancelled)
}

// notHere: an order that nobody has begun and nobody may; once it was packed its rung says more.
func notHere(o fulfillment.OrderSummary) bool { return o.NotHere && o.Rung == fulfillment.RungToPack }

// state names every hold, and before it the rung where the parcel has left: both are true of one that was cancelled too
// late.
func state(o fulfillment.OrderSummary) string {
	holds := o.Holds
	if o.Status == fulfillment.StatusCancelled {
		holds = fulfillment.WithHold(holds, fulfillment.HoldCancelled)
	}
	var words []string
	switch {
	case len(holds) == 0 && notHere(o):
		return text.T("orders.nothere")
	case len(holds) == 0 || o.Rung.AtLeast(fulfillment.RungStaged):
		words = append(words, text.Rung(o.Rung))
	}
	for _, h := range holds {
		words = append(words, text.Hold(h))
	}
	return strings.Join(words, ", ")
}

// Sort puts what can still be late first, by deadline, then the rest; orders without a deadline come after those with one, and lost
// parcels before what is done or not packed here.
func Sort(list []fulfillment.OrderSummary) []fulfillment.OrderSummary {
	group := func(o fulfillment.OrderSummary) int {
		switch {
		case slices.Contains(o.Holds, fulfillment.HoldLost):
			return 1
		case o.Rung.AtLeast(fulfillment.RungHandedOver) || cancelled(o) || notHere(o):
			return 2
		case o.ShipBy.IsZero():
			return 1
		}
		return 0
	}
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b fulfillment.OrderSummary) int {
		return cmp.Or(group(a)-group(b), a.ShipBy.Compare(b.ShipBy), strings.Compare(string(a.ID), string(b.ID)))
	})
	return out
}

// Counts are the orders that are late and those due soon, of those that can still be late.
func Counts(list []fulfillment.OrderSummary, now time.Time) (late, soon int) {
	for _, o := range list {
		switch LineOf(o, fulfillment.Story{}, now).Urgency {
		case text.Late:
			late++
		case text.Soon:
			soon++
		}
	}
	return late, soon
}

// Page is the part of a list of n that begins at first, size lines long; first is put right where the list is shorter.
func Page(n, first, size int) (from, to int) {
	size = max(1, size)
	from = min(max(0, first), max(0, n-1)/size*size)
	return from, min(n, from+size)
}
