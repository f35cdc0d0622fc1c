package sellercenter

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"packbench/fulfillment"
)

// Limits of the platform for one call.
const (
	maxOrderIDs   = 50
	maxSearchPage = 100
	maxCancelPage = 50
	maxPages      = 1000 // a list that does not end is a fault, not a big shop
)

var idShape = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// checkID keeps anything that is not an identifier out of the path of a request.
func checkID(kind, id string) error {
	if !idShape.MatchString(id) {
		return refuse("%q is not a %s of Seller Center", clean(id), kind)
	}
	return nil
}

// searchOrders reads one page of orders updated at or after since, oldest update first. Paging stands in the query, the
// filter in the body.
func (c *Client) searchOrders(ctx context.Context, shop string, since time.Time, page string) (wireOrders, error) {
	var w wireOrders
	var body any
	if !since.IsZero() {
		body = wireSearch{UpdateTimeGE: since.Unix()}
	}
	err := c.call(ctx, request{what: "searching orders", method: http.MethodPost, path: "/order/202309/orders/search", shop: shop,
		query: map[string]string{"page_size": strconv.Itoa(maxSearchPage), "page_token": page, "sort_field": "update_time", "sort_order": "ASC"},
		body:  body}, &w)
	return w, err
}

// orderDetails reads up to 50 orders. Ids the platform does not know are missing in the answer.
func (c *Client) orderDetails(ctx context.Context, shop string, ids []string) (wireOrders, error) {
	var w wireOrders
	for _, id := range ids {
		if err := checkID("order id", id); err != nil {
			return w, err
		}
	}
	err := c.call(ctx, request{what: "reading orders", method: http.MethodGet, path: "/order/202309/orders", shop: shop,
		query: map[string]string{"ids": strings.Join(ids, ",")}}, &w)
	return w, err
}

func (c *Client) packageDetail(ctx context.Context, shop, id string) (wirePackage, error) {
	var w wirePackage
	if err := checkID("package id", id); err != nil {
		return w, err
	}
	err := c.call(ctx, request{what: "reading package " + id, method: http.MethodGet, path: "/fulfillment/202309/packages/" + id, shop: shop}, &w)
	return w, err
}

// shipPackage arranges a package; self is nil for platform shipping. The hand-over method is left to the warehouse's
// setting: in most markets the platform ignores it.
func (c *Client) shipPackage(ctx context.Context, shop, id string, self *wireSelfShipment) error {
	if err := checkID("package id", id); err != nil {
		return err
	}
	return c.call(ctx, request{what: "ship package " + id, method: http.MethodPost, write: true, shop: shop,
		path: "/fulfillment/202309/packages/" + id + "/ship", body: wireShip{SelfShipment: self}}, nil)
}

func (c *Client) markShipped(ctx context.Context, shop, order string, body wireMarkShipped) (wireMarked, error) {
	var w wireMarked
	if err := checkID("order id", order); err != nil {
		return w, err
	}
	err := c.call(ctx, request{what: "mark order " + order + " as shipped", method: http.MethodPost, write: true, shop: shop,
		path: "/fulfillment/202309/orders/" + order + "/packages", body: body}, &w)
	return w, err
}

func (c *Client) shippingServices(ctx context.Context, shop, order string, parcel wireParcel) ([]wireService, error) {
	var w wireServices
	if err := checkID("order id", order); err != nil {
		return nil, err
	}
	parcel.OrderID = ""
	err := c.call(ctx, request{what: "asking for shipping services of order " + order, method: http.MethodPost, shop: shop,
		path: "/fulfillment/202309/orders/" + order + "/shipping_services/query", body: parcel}, &w)
	return w.Services, err
}

func (c *Client) createPackage(ctx context.Context, shop string, parcel wireParcel) (wireCreated, error) {
	var w wireCreated
	err := c.call(ctx, request{what: "create the package of order " + parcel.OrderID, method: http.MethodPost, write: true, shop: shop,
		path: "/fulfillment/202309/packages", body: parcel}, &w)
	return w, err
}

// Provider is a carrier that a delivery option allows.
type Provider struct {
	ID, Name string
}

// providersFor is how long a list of carriers is taken for right.
const providersFor = time.Hour

type providerCache struct {
	mu sync.Mutex
	m  map[string]providerList // by shop and delivery option
}

type providerList struct {
	list []Provider
	at   time.Time
}

// Providers lists the carriers of a delivery option, from memory for an hour.
func (c *Client) Providers(ctx context.Context, shop, deliveryOption string) ([]Provider, error) {
	if err := checkID("delivery option id", deliveryOption); err != nil {
		return nil, err
	}
	key := shop + " " + deliveryOption
	c.providers.mu.Lock()
	known, ok := c.providers.m[key]
	c.providers.mu.Unlock()
	if ok && c.clock.now().Sub(known.at) < providersFor {
		return known.list, nil
	}
	var w wireProviders
	err := c.call(ctx, request{what: "listing carriers", method: http.MethodGet, shop: shop,
		path: "/logistics/202309/delivery_options/" + deliveryOption + "/shipping_providers"}, &w)
	if err != nil {
		return nil, err
	}
	list := make([]Provider, 0, len(w.Providers))
	for _, p := range w.Providers {
		list = append(list, Provider{ID: string(p.ID), Name: clean(string(p.Name))})
	}
	c.providers.mu.Lock()
	defer c.providers.mu.Unlock()
	if c.providers.m == nil {
		c.providers.m = map[string]providerList{}
	}
	c.providers.m[key] = providerList{list: list, at: c.clock.now()}
	return list, nil
}

// TrackingStep is one line of a parcel's way.
type TrackingStep struct {
	Text string
	At   time.Time
}

// Tracking reads the way of an order's parcels, in the platform's order and language.
func (c *Client) Tracking(ctx context.Context, shop string, order fulfillment.OrderID) ([]TrackingStep, error) {
	if err := checkID("order id", string(order)); err != nil {
		return nil, err
	}
	var w wireTracking
	err := c.call(ctx, request{what: "reading the tracking of order " + string(order), method: http.MethodGet, shop: shop,
		path: "/fulfillment/202309/orders/" + string(order) + "/tracking"}, &w)
	if err != nil {
		return nil, err
	}
	steps := make([]TrackingStep, 0, len(w.Tracking))
	for _, s := range w.Tracking {
		steps = append(steps, TrackingStep{Text: clean(string(s.Description)), At: whole(s.AtMillis / 1000).moment()})
	}
	return steps, nil
}

// Cancellation is a cancellation or a request for one.
type Cancellation struct {
	ID        string
	OrderID   fulfillment.OrderID
	Type      string // CANCEL or BUYER_CANCEL
	Status    string // as it came; the platform spells the cancelled one in two ways
	Reason    string
	Role      string
	CreatedAt time.Time
	UpdatedAt time.Time
	Lines     []fulfillment.LineID
	AnswerBy  time.Time // when the platform decides by itself; zero if nothing is awaited
}

// Pending reports whether a buyer still waits for an answer.
func (c Cancellation) Pending() bool { return c.Status == "CANCELLATION_REQUEST_PENDING" }

// Cancellations lists those updated at or after since, or, where orders are given, those of at most 50 orders.
func (c *Client) Cancellations(ctx context.Context, shop string, since time.Time, orders []fulfillment.OrderID) ([]Cancellation, error) {
	search := wireCancelSearch{}
	for _, id := range orders {
		search.OrderIDs = append(search.OrderIDs, string(id))
	}
	if !since.IsZero() {
		search.UpdateTimeGE = since.Unix()
	}
	var all []Cancellation
	page := ""
	for range maxPages {
		var w wireCancellations
		err := c.call(ctx, request{what: "searching cancellations", method: http.MethodPost, shop: shop,
			path:  "/return_refund/202309/cancellations/search",
			query: map[string]string{"page_size": strconv.Itoa(maxCancelPage), "page_token": page}, body: search}, &w)
		if err != nil {
			return nil, err
		}
		all = append(all, cancellationsFromWire(w)...)
		if w.NextPageToken == "" || string(w.NextPageToken) == page {
			break
		}
		page = string(w.NextPageToken)
	}
	return all, nil
}

func cancellationsFromWire(w wireCancellations) []Cancellation {
	var out []Cancellation
	for _, x := range w.Cancellations {
		one := Cancellation{ID: string(x.CancelID), OrderID: fulfillment.OrderID(x.OrderID), Type: string(x.CancelType),
			Status: string(x.CancelStatus), Reason: clean(string(x.ReasonText)), Role: string(x.Role),
			CreatedAt: x.CreateTime.moment(), UpdatedAt: x.UpdateTime.moment()}
		for _, l := range x.Lines {
			one.Lines = append(one.Lines, fulfillment.LineID(l.LineID))
		}
		for _, a := range x.NextAction {
			if at := a.Deadline.moment(); one.AnswerBy.IsZero() || at.Before(one.AnswerBy) {
				one.AnswerBy = at
			}
		}
		out = append(out, one)
	}
	return out
}
