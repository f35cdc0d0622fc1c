package shop

import (
	"slices"
	"time"

	"packbench/fulfillment"
)

type deliverItem struct {
	ID                 *string `json:"id"`
	DeliveryType       *string `json:"delivery_type"`
	FailDeliveryReason *string `json:"fail_delivery_reason"`
	FileType           *string `json:"file_type"`
	FileURL            *string `json:"file_url"`
}

type deliverRequest struct {
	Packages []deliverItem `json:"packages"`
}

var failReasons = []string{"INVALID_ADDRESS", "UNABLE_RECEIVE", "UNABLE_CONTACT_BUYER", "BUYER_REFUSED", "DELAY_DELIVERY",
	"PACKAGE_LOST", "PACKAGE_DAMAGE", "FORCE_MAJEURE", "OTHER"}

// ownFleetAfter: sellers with drivers of their own may report a delivery a day after shipping at the earliest.
const ownFleetAfter = 24 * time.Hour

// deliverBatch is POST …/packages/deliver: what the seller's own drivers report, with a proof that was uploaded before.
func (s *store) deliverBatch(c *call) (any, error) {
	req, err := decodeBody[deliverRequest](c.body)
	if err != nil {
		return nil, err
	}
	if !s.market.handoverIgnored { // South East Asia
		return nil, errRegion
	}
	if len(req.Packages) == 0 || len(req.Packages) > maxBatch {
		return nil, artificial(codeMissing, "Invalid parameter. `packages` takes 1 to %d", maxBatch)
	}
	var answer batchAnswer
	for _, item := range req.Packages {
		if e := s.deliverOne(c, item); e != nil {
			answer.Errors = append(answer.Errors, batchError{e.Code, e.Message, batchDetail{deref(item.ID)}})
		}
	}
	return answer, nil
}

func (s *store) deliverOne(c *call, item deliverItem) *apiError {
	p := s.packages[deref(item.ID)]
	if p == nil {
		return &apiError{200, errBatchPackage.Code, errBatchPackage.Message}
	}
	o, kind := p.order, deref(item.DeliveryType)
	c.named(o, p.id)
	switch {
	case !slices.Contains([]string{"DELIVERY_SUCCESS", "DELIVERY_FAILED", "UPDATE_POD"}, kind):
		return artificial(codeMissing, "Invalid parameter. `delivery_type` %q is not known", kind)
	case o.shippingType != string(fulfillment.ShippingSeller):
		return artificial(codeWrongCall, "Only packages that the seller delivers are reported")
	case kind == "DELIVERY_FAILED" && !slices.Contains(failReasons, deref(item.FailDeliveryReason)):
		return artificial(codeMissing, "Invalid parameter. `fail_delivery_reason` %q is not known", deref(item.FailDeliveryReason))
	case item.FileType != nil && *item.FileType != "IMG" && *item.FileType != "PDF":
		return artificial(codeMissing, "Invalid parameter. `file_type` must be IMG or PDF")
	case kind != "DELIVERY_FAILED" && !c.srv.uploaded(deref(item.FileURL), deref(item.FileType)):
		return artificial(codeUpload, "`file_url` is not an uploaded file of that type")
	case p.shipped.IsZero():
		return artificial(codeNotShipped, "The package has not been shipped")
	case c.now.Before(p.shipped.Add(ownFleetAfter)):
		return artificial(codeNotShippable, "A delivery is reported a day after shipping at the earliest")
	case kind == "UPDATE_POD" && p.status != completed, kind != "UPDATE_POD" && p.status != processing && p.status != fulfilling:
		return artificial(codeNotShippable, "The package is %s", p.status)
	}
	switch kind {
	case "DELIVERY_SUCCESS":
		s.scan(p, c.now)
		s.deliver(p, c.now)
	case "DELIVERY_FAILED":
		s.scan(p, c.now)
		o.delivery = *item.FailDeliveryReason
		o.track = append(o.track, trackEvent{c.now, "The delivery failed: " + *item.FailDeliveryReason})
		s.touch(o, c.now)
	}
	s.effects.add("deliver", o.id, p.id, kind)
	return nil
}

type scheduleRequest struct {
	OrderID          *string     `json:"order_id"`
	OrderLineItemIDs []string    `json:"order_line_item_ids"`
	HandoverMethod   *string     `json:"handover_method"`
	PickupSlot       *pickupSlot `json:"pickup_slot"`
}

type scheduleAnswer struct {
	OrderID              string    `json:"order_id"`
	OrderLineItemIDs     []string  `json:"order_line_item_ids"`
	PackageID            string    `json:"package_id"`
	HandoverMethod       string    `json:"handover_method,omitempty"`
	TrackingNumber       string    `json:"tracking_number"`
	ShippingProviderID   string    `json:"shipping_provider_id"`
	ShippingProviderName string    `json:"shipping_provider_name"`
	Dimension            dimension `json:"dimension"`
	Weight               weight    `json:"weight"`
	CreateTime           int64     `json:"create_time"`
	UpdateTime           int64     `json:"update_time"`
}

// schedulePackage is POST …/packages/schedule: Ship Package by order id, for platform-shipped orders, whose answer
// brings the tracking number at once. All units of the order's only open package must be named, or none.
func (s *store) schedulePackage(c *call) (any, error) {
	req, err := decodeBody[scheduleRequest](c.body)
	if err != nil {
		return nil, err
	}
	o, err := s.orderNamed(c, deref(req.OrderID))
	if err != nil {
		return nil, err
	}
	var p *parcel
	for _, q := range o.packages {
		if q.status == toFulfill || p == nil {
			p = q
		}
	}
	if p == nil {
		return nil, errRegion
	}
	if len(req.OrderLineItemIDs) > 0 {
		lines, e := s.pickLines(o, req.OrderLineItemIDs)
		if e != nil {
			return nil, e
		}
		if len(lines) != len(p.lines) || slices.ContainsFunc(lines, func(l *line) bool { return l.parcel != p }) {
			return nil, artificial(codeLines, "The line items are not those of package %s: split the order first", p.id)
		}
	}
	if e := s.shipPackage(c, p.id, shipRequest{HandoverMethod: req.HandoverMethod, PickupSlot: req.PickupSlot}); e != nil {
		return nil, e
	}
	w, d := p.size()
	return scheduleAnswer{OrderID: o.id, OrderLineItemIDs: p.lineIDs(), PackageID: p.id, HandoverMethod: p.handover,
		TrackingNumber: p.tracking, ShippingProviderID: p.provider.ID, ShippingProviderName: p.provider.Name, Dimension: d, Weight: w,
		CreateTime: p.created.Unix(), UpdateTime: p.updated.Unix()}, nil
}

type validationAnswer struct {
	IsTikTokShipping   bool `json:"is_tiktok_shipping"`
	IsTikTokCollection bool `json:"is_tiktok_collection"`
}

// validateTracking is GET /fulfillment/202508/tts_tracking_validation, in the US: whether a number is of the platform's
// shipping, and whether the platform's carrier has it already.
func (s *store) validateTracking(c *call) (any, error) {
	if s.market.region != "US" {
		return nil, errRegion
	}
	var answer validationAnswer
	for _, p := range s.parcelsWith(c.query.Get("tracking_number")) {
		c.named(p.order, p.id)
		if p.order.shippingType == string(fulfillment.ShippingPlatform) {
			answer.IsTikTokShipping = true
			answer.IsTikTokCollection = answer.IsTikTokCollection || !p.scanned.IsZero()
		}
	}
	return answer, nil
}
