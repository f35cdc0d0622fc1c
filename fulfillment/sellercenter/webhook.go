package sellercenter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"packbench/fulfillment"
)

// Webhook is one subscription of a shop.
type Webhook struct {
	Event     string // ORDER_STATUS_CHANGE, PACKAGE_UPDATE, …
	Address   string
	CreatedAt time.Time
	UpdatedAt time.Time
}

const webhooksPath = "/event/202309/webhooks"

// Webhooks lists the shop's subscriptions.
func (c *Client) Webhooks(ctx context.Context, shop string) ([]Webhook, error) {
	var w struct {
		Webhooks list[struct {
			Event      text  `json:"event_type"`
			Address    text  `json:"address"`
			CreateTime whole `json:"create_time"`
			UpdateTime whole `json:"update_time"`
		}] `json:"webhooks"`
	}
	if err := c.call(ctx, request{what: "listing webhooks", method: http.MethodGet, shop: shop, path: webhooksPath}, &w); err != nil {
		return nil, err
	}
	var out []Webhook
	for _, x := range w.Webhooks {
		out = append(out, Webhook{Event: string(x.Event), Address: clean(string(x.Address)), CreatedAt: x.CreateTime.moment(), UpdatedAt: x.UpdateTime.moment()})
	}
	return out, nil
}

type wireWebhook struct {
	Address string `json:"address,omitempty"`
	Event   string `json:"event_type"`
}

// SetWebhook sends an event of the shop to an address: https, a host name without port, at most 255 characters. A
// station on a bench is no such address; this is for the seller's relay. Repeating it does no harm.
func (c *Client) SetWebhook(ctx context.Context, shop, event, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.Port() != "" || u.User != nil || net.ParseIP(u.Hostname()) != nil || len(address) > 255 {
		return refuse("%q cannot get webhooks: https and a host name without port are needed", clean(address))
	}
	if err := checkID("event", event); err != nil {
		return err
	}
	return c.call(ctx, request{what: "subscribing to " + event, method: http.MethodPut, shop: shop, path: webhooksPath, body: wireWebhook{address, event}}, nil)
}

// DeleteWebhook ends a subscription; the platform says yes also where there was none.
func (c *Client) DeleteWebhook(ctx context.Context, shop, event string) error {
	if err := checkID("event", event); err != nil {
		return err
	}
	return c.call(ctx, request{what: "ending the subscription to " + event, method: http.MethodDelete, shop: shop, path: webhooksPath, body: wireWebhook{Event: event}}, nil)
}

// Event numbers of the platform. Others may come and mean nothing to this program.
const (
	EventOrderStatus          = 1
	EventReverse              = 2 // legacy; the number is not in TikTok's own list
	EventAddress              = 3
	EventPackage              = 4
	EventDeauthorized         = 6
	EventAuthorizationExpires = 7
	EventCancellation         = 11
	EventReturn               = 12
	EventInventory            = 27 // the number is not in TikTok's own list
	EventInvoice              = 36 // BR
)

// Event is a webhook that arrived. It tells what to read again and nothing that may be believed: events come late, twice
// and out of order, and hold neither address nor items.
type Event struct {
	Type   int
	ID     string // to recognize repetitions; missing in some events
	ShopID string
	At     time.Time
	Orders []fulfillment.OrderID // whose state must be read again; empty: see Type
	// Ends is when the authorization ends, of EventAuthorizationExpires; zero where it is not told in seconds. The field is
	// documented as a text without a format.
	Ends time.Time
}

// ReadWebhook checks the signature of a webhook (header Authorization) over the raw body and reads it. An error means
// that it must be answered with 401 and not acted upon.
func (c *Client) ReadWebhook(authorization string, body []byte) (Event, error) {
	if !VerifyWebhook(c.key, c.secret, authorization, body) {
		return Event{}, errors.New("the signature of a webhook is wrong")
	}
	return readEvent(body)
}

func readEvent(body []byte) (Event, error) {
	var w struct {
		Type   whole `json:"type"`
		ID     text  `json:"tts_notification_id"`
		ShopID text  `json:"shop_id"`
		At     whole `json:"timestamp"`
		Data   part[struct {
			Ends     whole      `json:"expiration_time"`
			OrderID  text       `json:"order_id"`
			OrderIDs list[text] `json:"order_ids"`
			Packages list[struct {
				Orders list[text] `json:"order_id_list"`
			}] `json:"package_list"`
		}] `json:"data"`
	}
	if err := json.Unmarshal(body, &w); err != nil {
		return Event{}, fmt.Errorf("a webhook cannot be read: %s", clean(err.Error()))
	}
	if w.Type <= 0 || w.Type > 1_000_000 {
		return Event{}, errors.New("a webhook without a type")
	}
	e := Event{Type: int(w.Type), ID: string(w.ID), ShopID: string(w.ShopID), At: w.At.moment(), Ends: w.Data.V.Ends.moment()}
	seen := map[fulfillment.OrderID]bool{}
	add := func(in list[text]) {
		for _, id := range ids[fulfillment.OrderID](in) {
			if !seen[id] && checkID("order id", id) == nil {
				seen[id] = true
				e.Orders = append(e.Orders, id)
			}
		}
	}
	add(list[text]{w.Data.V.OrderID})
	add(w.Data.V.OrderIDs)
	for _, p := range w.Data.V.Packages {
		add(p.Orders)
	}
	return e, nil
}
