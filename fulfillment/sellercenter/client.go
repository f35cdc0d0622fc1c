package sellercenter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"packbench/fulfillment"
)

// Config is what a Client is made from.
type Config struct {
	APIURL    string // scheme and host, e.g. https://open-api.tiktokglobalshop.com
	AuthURL   string // scheme and host, e.g. https://auth.tiktok-shops.com
	AppKey    string
	AppSecret string     // never leaves the process except in the two token calls
	Tokens    TokenStore // must not be nil
	Log       *slog.Logger
	Transport http.RoundTripper // nil: connect 5 s, TLS 5 s, header 15 s
	Now       func() time.Time  // nil: time.Now

	// Calls a second at most, for each shop; 0: 10 reads, 3 writes. The client starts at 80 % and adapts. The platform
	// documented 50 for each call until May 2026 and publishes no number since; writes have the smaller quota.
	ReadsPerSecond, WritesPerSecond float64
}

// Client makes signed calls. All methods may be called concurrently.
type Client struct {
	api, auth   *url.URL
	key, secret string
	log         *slog.Logger
	http        *http.Client // API calls: redirects are not followed
	tokens      *http.Client // token calls: every one on a connection of its own
	docs        *http.Client // label downloads
	clock       *clock
	keeper      *keeper
	paces       *paces
	breaker     *breaker
	trouble     atomic.Pointer[fulfillment.LineError] // what is in the way of the line, since the last answer
	providers   providerCache

	// Set once the platform says that the first version of the call is retired.
	newDetail, newCreate atomic.Bool
}

// New checks the configuration and returns a client; it starts nothing and calls nobody.
func New(c Config) (*Client, error) {
	api, err := base("api_url", c.APIURL)
	if err != nil {
		return nil, err
	}
	auth, err := base("auth_url", c.AuthURL)
	if err != nil {
		return nil, err
	}
	if c.AppKey == "" || c.AppSecret == "" {
		return nil, errors.New("app_key and the app secret are needed to talk to Seller Center")
	}
	if c.Tokens == nil {
		return nil, errors.New("a token store is needed")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	tokens := c.Transport
	if c.Transport == nil {
		c.Transport = newTransport()
		// net/http repeats a GET by itself when a kept connection dies. A refresh must not be repeated unseen: its first
		// answer may have been the one that ended the old tokens.
		t := newTransport()
		t.DisableKeepAlives = true
		tokens = t
	}
	if c.ReadsPerSecond <= 0 {
		c.ReadsPerSecond = 10
	}
	if c.WritesPerSecond <= 0 {
		c.WritesPerSecond = 3
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	cl := &Client{api: api, auth: auth, key: c.AppKey, secret: c.AppSecret, log: c.Log,
		http:   &http.Client{Transport: c.Transport, CheckRedirect: stay},
		tokens: &http.Client{Transport: tokens, CheckRedirect: stay}, clock: &clock{now: c.Now},
		paces: newPaces(c.ReadsPerSecond, c.WritesPerSecond, c.Now), breaker: &breaker{now: c.Now}}
	cl.docs = &http.Client{Transport: c.Transport, CheckRedirect: cl.followDocument}
	cl.keeper = newKeeper(c.Tokens, cl.clock, c.Log, cl.refreshCall)
	return cl, nil
}

// base accepts https, and http only towards this very machine (a Seller Center on loopback).
func base(name, raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("%s %q is not an address like https://host", name, raw)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, fmt.Errorf("%s %q would send secrets in the clear: use https", name, raw)
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	return u, nil
}

func loopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}

// ClockOffset is how far the platform's clock is ahead of this computer's; zero before the first answer.
func (c *Client) ClockOffset() time.Duration { return c.clock.offset() }

// Authorization tells how long the shop's authorization lasts and whether a person must renew it. It calls nobody; it
// waits for a token refresh under way. Errors: the token store's.
func (c *Client) Authorization(ctx context.Context) (Authorization, error) {
	return c.keeper.state(ctx)
}
