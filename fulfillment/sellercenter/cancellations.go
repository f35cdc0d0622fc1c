package sellercenter

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"packbench/fulfillment"
)

// CancelStatus is the platform's word for a cancellation. It spells the cancelled one CANCELLATION_REQUEST_CANCEL in
// filters and …_CANCELLED in answers. Other words are kept as they came and mean "not known".
type CancelStatus string

const (
	CancelPending   CancelStatus = "CANCELLATION_REQUEST_PENDING"
	CancelSuccess   CancelStatus = "CANCELLATION_REQUEST_SUCCESS"
	CancelWithdrawn CancelStatus = "CANCELLATION_REQUEST_CANCELLED"
	CancelComplete  CancelStatus = "CANCELLATION_REQUEST_COMPLETE"
	cancelWithdrawn CancelStatus = "CANCELLATION_REQUEST_CANCEL"
)

// Known reports whether this program knows what the word means.
func (s CancelStatus) Known() bool {
	return slices.Contains([]CancelStatus{CancelPending, CancelSuccess, CancelWithdrawn, CancelComplete, cancelWithdrawn}, s)
}

// Cancellation is a cancellation or a request for one.
type Cancellation struct {
	ID        string
	OrderID   fulfillment.OrderID
	Type      string       // CANCEL or BUYER_CANCEL
	Status    CancelStatus // as it came, but always spelled CANCELLED
	Reason    string       // in words
	Role      string       // who asked: BUYER, SELLER, SYSTEM
	CreatedAt time.Time
	UpdatedAt time.Time
	Lines     []fulfillment.LineID
	AnswerBy  time.Time // when the platform decides by itself; zero if nothing is awaited
}

// Pending reports whether a buyer may still wait for an answer: a status this program does not know is taken for that.
func (c Cancellation) Pending() bool { return c.Status == CancelPending || !c.Status.Known() }

// CancelFilter narrows a search for cancellations. The zero value is all of the shop.
type CancelFilter struct {
	IDs      []string
	Orders   []fulfillment.OrderID // at most 50
	Types    []string              // CANCEL, BUYER_CANCEL
	Statuses []CancelStatus
	Created  Span
	Updated  Span
	Locale   string // of the reasons in words; empty: en
}

type wireCancelSearch struct {
	IDs          []string `json:"cancel_ids,omitempty"`
	OrderIDs     []string `json:"order_ids,omitempty"`
	Types        []string `json:"cancel_types,omitempty"`
	Statuses     []string `json:"cancel_status,omitempty"`
	CreateTimeGE int64    `json:"create_time_ge,omitempty"`
	CreateTimeLT int64    `json:"create_time_lt,omitempty"`
	UpdateTimeGE int64    `json:"update_time_ge,omitempty"`
	UpdateTimeLT int64    `json:"update_time_lt,omitempty"`
	Locale       string   `json:"locale,omitempty"`
}

func (f CancelFilter) wire() wireCancelSearch {
	w := wireCancelSearch{IDs: f.IDs, OrderIDs: texts(f.Orders), Types: f.Types, Locale: f.Locale}
	for _, s := range f.Statuses {
		if s == CancelWithdrawn {
			s = cancelWithdrawn
		}
		w.Statuses = append(w.Statuses, string(s))
	}
	w.CreateTimeGE, w.CreateTimeLT = f.Created.seconds()
	w.UpdateTimeGE, w.UpdateTimeLT = f.Updated.seconds()
	return w
}

type wireAction struct {
	Action   text  `json:"action"`
	Deadline whole `json:"deadline"`
}

type wireCancellation struct {
	CancelID     text  `json:"cancel_id"`
	OrderID      text  `json:"order_id"`
	CancelType   text  `json:"cancel_type"`
	CancelStatus text  `json:"cancel_status"`
	Reason       text  `json:"cancel_reason"`
	ReasonText   text  `json:"cancel_reason_text"`
	Role         text  `json:"role"`
	CreateTime   whole `json:"create_time"`
	UpdateTime   whole `json:"update_time"`
	Lines        list[struct {
		LineID text `json:"order_line_item_id"`
	}] `json:"cancel_line_items"`
	NextAction list[wireAction] `json:"seller_next_action_response"`
}

type wireCancellations struct {
	Cancellations list[wireCancellation] `json:"cancellations"`
	Next          pageToken              `json:"next_page_token"`
}

func (w *wireCancellations) check() error {
	for _, x := range w.Cancellations {
		if x.CancelID == "" || x.OrderID == "" {
			return errors.New("a cancellation without its id or its order's")
		}
	}
	return nil
}

// Cancellations lists all that fit the filter, oldest first.
func (c *Client) Cancellations(ctx context.Context, shop string, f CancelFilter) ([]Cancellation, error) {
	const what = "searching cancellations"
	if err := errors.Join(checkIDs("cancellation id", f.IDs), checkIDs("order id", f.Orders)); err != nil {
		return nil, err
	}
	var all []Cancellation
	err := follow(what, func(page string) (string, error) {
		var w wireCancellations
		err := c.call(ctx, request{what: what, method: http.MethodPost, shop: shop, path: "/return_refund/202309/cancellations/search",
			query: listQuery(page, "", true), body: f.wire()}, &w)
		for _, x := range w.Cancellations {
			all = append(all, x.cancellation())
		}
		return string(w.Next), err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func (x wireCancellation) cancellation() Cancellation {
	one := Cancellation{ID: string(x.CancelID), OrderID: fulfillment.OrderID(x.OrderID), Type: string(x.CancelType),
		Status: CancelStatus(x.CancelStatus), Reason: clean(string(first(x.ReasonText, x.Reason))), Role: string(x.Role),
		CreatedAt: x.CreateTime.moment(), UpdatedAt: x.UpdateTime.moment(), AnswerBy: answerBy(x.NextAction)}
	if one.Status == cancelWithdrawn {
		one.Status = CancelWithdrawn
	}
	for _, l := range x.Lines {
		one.Lines = append(one.Lines, fulfillment.LineID(l.LineID))
	}
	return one
}

// answerBy is the earliest moment at which the platform decides by itself.
func answerBy(actions []wireAction) time.Time {
	var first time.Time
	for _, a := range actions {
		if at := a.Deadline.moment(); first.IsZero() || !at.IsZero() && at.Before(first) {
			first = at
		}
	}
	return first
}

// decisionQuery carries the idempotency key: the same key may be sent again after a lost answer.
func decisionQuery(key string) (map[string]string, error) {
	if key == "" || len(key) > 255 {
		return nil, refuse("a decision needs a key of 1 to 255 characters, so that it can be repeated")
	}
	return map[string]string{"idempotency_key": key}, nil
}

// ApproveCancellation grants a buyer's request. key is the idempotency key, at most 255 characters: after
// fulfillment.ErrUncertain the same decision may be sent again with the same key.
func (c *Client) ApproveCancellation(ctx context.Context, shop, id, key string) error {
	q, err := decisionQuery(key)
	if err := errors.Join(err, checkID("cancellation id", id)); err != nil {
		return err
	}
	return c.call(ctx, request{what: "approve cancellation " + id, method: http.MethodPost, write: true, shop: shop, query: q,
		path: "/return_refund/202309/cancellations/" + id + "/approve"}, nil)
}

// Picture is an image that was uploaded for a rejection. MIME is image/jpeg or image/png.
type Picture struct {
	ID, MIME      string
	Width, Height int
}

// Rejection is a seller's "no". Reason is a key from RejectReasons.
type Rejection struct {
	Reason, Comment string
	Pictures        []Picture
}

type wireRejection struct {
	Decision string        `json:"decision,omitempty"` // returns only
	Reason   string        `json:"reject_reason"`
	Comment  string        `json:"comment,omitempty"`
	Images   []wirePicture `json:"images,omitempty"`
}

type wirePicture struct {
	ID     string `json:"image_id"`
	MIME   string `json:"mime_type"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

func (r Rejection) wire() (wireRejection, error) {
	if strings.TrimSpace(r.Reason) == "" {
		return wireRejection{}, refuse("a rejection needs one of the platform's reasons")
	}
	w := wireRejection{Reason: r.Reason, Comment: r.Comment}
	for _, p := range r.Pictures {
		w.Images = append(w.Images, wirePicture(p))
	}
	return w, nil
}

// RejectCancellation refuses a buyer's request, for example because the parcel is packed. In the US the platform asks
// sellers to reject by shipping instead. key: see ApproveCancellation.
func (c *Client) RejectCancellation(ctx context.Context, shop, id string, r Rejection, key string) error {
	q, err := decisionQuery(key)
	body, bad := r.wire()
	if err := errors.Join(err, bad, checkID("cancellation id", id)); err != nil {
		return err
	}
	return c.call(ctx, request{what: "reject cancellation " + id, method: http.MethodPost, write: true, shop: shop, query: q,
		path: "/return_refund/202309/cancellations/" + id + "/reject", body: body}, nil)
}

// Reason is a key of the platform with its words.
type Reason struct{ Key, Text string }

// RejectReasons lists why this cancellation or return may be rejected.
func (c *Client) RejectReasons(ctx context.Context, shop, cancelOrReturn, locale string) ([]Reason, error) {
	if err := checkID("cancellation or return id", cancelOrReturn); err != nil {
		return nil, err
	}
	var w struct {
		Reasons list[struct {
			Name text `json:"name"`
			Text text `json:"text"`
		}] `json:"reasons"`
	}
	err := c.call(ctx, request{what: "reading the reasons for a rejection", method: http.MethodGet, shop: shop,
		path: "/return_refund/202309/reject_reasons", query: map[string]string{"return_or_cancel_id": cancelOrReturn, "locale": locale}}, &w)
	if err != nil {
		return nil, err
	}
	var out []Reason
	for _, r := range w.Reasons {
		if r.Name != "" {
			out = append(out, Reason{Key: string(r.Name), Text: clean(string(r.Text))})
		}
	}
	return out, nil
}

// Cancel is a cancellation by the seller: of the whole order, of units (US, UK), or of so many of a SKU.
type Cancel struct {
	Order  fulfillment.OrderID
	Reason string // e.g. seller_cancel_reason_out_of_stock; the UK's keys end in _uk
	Lines  []fulfillment.LineID
	SKUs   []SKUCount
}

// SKUCount is a number of units of a SKU.
type SKUCount struct {
	SKU   fulfillment.SKUID
	Count int
}

type wireCancel struct {
	Order  string         `json:"order_id"`
	Reason string         `json:"cancel_reason"`
	Lines  []string       `json:"order_line_item_ids,omitempty"`
	SKUs   []wireSKUCount `json:"skus,omitempty"`
}

type wireSKUCount struct {
	SKU   string `json:"sku_id"`
	Count int    `json:"quantity"`
}

type wireCancelled struct {
	ID     text `json:"cancel_id"`
	Status text `json:"cancel_status"`
}

func (w *wireCancelled) check() error {
	if w.ID == "" {
		return errors.New("it names no cancellation")
	}
	return nil
}

// CancelOrder cancels for the seller and returns the cancellation's id and what became of it so far. It counts against
// the seller's account health. There is no idempotency key here: after fulfillment.ErrUncertain the order must be read.
func (c *Client) CancelOrder(ctx context.Context, shop string, x Cancel) (id string, status CancelStatus, err error) {
	if err := errors.Join(checkID("order id", x.Order), checkIDs("unit id", x.Lines)); err != nil {
		return "", "", err
	}
	if x.Reason == "" {
		return "", "", refuse("order %s: a cancellation needs one of the platform's reasons", x.Order)
	}
	body := wireCancel{Order: string(x.Order), Reason: x.Reason, Lines: texts(x.Lines)}
	for _, s := range x.SKUs {
		if s.Count <= 0 || checkID("SKU id", s.SKU) != nil {
			return "", "", refuse("order %s: %d units of SKU %q cannot be cancelled", x.Order, s.Count, clean(string(s.SKU)))
		}
		body.SKUs = append(body.SKUs, wireSKUCount{string(s.SKU), s.Count})
	}
	var w wireCancelled
	if err := c.call(ctx, request{what: "cancel order " + string(x.Order), method: http.MethodPost, write: true, shop: shop,
		path: "/return_refund/202309/cancellations", body: body}, &w); err != nil {
		return "", "", err
	}
	status = CancelStatus(w.Status)
	if status == cancelWithdrawn {
		status = CancelWithdrawn
	}
	return string(w.ID), status, nil
}
