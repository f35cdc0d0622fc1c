package shop

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func (b *bench) fault(f map[string]any) {
	b.t.Helper()
	if a := b.admin("fault", f); a.status != 200 {
		b.t.Fatalf("fault %v: HTTP %d %s", f, a.status, a.raw)
	}
}

// tryMark is mark where the connection may break.
func (b *bench) tryMark(o OrderState, lines []string) (answer, error) {
	b.t.Helper()
	return b.do(b.request("POST", "/fulfillment/202309/orders/"+o.ID+"/packages", nil, map[string]any{
		"order_line_item_ids": lines, "tracking_number": o.Tracking, "shipping_provider_id": b.provider(o)}, nil))
}

func TestFaultsBeforeAndAfterTheEffect(t *testing.T) {
	for _, tt := range []struct {
		kind    string
		effect  bool
		noReply bool
		status  int
		code    int64
	}{
		{faultRefuse, false, true, 0, 0}, {faultOffline, false, true, 0, 0}, {faultLost, true, true, 0, 0},
		{faultTruncate, true, true, 0, 0}, {faultHTTP500, false, false, 500, 0}, {faultErrorIn200, false, false, 200, 36009003},
		{faultRateLimit, false, false, 429, 36009002},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			b := newBench(t, Options{})
			o := b.plain(seller, 1)
			lines := b.detail(o.ID).lineIDs()
			b.fault(map[string]any{"kind": tt.kind, "endpoint": "POST */packages", "count": 1})
			a, err := b.tryMark(o, lines)
			if (err != nil) != tt.noReply {
				t.Fatalf("error %v, want one: %t", err, tt.noReply)
			}
			if a.status != tt.status && !tt.noReply || a.env.Code != tt.code {
				t.Errorf("HTTP %d code %d, want %d %d", a.status, a.env.Code, tt.status, tt.code)
			}
			if got := b.order(o.ID).Shipped; got != tt.effect {
				t.Errorf("shipped %t, want %t", got, tt.effect)
			}
			again, err := b.tryMark(o, lines) // the fault is used up
			if err != nil {
				t.Fatal(err)
			}
			want, duplicates := int64(0), 0
			if tt.effect {
				want, duplicates = codeAlreadyShipped, 1
			}
			b.wantCode(again, want, "the second try")
			if got := b.shop.State().Counts; got.DuplicateAttempts != duplicates || got.Shipped != 1 {
				t.Errorf("counts %+v", got)
			}
		})
	}
}

// TestErrorAfterTheEffect: the answer says internal error, the order is shipped all the same.
func TestErrorAfterTheEffect(t *testing.T) {
	b := newBench(t, Options{})
	o := b.plain(seller, 1)
	lines := b.detail(o.ID).lineIDs()
	b.fault(map[string]any{"kind": "error_in_200", "endpoint": "/packages", "after": true})
	b.wantCode(b.mark(o, o.Tracking, lines), 36009003, "the fault's answer")
	if !b.order(o.ID).Shipped {
		t.Error("the call had no effect")
	}
}

func TestOfflineUntilOnline(t *testing.T) {
	b := newBench(t, Options{})
	b.fault(map[string]any{"kind": "offline"})
	for _, path := range []string{"/api/v2/token/get", "/img/MUG-RED.png", "/order/202309/orders"} {
		if a, err := b.do(b.request("GET", path, nil, nil, nil)); err == nil {
			t.Errorf("%s answered HTTP %d while offline", path, a.status)
		}
	}
	if a := b.admin("online", nil); a.status != 200 {
		t.Fatalf("online: HTTP %d", a.status)
	}
	b.wantCode(b.call("POST", searchPath, url.Values{"page_size": {"1"}}, nil), 0, "after online")
}

func TestClockSkew(t *testing.T) {
	b := newBench(t, Options{})
	b.fault(map[string]any{"kind": "clock_skew", "seconds": 900})
	a := b.call("POST", searchPath, url.Values{"page_size": {"1"}}, nil)
	if a.env.Message != errTooEarly.Message {
		t.Errorf("code %d %s", a.env.Code, a.env.Message)
	}
	date, err := http.ParseTime(a.header.Get("Date"))
	if err != nil || !date.Equal(testStart.Add(15*time.Minute)) {
		t.Errorf("Date %q: the client must be able to see the skew (%v)", a.header.Get("Date"), err)
	}
	b.clock.add(15 * time.Minute) // a client that follows the Date header
	b.shop.mu.Lock()
	b.shop.faults[0].Seconds = 0 // the same moment, seen without skew
	b.shop.mu.Unlock()
	b.wantCode(b.call("POST", searchPath, url.Values{"page_size": {"1"}}, nil), 0, "with the server's time")
}

func TestExpireTokens(t *testing.T) {
	b := newBench(t, Options{})
	b.fault(map[string]any{"kind": "expire_tokens"})
	b.wantCode(b.call("GET", "/authorization/202309/shops", nil, nil), 105002, "after expire_tokens")
	b.token = b.freshToken()
	b.wantCode(b.call("GET", "/authorization/202309/shops", nil, nil), 0, "after the refresh")
	b.fault(map[string]any{"kind": "expire_tokens", "refresh": true})
	b.wantCode(b.getToken("refresh", "refresh_token", b.token.RefreshToken, "refresh_token"), 36004001, "refresh token ended too")
}

func TestSlow(t *testing.T) {
	b := newBench(t, Options{})
	b.fault(map[string]any{"kind": "slow", "seconds": 30})
	b.http.Timeout = 200 * time.Millisecond
	if _, err := b.do(b.request("GET", "/logistics/202309/warehouses", nil, nil, nil)); err == nil {
		t.Error("an answer came within 200 ms, it should take 30 s")
	}
	b.http.Timeout = 0
	b.wantCode(b.call("GET", "/logistics/202309/warehouses", nil, nil), 0, "the next call")
}

// TestFaultFromAForm: the page sends forms, and so does curl -d with JSON in it; both work.
func TestFaultFromAForm(t *testing.T) {
	b := newBench(t, Options{})
	for _, body := range []string{`{"kind":"rate_limit","endpoint":"warehouses"}`, "kind=rate_limit&endpoint=warehouses&count=&seconds="} {
		r, err := http.NewRequest("POST", b.url+"/admin/fault", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if a, err := b.do(r); err != nil || a.status != 200 {
			t.Fatalf("%s: HTTP %d %s, %v", body, a.status, a.raw, err)
		}
		b.wantCode(b.call("GET", "/logistics/202309/warehouses", nil, nil), 36009002, body)
	}
}

func TestFaultRefusals(t *testing.T) {
	b := newBench(t, Options{})
	for _, f := range []map[string]any{{"kind": "flood"}, {"kind": "slow", "count": -1}, {"kind": "http500", "status": 200}, {"sort": "slow"}} {
		if a := b.admin("fault", f); a.status != 400 {
			t.Errorf("%v: HTTP %d %s", f, a.status, a.raw)
		}
	}
}

func TestMatchEndpoint(t *testing.T) {
	for _, tt := range []struct {
		pattern, endpoint string
		want              bool
	}{
		{"", "GET /a", true}, {"/a", "GET /a", true}, {"/b", "GET /a", false}, {"GET /a", "GET /a/b", true},
		{"*/ship", "POST /x/1/ship", true}, {"*/ship", "POST /x/1/shipping", false}, {"/x/*/ship", "POST /x/1/ship", true},
		{"POST /x/*", "POST /x/1/ship", true}, {"GET /x/*", "POST /x/1/ship", false}, {"*/1/*", "POST /x/1/ship", true},
		{"*/2/*", "POST /x/1/ship", false}, {"/x*/ship*ship", "POST /x/ship", false},
	} {
		if got := matchEndpoint(tt.pattern, tt.endpoint); got != tt.want {
			t.Errorf("%q on %q: %t", tt.pattern, tt.endpoint, got)
		}
	}
	if !strings.Contains(strings.Join(faultKinds, " "), faultSkew) {
		t.Error("clock_skew is not offered")
	}
}
