package text

import (
	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// Request names the request to cancel that nobody has answered, for as long as its parcel is in hand and not stopped by it: a
// badge or any other scan takes the banner, and the decision must not go with it. Empty: there is none.
func Request(v station.View) string {
	p := v.Parcel
	if p == nil || v.Prompt == station.PromptStop {
		return ""
	}
	for _, o := range append([]fulfillment.Order{p.Order}, p.Order.With...) {
		switch {
		case !o.CancelRequested:
		case p.Over:
			return T("band.over", "order", Code(string(o.ID)))
		default:
			return T("band.request", "order", Code(string(o.ID)))
		}
	}
	return ""
}

// LabelAhead says that the label of the parcel in hand will not print by itself, while the packer has not come to it yet; bad: it
// never will. Empty: nothing speaks against it, or the prompt says it.
func LabelAhead(p *fulfillment.Parcel, verdict fulfillment.LabelVerdict) (words string, bad bool) {
	if p == nil || p.Confirmed != "" {
		return "", false
	}
	switch p.Print {
	case fulfillment.PrintNone, fulfillment.PrintSizes, fulfillment.PrintWaiting:
	default:
		return "", false
	}
	switch verdict {
	case fulfillment.LabelRefuse:
		return T("band.label.no"), true
	case fulfillment.LabelCannotVerify:
		return T("band.label.ask"), false
	}
	return "", false
}

// Away says in one line, on a page where nothing is packed or handed over, what waits and how to get back to it.
func Away(v station.View) string {
	head, _ := Prompt(v.Prompt, v)
	switch {
	case v.Prompt == station.PromptLogin:
		return head
	case v.Parcel != nil && v.Prompt == station.PromptStop:
		return T("away.stop", "order", Code(string(v.Parcel.Order.ID)))
	case v.Parcel != nil:
		return T("away.open", "order", Code(string(v.Parcel.Order.ID)))
	case v.Mode == fulfillment.ModeHandoff:
		return T("away.handoff")
	}
	return T("away.none")
}
