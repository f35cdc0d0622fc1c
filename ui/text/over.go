package text

import (
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// TellSpan is how long the answer to a command stands that leaves nothing to be done.
const TellSpan = 20 * time.Second

// Over reports whether the matter of the last verdict is over, so that its words would mislead. asking: the answers to the question
// why another label is wanted are in sight. What says what to do with a parcel stays until something else is said.
func Over(v station.View, asking bool, now time.Time) bool {
	d := v.Verdict
	if d == nil || v.Err != "" {
		return false
	}
	old := !d.At.IsZero() && now.Sub(d.At) > TellSpan
	switch {
	case d.Why == fulfillment.WhyReprintReason:
		return !asking
	case d.Why == fulfillment.WhyInsist: // taken back: the parcel came off, or the program was started anew
		return v.Parcel == nil || v.Parcel.InsistAt.IsZero()
	case d.Code == fulfillment.WeightOff && d.Why != fulfillment.WhyScaleSilent:
		return v.Parcel == nil || v.Parcel.OffG == 0
	case d.Why == fulfillment.WhyNotWeighed:
		return v.Parcel == nil || v.Parcel.Package.WeightG > 0
	case d.Code == fulfillment.CommandDone && d.Class == fulfillment.ClassBadge:
		return old || d.Name != v.Operator
	case d.Code != fulfillment.CommandDone || d.Why != fulfillment.WhyNone && d.Why != fulfillment.WhyItemBack:
		return false
	}
	switch cmd, _, _ := fulfillment.ParseCommand(d.Scan); cmd {
	case fulfillment.CmdMode, fulfillment.CmdUndo, fulfillment.CmdCarrier, fulfillment.CmdPhoto, fulfillment.CmdTare, fulfillment.CmdBox, fulfillment.CmdFinish, fulfillment.CmdSkip:
		return old
	}
	return false
}
