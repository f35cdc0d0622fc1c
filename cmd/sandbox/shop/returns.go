package shop

import (
	"slices"
	"time"

	"packbench/fulfillment"
)

// Statuses of a return.
const (
	returnPending  = "RETURN_OR_REFUND_REQUEST_PENDING"
	returnRejected = "REFUND_OR_RETURN_REQUEST_REJECT"
	returnAwaits   = "AWAITING_BUYER_SHIP"
	returnShipped  = "BUYER_SHIPPED_ITEM"
	returnRefused  = "REJECT_RECEIVE_PACKAGE"
	returnSuccess  = "RETURN_OR_REFUND_REQUEST_SUCCESS"
	returnDone     = "RETURN_OR_REFUND_REQUEST_COMPLETE"
)

// returnCase is a buyer's request for a refund, with the goods or without.
type returnCase struct {
	id, kind, status string // kind: REFUND or RETURN_AND_REFUND
	order            *order
	lines            []*line
	reason, text     string
	tracking         string
	created, updated time.Time
	deadline         time.Time
	decidedWith      string
}

// answerReturn is how long the seller has to answer.
const answerReturn = 48 * time.Hour

// askReturn is a buyer's request after delivery. The goods of a RETURN_AND_REFUND come back a day after approval.
func (s *store) askReturn(o *order, kind string, at time.Time) *returnCase {
	if !o.is(fulfillment.StatusDelivered) && !o.is(fulfillment.StatusCompleted) {
		return nil
	}
	for _, r := range s.cases {
		if r.order == o && r.status != returnRejected {
			return nil
		}
	}
	r := &returnCase{id: s.ids.next("4036"), kind: kind, status: returnPending, order: o, lines: o.live(), reason: "ecom_order_delivered_refund_and_return_reason_wrong_product",
		text: "Wrong item was sent", created: at.Truncate(time.Second)}
	s.returns[r.id] = r
	s.cases = append(s.cases, r)
	s.setReturn(r, returnPending, at)
	return r
}

// setReturn moves a case on, and what follows from it by itself.
func (s *store) setReturn(r *returnCase, status string, at time.Time) {
	r.status, r.updated = status, at.Truncate(time.Second)
	switch status {
	case returnPending, returnShipped:
		r.deadline = at.Add(answerReturn)
		s.schedule(r.deadline, func(at time.Time) {
			if r.status == status { // no answer is a yes
				s.setReturn(r, returnSuccess, at)
			}
		})
	case returnAwaits:
		s.schedule(at.Add(24*time.Hour), func(at time.Time) {
			if r.status == returnAwaits {
				r.tracking = s.market.platform.newTracking(s.rng)
				s.setReturn(r, returnShipped, at)
			}
		})
	case returnSuccess:
		s.schedule(at.Add(time.Hour), func(at time.Time) { s.setReturn(r, returnDone, at) })
	}
	s.effects.add("return", r.order.id, "", r.id+" "+status)
	s.hook(12, at, map[string]any{"order_id": r.order.id, "return_id": r.id, "return_type": r.kind, "return_status": status,
		"return_role": "BUYER", "create_time": r.created.Unix(), "update_time": r.updated.Unix()})
}

// next is what the platform waits for from the seller.
func (r *returnCase) next() []nextAction {
	switch {
	case r.status == returnPending && r.kind == "REFUND":
		return []nextAction{{"SELLER_RESPOND_REFUND", r.deadline.Unix()}}
	case r.status == returnPending:
		return []nextAction{{"SELLER_RESPOND_RETURN", r.deadline.Unix()}}
	case r.status == returnShipped:
		return []nextAction{{"SELLER_RESPOND_RECEIVE_PACKAGE", r.deadline.Unix()}}
	}
	return nil
}

type returnFilter struct {
	ReturnIDs         []string `json:"return_ids"`
	OrderIDs          []string `json:"order_ids"`
	BuyerUserIDs      []string `json:"buyer_user_ids"`
	ReturnTypes       []string `json:"return_types"`
	ReturnStatus      []string `json:"return_status"`
	ArbitrationStatus []string `json:"arbitration_status"`
	ProposedType      []string `json:"seller_proposed_return_type"`
	CreateTimeGE      *int64   `json:"create_time_ge"`
	CreateTimeLT      *int64   `json:"create_time_lt"`
	UpdateTimeGE      *int64   `json:"update_time_ge"`
	UpdateTimeLT      *int64   `json:"update_time_lt"`
	Locale            *string  `json:"locale"`
}

func (f returnFilter) match(r *returnCase) bool {
	in := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	return in(f.ReturnIDs, r.id) && in(f.OrderIDs, r.order.id) && in(f.BuyerUserIDs, r.order.user) && in(f.ReturnTypes, r.kind) &&
		in(f.ReturnStatus, r.status) && len(f.ArbitrationStatus) == 0 && len(f.ProposedType) == 0 &&
		within(r.created.Unix(), f.CreateTimeGE, f.CreateTimeLT) && within(r.updated.Unix(), f.UpdateTimeGE, f.UpdateTimeLT)
}

type wireReturn struct {
	ReturnID       string           `json:"return_id"`
	OrderID        string           `json:"order_id"`
	ReturnType     string           `json:"return_type"`
	ReturnStatus   string           `json:"return_status"`
	ReturnReason   string           `json:"return_reason"`
	ReasonText     string           `json:"return_reason_text"`
	Role           string           `json:"role"`
	ShipmentType   string           `json:"shipment_type,omitempty"`
	ReturnTracking string           `json:"return_tracking_number,omitempty"`
	ProviderID     string           `json:"return_provider_id,omitempty"`
	ProviderName   string           `json:"return_provider_name,omitempty"`
	CreateTime     int64            `json:"create_time"`
	UpdateTime     int64            `json:"update_time"`
	RefundAmount   wireRefund       `json:"refund_amount"`
	Lines          []wireReturnLine `json:"return_line_items"`
	NextActions    []nextAction     `json:"seller_next_action_response,omitempty"`
}

type wireRefund struct {
	Currency    string `json:"currency"`
	RefundTotal string `json:"refund_total"`
}

type wireReturnLine struct {
	ReturnLineItemID string `json:"return_line_item_id"`
	OrderLineItemID  string `json:"order_line_item_id"`
	SKUID            string `json:"sku_id"`
	SKUName          string `json:"sku_name"`
	SellerSKU        string `json:"seller_sku"`
	ProductName      string `json:"product_name"`
}

type returnsAnswer struct {
	ReturnOrders  []wireReturn `json:"return_orders"`
	NextPageToken string       `json:"next_page_token,omitempty"`
	TotalCount    int          `json:"total_count"`
}

// searchReturns is POST /return_refund/202309/returns/search.
func (s *store) searchReturns(c *call) (any, error) {
	f, err := decodeBody[returnFilter](c.body)
	if err != nil {
		return nil, err
	}
	p, err := readPage(c.query, c.body, pageRules{minSize: 10, maxSize: 50, defaultSize: 10, sorts: []string{"create_time", "update_time"}})
	if err != nil {
		return nil, err
	}
	var found []*returnCase
	for _, r := range s.cases {
		if f.match(r) {
			found = append(found, r)
		}
	}
	key := func(r *returnCase) int64 { return r.created.Unix() }
	if p.sort == "update_time" {
		key = func(r *returnCase) int64 { return r.updated.Unix() }
	}
	rows, next := cut(p, found, key, func(r *returnCase) string { return r.id })
	answer := returnsAnswer{ReturnOrders: []wireReturn{}, NextPageToken: next, TotalCount: len(found)}
	for _, r := range rows {
		answer.ReturnOrders = append(answer.ReturnOrders, s.wireReturn(r))
	}
	return answer, nil
}

func (s *store) wireReturn(r *returnCase) wireReturn {
	w := wireReturn{ReturnID: r.id, OrderID: r.order.id, ReturnType: r.kind, ReturnStatus: r.status, ReturnReason: r.reason, ReasonText: r.text,
		Role: "BUYER", CreateTime: r.created.Unix(), UpdateTime: r.updated.Unix(), NextActions: r.next()}
	if r.kind == "RETURN_AND_REFUND" {
		w.ShipmentType = "PLATFORM"
	}
	if r.tracking != "" {
		w.ReturnTracking, w.ProviderID, w.ProviderName = r.tracking, s.market.platform.ID, s.market.platform.Name
	}
	total := 0
	for _, l := range r.lines {
		if !l.gift {
			total += l.product.price
		}
		w.Lines = append(w.Lines, wireReturnLine{"4036" + l.id[4:], l.id, l.product.skuID, l.product.variant, l.product.sku, l.product.name})
	}
	w.RefundAmount = wireRefund{s.market.currency, s.market.money(total)}
	return w
}

// openReturn finds a case of the path. A decision whose idempotency_key was already taken is answered with success again.
func (s *store) openReturn(c *call) (*returnCase, bool, error) {
	r := s.returns[c.vars["return_id"]]
	if r == nil {
		return nil, false, artificial(codeReturnState, "Return %s not found", c.vars["return_id"])
	}
	c.named(r.order, "")
	key := c.query.Get("idempotency_key")
	if len(key) > 255 {
		return nil, false, artificial(codeMissing, "Invalid parameter. `idempotency_key` takes at most 255 characters")
	}
	return r, key != "" && r.decidedWith == c.r.URL.Path+"?"+key, nil
}

type approveRequest struct {
	Decision      *string `json:"decision"`
	BuyerKeepItem *bool   `json:"buyer_keep_item"`
	PartialRefund *struct {
		Amount   *string `json:"amount"`
		Currency *string `json:"currency"`
	} `json:"partial_refund"`
}

// approveReturn is POST …/returns/{return_id}/approve.
func (s *store) approveReturn(c *call) (any, error) {
	req, err := decodeBody[approveRequest](c.body)
	if err != nil {
		return nil, err
	}
	r, again, err := s.openReturn(c)
	if err != nil || again {
		return empty{}, err
	}
	status := ""
	switch decision := deref(req.Decision); {
	case decision == "APPROVE_REFUND" && r.status == returnPending && r.kind == "REFUND":
		status = returnSuccess
	case decision == "APPROVE_RETURN" && r.status == returnPending && r.kind == "RETURN_AND_REFUND":
		status = returnAwaits
		if req.BuyerKeepItem != nil && *req.BuyerKeepItem {
			status = returnSuccess
		}
	case decision == "APPROVE_RECEIVED_PACKAGE" && r.status == returnShipped:
		status = returnSuccess
	default:
		return nil, artificial(codeReturnState, "Decision %q does not fit a %s in status %s", decision, r.kind, r.status)
	}
	r.decidedWith = c.r.URL.Path + "?" + c.query.Get("idempotency_key")
	s.setReturn(r, status, c.now)
	return empty{}, nil
}

type rejectReturnRequest struct {
	Decision     *string       `json:"decision"`
	RejectReason *string       `json:"reject_reason"`
	Comment      *string       `json:"comment"`
	Images       []rejectImage `json:"images"`
}

// rejectReturn is POST …/returns/{return_id}/reject.
func (s *store) rejectReturn(c *call) (any, error) {
	req, err := decodeBody[rejectReturnRequest](c.body)
	if err != nil {
		return nil, err
	}
	r, again, err := s.openReturn(c)
	if err != nil || again {
		return empty{}, err
	}
	if !slices.ContainsFunc(returnReasons, func(k reason) bool { return k.Name == deref(req.RejectReason) }) {
		return nil, artificial(codeMissing, "Invalid parameter. `reject_reason` %q is not offered", deref(req.RejectReason))
	}
	if err := c.checkImages(req.Images); err != nil {
		return nil, err
	}
	status := ""
	switch decision := deref(req.Decision); {
	case r.status == returnPending && (decision == "REJECT_REFUND" && r.kind == "REFUND" || decision == "REJECT_RETURN" && r.kind == "RETURN_AND_REFUND"):
		status = returnRejected
	case decision == "REJECT_RECEIVED_PACKAGE" && r.status == returnShipped:
		status = returnRefused
	default:
		return nil, artificial(codeReturnState, "Decision %q does not fit a %s in status %s", decision, r.kind, r.status)
	}
	r.decidedWith = c.r.URL.Path + "?" + c.query.Get("idempotency_key")
	s.setReturn(r, status, c.now)
	return empty{}, nil
}

// returnReasons are made up but for their form: the documents show none for returns.
var returnReasons = []reason{{"seller_reject_apply_proof_of_shipment", "I have proof of what was shipped"},
	{"seller_reject_receive_package_wrong_item", "The returned item is not ours"}}

type eligibilityAnswer struct {
	SKUEligibility []skuEligibility `json:"sku_eligibility"`
}

type skuEligibility struct {
	SKUID string            `json:"sku_id"`
	Lines []lineEligibility `json:"line_item_eligibility"`
}

type lineEligibility struct {
	LineIDs     []string `json:"order_line_items_ids"`
	RequestType string   `json:"request_type"`
	Eligible    bool     `json:"eligible"`
	Reason      string   `json:"ineligible_reason,omitempty"`
}

// aftersaleEligibility is GET …/orders/{order_id}/aftersale_eligibility: what may still be asked for, by SKU.
func (s *store) aftersaleEligibility(c *call) (any, error) {
	o, err := s.orderNamed(c, c.vars["order_id"])
	if err != nil {
		return nil, err
	}
	if v := c.query.Get("initiate_aftersale_user"); v != "" && v != "SELLER" && v != "BUYER" {
		return nil, artificial(codeMissing, "Invalid parameter. `initiate_aftersale_user` must be SELLER or BUYER")
	}
	answer := eligibilityAnswer{[]skuEligibility{}}
	delivered := o.is(fulfillment.StatusDelivered) || o.is(fulfillment.StatusCompleted)
	for _, l := range o.live() {
		i := slices.IndexFunc(answer.SKUEligibility, func(e skuEligibility) bool { return e.SKUID == l.product.skuID })
		if i < 0 {
			i = len(answer.SKUEligibility)
			can := lineEligibility{RequestType: "CANCEL", Eligible: slices.Contains(o.unshipped(), l)}
			back := lineEligibility{RequestType: "RETURN_AND_REFUND", Eligible: delivered}
			if !can.Eligible {
				can.Reason = "The order was shipped"
			}
			if !back.Eligible {
				back.Reason = "The order was not delivered"
			}
			answer.SKUEligibility = append(answer.SKUEligibility, skuEligibility{l.product.skuID, []lineEligibility{can, back}})
		}
		for k := range answer.SKUEligibility[i].Lines {
			answer.SKUEligibility[i].Lines[k].LineIDs = append(answer.SKUEligibility[i].Lines[k].LineIDs, l.id)
		}
	}
	return answer, nil
}
