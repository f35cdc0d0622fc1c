package shop

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestWebhookDelivery: a subscribed relay gets signed webhooks; one that fails is tried again after two minutes.
func TestWebhookDelivery(t *testing.T) {
	b := newBench(t, Options{})
	type got struct {
		auth string
		body []byte
	}
	calls := make(chan got, 64)
	status := make(chan int, 64)
	relay := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls <- got{r.Header.Get("Authorization"), body}
		w.WriteHeader(<-status)
	}))
	t.Cleanup(relay.Close)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.shop.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	sub := map[string]string{"address": relay.URL, "event_type": "CANCELLATION_STATUS_CHANGE"}
	b.wantCode(b.call("PUT", "/event/202309/webhooks", nil, sub), 0, "subscribe")
	list := data[webhooksAnswer](b, b.call("GET", "/event/202309/webhooks", nil, nil))
	if list.TotalCount != 1 || list.Webhooks[0].Address != relay.URL {
		t.Errorf("%+v", list)
	}
	status <- 500
	if a := b.admin("orders/"+b.plain(seller, 1).ID+"/request-cancel", nil); a.status != 200 {
		t.Fatal(string(a.raw))
	}
	first := <-calls
	if first.auth != WebhookSign(b.c.AppKey, b.c.AppSecret, first.body) {
		t.Error("the webhook is not signed over its body")
	}
	status <- 200
	for b.attempts() == 0 { // the pause counts from when the failure was seen
		time.Sleep(time.Millisecond)
	}
	for _, step := range []time.Duration{119 * time.Second, 2 * time.Second} { // the shop looks at its clock every second
		b.clock.add(step)
		select {
		case second := <-calls:
			if n := b.clock.Now().Sub(testStart); n < 2*time.Minute {
				t.Errorf("tried again after %s", n)
			}
			if string(second.body) != string(first.body) {
				t.Error("the second attempt is another webhook")
			}
			return
		case <-time.After(1500 * time.Millisecond):
		}
	}
	select {
	case <-calls:
	case <-time.After(20 * time.Second):
		t.Error("no second attempt")
	}
}

// attempts counts all tries to deliver webhooks.
func (b *bench) attempts() int {
	b.shop.mu.Lock()
	defer b.shop.mu.Unlock()
	n := 0
	for _, r := range b.shop.hooks.records {
		n += len(r.Attempts)
	}
	return n
}

func TestWebhookAddresses(t *testing.T) {
	b := newBench(t, Options{})
	for address, code := range map[string]int64{"https://relay.example/x": 0, "http://127.0.0.1:99/x": 0, "http://relay.example": codeMissing,
		"https://relay.example:8443/": codeMissing, "https://192.0.2.1/": codeMissing, "relay": codeMissing, "https://" + strings.Repeat("a", 260) + ".example": codeMissing} {
		b.wantCode(b.call("PUT", "/event/202309/webhooks", nil, map[string]string{"address": address, "event_type": "PACKAGE_UPDATE"}), code, address)
	}
	b.wantCode(b.call("PUT", "/event/202309/webhooks", nil, map[string]string{"address": "https://relay.example/x", "event_type": "X"}), codeMissing, "unknown type")
	b.wantCode(b.call("DELETE", "/event/202309/webhooks", nil, map[string]string{"event_type": "NEVER"}), 0, "delete what is not there")
}

// TestBadWebhookDay: lost ones are not sent, doubled ones twice.
func TestBadWebhookDay(t *testing.T) {
	b := newBench(t, Options{})
	bodies := make(chan string, 64)
	relay := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var v struct {
			ID string `json:"tts_notification_id"`
		}
		_ = json.NewDecoder(r.Body).Decode(&v)
		bodies <- v.ID
	}))
	t.Cleanup(relay.Close)
	b.wantCode(b.call("PUT", "/event/202309/webhooks", nil, map[string]string{"address": relay.URL, "event_type": "CANCELLATION_STATUS_CHANGE"}), 0, "subscribe")
	b.fault(map[string]any{"kind": "webhook_lost", "count": 1})
	b.fault(map[string]any{"kind": "webhook_twice", "count": 1})
	for range 2 {
		o := b.find("free", func(o OrderState) bool { return o.MayShip && o.Trap == "" && !o.CancelRequested })
		b.admin("orders/"+o.ID+"/request-cancel", nil)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.shop.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	if one, two := <-bodies, <-bodies; one != two || one == "" {
		t.Errorf("%s and %s came, not one webhook twice", one, two)
	}
}
