package shop

import (
	"slices"
	"strings"

	"packbench/fulfillment"
)

type orderFilter struct {
	OrderStatus          *string  `json:"order_status"`
	CreateTimeGE         *int64   `json:"create_time_ge"`
	CreateTimeLT         *int64   `json:"create_time_lt"`
	UpdateTimeGE         *int64   `json:"update_time_ge"`
	UpdateTimeLT         *int64   `json:"update_time_lt"`
	ShippingType         *string  `json:"shipping_type"`
	BuyerUserID          *string  `json:"buyer_user_id"`
	IsBuyerRequestCancel *bool    `json:"is_buyer_request_cancel"`
	WarehouseIDs         []string `json:"warehouse_ids"`
}

var orderStatuses = []fulfillment.OrderStatus{fulfillment.StatusUnpaid, fulfillment.StatusOnHold, fulfillment.StatusAwaitingShipment,
	fulfillment.StatusPartiallyShipping, fulfillment.StatusAwaitingCollection, fulfillment.StatusInTransit,
	fulfillment.StatusDelivered, fulfillment.StatusCompleted, fulfillment.StatusCancelled}

func (f orderFilter) check() error {
	switch {
	case f.OrderStatus != nil && !slices.Contains(orderStatuses, fulfillment.OrderStatus(*f.OrderStatus)):
		return artificial(codeMissing, "Invalid parameter. `order_status` %q is not an order status", *f.OrderStatus)
	case f.ShippingType != nil && *f.ShippingType != "TIKTOK" && *f.ShippingType != "SELLER":
		return artificial(codeMissing, "Invalid parameter. `shipping_type` must be TIKTOK or SELLER")
	case len(f.WarehouseIDs) > 100:
		return artificial(codeMissing, "Invalid parameter. `warehouse_ids` takes at most 100")
	}
	return nil
}

func (f orderFilter) match(o *order) bool {
	return (f.OrderStatus == nil || o.status == *f.OrderStatus) &&
		within(o.created.Unix(), f.CreateTimeGE, f.CreateTimeLT) &&
		within(o.updated.Unix(), f.UpdateTimeGE, f.UpdateTimeLT) &&
		(f.ShippingType == nil || o.shippingType == *f.ShippingType) &&
		(f.BuyerUserID == nil || o.user == *f.BuyerUserID) &&
		(f.IsBuyerRequestCancel == nil || (o.request != nil) == *f.IsBuyerRequestCancel) &&
		(len(f.WarehouseIDs) == 0 || slices.Contains(f.WarehouseIDs, warehouseID))
}

type ordersAnswer struct {
	Orders        []wireOrder `json:"orders"`
	NextPageToken string      `json:"next_page_token,omitempty"`
	TotalCount    *int        `json:"total_count,omitempty"`
}

// searchOrders is POST /order/202309/orders/search.
func (s *store) searchOrders(c *call) (any, error) {
	f, err := decodeBody[orderFilter](c.body)
	if err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	p, err := readPage(c.query, c.body, pageRules{maxSize: 100, sorts: []string{"create_time", "update_time"}, desc: true})
	if err != nil {
		return nil, err
	}
	var found []*order
	for _, o := range s.orders {
		if f.match(o) {
			found = append(found, o)
		}
	}
	key := func(o *order) int64 { return o.created.Unix() }
	if p.sort == "update_time" {
		key = func(o *order) int64 { return o.updated.Unix() }
	}
	total := len(found)
	rows, next := cut(p, found, key, func(o *order) string { return o.id })
	answer := ordersAnswer{Orders: []wireOrder{}, NextPageToken: next, TotalCount: &total}
	for _, o := range rows {
		answer.Orders = append(answer.Orders, s.wireOrder(o, c))
	}
	return answer, nil
}

// orderDetail is GET /order/202309/orders and /order/202507/orders: up to 50 ids; unknown ones are left out.
func (s *store) orderDetail(c *call) (any, error) {
	ids := splitList(c.query.Get("ids"))
	if len(ids) == 0 || len(ids) > 50 {
		return nil, artificial(codeMissing, "Invalid parameter. `ids` takes 1 to 50 order ids")
	}
	answer := ordersAnswer{Orders: []wireOrder{}}
	for _, id := range ids {
		c.notHere(id)
		if o := s.byID[id]; o != nil {
			c.named(o, "")
			w := s.wireOrder(o, c)
			if strings.HasPrefix(c.r.URL.Path, "/order/202507/") {
				w.FulfillmentPriorityLevel, w.RecommendedShippingTime = 0, 0
			}
			answer.Orders = append(answer.Orders, w)
		}
	}
	return answer, nil
}

// splitList reads a comma-joined parameter.
func splitList(v string) []string {
	var list []string
	for part := range strings.SplitSeq(v, ",") {
		if part != "" && !slices.Contains(list, part) {
			list = append(list, part)
		}
	}
	return list
}

// orderNamed finds the order of a path or body.
func (s *store) orderNamed(c *call, id string) (*order, error) {
	c.notHere(id)
	o := s.byID[id]
	if o == nil {
		return nil, artificial(codeOrderNotFound, "Order %s not found", id)
	}
	c.named(o, "")
	return o, nil
}

type trackingAnswer struct {
	Tracking []trackingEntry `json:"tracking"`
}

type trackingEntry struct {
	Description      string `json:"description"`
	UpdateTimeMillis int64  `json:"update_time_millis"`
}

// orderTracking is GET …/orders/{order_id}/tracking; the newest comes first.
func (s *store) orderTracking(c *call) (any, error) {
	o, err := s.orderNamed(c, c.vars["order_id"])
	if err != nil {
		return nil, err
	}
	answer := trackingAnswer{Tracking: []trackingEntry{}}
	for _, e := range slices.Backward(o.track) {
		answer.Tracking = append(answer.Tracking, trackingEntry{e.text, e.at.UnixMilli()})
	}
	return answer, nil
}
