package shop

import (
	"net/http"
	"net/url"

	"packbench/fulfillment"
)

// adminOrder finds the order of an admin path.
func (s *Server) adminOrder(r *http.Request) (*store, *order, error) {
	of, o := s.orderCalled(r.PathValue("id"))
	if o == nil {
		return nil, nil, refuse(http.StatusNotFound, "order %q is not in this shop", r.PathValue("id"))
	}
	return of, o, nil
}

// adminCancel cancels an order as the buyer or the platform would, also after packing; not once the carrier has it.
func (s *Server) adminCancel(r *http.Request) (any, error) {
	of, o, err := s.adminOrder(r)
	if err != nil {
		return nil, err
	}
	now := s.clock.now()
	if o.is(fulfillment.StatusCancelled) || len(o.unscanned()) == 0 {
		return nil, refuse(http.StatusConflict, "order %s is %s: it cannot be cancelled any more", o.id, o.status)
	}
	lines := o.unscanned()
	c := of.newCancellation(o, lines, "BUYER_CANCEL", "BUYER", now)
	c.reason, c.text, c.status = "ecom_order_to_ship_canceled_reason_created_by_mistakes", "Order created by mistake", "CANCELLATION_REQUEST_COMPLETE"
	of.cancelOrder(o, lines, "BUYER", c.text, now)
	of.hookCancel(c, now)
	return of.orderState(o), nil
}

func (s *Server) adminRequestCancel(r *http.Request) (any, error) {
	of, o, err := s.adminOrder(r)
	if err != nil {
		return nil, err
	}
	if !of.askCancel(o, s.clock.now()) {
		return nil, refuse(http.StatusConflict, "order %s is %s: the buyer cannot ask to cancel it", o.id, o.status)
	}
	return of.orderState(o), nil
}

// adminScan is the carrier's scan of all parcels of an order, or of package_id. A parcel of a cancelled order that
// reaches the carrier is counted as shipped_cancelled.
func (s *Server) adminScan(r *http.Request) (any, error) {
	of, o, err := s.adminOrder(r)
	if err != nil {
		return nil, err
	}
	var req struct {
		PackageID string `json:"package_id"`
	}
	if err := readAdmin(r, &req, func(v url.Values) { req.PackageID = v.Get("package_id") }); err != nil {
		return nil, err
	}
	if o.is(fulfillment.StatusCancelled) {
		s.tally.ShippedCancelled++
		return nil, refuse(http.StatusConflict, "order %s is cancelled: its parcel should not be with the carrier", o.id)
	}
	scanned := 0
	for _, p := range o.packages {
		if (req.PackageID == "" || p.id == req.PackageID) && of.scan(p, s.clock.now()) {
			scanned++
		}
	}
	if scanned == 0 {
		return nil, refuse(http.StatusConflict, "order %s has no package that waits for the carrier", o.id)
	}
	return of.orderState(o), nil
}

// adminDeliver delivers what the carrier has; parcels that wait for him are scanned first.
func (s *Server) adminDeliver(r *http.Request) (any, error) {
	of, o, err := s.adminOrder(r)
	if err != nil {
		return nil, err
	}
	delivered := 0
	for _, p := range o.packages {
		of.scan(p, s.clock.now())
		if of.deliver(p, s.clock.now()) {
			delivered++
		}
	}
	if delivered == 0 {
		return nil, refuse(http.StatusConflict, "order %s is %s: there is nothing to deliver", o.id, o.status)
	}
	return of.orderState(o), nil
}

// adminLose loses what the carrier has of an order; parcels that wait for him are scanned first.
func (s *Server) adminLose(r *http.Request) (any, error) {
	of, o, err := s.adminOrder(r)
	if err != nil {
		return nil, err
	}
	lost := 0
	for _, p := range o.packages {
		of.scan(p, s.clock.now())
		if of.lose(p, s.clock.now()) {
			lost++
		}
	}
	if lost == 0 {
		return nil, refuse(http.StatusConflict, "order %s is %s: there is nothing to lose", o.id, o.status)
	}
	return of.orderState(o), nil
}

// adminReturn is a buyer's request after delivery: {"kind": "REFUND"} or, without, to send the goods back.
func (s *Server) adminReturn(r *http.Request) (any, error) {
	of, o, err := s.adminOrder(r)
	if err != nil {
		return nil, err
	}
	var req struct {
		Kind string `json:"kind"`
	}
	if err := readAdmin(r, &req, func(v url.Values) { req.Kind = v.Get("kind") }); err != nil {
		return nil, err
	}
	kind := or(req.Kind, "RETURN_AND_REFUND")
	if kind != "REFUND" && kind != "RETURN_AND_REFUND" {
		return nil, refuse(http.StatusBadRequest, "kind must be REFUND or RETURN_AND_REFUND, not %q", kind)
	}
	if of.askReturn(o, kind, s.clock.now()) == nil {
		return nil, refuse(http.StatusConflict, "order %s is %s, or is returned already", o.id, o.status)
	}
	return of.orderState(o), nil
}

func (s *Server) adminRelease(r *http.Request) (any, error) {
	of, o, err := s.adminOrder(r)
	if err != nil {
		return nil, err
	}
	if !o.is(fulfillment.StatusOnHold) {
		return nil, refuse(http.StatusConflict, "order %s is %s, not ON_HOLD", o.id, o.status)
	}
	of.endHold(o, s.clock.now())
	return of.orderState(o), nil
}

// adminAddress changes the recipient's address. A package that was not shipped gets another id by that, as on the
// platform; a label downloaded earlier still shows the old address.
func (s *Server) adminAddress(r *http.Request) (any, error) {
	of, o, err := s.adminOrder(r)
	if err != nil {
		return nil, err
	}
	if len(o.unscanned()) == 0 {
		return nil, refuse(http.StatusConflict, "order %s is %s: its address cannot be changed", o.id, o.status)
	}
	of.updateAddress(o, s.clock.now())
	return of.orderState(o), nil
}

var labelModes = map[string]labelMode{"good": labelGood, "wrong": labelWrong, "unreadable": labelUnreadable}

// adminLabel chooses what the barcode of an order's labels is like: {"barcode": "good|wrong|unreadable"}.
func (s *Server) adminLabel(r *http.Request) (any, error) {
	of, o, err := s.adminOrder(r)
	if err != nil {
		return nil, err
	}
	var req struct {
		Barcode string `json:"barcode"`
	}
	if err := readAdmin(r, &req, func(v url.Values) { req.Barcode = v.Get("barcode") }); err != nil {
		return nil, err
	}
	mode, known := labelModes[req.Barcode]
	if !known {
		return nil, refuse(http.StatusBadRequest, "barcode must be good, wrong or unreadable, not %q", req.Barcode)
	}
	o.labelMode = mode
	for _, p := range o.packages {
		p.labelMode = mode
	}
	return of.orderState(o), nil
}
