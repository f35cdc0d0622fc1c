package text

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"packbench/devices"
	"packbench/fulfillment"
)

// Urgency is how near a deadline is.
type Urgency int

const (
	NoDeadline Urgency = iota
	InTime
	Soon // under SoonSpan
	Late
)

// SoonSpan is how long before its deadline an order is called urgent.
const SoonSpan = 2 * time.Hour

// Due says how much time is left until at, a zero at meaning that no deadline is known.
func Due(at, now time.Time) (words string, u Urgency) {
	switch left := at.Sub(now); {
	case at.IsZero():
		return T("due.none"), NoDeadline
	case left < 0:
		return T("due.late", "span", Span(left)), Late
	case left < SoonSpan:
		return T("due.left", "span", Span(left)), Soon
	default:
		return T("due.left", "span", Span(left)), InTime
	}
}

// Estimated reports whether the moment the order must leave by is a rule pack's, not the platform's own.
func Estimated(o fulfillment.Order) bool {
	by := o.ShipBy()
	for _, d := range o.Deadlines {
		if d.At.Equal(by) && d.Source == "order" {
			return false
		}
	}
	return !by.IsZero()
}

// Known says how old the knowledge about an order is; offlineSince is zero while the Seller Center answers.
func Known(source fulfillment.Source, checked, offlineSince, now time.Time) string {
	switch {
	case source == fulfillment.SourceCSV && checked.IsZero():
		return T("known.file")
	case checked.IsZero() && offlineSince.IsZero():
		return T("known.never")
	case checked.IsZero():
		return T("known.offnever", "at", Clock(offlineSince, now))
	case !offlineSince.IsZero():
		return T("known.offline", "at", Clock(offlineSince, now), "ago", Ago(checked, now))
	default:
		return T("known.checked", "ago", Ago(checked, now))
	}
}

// Rung names a step of the ladder; a step that is not known comes back as it is.
func Rung(r fulfillment.Rung) string { return orWord("rung.", string(r)) }

// Happened says in an order's history what happened; empty: it is a detail that the history leaves out.
func Happened(k fulfillment.EventKind) string { return language.words["happened."+string(k)] }

// OffWeight says which wrong weight a parcel went on with, and by whom; both empty: with none.
func OffWeight(o fulfillment.OffWeight) (what, by string) {
	if o.Why == "" {
		return "", ""
	}
	return T("weighed.off", "weight", PlainGrams(o.G), "why", orWord("weighed.", string(o.Why))), T("weighed.over", "name", cmp.Or(Visible(o.By), T("why.somebody")))
}

// Hold names a reason why an order must not move on.
func Hold(h fulfillment.Hold) string { return orWord("hold.", string(h)) }

// Device names a kind of device.
func Device(k devices.Kind) string { return orWord("device.", string(k)) }

// State names how a device feels.
func State(s devices.State) string { return orWord("state.", string(s)) }

// Outbox names what is to be told and how far that is.
func Outbox(k fulfillment.OutboxKind, s fulfillment.OutboxState) (what, how string) {
	switch k {
	case fulfillment.OutboxArrange:
		what = T("outbox.arrange")
	case fulfillment.OutboxReportShipped:
		what = T("outbox.report")
	case fulfillment.OutboxCorrect, fulfillment.OutboxReject, fulfillment.OutboxApprove:
		what = T("outbox." + string(k))
	default:
		what = Visible(string(k))
	}
	return what, orWord("outbox.", string(s))
}

// Print names where the label of the parcel in hand is; empty while there is nothing to say.
func Print(p fulfillment.Parcel) string {
	switch {
	case p.Print == fulfillment.PrintNone:
		return ""
	case p.Print == fulfillment.PrintSizes && p.Wants == fulfillment.WhyNeedsWeight:
		return T("print.weight")
	}
	return orWord("print.", string(p.Print))
}

func orWord(prefix, word string) string {
	if s, ok := language.words[prefix+word]; ok {
		return s
	}
	return Visible(cmp.Or(word, "?"))
}

// Err makes an error into a sentence for a person. Causes that mean "not now" lose their technical words.
func Err(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.DeadlineExceeded):
		return T("err.slow")
	case errors.Is(err, fulfillment.ErrNotFound):
		return T("err.absent")
	}
	return Sentence(strings.ReplaceAll(err.Error(), "\n", " "))
}
