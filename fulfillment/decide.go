package fulfillment

import "strings"

// decide takes a supervisor's decision about a parked outbox row. Whether the row is still parked is the store's to know:
// it refuses the whole transaction otherwise.
func (t *turn) decide(d OutboxDecision) {
	about := Verdict{Class: ClassCommand, OrderID: d.OrderID, PackageID: d.PackageID}
	d.Reason = strings.TrimSpace(d.Reason)
	done, known := map[OutboxAction]Why{OutboxRetry: WhyRetried, OutboxDoneByHand: WhyDoneByHand, OutboxGiveUp: WhyGivenUp, OutboxPutRight: WhyCorrecting}[d.Action]
	switch {
	case !t.bench().Supervisor:
		about.Code, about.Why = NeedsSupervisor, WhySupervisorOnly
	case !known || d.Action == OutboxPutRight && d.Kind != OutboxReportShipped:
		about.Code, about.Why = Refused, WhyNotAvailable
	case d.Action != OutboxRetry && d.Action != OutboxPutRight && d.Reason == "":
		about.Code, about.Why = Refused, WhyNoReason
	}
	if about.Code != "" {
		t.refuse(about)
		return
	}
	d.By = t.bench().Operator
	t.event(EventDecided, d.OrderID, d.PackageID, map[string]any{"outbox": d.ID, "kind": d.Kind, "action": d.Action, "reason": d.Reason})
	t.out.Decisions = append(t.out.Decisions, d)
	about.Code, about.Why, about.Name = CommandDone, done, d.Reason
	t.say(about)
}
