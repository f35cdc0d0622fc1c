package shop

import (
	"time"

	"packbench/fulfillment"
)

// trap is a seeded order that a bench must not simply pack. why is shown in the admin state.
type trap struct {
	why      string
	shipping string // the shipping type it needs; empty: any
	apply    func(s *store, o *order, start time.Time)
}

// unknownStatus is a status that no document has: it must never be taken for "fine".
const unknownStatus = "AWAITING_RISK_REVIEW"

// marketTraps are those that only some markets have. They come first.
func (s *store) marketTraps() []trap {
	platform := string(fulfillment.ShippingPlatform)
	var list []trap
	if s.market.splitOver > 0 {
		list = append(list, trap{"too many units for one package: must be split before it is shipped", platform, func(s *store, o *order, _ time.Time) {
			o.lines = nil
			for i := range s.market.splitOver + 1 {
				o.lines = append(o.lines, &line{id: s.ids.next("577"), product: s.product([]string{"TEE-BLK-M", "NOTE-A5"}[i%2])})
			}
		}})
	}
	return list
}

// traps in the order in which a small shop gets them.
func traps() []trap {
	platform, seller := string(fulfillment.ShippingPlatform), string(fulfillment.ShippingSeller)
	return []trap{
		{"label trap: the barcode is another number than the tracking number", platform, func(_ *store, o *order, _ time.Time) { o.labelMode = labelWrong }},
		{"cancel request pending before packing", seller, pendingRequest},
		{"on hold for good: pre-order, released in 30 days", "", func(_ *store, o *order, start time.Time) {
			holdUntil(o, start, start.Add(30*24*time.Hour))
			o.release = o.holdEnds
		}},
		{"cancelled before packing", "", cancelledEarly},
		{"label trap: the barcode is smudged and cannot be read", platform, func(_ *store, o *order, _ time.Time) { o.labelMode = labelUnreadable }},
		{"on hold, becomes shippable 5 minutes after the start", seller, func(_ *store, o *order, start time.Time) { holdUntil(o, start, start.Add(5*time.Minute)) }},
		{"cancel request pending before packing", platform, pendingRequest},
		{"fulfilled by the platform's own warehouse: shown, never written", platform, func(_ *store, o *order, _ time.Time) { o.fulfillmentType = fulfilledByPlatform }},
		{"status that no document has", "", func(_ *store, o *order, _ time.Time) { o.status = unknownStatus }},
		{"never paid", "", unpaid},
		{"cancelled before packing", "", cancelledEarly},
		{"on hold, becomes shippable 20 minutes after the start", platform, func(_ *store, o *order, start time.Time) { holdUntil(o, start, start.Add(20*time.Minute)) }},
		{"on hold, the buyer cancels 10 minutes after the start", "", func(s *store, o *order, start time.Time) {
			holdUntil(o, start, start.Add(40*time.Minute))
			s.schedule(start.Add(10*time.Minute), func(at time.Time) { s.askCancel(o, at) })
		}},
		{"never paid", "", unpaid},
		{"the buyer asks to cancel 6 hours after the start", "", func(s *store, o *order, start time.Time) {
			s.schedule(start.Add(6*time.Hour), func(at time.Time) { s.askCancel(o, at) })
		}},
	}
}

func pendingRequest(s *store, o *order, start time.Time) {
	s.askCancel(o, start.Add(-10*time.Minute))
}

func cancelledEarly(s *store, o *order, start time.Time) {
	at := start.Add(-20 * time.Minute)
	c := s.newCancellation(o, o.live(), "BUYER_CANCEL", "BUYER", at)
	c.reason, c.text = "ecom_order_to_ship_canceled_reason_created_by_mistakes", "Order created by mistake"
	c.status = "CANCELLATION_REQUEST_COMPLETE"
	s.cancelOrder(o, c.lines, "BUYER", c.text, at)
}

// holdUntil puts the order on hold: as if it had been paid an hour before ends.
func holdUntil(o *order, start, ends time.Time) {
	o.status = string(fulfillment.StatusOnHold)
	o.holdEnds = ends
	if paid := ends.Add(-remorse); paid.Before(start) {
		o.created, o.paid = paid.Add(-time.Minute), paid
	} else {
		o.created, o.paid = start.Add(-30*time.Minute), start.Add(-29*time.Minute)
	}
	o.updated = o.paid
	day := 24 * time.Hour
	o.rtsSLA, o.ttsSLA, o.shippingDue, o.collectDue = ends.Add(2*day), ends.Add(3*day), ends.Add(7*day), ends.Add(8*day)
	o.deliverySLA, o.deliveryDue = ends.Add(8*day), ends.Add(20*day)
}

func unpaid(_ *store, o *order, start time.Time) {
	o.status = string(fulfillment.StatusUnpaid)
	o.created = start.Add(-15 * time.Minute)
	o.updated = o.created
	o.paid, o.holdEnds, o.rtsSLA, o.ttsSLA = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	o.shippingDue, o.collectDue, o.deliverySLA, o.deliveryDue = time.Time{}, time.Time{}, time.Time{}, time.Time{}
}
