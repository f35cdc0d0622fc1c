package sellercenter

import (
	"context"
	"net/http"
	"time"

	"packbench/fulfillment"
)

// Tracking reads the way of an order's parcels, in the platform's order and language
// (GET /fulfillment/202309/orders/{order_id}/tracking; update_time_millis has milliseconds, unlike the platform's other moments).
func (c *Client) Tracking(ctx context.Context, shop string, order fulfillment.OrderID) ([]fulfillment.TrackingStep, error) {
	if err := checkID("order id", order); err != nil {
		return nil, err
	}
	var w struct {
		Steps list[struct {
			Description text  `json:"description"`
			AtMillis    whole `json:"update_time_millis"`
		}] `json:"tracking"`
	}
	err := c.call(ctx, request{what: "reading the tracking of order " + string(order), method: http.MethodGet, shop: shop,
		path: "/fulfillment/202309/orders/" + string(order) + "/tracking"}, &w)
	if err != nil {
		return nil, err
	}
	steps := make([]fulfillment.TrackingStep, 0, len(w.Steps))
	for _, s := range w.Steps {
		step := fulfillment.TrackingStep{Text: clean(string(s.Description))}
		if at := whole(s.AtMillis / 1000).moment(); !at.IsZero() {
			step.At = at.Add(time.Duration(s.AtMillis%1000) * time.Millisecond)
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// Validation is what the platform knows of a tracking number (US).
type Validation struct {
	PlatformShipping   bool // it is of a label of the platform
	PlatformCollection bool // the platform's carrier collects it
}

// ValidateTracking asks about a tracking number that was scanned, for example at the gate (US).
func (c *Client) ValidateTracking(ctx context.Context, shop string, t fulfillment.Tracking) (Validation, error) {
	if t == "" || len(t) > 128 {
		return Validation{}, refuse("%q is not a tracking number", clean(string(t)))
	}
	var w struct {
		Shipping   sureFlag `json:"is_tiktok_shipping"`
		Collection sureFlag `json:"is_tiktok_collection"`
	}
	err := c.call(ctx, request{what: "asking about a tracking number", method: http.MethodGet, shop: shop,
		path: "/fulfillment/202508/tts_tracking_validation", query: map[string]string{"tracking_number": string(t)}}, &w)
	if err != nil {
		return Validation{}, err
	}
	return Validation{PlatformShipping: bool(w.Shipping), PlatformCollection: bool(w.Collection)}, nil
}
