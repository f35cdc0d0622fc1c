package shop

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"packbench/fulfillment"
)

type dimension struct {
	Length *string `json:"length"`
	Width  *string `json:"width"`
	Height *string `json:"height"`
	Unit   *string `json:"unit"`
}

type weight struct {
	Value *string `json:"value"`
	Unit  *string `json:"unit"`
}

type servicesRequest struct {
	OrderLineItemIDs []string   `json:"order_line_item_ids"`
	Dimension        *dimension `json:"dimension"`
	Weight           *weight    `json:"weight"`
}

type shippingService struct {
	ID                   string `json:"id"`
	Name                 string `json:"name"`
	Price                string `json:"price"`
	Currency             string `json:"currency"`
	IsDefault            *bool  `json:"is_default,omitempty"` // in the query's answer only
	EarliestDeliveryDays int    `json:"earliest_delivery_days"`
	LatestDeliveryDays   int    `json:"latest_delivery_days"`
	ShippingProviderID   string `json:"shipping_provider_id"`
	ShippingProviderName string `json:"shipping_provider_name"`
}

type servicesAnswer struct {
	OrderID          string            `json:"order_id"`
	OrderLineID      []string          `json:"order_line_id"`
	Dimension        *dimension        `json:"dimension"`
	Weight           *weight           `json:"weight"`
	ShippingServices []shippingService `json:"shipping_services"`
}

// decimal is how the platform writes numbers of weight and size.
var decimal = regexp.MustCompile(`^\d{1,7}(\.\d{1,4})?$`)

// checkSize wants weight and size as positive decimal strings with known units, and returns the weight in grams.
func checkSize(d *dimension, w *weight) (grams int, err *apiError) {
	if d == nil || w == nil {
		return 0, artificial(codeMissing, "Missing parameter. `dimension` and `weight` are required")
	}
	for _, v := range []*string{d.Length, d.Width, d.Height, w.Value} {
		f, perr := strconv.ParseFloat(deref(v), 64)
		if !decimal.MatchString(deref(v)) || perr != nil || f <= 0 {
			return 0, artificial(codeMissing, "Invalid parameter. Weight and size must be positive decimal strings, not %q", deref(v))
		}
	}
	if u := deref(d.Unit); u != "CM" && u != "INCH" {
		return 0, artificial(codeMissing, "Invalid parameter. `dimension.unit` must be CM or INCH")
	}
	value, _ := strconv.ParseFloat(*w.Value, 64)
	switch deref(w.Unit) {
	case "GRAM":
		return max(1, int(value+0.5)), nil
	case "POUND":
		return max(1, int(value*453.59237+0.5)), nil
	}
	return 0, artificial(codeMissing, "Invalid parameter. `weight.unit` must be GRAM or POUND")
}

// queryServices is POST …/orders/{order_id}/shipping_services/query.
func (s *store) queryServices(c *call) (any, error) {
	req, err := decodeBody[servicesRequest](c.body)
	if err != nil {
		return nil, err
	}
	o, err := s.orderNamed(c, c.vars["order_id"])
	if err != nil {
		return nil, err
	}
	if !s.market.createPackages {
		return nil, errRegion
	}
	if e := s.mayCreate(o); e != nil {
		return nil, e
	}
	if _, e := s.pickLines(o, req.OrderLineItemIDs); e != nil {
		return nil, e
	}
	grams, e := checkSize(req.Dimension, req.Weight)
	if e != nil {
		return nil, e
	}
	return servicesAnswer{o.id, req.OrderLineItemIDs, req.Dimension, req.Weight, s.offer(o, grams)}, nil
}

// offer makes the services for an order, the same ones each time; they can be bought from then on.
func (s *store) offer(o *order, grams int) []shippingService {
	yes, no := true, false
	kinds := []struct {
		name            string
		def             *bool
		cents, from, to int
	}{{"Ground", &yes, 399, 3, 5}, {"Express", &no, 899, 1, 2}}
	var list []shippingService
	for i, k := range kinds {
		sv := shippingService{ID: fmt.Sprintf("2882%s%d", o.id[4:], i+1), Name: s.market.platform.Name + " " + k.name,
			Price: s.market.money(k.cents + grams/10), Currency: s.market.currency, IsDefault: k.def,
			EarliestDeliveryDays: k.from, LatestDeliveryDays: k.to, ShippingProviderID: s.market.platform.ID,
			ShippingProviderName: s.market.platform.Name}
		s.services[sv.ID] = sv
		list = append(list, sv)
	}
	return list
}

func (s *store) mayCreate(o *order) *apiError {
	if o.fulfillmentType == fulfillment.FulfillmentBySeller && o.shippingType != string(fulfillment.ShippingPlatform) {
		return artificial(codeWrongCall, "Labels are sold for orders that the platform ships; this one is shipped by the seller")
	}
	return nil
}

type createRequest struct {
	OrderID           *string    `json:"order_id"`
	OrderLineItemIDs  []string   `json:"order_line_item_ids"`
	Dimension         *dimension `json:"dimension"`
	Weight            *weight    `json:"weight"`
	ShippingServiceID *string    `json:"shipping_service_id"`
}

type createAnswer struct {
	PackageID           string          `json:"package_id"`
	OrderID             string          `json:"order_id,omitempty"`
	OrderLineItemIDs    []string        `json:"order_line_item_ids,omitempty"`
	CreateTime          int64           `json:"create_time"`
	Dimension           *dimension      `json:"dimension"`
	Weight              *weight         `json:"weight"`
	ShippingServiceInfo shippingService `json:"shipping_service_info"`
}

// createPackage is POST /fulfillment/202309/packages.
func (s *store) createPackage(c *call) (any, error) {
	req, err := decodeBody[createRequest](c.body)
	if err != nil {
		return nil, err
	}
	answer, err := s.create(c, deref(req.OrderID), req.OrderLineItemIDs, req.Dimension, req.Weight, deref(req.ShippingServiceID))
	if err != nil {
		return nil, err
	}
	answer.OrderID, answer.OrderLineItemIDs = deref(req.OrderID), req.OrderLineItemIDs
	return answer, nil
}

type lineRef struct {
	OrderLineID *string `json:"order_line_id"`
}

type create2512Request struct {
	ShipType          *string    `json:"ship_type"`
	OrderID           *string    `json:"order_id"`
	OrderLineItem     []lineRef  `json:"order_line_item"`
	OrderListIDs      []string   `json:"order_list_ids"`
	Dimension         *dimension `json:"dimension"`
	Weight            *weight    `json:"weight"`
	ShippingServiceID *string    `json:"shipping_service_id"`
}

// createPackage2512 is POST /fulfillment/202512/packages: ship_type 1 is the whole order, 2 some line items, 3 several
// orders of one buyer in one package.
func (s *store) createPackage2512(c *call) (any, error) {
	req, err := decodeBody[create2512Request](c.body)
	if err != nil {
		return nil, err
	}
	var ids []string
	switch deref(req.ShipType) {
	case "1":
		if o := s.byID[deref(req.OrderID)]; o != nil {
			ids = o.liveIDs()
		}
	case "2":
		for _, l := range req.OrderLineItem {
			ids = append(ids, deref(l.OrderLineID))
		}
	case "3":
		return s.createJoined(c, req)
	default:
		return nil, artificial(codeMissing, "Invalid parameter. `ship_type` must be 1, 2 or 3")
	}
	answer, err := s.create(c, deref(req.OrderID), ids, req.Dimension, req.Weight, deref(req.ShippingServiceID))
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// liveIDs name the units that were not cancelled; of a cancelled order one that was, so that the refusal says so.
func (o *order) liveIDs() []string {
	ids := []string{}
	for _, l := range o.live() {
		ids = append(ids, l.id)
	}
	if len(ids) == 0 {
		return []string{o.lines[0].id}
	}
	return ids
}

// mayBuy is what must hold before a label is sold for some units of an order.
func (s *store) mayBuy(o *order, ids []string) ([]*line, *apiError) {
	o.shippedCalls++
	if !s.market.createPackages {
		return nil, errRegion
	}
	if e := s.mayCreate(o); e != nil {
		return nil, e
	}
	lines, e := s.pickLines(o, ids)
	if e == nil {
		e = s.checkAgain(o, lines)
	}
	if e == nil {
		e = s.shippable(o)
	}
	return lines, e
}

// create buys the label: the package exists and has a tracking number afterwards.
func (s *store) create(c *call, orderID string, ids []string, d *dimension, w *weight, serviceID string) (*createAnswer, error) {
	o, err := s.orderNamed(c, orderID)
	if err != nil {
		return nil, err
	}
	lines, e := s.mayBuy(o, ids)
	if e != nil {
		return nil, e
	}
	return s.buy(c, []*order{o}, lines, d, w, serviceID)
}

// createJoined buys one label for whole orders of the same buyer to the same address.
func (s *store) createJoined(c *call, req create2512Request) (any, error) {
	if len(req.OrderListIDs) < 2 || len(req.OrderListIDs) > 20 {
		return nil, artificial(codeMissing, "Invalid parameter. `order_list_ids` takes 2 to 20 orders")
	}
	var all []*order
	var lines []*line
	for _, id := range req.OrderListIDs {
		o, err := s.orderNamed(c, id)
		if err != nil {
			return nil, err
		}
		if slices.Contains(all, o) {
			return nil, artificial(codeMissing, "Order %s is named twice", id)
		}
		more, e := s.mayBuy(o, o.liveIDs())
		if e != nil {
			return nil, e
		}
		if len(all) > 0 && (o.user != all[0].user || o.recipient != all[0].recipient) {
			return nil, artificial(codeCombine, "Order %s goes to somebody else than order %s", id, all[0].id)
		}
		all, lines = append(all, o), append(lines, more...)
	}
	answer, err := s.buy(c, all, lines, req.Dimension, req.Weight, deref(req.ShippingServiceID))
	if err != nil {
		return nil, err
	}
	return answer, nil
}

func (s *store) buy(c *call, all []*order, lines []*line, d *dimension, w *weight, serviceID string) (*createAnswer, error) {
	grams, e := checkSize(d, w)
	if e != nil {
		return nil, e
	}
	o := all[0]
	s.offer(o, grams) // the default can be bought without a query before
	service, ok := s.services[or(serviceID, fmt.Sprintf("2882%s1", o.id[4:]))]
	if !ok {
		return nil, artificial(codeProvider, "Shipping service %q is not offered for this order", serviceID)
	}
	p := s.newParcel(o, lines, c.now)
	p.joined = all[1:]
	for _, other := range p.joined {
		other.packages = append(other.packages, p)
	}
	p.weightG, p.service = grams, &service
	p.weight, p.weightUnit = *w.Value, *w.Unit
	p.dims, p.dimUnit = [3]string{*d.Length, *d.Width, *d.Height}, *d.Unit
	s.ship(p, s.platformTracking(), s.market.platform, c.now)
	c.named(o, p.id)
	service.IsDefault = nil
	return &createAnswer{PackageID: p.id, CreateTime: p.created.Unix(), Dimension: d, Weight: w, ShippingServiceInfo: service}, nil
}
