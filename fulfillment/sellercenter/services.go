package sellercenter

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"packbench/fulfillment"
)

// Parcel is what a label is bought for: grams and millimetres, all greater than 0.
type Parcel struct {
	WeightG, LengthMM, WidthMM, HeightMM int
}

func (p Parcel) complete() bool {
	return p.WeightG > 0 && p.LengthMM > 0 && p.WidthMM > 0 && p.HeightMM > 0
}

// Service is a way of shipping that the platform sells for a parcel.
type Service struct {
	ID, Name                 string
	Price, Currency          string // a decimal, as the platform writes it
	Default                  bool
	EarliestDays, LatestDays int
	ProviderID, Provider     string
}

type wireDimension struct {
	Length string `json:"length"`
	Width  string `json:"width"`
	Height string `json:"height"`
	Unit   string `json:"unit"`
}

type wireWeight struct {
	Value string `json:"value"`
	Unit  string `json:"unit"`
}

func (p Parcel) wire() (wireDimension, wireWeight) {
	return wireDimension{Length: centimetres(p.LengthMM), Width: centimetres(p.WidthMM), Height: centimetres(p.HeightMM), Unit: "CM"},
		wireWeight{Value: strconv.Itoa(p.WeightG), Unit: "GRAM"}
}

type wireParcel struct {
	OrderID           string        `json:"order_id,omitempty"`
	LineIDs           []string      `json:"order_line_item_ids"`
	Dimension         wireDimension `json:"dimension"`
	Weight            wireWeight    `json:"weight"`
	ShippingServiceID string        `json:"shipping_service_id,omitempty"`
}

type wireService struct {
	ID           text  `json:"id"`
	Name         text  `json:"name"`
	Price        text  `json:"price"`
	Currency     text  `json:"currency"`
	IsDefault    flag  `json:"is_default"`
	EarliestDays whole `json:"earliest_delivery_days"`
	LatestDays   whole `json:"latest_delivery_days"`
	ProviderID   text  `json:"shipping_provider_id"`
	ProviderName text  `json:"shipping_provider_name"`
}

func (w wireService) service() Service {
	return Service{ID: string(w.ID), Name: clean(string(w.Name)), Price: string(w.Price), Currency: string(w.Currency), Default: bool(w.IsDefault),
		EarliestDays: w.EarliestDays.small(), LatestDays: w.LatestDays.small(),
		ProviderID: string(w.ProviderID), Provider: clean(string(w.ProviderName))}
}

type wireServices struct {
	OrderID  text              `json:"order_id"`
	Services list[wireService] `json:"shipping_services"`

	order string
}

func (w *wireServices) check() error {
	if w.OrderID != "" && string(w.OrderID) != w.order {
		return errors.New("it is about another order")
	}
	return nil
}

// Services asks which ways of shipping the platform sells for units of an order (US, JP). Services without an id are
// left out.
func (c *Client) Services(ctx context.Context, shop string, order fulfillment.OrderID, lines []fulfillment.LineID, p Parcel) ([]Service, error) {
	if err := errors.Join(checkID("order id", order), checkIDs("unit id", lines)); err != nil {
		return nil, err
	}
	if !p.complete() {
		return nil, refuse("weight and size of the parcel of order %s are not known: weigh it and choose a box, or import them with the products", order)
	}
	body := wireParcel{LineIDs: texts(lines)}
	body.Dimension, body.Weight = p.wire()
	w := wireServices{order: string(order)}
	err := c.call(ctx, request{what: "asking for shipping services of order " + string(order), method: http.MethodPost, shop: shop,
		path: "/fulfillment/202309/orders/" + string(order) + "/shipping_services/query", body: body}, &w)
	if err != nil {
		return nil, err
	}
	var out []Service
	for _, s := range w.Services {
		if s.ID != "" {
			out = append(out, s.service())
		}
	}
	return out, nil
}

// ChooseService takes the default one, else the cheapest. A price that cannot be read is dearer than any that can.
func ChooseService(services []Service) (Service, bool) {
	var best Service
	found, priced := false, false
	for _, s := range services {
		if s.ID == "" {
			continue
		}
		if s.Default {
			return s, true
		}
		price, ok := decimal(text(s.Price))
		if !found || ok && !priced {
			best, found, priced = s, true, ok
			continue
		}
		if least, _ := decimal(text(best.Price)); ok && price.Cmp(least) < 0 {
			best = s
		}
	}
	return best, found
}

// Buy is a label to be bought. Exactly one of three: the whole order (Order, all Lines or none), a part of it (Order,
// Lines, Part), or several orders in one parcel (Together, Order empty).
type Buy struct {
	Order    fulfillment.OrderID
	Lines    []fulfillment.LineID
	Part     bool // Lines are not all units of the order
	Together []fulfillment.OrderID
	Parcel   Parcel
	Service  string // id; sellers with label allocation: ignored by the platform
}

// Bought is the package that a label was bought for.
type Bought struct {
	Package fulfillment.PackageID
	Service Service
}

type wireCreated struct {
	OrderID   text              `json:"order_id"` // the older version only
	PackageID text              `json:"package_id"`
	Service   part[wireService] `json:"shipping_service_info"`

	order string
}

func (w *wireCreated) check() error {
	switch {
	case w.PackageID == "":
		return errors.New("it names no package")
	case w.OrderID != "" && w.order != "" && string(w.OrderID) != w.order:
		return errors.New("it is about another order")
	}
	return nil
}

// wireBuy is the body of the newer version. ship_type: "1" a whole order, "2" a part, "3" several orders in one. The
// platform's own notes are inconsistent about these numbers.
type wireBuy struct {
	ShipType  string        `json:"ship_type"`
	OrderID   string        `json:"order_id,omitempty"`
	Lines     []wireBuyLine `json:"order_line_item,omitempty"`
	Orders    []string      `json:"order_list_ids,omitempty"`
	Dimension wireDimension `json:"dimension"`
	Weight    wireWeight    `json:"weight"`
	ServiceID string        `json:"shipping_service_id,omitempty"`
}

type wireBuyLine struct {
	LineID string `json:"order_line_id"`
}

// CreatePackage buys a label (US, JP). The older version of the call is used, except for several orders in one and where
// the platform has retired it. After fulfillment.ErrUncertain the order must be read before anything else.
func (c *Client) CreatePackage(ctx context.Context, shop string, b Buy) (Bought, error) {
	if err := b.check(); err != nil {
		return Bought{}, err
	}
	w := wireCreated{order: string(b.Order)}
	r := request{method: http.MethodPost, write: true, shop: shop, what: "create the package of order " + string(b.Order)}
	if len(b.Together) > 0 {
		r.what = "create the package of several orders"
	}
	err := error(nil)
	if len(b.Together) == 0 && !c.newCreate.Load() {
		body := wireParcel{OrderID: string(b.Order), LineIDs: texts(b.Lines), ShippingServiceID: b.Service}
		body.Dimension, body.Weight = b.Parcel.wire()
		r.path, r.body = "/fulfillment/202309/packages", body
		if err = c.call(ctx, r, &w); !retired(err) {
			return bought(w), err
		}
		c.newCreate.Store(true)
	}
	r.path, r.body = "/fulfillment/202512/packages", b.wire()
	w = wireCreated{order: string(b.Order)}
	err = c.call(ctx, r, &w)
	return bought(w), err
}

func bought(w wireCreated) Bought {
	return Bought{Package: fulfillment.PackageID(w.PackageID), Service: w.Service.V.service()}
}

func (b Buy) check() error {
	if !b.Parcel.complete() {
		return refuse("weight and size of the parcel are not known: weigh it and choose a box, or import them with the products")
	}
	if len(b.Together) > 0 {
		if b.Order != "" || len(b.Lines) > 0 {
			return refuse("a package holds either several whole orders or units of one order")
		}
		return checkIDs("order id", b.Together)
	}
	if len(b.Lines) == 0 {
		return refuse("order %s: the package holds no unit", b.Order)
	}
	return errors.Join(checkID("order id", b.Order), checkIDs("unit id", b.Lines))
}

func (b Buy) wire() wireBuy {
	w := wireBuy{ShipType: "1", OrderID: string(b.Order), ServiceID: b.Service}
	w.Dimension, w.Weight = b.Parcel.wire()
	switch {
	case len(b.Together) > 0:
		w.ShipType, w.Orders = "3", texts(b.Together)
	case b.Part:
		w.ShipType = "2"
		for _, l := range b.Lines {
			w.Lines = append(w.Lines, wireBuyLine{string(l)})
		}
	}
	return w
}

// centimetres writes millimetres as a decimal without trailing zeros.
func centimetres(mm int) string {
	if mm%10 == 0 {
		return strconv.Itoa(mm / 10)
	}
	return strconv.Itoa(mm/10) + "." + strconv.Itoa(mm%10)
}
