package fulfillment

import (
	"errors"
	"fmt"
	"time"
)

// Causes of a failed Seller Center call, by what must be done about them. They stand here because both the client that
// meets them and the syncer that acts on them need them, and neither may import the other.
var (
	// ErrOffline: nothing was sent (no route, refused, DNS, TLS), or only a read was and it gave no usable answer. Safe
	// to try again later.
	ErrOffline = errors.New("the Seller Center cannot be reached")
	// ErrUncertain: the request left and no usable answer came. Read before anything else.
	ErrUncertain = errors.New("no answer: the call may have had its effect")
	// ErrThrottled: 429. Wait and slow down; not counted as an attempt.
	ErrThrottled = errors.New("too many requests")
	// ErrUnauthorized: the authorization is gone; a person must connect the shop again.
	ErrUnauthorized = errors.New("authorization has ended: connect the shop again")
	// ErrMisconfigured: the platform does not accept this station's set-up (signature, app key, scope, address). No order
	// is to blame, so no row is parked for it; everything waits for a person.
	ErrMisconfigured = errors.New("the Seller Center does not accept this station's settings")
	// ErrNotYet: the platform does not have it yet (label not rendered, order still on hold). Try later.
	ErrNotYet = errors.New("not available yet")
)

// RejectedError is a "no": the row is parked for a person and other orders go on. Code 0 means that this program itself
// refused before anything was sent, because the call could not have been right.
type RejectedError struct {
	Code      int64
	Message   string
	RequestID string
}

func (e *RejectedError) Error() string {
	if e.Code == 0 {
		return "not sent: " + e.Message
	}
	return fmt.Sprintf("Seller Center refused (%d): %s", e.Code, e.Message)
}

// ThrottledError carries how long the platform asked to wait; errors.Is(err, ErrThrottled) holds.
type ThrottledError struct{ RetryAfter time.Duration }

func (e *ThrottledError) Error() string        { return ErrThrottled.Error() }
func (e *ThrottledError) Is(target error) bool { return target == ErrThrottled }

// LineError is a call that never got through, in words that a person can do something with. It says nothing of what may be
// tried again: what wraps it does.
type LineError struct {
	Words string
	Cause error
}

func (e *LineError) Error() string { return e.Words }
func (e *LineError) Unwrap() error { return e.Cause }
