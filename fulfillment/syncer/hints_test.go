package syncer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/syncer"
)

// hinted is a floor whose next pull is far away, and hints that check signatures as the product does.
func hinted(t *testing.T, o syncer.HintOptions) (*floor, *syncer.Hints) {
	t.Helper()
	f := newFloorWith(t, "GB", setup{shop: shop.Options{Orders: 24}, change: func(o *syncer.Options) { o.Policy, o.Poll = "at_pack", time.Hour }})
	o.Check = func(authorization string, body []byte) (func(), error) {
		e, err := f.client.ReadWebhook(authorization, body)
		return func() { f.sync.Look(e.Orders...) }, err
	}
	h, err := syncer.NewHints(o)
	if err != nil {
		t.Fatal(err)
	}
	f.start()
	f.until("first pull", func() string {
		if f.sync.Status().LastPull.IsZero() {
			return "none"
		}
		return ""
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return f, h
}

// hook is a webhook about an order with its signature.
func (f *floor) hook(kind int, id fulfillment.OrderID, n int) (authorization, body string) {
	body = fmt.Sprintf(`{"type":%d,"tts_notification_id":"%d","shop_id":"1","timestamp":1763800001,"data":{"order_id":"%s"}}`, kind, n, id)
	cred := f.shop.Credentials()
	return shop.WebhookSign(cred.AppKey, cred.AppSecret, []byte(body)), body
}

func (f *floor) known(id fulfillment.OrderID, status fulfillment.OrderStatus) func() string {
	return func() string {
		if got := f.order(id).Status; got != status {
			return string(got)
		}
		return ""
	}
}

func TestHintMakesTheStationLook(t *testing.T) {
	f, h := hinted(t, syncer.HintOptions{Listen: "127.0.0.1:0"})
	addr, err := h.Addr(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	post := func(authorization, body string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+addr+"/hook", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", authorization)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	o, p := f.seller(0), f.seller(1)
	f.post("/admin/orders/"+string(o.ID)+"/cancel", ``)
	// What is not the platform's: counted, ignored, and no reason to look.
	sign, body := f.hook(1, o.ID, 1)
	for name, c := range map[string][2]string{"no signature": {"", body}, "changed body": {sign, body + " "}, "wrong": {strings.Repeat("0", 64), body},
		"too large": {sign, strings.Repeat("x", 100_000)}} {
		if code := post(c[0], c[1]); code != http.StatusUnauthorized {
			t.Errorf("%s: HTTP %d", name, code)
		}
	}
	time.Sleep(200 * time.Millisecond)
	if f.known(o.ID, fulfillment.StatusCancelled)() == "" {
		t.Error("an invalid hint was acted on")
	}
	if _, invalid := h.Counts(); invalid != 3 {
		t.Errorf("%d invalid hints counted, want 3", invalid)
	}
	// A lie with a right signature cannot be told from the truth, and changes nothing: the order is read.
	sign2, body2 := f.hook(11, p.ID, 2)
	body3 := strings.Replace(body2, `"order_id"`, `"order_status":"CANCEL","order_id"`, 1)
	cred := f.shop.Credentials()
	_ = sign2
	if code := post(shop.WebhookSign(cred.AppKey, cred.AppSecret, []byte(body3)), body3); code != http.StatusOK {
		t.Errorf("HTTP %d", code)
	}
	if code := post(sign, body); code != http.StatusOK {
		t.Errorf("HTTP %d", code)
	}
	f.until("known", f.known(o.ID, fulfillment.StatusCancelled))
	if f.order(p.ID).Status == fulfillment.StatusCancelled {
		t.Error("a webhook was believed")
	}
	post(sign, body) // once more
	if valid, _ := h.Counts(); valid != 2 {
		t.Errorf("%d valid hints, want 2: the third was a repetition", valid)
	}
}

// A relay keeps webhooks and is asked for them.
func TestHintsByARelay(t *testing.T) {
	var lines []string
	asked := make(chan string, 1000)
	ready := make(chan struct{})
	relay := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		after := r.URL.Query().Get("after")
		select {
		case asked <- after:
		default:
		}
		select {
		case <-ready:
			if after == "0" {
				fmt.Fprintln(w, strings.Join(lines, "\n"))
			}
		default:
			http.Error(w, "starting", http.StatusBadGateway)
		}
	}))
	defer relay.Close()
	f, h := hinted(t, syncer.HintOptions{Relay: relay.URL + "/hooks?station=1", Every: 30 * time.Millisecond})
	o := f.seller(0)
	f.post("/admin/orders/"+string(o.ID)+"/cancel", ``)
	sign, body := f.hook(1, o.ID, 1)
	for i, auth := range []string{"bad", sign} {
		line, err := json.Marshal(map[string]any{"n": i + 7, "authorization": auth, "body": body})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	lines = append(lines, "not json")
	close(ready)
	f.until("known", f.known(o.ID, fulfillment.StatusCancelled))
	f.until("the relay is asked for what comes after", func() string {
		if v, i := h.Counts(); v != 1 || i != 2 {
			return fmt.Sprint(v, i)
		}
		select {
		case a := <-asked:
			if a == "8" {
				return ""
			}
			return a
		default:
			return "not asked"
		}
	})
}

// An address change does not move update_time for certain: the hint names the order, and that one is read.
func TestHintReadsTheOrderItself(t *testing.T) {
	f, rows := atPack(t, "GB")
	f.start()
	time.Sleep(100 * time.Millisecond)
	i := slices.IndexFunc(rows, func(r fulfillment.OutboxRow) bool { return !f.order(r.OrderID).AddressUpdated })
	f.post("/admin/orders/"+string(rows[i].OrderID)+"/update-address", ``)
	f.sync.Look(rows[i].OrderID, "no-such-order")
	f.until("known", func() string {
		if !f.order(rows[i].OrderID).AddressUpdated {
			return "not yet"
		}
		return ""
	})
}
