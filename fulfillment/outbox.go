package fulfillment

import "time"

// OutboxKind is what the platform must be told. Which call that becomes depends on market and shipping type and is
// decided by the adapter in fulfillment/sellercenter.
type OutboxKind string

const (
	OutboxArrange       OutboxKind = "arrange"        // platform-shipped: ship package or create package, so that a label exists
	OutboxReportShipped OutboxKind = "report_shipped" // seller-shipped: mark package as shipped, or ship with self_shipment
)

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
)

// OutboxDecision is one such decision. Reason is asked for unless the row is sent again.
type OutboxDecision struct {
	ID        string // of the row
	Kind      OutboxKind
	OrderID   OrderID
	PackageID PackageID
	Action    OutboxAction
	Reason    string
	By        string // filled in by the rule
}

// OutboxRow is one thing to tell the platform. Rows of one order are sent strictly in the order of ID (UUIDv7).
type OutboxRow struct {
	ID         string // UUIDv7, also the idempotency key where the platform takes one
	Kind       OutboxKind
	OrderID    OrderID
	PackageID  PackageID
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
