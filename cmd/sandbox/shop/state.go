package shop

import (
	"fmt"
	"time"

	"packbench/fulfillment"
)

// Package statuses of the platform; TO_FULFILL exists on line items only.
const (
	toFulfill  = "TO_FULFILL"
	processing = "PROCESSING"
	fulfilling = "FULFILLING"
	completed  = "COMPLETED"
	cancelled  = "CANCELLED"
)

const fulfilledByPlatform = "FULFILLMENT_BY_TIKTOK"

// order is one order of the shop. Times are shop time in UTC; zero means that it has not happened or does not exist.
type order struct {
	id, user        string
	status          string
	shippingType    string // TIKTOK or SELLER
	fulfillmentType string
	buyerMessage    string
	sellerNote      string
	sample          bool
	provider        provider // of the platform's carrier, or the one whose label the seller bought
	boughtTracking  string   // seller-shipped: tracking number of the label bought elsewhere
	recipient       person
	lines           []*line
	packages        []*parcel

	created, updated, paid, holdEnds, release time.Time
	rtsSLA, ttsSLA, shippingDue, collectDue   time.Time
	deliveryDue, deliverySLA                  time.Time
	rts, collected, delivered                 time.Time
	cancelledAt, cancelAsked                  time.Time
	cancelReason, cancelBy                    string
	addressUpdated                            bool
	request                                   *cancellation // pending request of the buyer
	trap                                      string        // why this order is special, for the admin
	labelMode                                 labelMode
	shippedCalls                              int // ship, mark and create calls that named it, refused ones too
	track                                     []trackEvent
	invoice                                   string // need_upload_invoice, where the market wants invoices
	delivery                                  string // DELIVERY_FAILED after such a report
}

// line is one unit.
type line struct {
	id        string
	product   *product
	gift      bool
	cancelled bool
	cancelBy  string
	parcel    *parcel // nil: no package yet
}

// parcel is a package of the platform.
type parcel struct {
	id               string
	order            *order
	joined           []*order // further orders in a combined package
	lines            []*line
	status           string
	tracking         string
	provider         provider
	handover         string
	slotStart        int64
	slotEnd          int64
	weightG          int
	dims             [3]string // length, width, height
	dimUnit          string
	weight           string
	weightUnit       string
	service          *shippingService
	labelMode        labelMode
	created, updated time.Time
	shipped, scanned time.Time
	lost             bool // on its way: it is CANCELLED, and its units are not
}

type trackEvent struct {
	at   time.Time
	text string
}

// cancellation is a request of the buyer, or a cancellation by the seller or the system.
type cancellation struct {
	id               string
	order            *order
	joined           []*order // further orders in a combined package
	lines            []*line
	status           string // CANCELLATION_REQUEST_PENDING, _SUCCESS, _CANCELLED, _COMPLETE
	kind             string // CANCEL (by seller or system) or BUYER_CANCEL
	role             string
	reason, text     string
	created, updated time.Time
	deadline         time.Time
	decidedWith      string // path and idempotency_key of the decision
}

// idMaker makes 18-digit identifiers that depend on the seed only.
type idMaker struct {
	n       uint64
	base    uint64
	request func() uint64
}

func newIDMaker(seed uint64) *idMaker {
	var calls uint64
	return &idMaker{base: seed % 9973 * 1_000_000, request: func() uint64 { calls++; return calls<<20 | seed&0xfffff }}
}

// next returns prefix followed by as many digits as make 18. Multiplying by a number that shares no factor with ten
// spreads the counter without ever giving the same digits twice.
func (m *idMaker) next(prefix string) string {
	m.n++
	room := uint64(1)
	for range 18 - len(prefix) {
		room *= 10
	}
	return fmt.Sprintf("%s%0*d", prefix, 18-len(prefix), (m.base+m.n)*736_878_761%room)
}

// live are the lines that were not cancelled.
func (o *order) live() []*line {
	var live []*line
	for _, l := range o.lines {
		if !l.cancelled {
			live = append(live, l)
		}
	}
	return live
}

func (l *line) shipped() bool {
	return l.parcel != nil && l.parcel.status != toFulfill && (l.parcel.status != cancelled || l.parcel.lost)
}

// packageStatus of a line; empty where there is no package.
func (l *line) packageStatus() string {
	switch {
	case l.parcel == nil:
		return ""
	case l.cancelled:
		return cancelled
	}
	return l.parcel.status
}

// displayStatus is the order's words without ON_HOLD and PARTIALLY_SHIPPING.
func (l *line) displayStatus(o *order) string {
	switch {
	case l.cancelled:
		return string(fulfillment.StatusCancelled)
	case o.status == string(fulfillment.StatusUnpaid):
		return o.status
	case !l.shipped():
		return string(fulfillment.StatusAwaitingShipment)
	}
	switch l.parcel.status {
	case processing:
		return string(fulfillment.StatusAwaitingCollection)
	case fulfilling, cancelled: // what is lost is in transit as far as the order knows
		return string(fulfillment.StatusInTransit)
	}
	if o.status == string(fulfillment.StatusCompleted) {
		return o.status
	}
	return string(fulfillment.StatusDelivered)
}

// live are the units that were not cancelled; all of them where every one was, so that the package still says what it is.
func (p *parcel) live() []*line {
	var live []*line
	for _, l := range p.lines {
		if !l.cancelled {
			live = append(live, l)
		}
	}
	if live == nil {
		return p.lines
	}
	return live
}

// derive sets the order's status from its lines. It is for paid orders that are past their hold.
func (o *order) derive() {
	live := o.live()
	if len(live) == 0 {
		o.status = string(fulfillment.StatusCancelled)
		return
	}
	count := map[string]int{}
	for _, l := range live {
		count[l.displayStatus(o)]++
	}
	all := func(s fulfillment.OrderStatus) bool { return count[string(s)] == len(live) }
	switch {
	case all(fulfillment.StatusAwaitingShipment):
		o.status = string(fulfillment.StatusAwaitingShipment)
	case count[string(fulfillment.StatusAwaitingShipment)] > 0:
		o.status = string(fulfillment.StatusPartiallyShipping)
	case count[string(fulfillment.StatusAwaitingCollection)] > 0:
		o.status = string(fulfillment.StatusAwaitingCollection)
	case count[string(fulfillment.StatusInTransit)] > 0:
		o.status = string(fulfillment.StatusInTransit)
	case o.status != string(fulfillment.StatusCompleted):
		o.status = string(fulfillment.StatusDelivered)
	}
}

// touch moves update_time. It always grows, so that nobody who keeps a cursor of whole seconds misses a change.
func (s *store) touch(o *order, at time.Time) {
	at = at.UTC().Truncate(time.Second)
	if !at.After(o.updated) {
		at = o.updated.Add(time.Second)
	}
	o.updated = at
	status := o.status
	if status == string(fulfillment.StatusCancelled) {
		status = "CANCEL" // the webhook's own spelling
	}
	s.hook(1, at, map[string]any{"order_id": o.id, "order_status": status, "is_on_hold_order": !o.holdEnds.IsZero(),
		"update_time": at.Unix()})
}

// touchBeside is touch for changes that leave the status as it is.
func (s *store) touchBeside(o *order, at time.Time) {
	if !s.opt.StatusTimeOnly {
		s.touch(o, at)
	}
}

func (o *order) is(status fulfillment.OrderStatus) bool { return o.status == string(status) }

// shippable is the platform's answer to a ship call for this order. Duplicates of single packages are judged by the
// caller, before this.
func (s *store) shippable(o *order) *apiError {
	switch {
	case o.fulfillmentType != fulfillment.FulfillmentBySeller:
		return errNotSellers
	case o.is(fulfillment.StatusCancelled):
		return artificial(codeOrderCancelled, "The order is cancelled")
	case o.is(fulfillment.StatusOnHold):
		return errOnHold
	case o.is(fulfillment.StatusAwaitingCollection), o.is(fulfillment.StatusInTransit), o.is(fulfillment.StatusDelivered),
		o.is(fulfillment.StatusCompleted):
		return artificial(codeAlreadyShipped, "Already shipped")
	case !o.is(fulfillment.StatusAwaitingShipment) && !o.is(fulfillment.StatusPartiallyShipping):
		return artificial(codeNotShippable, "An order with status %s cannot be shipped", o.status)
	case o.request != nil && !s.market.shipsOverCancel:
		return errAfterSale
	}
	return nil
}

// mayShip is for the admin state: whether a parcel of the order may leave now, and why not.
func (s *store) mayShip(o *order) (bool, string) {
	if o.request != nil {
		return false, "the buyer has asked to cancel"
	}
	if err := s.shippable(o); err != nil {
		return false, err.Message
	}
	return true, ""
}
