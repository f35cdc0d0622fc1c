package shop

import (
	"encoding/json"
	"time"
)

// webhookRecord is a webhook as the platform sends it.
type webhookRecord struct {
	Authorization string          `json:"authorization"`
	Body          json.RawMessage `json:"body"`
	Address       string          `json:"address,omitempty"`  // where it goes; empty: nobody has subscribed
	Attempts      []time.Time     `json:"attempts,omitempty"` // wall clock
	Delivered     bool            `json:"delivered,omitempty"`
	Dropped       bool            `json:"dropped,omitempty"` // after the last attempt
	next          time.Time       // when it is sent next; zero: not at all
	spoilt        bool            // faults had their chance
	again         bool            // is to be delivered once more
}

const hooksMax = 5000

// hookLog keeps the last webhooks and who subscribed to them.
type hookLog struct {
	appKey, appSecret string
	records           []*webhookRecord
	addresses         map[string]map[string]*subscription // shop id, event type
	wall              func() time.Time
	wake              chan struct{} // has a value when something new is to be sent
}

type subscription struct {
	address          string
	created, updated time.Time
}

func newHookLog(opt Options) *hookLog {
	return &hookLog{appKey: opt.AppKey, appSecret: opt.AppSecret, wall: opt.Clock, wake: make(chan struct{}, 1),
		addresses: map[string]map[string]*subscription{}}
}

// eventNames are the documented event types by their numbers; the names of 2 and 27 come from readers.
var eventNames = map[int]string{1: "ORDER_STATUS_CHANGE", 2: "REVERSE_STATUS_UPDATE", 3: "RECIPIENT_ADDRESS_UPDATE",
	4: "PACKAGE_UPDATE", 5: "PRODUCT_STATUS_CHANGE", 6: "SELLER_DEAUTHORIZATION", 7: "UPCOMING_AUTHORIZATION_EXPIRATION",
	11: "CANCELLATION_STATUS_CHANGE", 12: "RETURN_STATUS_CHANGE", 27: "INVENTORY_STATUS_CHANGE", 36: "INVOICE_STATUS_CHANGE"}

// add signs a webhook and, where somebody has subscribed, has it sent.
func (h *hookLog) add(shop string, kind int, id string, at time.Time, data map[string]any) {
	body, err := json.Marshal(map[string]any{"type": kind, "tts_notification_id": id, "shop_id": shop,
		"timestamp": at.Unix(), "data": data})
	if err != nil {
		return // only strings, numbers, booleans and lists of them get here
	}
	if len(h.records) >= hooksMax {
		h.records = append(h.records[:0], h.records[hooksMax/2:]...)
	}
	rec := &webhookRecord{Authorization: WebhookSign(h.appKey, h.appSecret, body), Body: body}
	if sub := h.addresses[shop][eventNames[kind]]; sub != nil {
		rec.Address, rec.next = sub.address, h.wall()
		select {
		case h.wake <- struct{}{}:
		default:
		}
	}
	h.records = append(h.records, rec)
}
