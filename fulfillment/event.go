package fulfillment

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// EventKind names what happened.
type EventKind string

const (
	EventOrderOpened  EventKind = "order_opened"
	EventItemScanned  EventKind = "item_scanned"
	EventVerified     EventKind = "verified"
	EventWeighed      EventKind = "weighed"
	EventNotWeighed   EventKind = "not_weighed"
	EventTared        EventKind = "tared"
	EventLabelQueued  EventKind = "label_queued"
	EventLabelPrinted EventKind = "label_printed"
	EventLabelBound   EventKind = "label_bound" // a carrier label printed elsewhere was scanned onto the parcel
	EventPrintTrouble EventKind = "print_trouble"
	EventApplied      EventKind = "applied"
	EventStaged       EventKind = "staged"
	EventLeftOff      EventKind = "left_off"
	EventPhoto        EventKind = "photo"
	EventSealed       EventKind = "sealed"
	EventHandedOver   EventKind = "handed_over"
	EventRefused      EventKind = "refused" // a scan that was not accepted
	EventUndone       EventKind = "undone"
	EventSkipped      EventKind = "skipped"
	EventHeld         EventKind = "held"
	EventShort        EventKind = "short"
	EventReleased     EventKind = "released"
	EventOverride     EventKind = "override" // a supervisor went on over a pending cancel request
	EventBox          EventKind = "box"
	EventArranging    EventKind = "arranging" // the bench asks the platform for the parcel's label
	EventOperator     EventKind = "operator"
	EventMode         EventKind = "mode"
	EventCarrier      EventKind = "carrier"
	EventOrderChanged EventKind = "order_changed" // the platform told us something new
	EventReported     EventKind = "reported"      // the platform accepted an outbox row
	EventParked       EventKind = "parked"        // the platform refused an outbox row
	EventImported     EventKind = "imported"
	EventWiped        EventKind = "wiped"     // buyer data or evidence left on its clock
	EventUnstaged     EventKind = "unstaged"  // a parcel was taken off an open manifest
	EventReopened     EventKind = "reopened"  // a finished parcel came back for another label
	EventTakenOut     EventKind = "taken_out" // the items of a cancelled order left a combined parcel, by a supervisor's word
	EventDecided      EventKind = "decided"   // a supervisor decided about a parked outbox row
	// EventCancelAsked: this station learned that the buyer asks to cancel. What was decided before is no answer to it.
	EventCancelAsked EventKind = "cancel_asked"
)

// Event is one link of the station's chain. (Station, Seq) is its identity; Seq starts at 1 and has no gaps.
type Event struct {
	Station   string          `json:"station"`
	Seq       int64           `json:"seq"`
	At        time.Time       `json:"at"` // UTC, milliseconds
	Kind      EventKind       `json:"kind"`
	Operator  string          `json:"operator"`
	Epoch     int64           `json:"epoch"`
	OrderID   OrderID         `json:"order_id,omitempty"`
	PackageID PackageID       `json:"package_id,omitempty"`
	Scan      string          `json:"scan,omitempty"`
	Body      json.RawMessage `json:"body,omitempty"` // details of the kind; an object
	Prev      Hash            `json:"prev"`           // hash of the event before; empty for the first
	Hash      Hash            `json:"hash"`
}

// Told names the event for a person: its number, and in brackets what happened, to which order and parcel, when (UTC) and who
// did it, as the record reads now.
func (e Event) Told() string {
	words := []string{string(e.Kind)}
	if e.OrderID != "" {
		words = append(words, "order "+string(e.OrderID))
	}
	if e.PackageID != "" {
		words = append(words, "package "+string(e.PackageID))
	}
	words = append(words, e.At.UTC().Format("2006-01-02 15:04:05 UTC"))
	if e.Operator != "" {
		words = append(words, "by "+e.Operator)
	}
	return fmt.Sprintf("event %d (%s)", e.Seq, strings.Join(words, ", "))
}
