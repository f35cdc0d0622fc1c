package sellercenter

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"packbench/fulfillment"
)

// Limits of the platform for one call.
const (
	maxOrderIDs   = 50
	maxSearchPage = 100  // orders
	maxListPage   = 50   // packages, cancellations, returns, combinable packages
	maxPages      = 1000 // a list that does not end is a fault, not a big shop
)

// Span is a time from From (inclusive) to To (exclusive), whole seconds. A zero end is open.
type Span struct{ From, To time.Time }

func (s Span) seconds() (ge, lt int64) {
	if !s.From.IsZero() {
		ge = s.From.Unix()
	}
	if !s.To.IsZero() {
		lt = s.To.Unix()
	}
	return ge, lt
}

// OrderFilter narrows a search for orders; all that is set must hold. The zero value is every order of the shop.
type OrderFilter struct {
	Status          fulfillment.OrderStatus // one only
	Created         Span
	Updated         Span // update_time: documented as the moment of the last change of status
	ShippingType    fulfillment.ShippingType
	BuyerUserID     string
	CancelRequested bool     // only those whose buyer waits for an answer to a cancel request
	WarehouseIDs    []string // at most 100; shops with several warehouses only

	ByCreation bool // sorted by create_time instead of update_time
	Descending bool
}

type wireSearch struct {
	Status          string   `json:"order_status,omitempty"`
	CreateTimeGE    int64    `json:"create_time_ge,omitempty"`
	CreateTimeLT    int64    `json:"create_time_lt,omitempty"`
	UpdateTimeGE    int64    `json:"update_time_ge,omitempty"`
	UpdateTimeLT    int64    `json:"update_time_lt,omitempty"`
	ShippingType    string   `json:"shipping_type,omitempty"`
	BuyerUserID     string   `json:"buyer_user_id,omitempty"`
	CancelRequested bool     `json:"is_buyer_request_cancel,omitempty"`
	WarehouseIDs    []string `json:"warehouse_ids,omitempty"`
}

// OrderPage is one page of a search.
type OrderPage struct {
	Orders     []fulfillment.Order // Shop, CheckedAt and a Market that the order does not tell are left to the caller
	Unreadable []error             // orders that could not be read; each names its id
	Next       string              // the next page, empty at the end
}

// SearchOrders reads one page of at most 100 orders. page is empty for the first one. Errors: the causes of package
// fulfillment.
func (c *Client) SearchOrders(ctx context.Context, shop string, f OrderFilter, page string) (OrderPage, error) {
	w, err := c.searchOrders(ctx, shop, f, page)
	if err != nil {
		return OrderPage{}, err
	}
	out := OrderPage{Next: string(w.NextPageToken)}
	out.Orders, out.Unreadable = decodeOrders(w)
	return out, nil
}

// Orders reads up to 50 orders in detail, by the newer version of the call where the platform has retired the older.
// Ids the platform does not know are missing in the answer.
func (c *Client) Orders(ctx context.Context, shop string, ids []fulfillment.OrderID) ([]fulfillment.Order, []error, error) {
	w, err := c.orderDetails(ctx, shop, texts(ids))
	if err != nil {
		return nil, nil, err
	}
	orders, bad := decodeOrders(w)
	return orders, bad, nil
}

func decodeOrders(w wireOrders) (orders []fulfillment.Order, bad []error) {
	for _, raw := range w.Orders {
		o, err := decodeOrder(raw)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		orders = append(orders, o)
	}
	return orders, bad
}

func decodeOrder(raw json.RawMessage) (fulfillment.Order, error) {
	var w wireOrder
	if err := json.Unmarshal(raw, &w); err != nil {
		var id wireID
		_ = json.Unmarshal(raw, &id)
		return fulfillment.Order{}, fulfillment.UnreadableOrder{ID: fulfillment.OrderID(clean(string(id.ID))), Reason: clean(err.Error())}
	}
	o, err := orderFromWire(w)
	if err != nil {
		return fulfillment.Order{}, fulfillment.UnreadableOrder{ID: fulfillment.OrderID(clean(string(w.ID))), Reason: err.Error()}
	}
	return o, nil
}

// searchOrders: paging and sorting stand in the query, the filter in the body.
func (c *Client) searchOrders(ctx context.Context, shop string, f OrderFilter, page string) (wireOrders, error) {
	var w wireOrders
	q := map[string]string{"page_size": strconv.Itoa(maxSearchPage), "page_token": page, "sort_field": "update_time", "sort_order": "ASC"}
	if f.ByCreation {
		q["sort_field"] = "create_time"
	}
	if f.Descending {
		q["sort_order"] = "DESC"
	}
	body := wireSearch{Status: string(f.Status), ShippingType: string(f.ShippingType), BuyerUserID: f.BuyerUserID,
		CancelRequested: f.CancelRequested, WarehouseIDs: f.WarehouseIDs}
	body.CreateTimeGE, body.CreateTimeLT = f.Created.seconds()
	body.UpdateTimeGE, body.UpdateTimeLT = f.Updated.seconds()
	err := c.call(ctx, request{what: "searching orders", method: http.MethodPost, path: "/order/202309/orders/search", shop: shop,
		query: q, body: body}, &w)
	return w, err
}

// The two versions of the detail call: the newer leaves out fulfillment_priority_level and recommended_shipping_time.
const (
	detailPath    = "/order/202309/orders"
	newDetailPath = "/order/202507/orders"
)

// orderDetails reads up to 50 orders. Ids the platform does not know are missing in the answer.
func (c *Client) orderDetails(ctx context.Context, shop string, ids []string) (wireOrders, error) {
	if len(ids) == 0 || len(ids) > maxOrderIDs {
		return wireOrders{}, refuse("%d orders at once: 1 to %d are allowed", len(ids), maxOrderIDs)
	}
	if err := checkIDs("order id", ids); err != nil {
		return wireOrders{}, err
	}
	r := request{what: "reading orders", method: http.MethodGet, path: detailPath, shop: shop, query: map[string]string{"ids": strings.Join(ids, ",")}}
	if !c.newDetail.Load() {
		var w wireOrders
		err := c.call(ctx, r, &w)
		if !retired(err) {
			return w, err
		}
		c.newDetail.Store(true)
	}
	var w wireOrders
	r.path = newDetailPath
	err := c.call(ctx, r, &w)
	return w, err
}
