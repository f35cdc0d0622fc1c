package fulfillment

import (
	"slices"
	"strings"
	"time"
)

// RequestState is what became of a request to cancel.
type RequestState string

const (
	RequestOpen    RequestState = "open"    // the seller has not answered
	RequestGranted RequestState = "granted" // by the seller, or by the platform when nobody answered in time
	RequestClosed  RequestState = "closed"  // rejected by the seller, or withdrawn by the buyer: the platform does not say which
	RequestUnknown RequestState = "unknown" // the platform's word is not known to this program
)

// CancelRequest is a request to cancel as the platform tells it. The zero value is none.
type CancelRequest struct {
	ID       string
	OrderID  OrderID
	State    RequestState
	Reason   string    // the buyer's, in the platform's words
	AskedAt  time.Time // UTC
	AnswerBy time.Time // the platform decides by itself then, UTC; zero: it tells no such moment
}

// CancelAnswer is a supervisor's answer to a request. Kind is OutboxReject or OutboxApprove; Reason is why, for the record.
type CancelAnswer struct {
	Kind     OutboxKind
	OrderID  OrderID
	CancelID string
	Reason   string
}

// Packed reports whether the items of a parcel of the order were all verified: only then it is true that it is packed.
func (o Order) Packed() bool {
	return slices.ContainsFunc(o.Packages, func(p Package) bool { return p.Rung.AtLeast(RungVerified) })
}

// answer takes a supervisor's answer to the request that is open as far as this station knows. Whether the platform still
// waits for it is read before it is sent.
func (t *turn) answer(a CancelAnswer) {
	about := Verdict{Class: ClassCommand, OrderID: a.OrderID}
	a.Reason = strings.TrimSpace(a.Reason)
	done, known := map[OutboxKind]Why{OutboxReject: WhyRejectSent, OutboxApprove: WhyApproveSent}[a.Kind]
	o := t.in.Order
	switch {
	case !t.bench().Supervisor:
		about.Code, about.Why = NeedsSupervisor, WhySupervisorOnly
	case !known:
		about.Code, about.Why = Refused, WhyNotAvailable
	case o == nil || !o.CancelRequested || a.CancelID == "" || o.Request.ID != a.CancelID || o.Request.State != RequestOpen:
		about.Code, about.Why = Refused, WhyNoRequest
	case a.Reason == "":
		about.Code, about.Why = Refused, WhyNoReason
	case a.Kind == OutboxReject && !o.Packed():
		about.Code, about.Why = Refused, WhyRejectUnpacked
	}
	if about.Code != "" {
		t.refuse(about)
		return
	}
	row := OutboxRow{Kind: a.Kind, OrderID: a.OrderID, CancelID: a.CancelID, Deadline: o.Request.AnswerBy}
	if len(o.Packages) > 0 {
		row.PackageID = o.Packages[0].ID
	}
	t.out.Outbox = append(t.out.Outbox, row)
	t.event(EventDecided, a.OrderID, row.PackageID, map[string]any{"cancel": a.CancelID, "kind": a.Kind, "action": a.Kind, "reason": a.Reason,
		"asked_for": o.Request.Reason})
	about.Code, about.Why, about.Name = CommandDone, done, a.Reason
	t.say(about)
}
