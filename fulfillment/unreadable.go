package fulfillment

import (
	"fmt"
	"strings"
	"time"
)

// UnreadableOrder is an order of which the platform's answer makes no sense to this program. It is an error about that order
// and about no other.
type UnreadableOrder struct {
	ID     OrderID // empty: not even that could be read
	Reason string
	Since  time.Time // when it was found first; filled in by the store
}

// Error implements error.
func (u UnreadableOrder) Error() string {
	return fmt.Sprintf("order %q cannot be read: %s", u.ID, u.Reason)
}

// UnreadableOrders are those of one answer; the other orders of the answer stand.
type UnreadableOrders []UnreadableOrder

// Error implements error.
func (l UnreadableOrders) Error() string {
	words := make([]string, len(l))
	for i, u := range l {
		words[i] = u.Error()
	}
	return strings.Join(words, "; ")
}

// PulledPage is one page of a pull: the orders, and those that could not be read, which must be asked for again once the
// cursor has gone past them.
type PulledPage struct {
	Orders     []Order
	Unreadable UnreadableOrders
}
