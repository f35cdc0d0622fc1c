package fulfillment

import "time"

// May reports whether a command, without a word after it, would do something at this bench now, or ask something that leads on: what
// a button must know before it looks alive. It is the rule itself, tried on the bench and thrown away. PB:NEXTBOX needs the
// store and cannot be tried.
func May(b Bench, cmd Command, pol Policy, now time.Time) bool {
	v := Apply(b, Input{Now: now, Scan: &Scan{Code: "PB:" + string(cmd)}}, pol).Verdict
	if v == nil {
		return false
	}
	switch v.Why {
	case WhyInsist, WhyReprintReason, WhyNotCounted, WhyCodeNotCounted:
		return true
	}
	return v.Code.Accepted()
}
