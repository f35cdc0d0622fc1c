package shop

import (
	"slices"

	"packbench/fulfillment"
)

type cancelFilter struct {
	CancelIDs    []string `json:"cancel_ids"`
	OrderIDs     []string `json:"order_ids"`
	BuyerUserIDs []string `json:"buyer_user_ids"`
	CancelTypes  []string `json:"cancel_types"`
	CancelStatus []string `json:"cancel_status"`
	CreateTimeGE *int64   `json:"create_time_ge"`
	CreateTimeLT *int64   `json:"create_time_lt"`
	UpdateTimeGE *int64   `json:"update_time_ge"`
	UpdateTimeLT *int64   `json:"update_time_lt"`
	Locale       *string  `json:"locale"`
}

func (f cancelFilter) match(c *cancellation) bool {
	in := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	status := in(f.CancelStatus, c.status)
	if c.status == "CANCELLATION_REQUEST_CANCELLED" { // the filter's spelling differs from the answer's: both are taken
		status = status || slices.Contains(f.CancelStatus, "CANCELLATION_REQUEST_CANCEL")
	}
	return status && in(f.CancelIDs, c.id) && in(f.OrderIDs, c.order.id) && in(f.BuyerUserIDs, c.order.user) &&
		in(f.CancelTypes, c.kind) && within(c.created.Unix(), f.CreateTimeGE, f.CreateTimeLT) &&
		within(c.updated.Unix(), f.UpdateTimeGE, f.UpdateTimeLT)
}

type wireCancellation struct {
	CancelID        string           `json:"cancel_id"`
	OrderID         string           `json:"order_id"`
	CancelType      string           `json:"cancel_type"`
	CancelStatus    string           `json:"cancel_status"`
	CancelReason    string           `json:"cancel_reason"`
	CancelText      string           `json:"cancel_reason_text"`
	Role            string           `json:"role"`
	CreateTime      int64            `json:"create_time"`
	UpdateTime      int64            `json:"update_time"`
	CancelLineItems []wireCancelLine `json:"cancel_line_items"`
	NextActions     []nextAction     `json:"seller_next_action_response,omitempty"`
}

type wireCancelLine struct {
	CancelLineItemID string `json:"cancel_line_item_id"`
	OrderLineItemID  string `json:"order_line_item_id"`
	SKUID            string `json:"sku_id"`
	SKUName          string `json:"sku_name"`
	SellerSKU        string `json:"seller_sku"`
	ProductName      string `json:"product_name"`
}

type nextAction struct {
	Action   string `json:"action"`
	Deadline int64  `json:"deadline"`
}

type cancellationsAnswer struct {
	Cancellations []wireCancellation `json:"cancellations"`
	NextPageToken string             `json:"next_page_token,omitempty"`
	TotalCount    int                `json:"total_count"`
}

// searchCancellations is POST /return_refund/202309/cancellations/search.
func (s *store) searchCancellations(c *call) (any, error) {
	f, err := decodeBody[cancelFilter](c.body)
	if err != nil {
		return nil, err
	}
	p, err := readPage(c.query, c.body, pageRules{maxSize: 50, defaultSize: 10, sorts: []string{"create_time", "update_time"}})
	if err != nil {
		return nil, err
	}
	var found []*cancellation
	for _, k := range s.pending {
		if f.match(k) {
			found = append(found, k)
		}
	}
	key := func(k *cancellation) int64 { return k.created.Unix() }
	if p.sort == "update_time" {
		key = func(k *cancellation) int64 { return k.updated.Unix() }
	}
	answer := cancellationsAnswer{Cancellations: []wireCancellation{}, TotalCount: len(found)}
	rows, next := cut(p, found, key, func(k *cancellation) string { return k.id })
	answer.NextPageToken = next
	for _, k := range rows {
		w := wireCancellation{CancelID: k.id, OrderID: k.order.id, CancelType: k.kind, CancelStatus: k.status, CancelReason: k.reason,
			CancelText: k.text, Role: k.role, CreateTime: k.created.Unix(), UpdateTime: k.updated.Unix(), CancelLineItems: []wireCancelLine{}}
		if k.order.request == k {
			w.NextActions = []nextAction{{"SELLER_RESPOND_CANCEL", k.deadline.Unix()}}
		}
		for _, l := range k.lines {
			w.CancelLineItems = append(w.CancelLineItems, wireCancelLine{"4035" + l.id[4:], l.id, l.product.skuID, l.product.variant,
				l.product.sku, l.product.name})
		}
		answer.Cancellations = append(answer.Cancellations, w)
	}
	return answer, nil
}

// openRequest finds a pending request of a buyer. A decision with an idempotency_key that was already taken is answered
// with success again; without one a second decision is refused.
func (s *store) openRequest(c *call) (*cancellation, bool, error) {
	k := s.cancels[c.vars["cancel_id"]]
	if k == nil {
		return nil, false, artificial(codeCancelState, "Cancellation %s not found", c.vars["cancel_id"])
	}
	c.named(k.order, "")
	key := c.query.Get("idempotency_key")
	if len(key) > 255 {
		return nil, false, artificial(codeMissing, "Invalid parameter. `idempotency_key` takes at most 255 characters")
	}
	if key != "" && k.decidedWith == c.r.URL.Path+"?"+key {
		s.tally.Repeated++
		return k, true, nil
	}
	if k.order.request != k {
		return nil, false, artificial(codeCancelState, "Cancellation %s is not pending: %s", k.id, k.status)
	}
	k.decidedWith = c.r.URL.Path + "?" + key
	return k, false, nil
}

// approveCancellation is POST …/cancellations/{cancel_id}/approve. It has no body.
func (s *store) approveCancellation(c *call) (any, error) {
	k, again, err := s.openRequest(c)
	if err != nil || again {
		return empty{}, err
	}
	s.effects.add("approve_cancel", k.order.id, "", k.id)
	s.grant(k, c.now)
	return empty{}, nil
}

type rejectImage struct {
	ImageID  *string `json:"image_id"`
	MIMEType *string `json:"mime_type"`
	Width    *int64  `json:"width"`
	Height   *int64  `json:"height"`
}

type rejectRequest struct {
	RejectReason *string       `json:"reject_reason"`
	Comment      *string       `json:"comment"`
	Images       []rejectImage `json:"images"`
}

// rejectReasons are the documented ones for a product that was packed.
func (s *store) rejectReasons() []reason {
	if s.market.region == "US" {
		return []reason{{"ecom_reverse_reject_cancel_reason_product_packed", "Product has been packed"}}
	}
	return []reason{{"seller_reject_apply_product_has_been_packed", "Product has been packed"}}
}

type reason struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

type reasonsAnswer struct {
	Reasons []reason `json:"reasons"`
}

// listRejectReasons is GET /return_refund/202309/reject_reasons.
func (s *store) listRejectReasons(c *call) (any, error) {
	id := c.query.Get("return_or_cancel_id")
	if s.returns[id] != nil {
		return reasonsAnswer{returnReasons}, nil
	}
	if s.cancels[id] == nil {
		return nil, artificial(codeCancelState, "Cancellation or return %s not found", id)
	}
	return reasonsAnswer{s.rejectReasons()}, nil
}

// rejectCancellation is POST …/cancellations/{cancel_id}/reject.
func (s *store) rejectCancellation(c *call) (any, error) {
	req, err := decodeBody[rejectRequest](c.body)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(s.rejectReasons(), func(r reason) bool { return r.Name == deref(req.RejectReason) }) {
		return nil, artificial(codeMissing, "Invalid parameter. `reject_reason` %q is not offered", deref(req.RejectReason))
	}
	if err := c.checkImages(req.Images); err != nil {
		return nil, err
	}
	k, again, err := s.openRequest(c)
	if err != nil || again {
		return empty{}, err
	}
	s.effects.add("reject_cancel", k.order.id, "", k.id)
	s.closeRequest(k, "CANCELLATION_REQUEST_CANCELLED", c.now)
	s.touch(k.order, c.now)
	return empty{}, nil
}

type cancelSKU struct {
	SKUID    *string `json:"sku_id"`
	Quantity *int64  `json:"quantity"`
}

type createCancelRequest struct {
	OrderID          *string     `json:"order_id"`
	CancelReason     *string     `json:"cancel_reason"`
	OrderLineItemIDs []string    `json:"order_line_item_ids"`
	SKUs             []cancelSKU `json:"skus"`
}

type createCancelAnswer struct {
	CancelID     string `json:"cancel_id"`
	CancelStatus string `json:"cancel_status"`
}

var cancelReasons = map[string]string{
	"seller_cancel_reason_out_of_stock": "Out of stock", "seller_cancel_reason_wrong_price": "Pricing error",
	"seller_cancel_reason_out_of_stock_uk": "Out of stock", "seller_cancel_reason_wrong_price_uk": "Pricing error",
}

// createCancellation is POST /return_refund/202309/cancellations: the seller cancels the order, or some of its line
// items in GB and US.
func (s *store) createCancellation(c *call) (any, error) {
	req, err := decodeBody[createCancelRequest](c.body)
	if err != nil {
		return nil, err
	}
	o, err := s.orderNamed(c, deref(req.OrderID))
	if err != nil {
		return nil, err
	}
	text, known := cancelReasons[deref(req.CancelReason)]
	late := o.is(fulfillment.StatusAwaitingCollection) && s.market.cancelCollected
	switch {
	case !known:
		return nil, errCancelReason
	case o.fulfillmentType != fulfillment.FulfillmentBySeller:
		return nil, errNotSellers
	case !o.is(fulfillment.StatusAwaitingShipment) && !o.is(fulfillment.StatusPartiallyShipping) && !late:
		return nil, errCancelReason
	}
	if !s.market.itemCancel && len(req.OrderLineItemIDs) > 0 {
		return nil, errRegion
	}
	lines, e := s.linesToCancel(o, req, late)
	if e != nil {
		return nil, e
	}
	k := s.newCancellation(o, lines, "CANCEL", "SELLER", c.now)
	k.reason, k.text, k.status = *req.CancelReason, text, "CANCELLATION_REQUEST_SUCCESS"
	s.cancelOrder(o, lines, "SELLER", text, c.now)
	s.hookCancel(k, c.now)
	return createCancelAnswer{k.id, k.status}, nil
}

// linesToCancel: named line items, or so many of a SKU, or everything that has not been shipped.
func (s *store) linesToCancel(o *order, req createCancelRequest, late bool) ([]*line, *apiError) {
	open := o.unshipped()
	if late {
		open = o.unscanned()
	}
	if len(req.OrderLineItemIDs) == 0 && len(req.SKUs) == 0 {
		return open, nil
	}
	var lines []*line
	for _, id := range req.OrderLineItemIDs {
		i := slices.IndexFunc(open, func(l *line) bool { return l.id == id })
		if i < 0 || slices.Contains(lines, open[i]) {
			return nil, artificial(codeLines, "Line item %s cannot be cancelled", id)
		}
		lines = append(lines, open[i])
	}
	for _, sku := range req.SKUs {
		left := int64(1)
		if sku.Quantity != nil {
			left = *sku.Quantity
		}
		for _, l := range open {
			if left > 0 && l.product.skuID == deref(sku.SKUID) && !slices.Contains(lines, l) {
				lines, left = append(lines, l), left-1
			}
		}
		if left != 0 {
			return nil, artificial(codeLines, "There are not so many units of SKU %s to cancel", deref(sku.SKUID))
		}
	}
	return lines, nil
}
