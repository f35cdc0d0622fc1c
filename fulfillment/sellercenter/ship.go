package sellercenter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"packbench/fulfillment"
)

// Ship is what the platform is told when a package is arranged.
type Ship struct {
	Package  fulfillment.PackageID
	Handover Handover // empty: left to the warehouse's setting
	Slot     Slot     // zero: none
	// Self, both or neither: only for delivery options that the seller ships (SEND_BY_SELLER).
	Tracking   fulfillment.Tracking
	ProviderID string
}

type wireSelfShipment struct {
	TrackingNumber     string `json:"tracking_number"`
	ShippingProviderID string `json:"shipping_provider_id"`
}

type wireShip struct {
	ID           string            `json:"id,omitempty"` // in a batch only
	Handover     string            `json:"handover_method,omitempty"`
	Slot         *wireSlot         `json:"pickup_slot,omitempty"`
	SelfShipment *wireSelfShipment `json:"self_shipment,omitempty"`
}

func (s Ship) wire() (wireShip, error) {
	w := wireShip{Handover: string(s.Handover), Slot: s.Slot.wire()}
	switch {
	case s.Tracking != "" && s.ProviderID != "":
		w.SelfShipment = &wireSelfShipment{TrackingNumber: string(s.Tracking), ShippingProviderID: s.ProviderID}
	case s.Tracking != "" || s.ProviderID != "":
		return w, refuse("package %s: a tracking number needs its carrier and a carrier its tracking number", s.Package)
	}
	return w, checkID("package id", s.Package)
}

// Ship arranges one package. There is no idempotency key: after fulfillment.ErrUncertain the package must be read before
// anything else. Arranging a package whose buyer asked for a cancellation decides that request (US: rejects it).
func (c *Client) Ship(ctx context.Context, shop string, s Ship) error {
	w, err := s.wire()
	if err != nil {
		return err
	}
	id := string(s.Package)
	return c.call(ctx, request{what: "ship package " + id, method: http.MethodPost, write: true, shop: shop,
		path: "/fulfillment/202309/packages/" + id + "/ship", body: w}, nil)
}

// maxBatch is how many packages go into one call; the platform documents no limit.
const maxBatch = 50

type wireBatch struct {
	Errors list[itemError] `json:"errors"`
}

// ShipBatch arranges up to 50 packages in one call, which may succeed for some and fail for others. failed holds those
// that were not arranged for certain, each with its cause; whatever is not in it was arranged. err is for the call as a
// whole, and then nothing is known of any package beyond it.
func (c *Client) ShipBatch(ctx context.Context, shop string, list []Ship) (failed []Failure, err error) {
	if len(list) == 0 || len(list) > maxBatch {
		return nil, refuse("%d packages at once: 1 to %d are allowed", len(list), maxBatch)
	}
	const what = "ship a batch of packages"
	var body struct {
		Packages []wireShip `json:"packages"`
	}
	var sent []fulfillment.PackageID
	for _, s := range list {
		w, err := s.wire()
		if err != nil {
			return nil, err
		}
		if slices.Contains(sent, s.Package) {
			return nil, refuse("package %s is in the batch twice", s.Package)
		}
		w.ID = string(s.Package)
		body.Packages, sent = append(body.Packages, w), append(sent, s.Package)
	}
	var w wireBatch
	if err := c.call(ctx, request{what: what, method: http.MethodPost, write: true, shop: shop,
		path: "/fulfillment/202309/packages/ship", body: body}, &w); err != nil {
		return nil, err
	}
	return failures(what, w.Errors, sent), nil
}

// failures lists the items of a batch that failed, in the order they were sent.
func failures(what string, errs []itemError, sent []fulfillment.PackageID) []Failure {
	failed, sure := outcome(what, errs, sent)
	var out []Failure
	for _, id := range sent {
		err := failed[id]
		if err == nil && !sure {
			err = &CallError{What: what + ", package " + string(id), Write: true, Sent: true, Status: http.StatusOK,
				Cause: errors.New("an error names no package of the batch")}
		}
		if err != nil {
			out = append(out, Failure{Package: id, Err: err})
		}
	}
	return out
}

// Marked is a seller-shipped parcel that the platform has taken note of.
type Marked struct {
	Package fulfillment.PackageID
	// Warning is what the platform doubts about the tracking number, in its own words; the operator must see it. The
	// parcel counts as shipped nevertheless.
	Warning string
}

type wireMarkShipped struct {
	LineIDs            []string `json:"order_line_item_ids"`
	TrackingNumber     string   `json:"tracking_number"`
	ShippingProviderID string   `json:"shipping_provider_id"`
}

type wireMarked struct {
	OrderID   text        `json:"order_id"`
	LineIDs   list[text]  `json:"order_line_item_ids"`
	PackageID text        `json:"package_id"`
	Warning   wireWarning `json:"warning"`

	order string
	lines []string
}

// check: an answer about another order or other units must be read up, not believed.
func (w *wireMarked) check() error {
	if w.PackageID == "" {
		return errors.New("it names no package")
	}
	if w.OrderID != "" && string(w.OrderID) != w.order {
		return errors.New("it is about another order")
	}
	if len(w.LineIDs) > 0 {
		got := texts(w.LineIDs)
		if len(got) != len(w.lines) || slices.ContainsFunc(w.lines, func(l string) bool { return !slices.Contains(got, l) }) {
			return errors.New("it names other units than were sent")
		}
	}
	return nil
}

// wireWarning is an object with a message. Whatever else stands there is a warning too.
type wireWarning string

const warningUnread = "Seller Center has a warning that could not be read: look at this parcel there"

func (w *wireWarning) UnmarshalJSON(b []byte) error {
	*w = ""
	switch s := string(b); {
	case s == "null" || s == "{}" || s == "[]" || s == "false":
	case b[0] == '"':
		*w = wireWarning(unquoteText(b))
	case b[0] == '{':
		var v struct {
			Message json.RawMessage `json:"message"`
		}
		if json.Unmarshal(b, &v) != nil || len(v.Message) == 0 {
			v.Message = json.RawMessage("7")
		}
		return w.UnmarshalJSON(v.Message)
	default:
		*w = warningUnread
	}
	return nil
}

// MarkShipped reports units of an order as shipped by the seller; the platform makes the package from them. Only in US,
// GB, ES, IE, IT, DE, FR and JP. A part of the units splits the order. After fulfillment.ErrUncertain the order must be
// read before anything else.
func (c *Client) MarkShipped(ctx context.Context, shop string, order fulfillment.OrderID, lines []fulfillment.LineID, tracking fulfillment.Tracking, provider string) (Marked, error) {
	if tracking == "" || provider == "" || len(lines) == 0 {
		return Marked{}, refuse("order %s: units, tracking number and carrier are needed to mark it as shipped", order)
	}
	w, err := c.markShipped(ctx, shop, string(order), wireMarkShipped{LineIDs: texts(lines), TrackingNumber: string(tracking), ShippingProviderID: provider})
	if err != nil {
		return Marked{}, err
	}
	return Marked{Package: fulfillment.PackageID(w.PackageID), Warning: clean(string(w.Warning))}, nil
}

func (c *Client) markShipped(ctx context.Context, shop, order string, body wireMarkShipped) (wireMarked, error) {
	w := wireMarked{order: order, lines: body.LineIDs}
	if err := errors.Join(checkID("order id", order), checkIDs("unit id", body.LineIDs)); err != nil {
		return w, err
	}
	err := c.call(ctx, request{what: "mark order " + order + " as shipped", method: http.MethodPost, write: true, shop: shop,
		path: "/fulfillment/202309/orders/" + order + "/packages", body: body}, &w)
	return w, err
}

// CorrectOrder gives an order that was shipped in one parcel another tracking number or carrier; CorrectPackage does so
// for one package of a split order. Seller-shipped only, within 72 hours of shipping, perhaps only once; after that it
// is a fulfillment.RejectedError with code 21011049.
func (c *Client) CorrectOrder(ctx context.Context, shop string, order fulfillment.OrderID, tracking fulfillment.Tracking, provider string) error {
	return c.correct(ctx, shop, "order", "orders", string(order), tracking, provider)
}

// CorrectPackage: see CorrectOrder.
func (c *Client) CorrectPackage(ctx context.Context, shop string, id fulfillment.PackageID, tracking fulfillment.Tracking, provider string) error {
	return c.correct(ctx, shop, "package", "packages", string(id), tracking, provider)
}

func (c *Client) correct(ctx context.Context, shop, kind, place, id string, tracking fulfillment.Tracking, provider string) error {
	if err := checkID(kind+" id", id); err != nil {
		return err
	}
	if tracking == "" || provider == "" {
		return refuse("%s %s: tracking number and carrier are both needed to correct it", kind, id)
	}
	return c.call(ctx, request{what: fmt.Sprintf("correct the tracking number of %s %s", kind, id), method: http.MethodPost, write: true, shop: shop,
		path: "/fulfillment/202309/" + place + "/" + id + "/shipping_info/update",
		body: wireSelfShipment{TrackingNumber: string(tracking), ShippingProviderID: provider}}, nil)
}
