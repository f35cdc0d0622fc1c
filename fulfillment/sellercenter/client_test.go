package sellercenter

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/fulfillment"
)

const (
	shopsRoute   = "GET /authorization/202309/shops"
	ordersRoute  = "GET /order/202309/orders"
	markRoute    = "POST /fulfillment/202309/orders/576461413038785752/packages"
	refreshRoute = "GET /api/v2/token/refresh"
	shopsData    = `{"shops":[{"id":"7","name":"Demo","region":"GB","seller_type":"LOCAL","cipher":"GCP_x","code":"C"}]}`
)

func mark(c *Client) error {
	_, err := c.markShipped(ctx(), testShop, "576461413038785752", wireMarkShipped{LineIDs: []string{"1"}, TrackingNumber: "T", ShippingProviderID: "P"})
	return err
}

func TestShopsAndClock(t *testing.T) {
	f := newFakeShop(t)
	f.now = func() time.Time { return time.Now().Add(3 * time.Hour) } // the bench PC is three hours behind
	f.answer(shopsRoute, shopsData)
	c := f.client()
	shops, err := c.Shops(ctx())
	if err != nil || len(shops) != 1 || shops[0].Cipher != "GCP_x" {
		t.Fatalf("%v, %v", shops, err)
	}
	if n := f.count(shopsRoute); n != 2 {
		t.Errorf("%d calls, want the refused one and one with the right time", n)
	}
	if off := c.ClockOffset(); off < 3*time.Hour-3*time.Second || off > 3*time.Hour+3*time.Second {
		t.Errorf("offset %v", off)
	}
	if _, err := c.Shops(ctx()); err != nil || f.count(shopsRoute) != 3 {
		t.Errorf("the offset was not kept: %v", err)
	}
}

func TestTimestampIsRecomputedOnlyOnce(t *testing.T) {
	f := newFakeShop(t)
	f.on(shopsRoute, func(w http.ResponseWriter, _ *http.Request) {
		say(w, 200, codeOverloaded, "Invalid timestamp. whatever", "null")
	})
	_, err := f.client().Shops(ctx())
	if !errors.Is(err, fulfillment.ErrMisconfigured) || f.count(shopsRoute) != 2 {
		t.Errorf("%v after %d calls", err, f.count(shopsRoute))
	}
}

func TestClockIsTheMedian(t *testing.T) {
	now := time.Unix(1763800000, 0)
	c := &clock{now: func() time.Time { return now }}
	for _, off := range []time.Duration{0, 10, 20, 10_000, 30, 40} {
		c.observe(http.Header{"Date": {now.Add(off * time.Second).UTC().Format(http.TimeFormat)}}, now)
	}
	if got := c.offset(); got != 30*time.Second+500*time.Millisecond {
		t.Errorf("offset %v", got)
	}
	c.observe(http.Header{"Date": {"nonsense"}}, now)
	if got := c.offset(); got != 30*time.Second+500*time.Millisecond {
		t.Errorf("nonsense moved it to %v", got)
	}
}

// How every kind of failure leaves the package, for a read and for a write.
func TestClasses(t *testing.T) {
	say1 := func(status, code int, msg string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { say(w, status, code, msg, "null") }
	}
	raw := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); fmt.Fprint(w, text) }
	}
	cases := []struct {
		name        string
		h           http.HandlerFunc
		read, write error
	}{
		{"5xx", raw(503, "<html>busy"), fulfillment.ErrOffline, fulfillment.ErrUncertain},
		{"5xx with code 0", say1(502, 0, "ok"), fulfillment.ErrOffline, fulfillment.ErrUncertain},
		{"internal", say1(200, codeInternal, "Internal"), fulfillment.ErrOffline, fulfillment.ErrUncertain},
		{"timeout code", say1(200, codeTimeout, "Request timeout."), fulfillment.ErrOffline, fulfillment.ErrUncertain},
		{"truncated", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			fmt.Fprint(w, `{"code":0,"mess`)
		}, fulfillment.ErrOffline, fulfillment.ErrUncertain},
		{"reset", func(w http.ResponseWriter, _ *http.Request) { hangUp(t, w) }, fulfillment.ErrOffline, fulfillment.ErrUncertain},
		{"captive page", raw(200, "<html>Welcome to the Wi-Fi"), fulfillment.ErrOffline, fulfillment.ErrUncertain},
		{"no code", raw(200, `{"message":"hm"}`), fulfillment.ErrOffline, fulfillment.ErrUncertain},
		{"redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, fulfillment.ErrOffline, fulfillment.ErrUncertain},
		{"429", raw(429, "slow down"), fulfillment.ErrThrottled, fulfillment.ErrThrottled},
		{"rate code", say1(200, codeTooMany, "Too many requests."), fulfillment.ErrThrottled, fulfillment.ErrThrottled},
		{"authorization", say1(200, codeTokenMismatch, "no"), fulfillment.ErrUnauthorized, fulfillment.ErrUnauthorized},
		{"record gone", say1(200, codeNoAuthRecord, "no"), fulfillment.ErrUnauthorized, fulfillment.ErrUnauthorized},
		{"sign", say1(401, codeBadSign, "signature is invalid"), fulfillment.ErrMisconfigured, fulfillment.ErrMisconfigured},
		{"scope", say1(200, codeNoScope, "scope"), fulfillment.ErrMisconfigured, fulfillment.ErrMisconfigured},
		{"on hold", say1(200, codeOrderOnHold, "Order status is on hold."), fulfillment.ErrNotYet, fulfillment.ErrNotYet},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			f := newFakeShop(t)
			f.on(ordersRoute, tc.h)
			f.on(markRoute, tc.h)
			_, err := f.client().orderDetails(ctx(), testShop, []string{"1"})
			check(t, "read", err, tc.read)
			check(t, "write", mark(f.client()), tc.write)
			if f.count(markRoute) != 1 {
				t.Errorf("the write was sent %d times", f.count(markRoute))
			}
		})
	}
}

var causes = []error{fulfillment.ErrOffline, fulfillment.ErrUncertain, fulfillment.ErrThrottled, fulfillment.ErrUnauthorized,
	fulfillment.ErrMisconfigured, fulfillment.ErrNotYet}

func check(t *testing.T, what string, err, want error) {
	t.Helper()
	for _, c := range causes {
		if errors.Is(err, c) != errors.Is(want, c) {
			t.Errorf("%s: %q is %q: %v", what, err, c, errors.Is(err, c))
		}
	}
	var no *fulfillment.RejectedError
	if errors.As(err, &no) {
		t.Errorf("%s: %v is a rejection", what, err)
	}
}

func hangUp(t *testing.T, w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

func TestRejection(t *testing.T) {
	f := newFakeShop(t)
	f.on(markRoute, func(w http.ResponseWriter, _ *http.Request) {
		say(w, 200, 21011007, "Package item has after-sale\nrequest", "null")
	})
	var no *fulfillment.RejectedError
	if err := mark(f.client()); !errors.As(err, &no) || no.Code != 21011007 || no.RequestID != "REQ1" || strings.Contains(no.Message, "\n") {
		t.Errorf("%#v", err)
	}
}

func TestNothingSent(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	f := newFakeShop(t)
	for _, url := range []string{"http://" + addr, "https://" + strings.TrimPrefix(f.server.URL, "http://")} {
		c := f.client(func(c *Config) { c.APIURL = url })
		check(t, url, mark(c), fulfillment.ErrOffline)
	}
}

func TestRetryAfter(t *testing.T) {
	f := newFakeShop(t)
	f.on(markRoute, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		say(w, 429, codeTooMany, "Too many requests.", "null")
	})
	c := f.client()
	before := c.paces.of(testShop, true).rate()
	var slow *fulfillment.ThrottledError
	if err := mark(c); !errors.As(err, &slow) || slow.RetryAfter != 7*time.Second {
		t.Errorf("%#v", err)
	}
	if c.paces.of(testShop, true).rate() != before/2 || c.paces.of(testShop, false).rate() != before {
		t.Errorf("writes %v, reads %v, before %v", c.paces.of(testShop, true).rate(), c.paces.of(testShop, false).rate(), before)
	}
	if d := c.paces.of(testShop, true).quiet(); d < 6*time.Second || d > 7*time.Second {
		t.Errorf("silence of %v", d)
	}
}

func TestPaceGrows(t *testing.T) {
	now := time.Unix(0, 0)
	p := newPace(10, func() time.Time { return now })
	if p.rate() != 8 {
		t.Fatalf("starts at %v", p.rate())
	}
	now = now.Add(time.Minute)
	p.throttled(0)
	p.throttled(0) // the same burst
	if p.rate() != 4 {
		t.Fatalf("halved to %v", p.rate())
	}
	now = now.Add(2 * time.Minute)
	p.quiet()
	if got := p.rate(); got < 4.4 || got > 4.42 {
		t.Errorf("after two minutes %v", got)
	}
	now = now.Add(10 * time.Hour)
	p.quiet()
	if p.rate() != 10 {
		t.Errorf("after hours %v", p.rate())
	}
}

// No secret, token, sign or cipher may be in an error or in the log, whatever goes wrong.
func TestNoSecretsOutside(t *testing.T) {
	var log syncBuffer
	f := newFakeShop(t)
	f.setTokens("tok-2", "tok-1")
	f.on(refreshRoute, func(w http.ResponseWriter, _ *http.Request) { hangUp(t, w) })
	f.on(markRoute, func(w http.ResponseWriter, _ *http.Request) { hangUp(t, w) })
	f.on("GET /api/v2/token/get", func(w http.ResponseWriter, _ *http.Request) { hangUp(t, w) })
	c := f.client(func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	_, exchange := c.Exchange(ctx(), "auth-code-secret")
	dead := f.client(func(c *Config) { c.APIURL, c.AuthURL = "http://127.0.0.1:1", "http://127.0.0.1:1" })
	_, offline := dead.Exchange(ctx(), "auth-code-secret")
	texts := []string{fmt.Sprint(mark(c)), fmt.Sprint(exchange), fmt.Sprint(offline), fmt.Sprint(mark(dead)), fmt.Sprintf("%v %+v %#v", f.store.t, f.store.t, f.store.t)}
	f.setTokens("tok-1", "")
	texts = append(texts, fmt.Sprint(mark(c)), log.String())
	for _, text := range texts {
		for _, secret := range []string{testSecret, "auth-code-secret", "tok-1", "tok-2", "ref-1", "sign=", "GCP_demo", "app_key"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q holds %q", text, secret)
			}
		}
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}
func (s *syncBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

func TestConfigRefused(t *testing.T) {
	for _, c := range []Config{
		{APIURL: "http://example.com", AuthURL: "https://example.com", AppKey: "k", AppSecret: "s", Tokens: &memTokens{}},
		{APIURL: "nonsense", AuthURL: "https://example.com", AppKey: "k", AppSecret: "s", Tokens: &memTokens{}},
		{APIURL: "https://example.com", AuthURL: "https://example.com", AppKey: "k", Tokens: &memTokens{}},
		{APIURL: "https://example.com", AuthURL: "https://example.com", AppKey: "k", AppSecret: "s"},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%v was accepted", c.APIURL)
		}
	}
}
