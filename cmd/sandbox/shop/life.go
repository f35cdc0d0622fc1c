package shop

import (
	"time"

	"packbench/fulfillment"
)

// What happens to orders by itself. Every function takes the moment of shop time and checks that it still applies.

// remorse is how long a paid order stays ON_HOLD.
const remorse = time.Hour

// answerCancel is how long the seller has to answer a buyer's cancel request before it is granted.
const answerCancel = 24 * time.Hour

// watchOrder plans the order's own deadlines.
func (s *Server) watchOrder(o *order) {
	if o.is(fulfillment.StatusOnHold) {
		s.schedule(o.holdEnds, func(at time.Time) { s.endHold(o, at) })
	}
	if !o.shippingDue.IsZero() {
		s.schedule(o.shippingDue, func(at time.Time) { s.shippingOverdue(o, at) })
	}
	if !o.collectDue.IsZero() {
		s.schedule(o.collectDue, func(at time.Time) { s.collectionOverdue(o, at) })
	}
}

// endHold ends the hour of remorse.
func (s *Server) endHold(o *order, at time.Time) {
	if !o.is(fulfillment.StatusOnHold) {
		return
	}
	o.status = string(fulfillment.StatusAwaitingShipment)
	s.touch(o, at)
}

// shippingOverdue: not AWAITING_COLLECTION by shipping_due_time is cancelled by the platform.
func (s *Server) shippingOverdue(o *order, at time.Time) {
	if o.is(fulfillment.StatusAwaitingShipment) || o.is(fulfillment.StatusPartiallyShipping) {
		s.cancelOrder(o, o.unshipped(), "SYSTEM", "The seller did not ship in time", at)
	}
}

func (s *Server) collectionOverdue(o *order, at time.Time) {
	if o.is(fulfillment.StatusAwaitingCollection) {
		s.cancelOrder(o, o.live(), "SYSTEM", "The carrier did not collect in time", at)
	}
}

func (o *order) unshipped() []*line {
	var rest []*line
	for _, l := range o.live() {
		if !l.shipped() {
			rest = append(rest, l)
		}
	}
	return rest
}

// newParcel makes a package that has not been shipped.
func (s *Server) newParcel(o *order, lines []*line, at time.Time) *parcel {
	p := &parcel{id: s.ids.next("115"), order: o, lines: lines, status: toFulfill, provider: o.provider,
		labelMode: o.labelMode, created: at.Truncate(time.Second), updated: at.Truncate(time.Second)}
	for _, l := range lines {
		l.parcel = p
		p.weightG += l.product.weightG
	}
	o.packages = append(o.packages, p)
	s.packages[p.id] = p
	return p
}

// ship is the effect of every successful ship, mark and create call.
func (s *Server) ship(p *parcel, tracking string, by provider, at time.Time) {
	o := p.order
	if o.request != nil { // only where the market ships over a request
		s.closeRequest(o.request, "CANCELLATION_REQUEST_CANCELLED", at)
	}
	if o.is(fulfillment.StatusCancelled) {
		s.tally.ShippedCancelled++
	}
	p.status, p.tracking, p.provider = processing, tracking, by
	p.shipped, p.updated = at.Truncate(time.Second), at.Truncate(time.Second)
	o.rts = p.shipped
	o.derive()
	o.track = append(o.track, trackEvent{at, "The seller has prepared your package."})
	s.tally.Shipped++
	s.touch(o, at)
	if after := s.carrierDelay(o); after >= 0 {
		s.schedule(at.Add(after), func(at time.Time) { s.scan(p, at) })
	}
}

// carrierDelay is how long the carrier takes to scan the parcel; negative: it never does by itself.
func (s *Server) carrierDelay(o *order) time.Duration {
	minutes := func(from, to int) time.Duration { return time.Duration(from+s.rng.IntN(to-from)) * time.Minute }
	switch {
	case s.opt.CarrierAfter != 0:
		return s.opt.CarrierAfter
	case o.shippingType == string(fulfillment.ShippingSeller):
		return minutes(2*60, 6*60)
	}
	return minutes(20*60, 30*60)
}

// scan is the carrier's first scan of a parcel. A parcel of a cancelled order should never have reached the carrier.
func (s *Server) scan(p *parcel, at time.Time) bool {
	if p.status != processing {
		return false
	}
	o := p.order
	p.status, p.scanned, p.updated = fulfilling, at.Truncate(time.Second), at.Truncate(time.Second)
	o.collected = p.scanned
	o.derive()
	o.track = append(o.track, trackEvent{at, "The carrier has collected your package."})
	s.touch(o, at)
	days := time.Duration(30+s.rng.IntN(40)) * time.Hour
	s.schedule(at.Add(days), func(at time.Time) { s.deliver(p, at) })
	return true
}

func (s *Server) deliver(p *parcel, at time.Time) {
	if p.status != fulfilling {
		return
	}
	o := p.order
	p.status, p.updated = completed, at.Truncate(time.Second)
	o.derive()
	o.track = append(o.track, trackEvent{at, "Your package was delivered!"})
	if o.is(fulfillment.StatusDelivered) {
		o.delivered = at.Truncate(time.Second)
		s.schedule(at.Add(7*24*time.Hour), func(at time.Time) { s.complete(o, at) })
	}
	s.touch(o, at)
}

func (s *Server) complete(o *order, at time.Time) {
	if !o.is(fulfillment.StatusDelivered) {
		return
	}
	o.status = string(fulfillment.StatusCompleted)
	s.touch(o, at)
}

// cancelOrder cancels lines, and with the last of them the order and its unscanned packages. by is BUYER, SELLER or
// SYSTEM. Lines with the carrier are not cancelled.
func (s *Server) cancelOrder(o *order, lines []*line, by, reason string, at time.Time) {
	for _, l := range lines {
		if l.parcel != nil && (l.parcel.status == fulfilling || l.parcel.status == completed) {
			continue
		}
		l.cancelled, l.cancelBy = true, by
	}
	for _, p := range o.packages {
		if p.status != fulfilling && p.status != completed && p.allCancelled() {
			p.status, p.updated = cancelled, at.Truncate(time.Second)
		}
	}
	if len(o.live()) == 0 {
		o.status = string(fulfillment.StatusCancelled)
	} else {
		o.derive()
	}
	o.cancelReason, o.cancelBy, o.cancelledAt = reason, by, at.Truncate(time.Second)
	if o.request != nil && o.is(fulfillment.StatusCancelled) {
		s.closeRequest(o.request, "CANCELLATION_REQUEST_SUCCESS", at)
	}
	s.touch(o, at)
}

func (p *parcel) allCancelled() bool {
	for _, l := range p.lines {
		if !l.cancelled {
			return false
		}
	}
	return true
}

// askCancel is a buyer's request. In the hour of remorse it is granted at once.
func (s *Server) askCancel(o *order, at time.Time) bool {
	if o.request != nil || o.is(fulfillment.StatusCancelled) || len(o.unscanned()) == 0 {
		return false
	}
	c := s.newCancellation(o, o.unscanned(), "BUYER_CANCEL", "BUYER", at)
	c.reason, c.text = "ecom_order_to_ship_canceled_reason_created_by_mistakes", "Order created by mistake"
	if o.is(fulfillment.StatusOnHold) || o.is(fulfillment.StatusUnpaid) {
		c.status = "CANCELLATION_REQUEST_COMPLETE"
		s.cancelOrder(o, c.lines, "BUYER", c.text, at)
		return true
	}
	c.status, c.deadline = "CANCELLATION_REQUEST_PENDING", at.Add(answerCancel)
	o.request, o.cancelAsked = c, at.Truncate(time.Second)
	s.schedule(c.deadline, func(at time.Time) {
		if o.request == c {
			s.grant(c, at)
		}
	})
	s.touch(o, at)
	s.hookCancel(c, at)
	return true
}

// unscanned are the lines that no carrier has yet.
func (o *order) unscanned() []*line {
	var rest []*line
	for _, l := range o.live() {
		if l.parcel == nil || l.parcel.status == toFulfill || l.parcel.status == processing {
			rest = append(rest, l)
		}
	}
	return rest
}

func (s *Server) newCancellation(o *order, lines []*line, kind, role string, at time.Time) *cancellation {
	at = at.Truncate(time.Second)
	c := &cancellation{id: s.ids.next("4035"), order: o, lines: lines, kind: kind, role: role, created: at, updated: at}
	s.cancels[c.id] = c
	s.pending = append(s.pending, c)
	return c
}

// grant cancels what the buyer asked to cancel.
// What the carrier already has is not cancelled any more; if that is all of it, the request is closed without effect.
func (s *Server) grant(c *cancellation, at time.Time) {
	if len(c.order.unscanned()) == 0 {
		s.closeRequest(c, "CANCELLATION_REQUEST_CANCELLED", at)
		s.touch(c.order, at)
		return
	}
	s.closeRequest(c, "CANCELLATION_REQUEST_SUCCESS", at)
	s.cancelOrder(c.order, c.lines, "BUYER", c.text, at)
}

func (s *Server) closeRequest(c *cancellation, status string, at time.Time) {
	c.status, c.updated = status, at.Truncate(time.Second)
	if c.order.request == c {
		c.order.request = nil
	}
	s.hookCancel(c, at)
}

func (s *Server) hookCancel(c *cancellation, at time.Time) {
	s.hook(11, at, map[string]any{"order_id": c.order.id, "cancellations_role": c.role, "cancel_status": c.status,
		"cancel_id": c.id, "create_time": c.created.Unix()})
}

// updateAddress moves the recipient to another place and replaces packages that were not shipped.
func (s *Server) updateAddress(o *order, at time.Time) {
	for i, pl := range places[s.market.region] {
		if pl.line1 == o.recipient.line1 {
			next := places[s.market.region][(i+1)%len(places[s.market.region])]
			o.recipient.line1, o.recipient.line2, o.recipient.town = next.line1, next.line2, next.town
			o.recipient.state, o.recipient.postcode = next.state, next.postcode
			break
		}
	}
	o.addressUpdated = true
	old := o.packages
	o.packages = nil
	for _, p := range old {
		if p.status != toFulfill {
			o.packages = append(o.packages, p)
			continue
		}
		delete(s.packages, p.id)
		s.newParcel(o, p.lines, at)
	}
	s.touch(o, at)
	s.hook(3, at, map[string]any{"order_id": o.id, "update_time": o.updated.Unix()})
}
