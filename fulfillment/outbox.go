package fulfillment

import (
	"fmt"
	"strings"
	"time"
)

// OutboxKind is what the platform must be told. Which call that becomes depends on market and shipping type and is
// decided by the adapter in fulfillment/sellercenter.
type OutboxKind string

const (
	OutboxArrange       OutboxKind = "arrange"        // platform-shipped: ship package or create package, so that a label exists
	OutboxReportShipped OutboxKind = "report_shipped" // seller-shipped: mark package as shipped, or ship with self_shipment
	// OutboxCorrect gives a parcel that was reported with another tracking number the one on its label: seller-shipped only.
	OutboxCorrect OutboxKind = "correct_tracking"
	OutboxReject  OutboxKind = "reject_cancel"  // the buyer's request to cancel is refused: the parcel is packed
	OutboxApprove OutboxKind = "approve_cancel" // it is granted
)

// Answers reports whether rows of this kind answer a request to cancel.
func (k OutboxKind) Answers() bool { return k == OutboxReject || k == OutboxApprove }

// OutboxState is the row's life: queued → in_flight (committed before the call) → done | queued | uncertain | parked.
type OutboxState string

const (
	OutboxQueued    OutboxState = "queued"
	OutboxInFlight  OutboxState = "in_flight"
	OutboxUncertain OutboxState = "uncertain" // the call may have had its effect: read before anything else
	OutboxParked    OutboxState = "parked"    // a person must decide
	OutboxDone      OutboxState = "done"
)

// OutboxAction is what a supervisor does about a parked row.
type OutboxAction string

const (
	OutboxRetry      OutboxAction = "retry"        // send it again
	OutboxDoneByHand OutboxAction = "done_by_hand" // somebody told the platform in the Seller Center
	OutboxGiveUp     OutboxAction = "give_up"      // the platform is not told, and that is how it stays
	OutboxPutRight   OutboxAction = "correct"      // somebody else reported another tracking number: correct it
)

// Reasons of parked rows that wait for the answer to a request to cancel. When the request is gone they are looked at again.
const (
	ParkedAsked   = "the buyer has asked to cancel: a supervisor answers on the Orders screen"
	ParkedBlocked = "Seller Center ships nothing while the buyer’s request to cancel is open: answer it on the Orders screen"
	// These stand in rows of older versions. That shipping answers a request is true in the US only.
	parkedCode    = "Seller Center ships nothing while the buyer’s request to cancel is open (21011007): answer it on the Orders screen"
	parkedAskedUS = "the buyer has asked to cancel: a supervisor decides; shipping would answer the request"
)

// ParkedCancelled is why a row is parked whose parcel holds something of a cancelled order. Once a supervisor has taken out what
// is of another order in the parcel, it is looked at again.
const ParkedCancelled = "the order is cancelled: take the parcel back"

// AwaitingAnswer are all those reasons, also as an older version wrote them.
func AwaitingAnswer() []string {
	return []string{ParkedAsked, ParkedBlocked, parkedCode, parkedAskedUS}
}

// AwaitingAnswerOf are the reasons of rows of other orders that wait because the order id, in the same parcel, has such a request.
func AwaitingAnswerOf(id OrderID) []string {
	var out []string
	for _, r := range AwaitingAnswer() {
		out = append(out, InSameParcel(id, r))
	}
	return out
}

// InSameParcel is the reason of a row that waits because of another order in its parcel.
func InSameParcel(id OrderID, reason string) string {
	return fmt.Sprintf("order %s is in the same parcel: %s", id, reason)
}

const otherTracking = "someone else has reported it shipped with tracking number "

// OtherTracking is why a row is parked whose parcel was reported with a tracking number that is not on its label.
func OtherTracking(told, ours Tracking) string {
	return fmt.Sprintf("%s%s, the parcel has %s", otherTracking, told, ours)
}

// Correctable reports whether the row is parked because of another tracking number, which can be corrected.
func (r OutboxRow) Correctable() bool {
	return r.Kind == OutboxReportShipped && r.State == OutboxParked && strings.HasPrefix(r.Reason, otherTracking)
}

// OutboxDecision is one such decision. Reason is asked for unless the row is sent again or
// corrected.
type OutboxDecision struct {
	ID        string // of the row
	Kind      OutboxKind
	OrderID   OrderID
	PackageID PackageID
	Action    OutboxAction
	Reason    string
	By        string // filled in by the rule
}

// OutboxRow is one thing to tell the platform. Rows of one order are sent strictly in the order of ID (UUIDv7);
// an answer to a request to cancel does not wait for those before it, which wait for the answer.
type OutboxRow struct {
	ID         string // UUIDv7, also the idempotency key where the platform takes one
	Kind       OutboxKind
	OrderID    OrderID
	PackageID  PackageID
	CancelID   string // the request to cancel that the row answers; empty for every other
	Lines      []LineID
	Tracking   Tracking
	ProviderID string
	Carrier    string // name, to find the provider where its id is not known
	WeightG    int    // for create packages: grams
	LengthMM   int    // for create packages: millimetres
	WidthMM    int
	HeightMM   int
	State      OutboxState
	Attempts   int
	NextAt     time.Time // not before this moment
	Deadline   time.Time // the order's ship-by: rows of different orders go by it
	Reason     string
	RequestID  string // the platform's, of the last answer
	CreatedAt  time.Time
	ChangedAt  time.Time
}
