package sellercenter

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"packbench/fulfillment"
)

// ReturnType is what a buyer asks for. Other words are kept as they came and mean "not known".
type ReturnType string

const (
	RefundOnly      ReturnType = "REFUND"
	ReturnAndRefund ReturnType = "RETURN_AND_REFUND"
	Replacement     ReturnType = "REPLACEMENT"
)

// ReturnStatus is the platform's word for a return. Other words are kept as they came and mean "not known".
type ReturnStatus string

const (
	ReturnPending            ReturnStatus = "RETURN_OR_REFUND_REQUEST_PENDING"
	ReturnRejected           ReturnStatus = "REFUND_OR_RETURN_REQUEST_REJECT"
	ReturnAwaitingBuyer      ReturnStatus = "AWAITING_BUYER_SHIP"
	ReturnOnTheWay           ReturnStatus = "BUYER_SHIPPED_ITEM"
	ReturnParcelRejected     ReturnStatus = "REJECT_RECEIVE_PACKAGE"
	ReturnSuccess            ReturnStatus = "RETURN_OR_REFUND_REQUEST_SUCCESS"
	ReturnWithdrawn          ReturnStatus = "RETURN_OR_REFUND_REQUEST_CANCEL"
	ReturnComplete           ReturnStatus = "RETURN_OR_REFUND_REQUEST_COMPLETE"
	ReturnAwaitingResponse   ReturnStatus = "AWAITING_BUYER_RESPONSE"
	ReplacementPending       ReturnStatus = "REPLACEMENT_REQUEST_PENDING"
	ReplacementRejected      ReturnStatus = "REPLACEMENT_REQUEST_REJECT"
	ReplacementRefundSuccess ReturnStatus = "REPLACEMENT_REQUEST_REFUND_SUCCESS"
	ReplacementWithdrawn     ReturnStatus = "REPLACEMENT_REQUEST_CANCEL"
	ReplacementComplete      ReturnStatus = "REPLACEMENT_REQUEST_COMPLETE"
)

// Known reports whether this program knows what the word means.
func (s ReturnStatus) Known() bool {
	return slices.Contains([]ReturnStatus{ReturnPending, ReturnRejected, ReturnAwaitingBuyer, ReturnOnTheWay, ReturnParcelRejected,
		ReturnSuccess, ReturnWithdrawn, ReturnComplete, ReturnAwaitingResponse, ReplacementPending, ReplacementRejected,
		ReplacementRefundSuccess, ReplacementWithdrawn, ReplacementComplete}, s)
}

// Return is a return, a refund or a replacement.
type Return struct {
	ID            string
	OrderID       fulfillment.OrderID
	Type          ReturnType
	Status        ReturnStatus
	Arbitration   string // IN_PROGRESS, SUPPORT_BUYER, SUPPORT_SELLER, CLOSED, or empty
	Reason        string // in words
	Role          string
	Tracking      fulfillment.Tracking // of the parcel that comes back
	Carrier       string
	PlatformShips bool // shipment_type PLATFORM; otherwise the buyer arranges it
	BuyerKeeps    bool // the buyer may keep the goods
	Lines         []ReturnLine
	Actions       []string // what the seller may do now: SELLER_RESPOND_REFUND, …
	AnswerBy      time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// ReturnLine is one unit that is meant.
type ReturnLine struct {
	ID      string
	Line    fulfillment.LineID
	SKUID   fulfillment.SKUID
	SKU     fulfillment.SKU
	Product string
}

// ReturnFilter narrows a search for returns. The zero value is all of the shop.
type ReturnFilter struct {
	IDs              []string
	Orders           []fulfillment.OrderID
	Types            []ReturnType
	Statuses         []ReturnStatus
	Arbitration      []string
	Created, Updated Span
	Locale           string // of the reasons in words; empty: en
}

type wireReturnSearch struct {
	IDs          []string `json:"return_ids,omitempty"`
	OrderIDs     []string `json:"order_ids,omitempty"`
	Types        []string `json:"return_types,omitempty"`
	Statuses     []string `json:"return_status,omitempty"`
	Arbitration  []string `json:"arbitration_status,omitempty"`
	CreateTimeGE int64    `json:"create_time_ge,omitempty"`
	CreateTimeLT int64    `json:"create_time_lt,omitempty"`
	UpdateTimeGE int64    `json:"update_time_ge,omitempty"`
	UpdateTimeLT int64    `json:"update_time_lt,omitempty"`
	Locale       string   `json:"locale,omitempty"`
}

func (f ReturnFilter) wire() wireReturnSearch {
	w := wireReturnSearch{IDs: f.IDs, OrderIDs: texts(f.Orders), Types: texts(f.Types), Statuses: texts(f.Statuses),
		Arbitration: f.Arbitration, Locale: f.Locale}
	w.CreateTimeGE, w.CreateTimeLT = f.Created.seconds()
	w.UpdateTimeGE, w.UpdateTimeLT = f.Updated.seconds()
	return w
}

type wireReturn struct {
	ID           text  `json:"return_id"`
	OrderID      text  `json:"order_id"`
	Type         text  `json:"return_type"`
	Status       text  `json:"return_status"`
	Arbitration  text  `json:"arbitration_status"`
	Reason       text  `json:"return_reason"`
	ReasonText   text  `json:"return_reason_text"`
	Role         text  `json:"role"`
	Tracking     text  `json:"return_tracking_number"`
	Provider     text  `json:"return_provider_name"`
	ShipmentType text  `json:"shipment_type"`
	BuyerKeeps   flag  `json:"can_buyer_keep_item"`
	CreateTime   whole `json:"create_time"`
	UpdateTime   whole `json:"update_time"`
	Lines        list[struct {
		ID      text `json:"return_line_item_id"`
		LineID  text `json:"order_line_item_id"`
		SKUID   text `json:"sku_id"`
		SKU     text `json:"seller_sku"`
		Product text `json:"product_name"`
	}] `json:"return_line_items"`
	NextAction list[wireAction] `json:"seller_next_action_response"`
}

type wireReturns struct {
	Returns list[wireReturn] `json:"return_orders"`
	Next    pageToken        `json:"next_page_token"`
}

func (w *wireReturns) check() error {
	for _, r := range w.Returns {
		if r.ID == "" || r.OrderID == "" {
			return errors.New("a return without its id or its order's")
		}
	}
	return nil
}

// Returns lists all that fit the filter, oldest first.
func (c *Client) Returns(ctx context.Context, shop string, f ReturnFilter) ([]Return, error) {
	const what = "searching returns"
	if err := errors.Join(checkIDs("return id", f.IDs), checkIDs("order id", f.Orders)); err != nil {
		return nil, err
	}
	var all []Return
	err := follow(what, func(page string) (string, error) {
		var w wireReturns
		err := c.call(ctx, request{what: what, method: http.MethodPost, shop: shop, path: "/return_refund/202309/returns/search",
			query: listQuery(page, "", true), body: f.wire()}, &w)
		for _, r := range w.Returns {
			all = append(all, r.value())
		}
		return string(w.Next), err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func (r wireReturn) value() Return {
	out := Return{ID: string(r.ID), OrderID: fulfillment.OrderID(r.OrderID), Type: ReturnType(r.Type), Status: ReturnStatus(r.Status),
		Arbitration: string(r.Arbitration), Reason: clean(string(first(r.ReasonText, r.Reason))), Role: string(r.Role),
		Tracking: fulfillment.Tracking(r.Tracking), Carrier: clean(string(r.Provider)), PlatformShips: r.ShipmentType == "PLATFORM",
		BuyerKeeps: bool(r.BuyerKeeps), AnswerBy: answerBy(r.NextAction), CreatedAt: r.CreateTime.moment(), UpdatedAt: r.UpdateTime.moment()}
	for _, l := range r.Lines {
		out.Lines = append(out.Lines, ReturnLine{ID: string(l.ID), Line: fulfillment.LineID(l.LineID), SKUID: fulfillment.SKUID(l.SKUID),
			SKU: fulfillment.SKU(l.SKU), Product: clean(string(l.Product))})
	}
	for _, a := range r.NextAction {
		out.Actions = append(out.Actions, string(a.Action))
	}
	return out
}

// Approval is a seller's "yes" to a return. Decision: APPROVE_REFUND, APPROVE_RETURN, APPROVE_RECEIVED_PACKAGE,
// APPROVE_REPLACEMENT, ISSUE_REPLACEMENT_REFUND or OFFER_PARTIAL_REFUND.
type Approval struct {
	Decision   string
	BuyerKeeps bool
	Amount     string // of a partial refund, a decimal
	Currency   string
}

var (
	approvals  = []string{"APPROVE_REFUND", "APPROVE_RETURN", "APPROVE_RECEIVED_PACKAGE", "APPROVE_REPLACEMENT", "ISSUE_REPLACEMENT_REFUND", "OFFER_PARTIAL_REFUND"}
	rejections = []string{"REJECT_REFUND", "REJECT_RETURN", "REJECT_RECEIVED_PACKAGE", "REJECT_REPLACEMENT"}
)

type wireApproval struct {
	Decision   string      `json:"decision"`
	BuyerKeeps bool        `json:"buyer_keep_item,omitempty"`
	Partial    *wireRefund `json:"partial_refund,omitempty"`
}

type wireRefund struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// ApproveReturn decides for the buyer. It moves money. key: see ApproveCancellation.
func (c *Client) ApproveReturn(ctx context.Context, shop, id string, a Approval, key string) error {
	q, err := decisionQuery(key)
	if err := errors.Join(err, checkID("return id", id)); err != nil {
		return err
	}
	body := wireApproval{Decision: a.Decision, BuyerKeeps: a.BuyerKeeps}
	_, isAmount := decimal(text(a.Amount))
	switch partial := a.Decision == "OFFER_PARTIAL_REFUND"; {
	case !slices.Contains(approvals, a.Decision):
		return refuse("%q is no decision on a return", clean(a.Decision))
	case partial && (!isAmount || a.Currency == ""):
		return refuse("a partial refund needs an amount and its currency")
	case partial:
		body.Partial = &wireRefund{a.Amount, a.Currency}
	case a.Amount != "":
		return refuse("%s takes no amount", a.Decision)
	}
	return c.call(ctx, request{what: "approve return " + id, method: http.MethodPost, write: true, shop: shop, query: q,
		path: "/return_refund/202309/returns/" + id + "/approve", body: body}, nil)
}

// RejectReturn decides for the seller. decision: REJECT_REFUND, REJECT_RETURN, REJECT_RECEIVED_PACKAGE or
// REJECT_REPLACEMENT. key: see ApproveCancellation.
func (c *Client) RejectReturn(ctx context.Context, shop, id, decision string, r Rejection, key string) error {
	q, err := decisionQuery(key)
	body, bad := r.wire()
	if err := errors.Join(err, bad, checkID("return id", id)); err != nil {
		return err
	}
	if !slices.Contains(rejections, decision) {
		return refuse("%q is no decision on a return", clean(decision))
	}
	body.Decision = decision
	return c.call(ctx, request{what: "reject return " + id, method: http.MethodPost, write: true, shop: shop, query: q,
		path: "/return_refund/202309/returns/" + id + "/reject", body: body}, nil)
}
