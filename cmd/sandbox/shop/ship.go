package shop

import (
	"time"

	"packbench/fulfillment"
)

type pickupSlot struct {
	StartTime *int64 `json:"start_time"`
	EndTime   *int64 `json:"end_time"`
}

type selfShipment struct {
	TrackingNumber     *string `json:"tracking_number"`
	ShippingProviderID *string `json:"shipping_provider_id"`
}

type shipRequest struct {
	HandoverMethod *string       `json:"handover_method"`
	PickupSlot     *pickupSlot   `json:"pickup_slot"`
	SelfShipment   *selfShipment `json:"self_shipment"`
}

type batchItem struct {
	ID             *string       `json:"id"`
	HandoverMethod *string       `json:"handover_method"`
	PickupSlot     *pickupSlot   `json:"pickup_slot"`
	SelfShipment   *selfShipment `json:"self_shipment"`
}

type batchRequest struct {
	Packages []batchItem `json:"packages"`
}

type batchError struct {
	Code    int64       `json:"code"`
	Message string      `json:"message"`
	Detail  batchDetail `json:"detail"`
}

type batchDetail struct {
	PackageID string `json:"package_id"`
}

type batchAnswer struct {
	Errors []batchError `json:"errors,omitempty"`
}

// maxBatch is not documented; 50 is what careful clients use.
const maxBatch = 50

// shipOne is POST /fulfillment/202309/packages/{package_id}/ship.
func (s *store) shipOne(c *call) (any, error) {
	req, err := decodeBody[shipRequest](c.body)
	if err != nil {
		return nil, err
	}
	if e := s.shipPackage(c, c.vars["package_id"], req); e != nil {
		return nil, e
	}
	return empty{}, nil
}

// shipBatch is POST /fulfillment/202309/packages/ship: packages that failed are named in errors, the others are shipped.
func (s *store) shipBatch(c *call) (any, error) {
	req, err := decodeBody[batchRequest](c.body)
	if err != nil {
		return nil, err
	}
	if len(req.Packages) == 0 || len(req.Packages) > maxBatch {
		return nil, artificial(codeMissing, "Invalid parameter. `packages` takes 1 to %d", maxBatch)
	}
	var answer batchAnswer
	for _, item := range req.Packages {
		id := deref(item.ID)
		if e := s.shipPackage(c, id, shipRequest{item.HandoverMethod, item.PickupSlot, item.SelfShipment}); e != nil {
			answer.Errors = append(answer.Errors, batchError{e.Code, e.Message, batchDetail{id}})
		}
	}
	return answer, nil
}

// shipPackage is Ship Package for one package: platform-shipped ones outside the label-purchase markets, and
// seller-shipped ones, with self_shipment, where Mark Package As Shipped does not exist.
func (s *store) shipPackage(c *call, id string, req shipRequest) *apiError {
	c.notHere(id)
	p := s.packages[id]
	if p == nil {
		c.named(nil, id)
		return artificial(codePackageNotFound, "Package %s not found", id)
	}
	o := p.order
	c.named(o, p.id)
	o.shippedCalls++
	if e := s.shipCallFits(o, req); e != nil {
		return e
	}
	if e := s.checkAgain(o, p.live()); e != nil {
		return e
	}
	for _, each := range p.all() {
		if e := s.shippable(each); e != nil {
			return e
		}
	}
	if e := s.mayLeave(p); e != nil {
		return e
	}
	if e := s.checkHandover(req, c.now); e != nil {
		return e
	}
	tracking, by := "", o.provider
	if req.SelfShipment != nil {
		var e *apiError
		if tracking, by, _, e = s.sellerTracking(o, deref(req.SelfShipment.TrackingNumber), deref(req.SelfShipment.ShippingProviderID)); e != nil {
			return e
		}
	} else {
		tracking = s.platformTracking()
	}
	if !s.market.handoverIgnored {
		p.handover = deref(req.HandoverMethod)
		if req.PickupSlot != nil {
			p.slotStart, p.slotEnd = *req.PickupSlot.StartTime, *req.PickupSlot.EndTime
		}
	}
	s.ship(p, tracking, by, c.now)
	return nil
}

// shipCallFits: which of the calls an order needs depends on market and shipping type.
func (s *store) shipCallFits(o *order, req shipRequest) *apiError {
	seller := o.shippingType == string(fulfillment.ShippingSeller)
	switch {
	case seller && s.market.markShipped, !seller && s.market.createPackages:
		return errRegion
	case seller && (req.SelfShipment == nil || deref(req.SelfShipment.TrackingNumber) == "" || deref(req.SelfShipment.ShippingProviderID) == ""):
		return artificial(codeMissing, "Missing parameter. A package that the seller ships needs `self_shipment` with `tracking_number` and `shipping_provider_id`")
	case !seller && req.SelfShipment != nil:
		return artificial(codeWrongCall, "`self_shipment` is only for delivery options of type SEND_BY_SELLER")
	}
	return nil
}

// mayLeave holds the markets' own rules for a package that could be shipped otherwise.
func (s *store) mayLeave(p *parcel) *apiError {
	switch {
	case s.tooMany(p.lines):
		return errMustSplit
	case s.market.invoice && p.order.shippingType == string(fulfillment.ShippingPlatform) && p.order.invoice != invoiceUploaded:
		return artificial(codeInvoice, "The invoice is %s: upload it and wait until it is accepted", p.order.invoice)
	}
	return nil
}

// checkAgain counts and refuses a second shipment of the same units, and counts attempts on cancelled orders.
func (s *store) checkAgain(o *order, lines []*line) *apiError {
	for _, l := range lines {
		if l.shipped() {
			s.tally.DuplicateAttempts++
			return artificial(codeAlreadyShipped, "Already shipped: line item %s is in package %s", l.id, l.parcel.id)
		}
	}
	if o.is(fulfillment.StatusCancelled) {
		s.tally.ShipCancelledAttempts++
		return artificial(codeOrderCancelled, "The order is cancelled")
	}
	for _, l := range lines {
		if l.cancelled {
			s.tally.ShipCancelledAttempts++
			return artificial(codeOrderCancelled, "Line item %s is cancelled", l.id)
		}
	}
	return nil
}

func (s *store) checkHandover(req shipRequest, now time.Time) *apiError {
	switch method := deref(req.HandoverMethod); {
	case req.HandoverMethod != nil && method != "PICKUP" && method != "DROP_OFF":
		return artificial(codeMissing, "Invalid parameter. `handover_method` must be PICKUP or DROP_OFF")
	case req.PickupSlot == nil:
		return nil
	case req.PickupSlot.StartTime == nil || req.PickupSlot.EndTime == nil:
		return artificial(codeMissing, "Missing parameter. `pickup_slot` needs `start_time` and `end_time`")
	}
	for _, slot := range pickupSlots(now) {
		if slot.Available && slot.StartTime == *req.PickupSlot.StartTime && slot.EndTime == *req.PickupSlot.EndTime {
			return nil
		}
	}
	if s.market.collectionTimes {
		return errSlotTime
	}
	return artificial(codeSlot, "The pickup slot is not offered")
}

// platformTracking is a number of the platform's carrier that was never given before.
func (s *store) platformTracking() string {
	for {
		t := s.market.platform.newTracking(s.rng)
		if len(s.parcelsWith(t)) == 0 {
			return t
		}
	}
}

func (s *store) parcelsWith(tracking string) []*parcel {
	return s.byTracking[tracking]
}

// sellerTracking judges what the seller says about his own carrier. One tracking number may serve up to 20 orders to
// the same recipient and address, and no other.
func (s *store) sellerTracking(o *order, tracking, providerID string) (string, provider, string, *apiError) {
	by, ok := s.market.sellerProvider(providerID)
	if !ok {
		return "", by, "", artificial(codeProvider, "Shipping provider %q is not offered for this delivery option", providerID)
	}
	warning, e := s.market.checkTracking(by, tracking)
	if e != nil {
		return "", by, "", e
	}
	others := map[string]bool{}
	for _, p := range s.parcelsWith(tracking) {
		if p.order.id != o.id {
			others[p.order.id] = true
		}
		if p.order.recipient.name != o.recipient.name || p.order.recipient.full() != o.recipient.full() {
			return "", by, "", artificial(codeTrackingInUse, "The tracking number is already used by order %s", p.order.id)
		}
	}
	if len(others) >= 20 {
		return "", by, "", artificial(codeTrackingInUse, "The tracking number is already used by 20 orders")
	}
	return tracking, by, warning, nil
}

func deref(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
