package shop

import (
	"slices"
	"time"

	"packbench/fulfillment"
)

// What happens to orders by itself. Every function takes the moment of shop time and checks that it still applies.

// remorse is how long a paid order stays ON_HOLD.
const remorse = time.Hour

// answerCancel is how long the seller has to answer a buyer's cancel request before it is granted.
const answerCancel = 24 * time.Hour

// watchOrder plans the order's own deadlines.
func (s *store) watchOrder(o *order) {
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
func (s *store) endHold(o *order, at time.Time) {
	if !o.is(fulfillment.StatusOnHold) {
		return
	}
	o.status = string(fulfillment.StatusAwaitingShipment)
	s.touch(o, at)
}

// shippingOverdue: not AWAITING_COLLECTION by shipping_due_time is cancelled by the platform.
func (s *store) shippingOverdue(o *order, at time.Time) {
	if o.is(fulfillment.StatusAwaitingShipment) || o.is(fulfillment.StatusPartiallyShipping) {
		s.cancelOrder(o, o.unshipped(), "SYSTEM", "The seller did not ship in time", at)
	}
}

func (s *store) collectionOverdue(o *order, at time.Time) {
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
func (s *store) newParcel(o *order, lines []*line, at time.Time) *parcel {
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
func (s *store) ship(p *parcel, tracking string, by provider, at time.Time) {
	s.setTracking(p, tracking)
	p.status, p.provider = processing, by
	p.shipped, p.updated = at.Truncate(time.Second), at.Truncate(time.Second)
	for _, o := range p.all() {
		if o.request != nil { // only where the market ships over a request
			s.closeRequest(o.request, "CANCELLATION_REQUEST_CANCELLED", at)
		}
		if o.is(fulfillment.StatusCancelled) {
			s.tally.ShippedCancelled++
		}
		o.rts = p.shipped
		o.derive()
		o.track = append(o.track, trackEvent{at, "The seller has prepared your package."})
		s.touch(o, at)
		s.effects.add("ship", o.id, p.id, tracking)
	}
	s.tally.Shipped++
	if after := s.carrierDelay(p.order); after >= 0 {
		s.schedule(at.Add(after), func(at time.Time) { s.scan(p, at) })
	}
}

// carrierDelay is how long the carrier takes to scan the parcel; negative: it never does by itself.
func (s *store) carrierDelay(o *order) time.Duration {
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
func (s *store) scan(p *parcel, at time.Time) bool {
	if p.status != processing {
		return false
	}
	p.status, p.scanned, p.updated = fulfilling, at.Truncate(time.Second), at.Truncate(time.Second)
	for _, o := range p.all() {
		o.collected = p.scanned
		o.derive()
		o.track = append(o.track, trackEvent{at, "The carrier has collected your package."})
		s.touch(o, at)
	}
	days := time.Duration(30+s.rng.IntN(40)) * time.Hour
	s.schedule(at.Add(days), func(at time.Time) { s.deliver(p, at) })
	return true
}

func (s *store) deliver(p *parcel, at time.Time) bool {
	if p.status != fulfilling {
		return false
	}
	p.status, p.updated = completed, at.Truncate(time.Second)
	for _, o := range p.all() {
		o.derive()
		o.track = append(o.track, trackEvent{at, "Your package was delivered!"})
		if o.is(fulfillment.StatusDelivered) {
			o.delivered = at.Truncate(time.Second)
			s.schedule(at.Add(7*24*time.Hour), func(at time.Time) { s.complete(o, at) })
		}
		s.touch(o, at)
	}
	return true
}

// lose is the carrier's word that a parcel was lost or damaged on its way. The package is CANCELLED by it; its order keeps status
// and update_time, as far as is known, so that nobody hears of it who does not ask.
func (s *store) lose(p *parcel, at time.Time) bool {
	if p.status != fulfilling {
		return false
	}
	p.status, p.lost, p.updated = cancelled, true, at.Truncate(time.Second)
	for _, o := range p.all() {
		o.track = append(o.track, trackEvent{at, "Your package was lost or damaged on its way."})
	}
	return true
}

// all are the orders in the package: more than one where they were combined.
func (p *parcel) all() []*order { return append([]*order{p.order}, p.joined...) }

func (s *store) complete(o *order, at time.Time) {
	if !o.is(fulfillment.StatusDelivered) {
		return
	}
	o.status = string(fulfillment.StatusCompleted)
	s.touch(o, at)
}

// cancelOrder cancels lines, and with the last of them the order and its unscanned packages. by is BUYER, SELLER or
// SYSTEM. Lines with the carrier are not cancelled.
func (s *store) cancelOrder(o *order, lines []*line, by, reason string, at time.Time) {
	for _, l := range lines {
		if l.parcel != nil && (l.parcel.status == fulfilling || l.parcel.status == completed) {
			continue
		}
		l.cancelled, l.cancelBy = true, by
	}
	for _, p := range slices.Clone(o.packages) {
		switch {
		case p.status == fulfilling || p.status == completed:
		case p.allCancelled():
			p.status, p.updated = cancelled, at.Truncate(time.Second)
		case p.status == toFulfill && len(p.joined) > 0 && len(o.live()) == 0:
			s.takeOut(p, o)
		}
	}
	if len(o.live()) == 0 {
		o.status = string(fulfillment.StatusCancelled)
	} else {
		o.derive()
	}
	o.cancelReason, o.cancelBy, o.cancelledAt = reason, by, at.Truncate(time.Second)
	s.effects.add("cancel", o.id, "", by+" "+o.status)
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
func (s *store) askCancel(o *order, at time.Time) bool {
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
	s.touchBeside(o, at)
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

func (s *store) newCancellation(o *order, lines []*line, kind, role string, at time.Time) *cancellation {
	at = at.Truncate(time.Second)
	c := &cancellation{id: s.ids.next("4035"), order: o, lines: lines, kind: kind, role: role, created: at, updated: at}
	s.cancels[c.id] = c
	s.pending = append(s.pending, c)
	return c
}

// grant cancels what the buyer asked to cancel.
// What the carrier already has is not cancelled any more; if that is all of it, the request is closed without effect.
func (s *store) grant(c *cancellation, at time.Time) {
	if len(c.order.unscanned()) == 0 {
		s.closeRequest(c, "CANCELLATION_REQUEST_CANCELLED", at)
		s.touchBeside(c.order, at)
		return
	}
	s.closeRequest(c, "CANCELLATION_REQUEST_SUCCESS", at)
	s.cancelOrder(c.order, c.lines, "BUYER", c.text, at)
}

func (s *store) closeRequest(c *cancellation, status string, at time.Time) {
	c.status, c.updated = status, at.Truncate(time.Second)
	if c.order.request == c {
		c.order.request = nil
	}
	s.hookCancel(c, at)
}

func (s *store) hookCancel(c *cancellation, at time.Time) {
	s.hook(11, at, map[string]any{"order_id": c.order.id, "cancellations_role": c.role, "cancel_status": c.status,
		"cancel_id": c.id, "create_time": c.created.Unix()})
}

// updateAddress moves the recipient to another place and replaces packages that were not shipped; an order that was
// combined with others comes out of their package.
func (s *store) updateAddress(o *order, at time.Time) {
	all := places[s.market.region]
	for i, pl := range all {
		if pl.line1 == o.recipient.line1 {
			next := all[(i+1)%len(all)]
			o.recipient.line1, o.recipient.line2, o.recipient.town = next.line1, next.line2, next.town
			o.recipient.state, o.recipient.postcode = next.state, next.postcode
			break
		}
	}
	o.addressUpdated = true
	var made []*parcel
	for _, p := range slices.Clone(o.packages) {
		if p.status == toFulfill {
			made = append(made, s.dissolve(p, at)...)
		}
	}
	s.touchBeside(o, at)
	s.hook(3, at, map[string]any{"order_id": o.id, "update_time": o.updated.Unix()})
	if len(made) > 1 {
		s.hookPackages("ADDRESS_UPDATE_SPLIT", "ROLE_USER", made, at)
	}
}

// dissolve replaces a package that was not shipped by a new one for each of its orders.
func (s *store) dissolve(p *parcel, at time.Time) []*parcel {
	s.remove(p)
	var made []*parcel
	for _, o := range p.all() {
		var lines []*line
		for _, l := range p.lines {
			if slices.Contains(o.lines, l) {
				lines = append(lines, l)
			}
		}
		if len(lines) > 0 {
			made = append(made, s.newParcel(o, lines, at))
		}
	}
	return made
}

// takeOut leaves a cancelled order out of a combined package; the others stay in it.
func (s *store) takeOut(p *parcel, o *order) {
	rest := slices.DeleteFunc(p.all(), func(q *order) bool { return q == o })
	p.order, p.joined = rest[0], rest[1:]
	p.lines = slices.DeleteFunc(p.lines, func(l *line) bool { return slices.Contains(o.lines, l) })
	o.packages = slices.DeleteFunc(o.packages, func(q *parcel) bool { return q == p })
	for _, l := range o.lines {
		if l.parcel == p {
			l.parcel = nil
		}
	}
}

// remove takes a package out of the shop; its id means nothing from then on.
func (s *store) remove(p *parcel) {
	delete(s.packages, p.id)
	for _, o := range p.all() {
		o.packages = slices.DeleteFunc(o.packages, func(q *parcel) bool { return q == p })
	}
	for _, l := range p.lines {
		if l.parcel == p {
			l.parcel = nil
		}
	}
}

// hookPackages is webhook 4: package ids were replaced.
func (s *store) hookPackages(kind, role string, list []*parcel, at time.Time) {
	rows := []map[string]any{}
	for _, p := range list {
		ids := []string{}
		for _, o := range p.all() {
			ids = append(ids, o.id)
		}
		rows = append(rows, map[string]any{"package_id": p.id, "order_id_list": ids})
	}
	s.hook(4, at, map[string]any{"sc_type": kind, "role_type": role, "package_list": rows, "update_time": at.Unix()})
}
