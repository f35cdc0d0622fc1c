package orders

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"packbench/fulfillment"
	"packbench/ui/text"
)

// Unlabelled reports whether a parcel of the order is packed and its label, or the next copy of it, has not come out: a parcel
// that nobody may forget, however far the order's other parcels are.
func Unlabelled(o fulfillment.OrderSummary) bool {
	return o.Unlabelled > 0 && o.Status != fulfillment.StatusCancelled && len(o.Holds) == 0
}

// Why says in words why an order does not go on, or with what it should not have; empty where all is well. story is what the order's events tell.
func Why(o fulfillment.OrderSummary, story fulfillment.Story, now time.Time) string {
	switch {
	case o.Status == fulfillment.StatusCancelled || slices.Contains(o.Holds, fulfillment.HoldCancelled):
		if o.Rung.AtLeast(fulfillment.RungHandedOver) {
			return text.T("why.cancelled.late")
		}
		if o.Rung.AtLeast(fulfillment.RungVerified) {
			return text.T("why.cancelled.box", "got", fmt.Sprint(o.Verified), "need", fmt.Sprint(o.Units))
		}
		return text.T("why.cancelled")
	case slices.Contains(o.Holds, fulfillment.HoldLost):
		return strings.TrimSpace(text.T("why.lost") + " " + way(story, now))
	case o.Unpacked != "":
		return text.T("why.unpacked", "name", text.Visible(o.Unpacked), "got", fmt.Sprint(o.Verified), "need", fmt.Sprint(o.Units))
	case story.Held != "":
		return held(story, now)
	case len(o.Holds) > 0:
		return holdWords(o.Holds[0])
	case Unlabelled(o):
		return noLabel(o, story)
	case o.LabelWhy != "" && !notHere(o):
		return text.T("why.label.bad", "why", text.Sentence(o.LabelWhy))
	case story.Warning != "":
		return text.T("why.warned", "why", text.Sentence(story.Warning))
	case story.Off.Why != "":
		what, by := text.OffWeight(story.Off)
		return strings.TrimSuffix(what+", "+by+". "+way(story, now), ". ")
	case o.Rung == fulfillment.RungCarrierScanned:
		return way(story, now)
	case notHere(o):
		return text.T("why.nothere")
	}
	return ""
}

// way is what the carrier told last of the order's parcels.
func way(s fulfillment.Story, now time.Time) string {
	if len(s.Way) == 0 {
		return ""
	}
	last := s.Way[0]
	if last.At.IsZero() {
		return text.T("why.way.undated", "what", text.Visible(last.Text))
	}
	return text.T("why.way", "what", text.Visible(strings.TrimRight(last.Text, ".")), "ago", text.Ago(last.At, now))
}

func holdWords(h fulfillment.Hold) string {
	key := "why." + string(h)
	if words := text.T(key); words != key {
		return words
	}
	return text.T("why.other")
}

// held says what was missing or wrong when the order was put aside, and who did it.
func held(s fulfillment.Story, now time.Time) string {
	var words []string
	switch {
	case len(s.Missing) > 0:
		var items []string
		for _, m := range s.Missing {
			items = append(items, fmt.Sprintf("%s %d/%d", text.Visible(m.Name), m.Got, m.Need))
		}
		words = append(words, text.T("why.missing", "items", strings.Join(items, ", "), "got", fmt.Sprint(s.Got), "need", fmt.Sprint(s.Need)))
	case s.Held == fulfillment.EventShort:
		words = append(words, text.T("why.short"))
	}
	if s.PrintWhy != "" {
		words = append(words, text.Sentence(s.PrintWhy))
	}
	by := text.Visible(s.By)
	if by == "" {
		by = text.T("why.somebody")
	}
	return strings.Join(append(words, text.T("why.by", "name", by, "at", text.Clock(s.At, now))), " ")
}

func noLabel(o fulfillment.OrderSummary, s fulfillment.Story) string {
	switch {
	case s.PrintWhy != "":
		return text.Sentence(s.PrintWhy)
	case o.Relabel:
		return text.T("why.label.again")
	case o.NoLabel && o.ShippingType == fulfillment.ShippingPlatform:
		return text.T("why.label.platform")
	case o.NoLabel:
		return text.T("why.label.seller")
	}
	return text.T("why.label.here")
}
