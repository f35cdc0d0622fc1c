package shop

import (
	"slices"
	"time"

	"packbench/fulfillment"
)

type markRequest struct {
	OrderLineItemIDs   []string `json:"order_line_item_ids"`
	TrackingNumber     *string  `json:"tracking_number"`
	ShippingProviderID *string  `json:"shipping_provider_id"`
}

type markAnswer struct {
	OrderID          string       `json:"order_id"`
	OrderLineItemIDs []string     `json:"order_line_item_ids"`
	PackageID        string       `json:"package_id"`
	Warning          *markWarning `json:"warning,omitempty"`
}

type markWarning struct {
	Message string `json:"message"`
}

// markShipped is POST /fulfillment/202309/orders/{order_id}/packages: the seller has shipped these units with a label
// bought elsewhere. It creates the package.
func (s *store) markShipped(c *call) (any, error) {
	req, err := decodeBody[markRequest](c.body)
	if err != nil {
		return nil, err
	}
	o, err := s.orderNamed(c, c.vars["order_id"])
	if err != nil {
		return nil, err
	}
	o.shippedCalls++
	switch {
	case !s.market.markShipped:
		return nil, errRegion
	case o.shippingType != string(fulfillment.ShippingSeller) && o.fulfillmentType == fulfillment.FulfillmentBySeller:
		return nil, artificial(codeWrongCall, "Mark Package As Shipped is for orders that the seller ships; this one is shipped by the platform")
	}
	lines, e := s.pickLines(o, req.OrderLineItemIDs)
	if e == nil {
		e = s.checkAgain(o, lines)
	}
	if e == nil {
		e = s.shippable(o)
	}
	if e != nil {
		return nil, e
	}
	if deref(req.TrackingNumber) == "" || deref(req.ShippingProviderID) == "" {
		return nil, artificial(codeMissing, "Missing parameter. `tracking_number` and `shipping_provider_id` are required")
	}
	tracking, by, warning, e := s.sellerTracking(o, *req.TrackingNumber, *req.ShippingProviderID)
	if e != nil {
		return nil, e
	}
	s.unpack(o, lines)
	p := s.newParcel(o, lines, c.now)
	s.ship(p, tracking, by, c.now)
	c.named(o, p.id)
	answer := markAnswer{OrderID: o.id, OrderLineItemIDs: req.OrderLineItemIDs, PackageID: p.id}
	if warning != "" {
		answer.Warning = &markWarning{warning}
	}
	return answer, nil
}

// unpack takes units out of packages that exist before shipping; one that is empty by that ends.
func (s *store) unpack(o *order, lines []*line) {
	for _, p := range slices.Clone(o.packages) {
		if p.status != toFulfill {
			continue
		}
		p.lines = slices.DeleteFunc(p.lines, func(l *line) bool { return slices.Contains(lines, l) })
		if len(p.lines) == 0 {
			s.remove(p)
		}
	}
}

// pickLines finds the named line items of the order.
func (s *store) pickLines(o *order, ids []string) ([]*line, *apiError) {
	if len(ids) == 0 {
		return nil, artificial(codeLines, "Missing parameter. `order_line_item_ids` is empty")
	}
	var lines []*line
	for _, id := range ids {
		i := slices.IndexFunc(o.lines, func(l *line) bool { return l.id == id })
		switch {
		case i < 0:
			return nil, artificial(codeLines, "Line item %s is not of order %s", id, o.id)
		case slices.Contains(lines, o.lines[i]):
			return nil, artificial(codeLines, "Line item %s is named twice", id)
		}
		lines = append(lines, o.lines[i])
	}
	return lines, nil
}

type updateRequest struct {
	TrackingNumber     *string `json:"tracking_number"`
	ShippingProviderID *string `json:"shipping_provider_id"`
}

// correction is how long after shipping a tracking number may be corrected.
const correction = 72 * time.Hour

// updateOrderTracking is POST …/orders/{order_id}/shipping_info/update, for orders with a single package.
func (s *store) updateOrderTracking(c *call) (any, error) {
	o, err := s.orderNamed(c, c.vars["order_id"])
	if err != nil {
		return nil, err
	}
	switch len(o.packages) {
	case 0:
		return nil, artificial(codeNotShipped, "The order has not been shipped")
	case 1:
		return s.updateTracking(c, o.packages[0])
	}
	return nil, artificial(codeWrongCall, "The order is split: update each package")
}

// updatePackageTracking is POST …/packages/{package_id}/shipping_info/update.
func (s *store) updatePackageTracking(c *call) (any, error) {
	c.notHere(c.vars["package_id"])
	p := s.packages[c.vars["package_id"]]
	if p == nil {
		return nil, artificial(codePackageNotFound, "Package %s not found", c.vars["package_id"])
	}
	return s.updateTracking(c, p)
}

func (s *store) updateTracking(c *call, p *parcel) (any, error) {
	req, err := decodeBody[updateRequest](c.body)
	if err != nil {
		return nil, err
	}
	o := p.order
	c.named(o, p.id)
	switch {
	case o.shippingType != string(fulfillment.ShippingSeller):
		return nil, artificial(codeWrongCall, "Only seller-shipped packages can be given another tracking number")
	case p.shipped.IsZero():
		return nil, artificial(codeNotShipped, "The package has not been shipped")
	case p.status != processing && p.status != fulfilling, c.now.After(p.shipped.Add(correction)):
		return nil, errTrackingRule
	}
	tracking, by, _, e := s.sellerTracking(o, deref(req.TrackingNumber), deref(req.ShippingProviderID))
	if e != nil {
		return nil, e
	}
	if p.tracking == tracking && p.provider == by {
		s.tally.Repeated++
	}
	s.setTracking(p, tracking)
	p.provider, p.updated = by, c.now.Truncate(time.Second)
	s.effects.add("retrack", o.id, p.id, tracking)
	s.touch(o, c.now)
	return empty{}, nil
}
