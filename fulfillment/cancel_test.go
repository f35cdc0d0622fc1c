package fulfillment

import (
	"testing"
	"time"
)

// A supervisor alone answers a request to cancel, only the one that is open, and says "packed" of a packed parcel only.
func TestOnlyASupervisorAnswersARequest(t *testing.T) {
	deadline := noon.Add(20 * time.Hour)
	asked := Order{ID: "1", CancelRequested: true, Request: CancelRequest{ID: "C1", OrderID: "1", State: RequestOpen, AnswerBy: deadline, Reason: "Wrong colour"},
		Packages: []Package{{ID: "P1", Rung: RungToPack}, {ID: "P2", Rung: RungVerified}}}
	unpacked := asked
	unpacked.Packages = asked.Packages[:1]
	quiet := asked
	quiet.CancelRequested = false
	for _, c := range []struct {
		name       string
		order      *Order
		supervisor bool
		answer     CancelAnswer
		code       VerdictCode
		why        Why
	}{
		{"a packer", &asked, false, CancelAnswer{Kind: OutboxReject, CancelID: "C1", Reason: "packed"}, NeedsSupervisor, WhySupervisorOnly},
		{"rejected", &asked, true, CancelAnswer{Kind: OutboxReject, CancelID: "C1", Reason: "packed"}, CommandDone, WhyRejectSent},
		{"granted", &asked, true, CancelAnswer{Kind: OutboxApprove, CancelID: "C1", Reason: "the buyer's wish"}, CommandDone, WhyApproveSent},
		{"without a reason", &asked, true, CancelAnswer{Kind: OutboxApprove, CancelID: "C1", Reason: " "}, Refused, WhyNoReason},
		{"another request", &asked, true, CancelAnswer{Kind: OutboxReject, CancelID: "C0", Reason: "packed"}, Refused, WhyNoRequest},
		{"no request", &asked, true, CancelAnswer{Kind: OutboxReject, Reason: "packed"}, Refused, WhyNoRequest},
		{"withdrawn", &quiet, true, CancelAnswer{Kind: OutboxReject, CancelID: "C1", Reason: "packed"}, Refused, WhyNoRequest},
		{"an order nobody has", nil, true, CancelAnswer{Kind: OutboxReject, CancelID: "C1", Reason: "packed"}, Refused, WhyNoRequest},
		{"packed, they say", &unpacked, true, CancelAnswer{Kind: OutboxReject, CancelID: "C1", Reason: "packed"}, Refused, WhyRejectUnpacked},
		{"not packed and granted", &unpacked, true, CancelAnswer{Kind: OutboxApprove, CancelID: "C1", Reason: "wish"}, CommandDone, WhyApproveSent},
		{"an answer that ships", &asked, true, CancelAnswer{Kind: OutboxReportShipped, CancelID: "C1", Reason: "x"}, Refused, WhyNotAvailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.answer.OrderID = "1"
			out := Apply(Bench{Supervisor: c.supervisor, Operator: "Demo Supervisor"}, Input{Now: noon, Answer: &c.answer, Order: c.order}, Policy{})
			if v := out.Verdict; v.Code != c.code || v.Why != c.why || v.OrderID != "1" {
				t.Errorf("%+v", v)
			}
			done := c.code == CommandDone
			if done != (len(out.Outbox) == 1) || len(out.Events) != 1 || len(out.Packages)+len(out.Orders) > 0 {
				t.Fatalf("%+v", out)
			}
			if done && (out.Outbox[0].CancelID != "C1" || out.Outbox[0].Kind != c.answer.Kind || !out.Outbox[0].Deadline.Equal(deadline) || out.Outbox[0].PackageID != "P1") {
				t.Errorf("%+v", out.Outbox[0])
			}
			if want := map[bool]EventKind{true: EventDecided, false: EventRefused}[done]; out.Events[0].Kind != want {
				t.Errorf("event %s", out.Events[0].Kind)
			}
		})
	}
}
