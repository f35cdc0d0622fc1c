package shop

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

var testStart = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// handClock is a wall clock that a test moves.
type handClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// bench is a shop behind a real HTTP server with a client that signs.
type bench struct {
	t     testing.TB
	shop  *Server
	clock *handClock
	url   string
	token tokenAnswer
	c     Credentials
	http  *http.Client
	lax   bool // answers are not compared with their published shapes: for many of the same
}

func newBench(t testing.TB, opt Options) *bench {
	t.Helper()
	clock := &handClock{now: testStart}
	opt.Clock = clock.Now
	s, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	b := &bench{t: t, shop: s, clock: clock, url: srv.URL, c: s.Credentials(), http: srv.Client()}
	b.token = data[tokenAnswer](b, b.getToken("get", "auth_code", b.c.AuthCode, "authorized_code"))
	return b
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	raw    []byte
	env    struct {
		Code      int64           `json:"code"`
		Message   string          `json:"message"`
		RequestID string          `json:"request_id"`
		Data      json.RawMessage `json:"data"`
	}
}

func data[T any](b *bench, a answer) T {
	b.t.Helper()
	if a.env.Code != 0 || a.status != 200 {
		b.t.Fatalf("call failed: HTTP %d, code %d, %s", a.status, a.env.Code, a.env.Message)
	}
	var v T
	if err := json.Unmarshal(a.env.Data, &v); err != nil {
		b.t.Fatalf("reading data %s: %v", a.env.Data, err)
	}
	return v
}

func (b *bench) wantCode(a answer, code int64, what string) {
	b.t.Helper()
	if a.env.Code != code {
		b.t.Errorf("%s: code %d (%s), want %d", what, a.env.Code, a.env.Message, code)
	}
}

func (b *bench) do(r *http.Request) (answer, error) {
	resp, err := b.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	if a.raw, err = io.ReadAll(resp.Body); err != nil {
		return a, err
	}
	if strings.Contains(resp.Header.Get("Content-Type"), "json") && !strings.HasPrefix(r.URL.Path, "/admin/") {
		err = json.Unmarshal(a.raw, &a.env)
		if err == nil && !b.lax {
			conform(b.t, r, a)
		}
	}
	return a, err
}

// request makes a signed request; edit may spoil it after it was signed.
func (b *bench) request(method, path string, query url.Values, body any, edit func(*http.Request, url.Values)) *http.Request {
	b.t.Helper()
	var raw []byte
	switch v := body.(type) {
	case nil:
	case string:
		raw = []byte(v)
	default:
		var err error
		if raw, err = json.Marshal(v); err != nil {
			b.t.Fatal(err)
		}
	}
	q := url.Values{}
	for k, v := range query {
		q[k] = v
	}
	q.Set("app_key", b.c.AppKey)
	q.Set("timestamp", fmt.Sprint(b.clock.Now().Unix()))
	if rt, _, err := findRoute(method, path); err != nil || rt.form.Cipher {
		q.Set("shop_cipher", b.c.ShopCipher)
	}
	r, err := http.NewRequest(method, b.url+path, strings.NewReader(string(raw)))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("x-tts-access-token", b.token.AccessToken)
	q.Set("sign", requestSign(b.c.AppSecret, path, q, "application/json", raw))
	if edit != nil {
		edit(r, q)
	}
	r.URL.RawQuery = q.Encode()
	return r
}

func (b *bench) call(method, path string, query url.Values, body any) answer {
	b.t.Helper()
	a, err := b.do(b.request(method, path, query, body, nil))
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (b *bench) getToken(call, name, value, grant string) answer {
	b.t.Helper()
	q := url.Values{"app_key": {b.c.AppKey}, "app_secret": {b.c.AppSecret}, name: {value}, "grant_type": {grant}}
	r, err := http.NewRequest("GET", b.url+"/api/v2/token/"+call+"?"+q.Encode(), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	a, err := b.do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

func (b *bench) admin(path string, body any) answer {
	b.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := b.http.Post(b.url+"/admin/"+path, "application/json", strings.NewReader(string(raw)))
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{status: resp.StatusCode, raw: text}
}

// find returns the first order of the state for which f holds.
func (b *bench) find(what string, f func(OrderState) bool) OrderState {
	b.t.Helper()
	for _, o := range b.shop.State().Orders {
		if f(o) {
			return o
		}
	}
	b.t.Fatalf("the shop has no order that is %s", what)
	return OrderState{}
}

func (b *bench) order(id string) OrderState {
	b.t.Helper()
	return b.find("called "+id, func(o OrderState) bool { return o.ID == id })
}

// plain finds an ordinary order that may be shipped.
func (b *bench) plain(shipping string, units int) OrderState {
	b.t.Helper()
	return b.find(fmt.Sprintf("plain %s with %d units", shipping, units), func(o OrderState) bool {
		n := 0
		for _, l := range o.Lines {
			n += l.Qty
			if l.Bundle != "" {
				return false
			}
		}
		return o.MayShip && o.Trap == "" && o.ShippingType == shipping && n >= units
	})
}

func (b *bench) detail(id string) wireOrder {
	b.t.Helper()
	list := data[ordersAnswer](b, b.call("GET", "/order/202309/orders", url.Values{"ids": {id}}, nil))
	if len(list.Orders) != 1 {
		b.t.Fatalf("order %s: %d answers", id, len(list.Orders))
	}
	return list.Orders[0]
}

func (w wireOrder) lineIDs() []string {
	var ids []string
	for _, l := range w.LineItems {
		ids = append(ids, l.ID)
	}
	return ids
}

func (b *bench) mark(o OrderState, tracking string, lines []string) answer {
	b.t.Helper()
	provider := b.shop.first().market.sellers[0].ID
	for _, p := range b.shop.first().market.sellers {
		if p.Name == o.Carrier {
			provider = p.ID
		}
	}
	return b.call("POST", "/fulfillment/202309/orders/"+o.ID+"/packages", nil, map[string]any{
		"order_line_item_ids": lines, "tracking_number": tracking, "shipping_provider_id": provider})
}

func (b *bench) ship(packageID string, body any) answer {
	b.t.Helper()
	return b.call("POST", "/fulfillment/202309/packages/"+packageID+"/ship", nil, body)
}

func mustMarket(t testing.TB, region string) market {
	t.Helper()
	m, err := markets(region)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
