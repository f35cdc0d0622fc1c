package fulfillment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
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
	EventOperator     EventKind = "operator"
	EventMode         EventKind = "mode"
	EventCarrier      EventKind = "carrier"
	EventOrderChanged EventKind = "order_changed" // the platform told us something new
	EventReported     EventKind = "reported"      // the platform accepted an outbox row
	EventParked       EventKind = "parked"        // the platform refused an outbox row
	EventImported     EventKind = "imported"
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

// Link returns e with At cut to milliseconds, Prev set and Hash computed: SHA-256 over Prev, a newline and the event's
// JSON (fields in the order of the struct, Hash empty, Body compacted). An error means Body is not JSON.
func (e Event) Link(prev Hash) (Event, error) {
	e.At = e.At.UTC().Truncate(time.Millisecond)
	e.Prev, e.Hash = prev, ""
	if len(e.Body) > 0 {
		var b bytes.Buffer
		if err := json.Compact(&b, e.Body); err != nil {
			return e, fmt.Errorf("event body of %s: %w", e.Kind, err)
		}
		e.Body = b.Bytes()
	}
	text, err := json.Marshal(e)
	if err != nil {
		return e, fmt.Errorf("event %s as JSON: %w", e.Kind, err)
	}
	sum := sha256.Sum256(append([]byte(string(prev)+"\n"), text...))
	e.Hash = Hash(hex.EncodeToString(sum[:]))
	return e, nil
}

// Verify reports whether e is intact and follows prev.
func (e Event) Verify(prev Hash) bool {
	again, err := e.Link(prev)
	return err == nil && e.Prev == prev && again.Hash == e.Hash
}
