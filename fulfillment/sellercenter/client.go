package sellercenter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
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

	// Calls a second at most; 0: 10 reads, 3 writes. The client starts at 80 % and adapts.
	ReadsPerSecond, WritesPerSecond float64
}

// Client makes signed calls. All methods may be called concurrently.
type Client struct {
	api, auth     *url.URL
	key, secret   string
	log           *slog.Logger
	http          *http.Client // API and token calls: redirects are not followed
	docs          *http.Client // label downloads
	clock         *clock
	keeper        *keeper
	reads, writes *pace
	providers     providerCache
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
	if c.Transport == nil {
		c.Transport = newTransport()
	}
	if c.ReadsPerSecond <= 0 {
		c.ReadsPerSecond = 10
	}
	if c.WritesPerSecond <= 0 {
		c.WritesPerSecond = 3
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	cl := &Client{api: api, auth: auth, key: c.AppKey, secret: c.AppSecret, log: c.Log,
		http: &http.Client{Transport: c.Transport, CheckRedirect: stay}, clock: &clock{now: c.Now},
		reads: newPace(c.ReadsPerSecond, c.Now), writes: newPace(c.WritesPerSecond, c.Now)}
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

// request is one API call.
type request struct {
	what   string // in words, for errors: "ship package 115…"
	method string
	path   string
	shop   string            // shop cipher; empty where it must not be sent
	query  map[string]string // single values; arrays comma-joined; empty values are left out
	body   any               // nil: none
	write  bool
}

// call makes the request, and once more where the platform says that the token has expired or the time is off: in both
// cases it has not done anything. out may be nil.
func (c *Client) call(ctx context.Context, r request, out any) error {
	body, err := encode(r.body)
	if err != nil {
		return fmt.Errorf("%s: %w", r.what, err)
	}
	token, err := c.keeper.access(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", r.what, err)
	}
	var refreshed, reset bool
	for {
		env, status, again, err := c.once(ctx, r, body, token)
		if err != nil {
			return err
		}
		code, msg := int64(env.Code), string(env.Message)
		switch {
		case code == 0:
			return decodeData(r, status, env, out)
		case badToken(code, msg) && !refreshed:
			refreshed = true
			if token, err = c.keeper.replace(ctx, token); err != nil {
				return fmt.Errorf("%s: %w", r.what, err)
			}
		case invalidTimestamp(code, msg) && !reset:
			reset = true
			c.clock.jump(again.header, again.sent)
		default:
			return c.refused(r, status, env, again.header)
		}
	}
}

// answered is what the caller needs of a refused exchange.
type answered struct {
	header http.Header
	sent   time.Time
}

// once signs and sends the request for this moment. Its error means that there was no usable answer.
func (c *Client) once(ctx context.Context, r request, body []byte, token string) (envelope, int, answered, error) {
	p := c.reads
	if r.write {
		p = c.writes
	}
	if err := p.wait(ctx); err != nil {
		if errors.Is(err, fulfillment.ErrThrottled) {
			return envelope{}, 0, answered{}, fmt.Errorf("%s: %w", r.what, err)
		}
		return envelope{}, 0, answered{}, &CallError{What: r.what, Write: r.write, Cause: err}
	}
	req, err := c.build(r, body, token)
	if err != nil {
		return envelope{}, 0, answered{}, fmt.Errorf("%s: %w", r.what, err)
	}
	start := c.clock.now()
	rep, sent, err := exchange(ctx, c.http, req, maxAnswer)
	if err != nil {
		return envelope{}, 0, answered{}, &CallError{What: r.what, Write: r.write, Sent: sent, Status: rep.status, Cause: err}
	}
	c.clock.observe(rep.header, start)
	env, err := decodeEnvelope(r.what, r.write, rep, c.clock.now())
	if err != nil {
		if errors.Is(err, fulfillment.ErrThrottled) {
			p.throttled(retryAfter(rep.header, c.clock.now()))
		}
		return envelope{}, 0, answered{}, err
	}
	c.log.Debug("seller center answered", "call", r.what, "status", rep.status, "code", int64(env.Code),
		"request_id", clean(string(env.RequestID)))
	return env, rep.status, answered{header: rep.header, sent: start}, nil
}

// refused turns a code into an error, and slows down where the platform asked for it.
func (c *Client) refused(r request, status int, env envelope, h http.Header) error {
	after := retryAfter(h, c.clock.now())
	err := refusal(r.what, r.write, status, env, after)
	if errors.Is(err, fulfillment.ErrThrottled) {
		p := c.reads
		if r.write {
			p = c.writes
		}
		p.throttled(after)
	}
	return err
}

// build makes the signed request. The bytes that are signed are the bytes that are sent.
func (c *Client) build(r request, body []byte, token string) (*http.Request, error) {
	q := maps.Clone(r.query)
	if q == nil {
		q = map[string]string{}
	}
	maps.DeleteFunc(q, func(_, v string) bool { return v == "" })
	q["app_key"] = c.key
	q["timestamp"] = strconv.FormatInt(c.clock.platform().Unix(), 10)
	if r.shop != "" {
		q["shop_cipher"] = r.shop
	}
	const contentType = "application/json"
	q["sign"] = Sign(c.secret, r.path, q, contentType, body)
	u := *c.api
	u.Path += r.path
	u.RawQuery = queryString(q)
	var rd io.Reader
	if body != nil {
		rd = bytes.NewReader(body)
	}
	req, err := http.NewRequest(r.method, u.String(), rd)
	if err != nil {
		return nil, bare(err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("x-tts-access-token", token)
	return req, nil
}

func queryString(q map[string]string) string {
	v := make(url.Values, len(q))
	for key, value := range q {
		v.Set(key, value)
	}
	return v.Encode()
}

// encode is the body as sent; an empty object is no body, because the signature of "{}" is not agreed on.
func encode(body any) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	b, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encoding the request: %w", err)
	}
	if string(b) == "{}" || string(b) == "null" {
		return nil, nil
	}
	return b, nil
}

// decodeEnvelope reads the frame of an answer. Without a code there is no usable answer, whatever the status says.
func decodeEnvelope(what string, write bool, rep reply, now time.Time) (envelope, error) {
	var probe struct {
		Code json.RawMessage `json:"code"`
	}
	var env envelope
	if err := json.Unmarshal(rep.body, &probe); err != nil || len(probe.Code) == 0 || string(probe.Code) == "null" {
		if rep.status == http.StatusTooManyRequests {
			return env, fmt.Errorf("%s: %w", what, &fulfillment.ThrottledError{RetryAfter: retryAfter(rep.header, now)})
		}
		return env, &CallError{What: what, Write: write, Sent: true, Status: rep.status}
	}
	if err := json.Unmarshal(rep.body, &env); err != nil {
		return env, &CallError{What: what, Write: write, Sent: true, Status: rep.status, Cause: errors.New("the answer cannot be read")}
	}
	if rep.status >= 500 && env.Code == 0 {
		return env, &CallError{What: what, Write: write, Sent: true, Status: rep.status}
	}
	return env, nil
}

// decodeData fills out. A write whose data cannot be read has still been accepted by its code: out stays empty then.
func decodeData(r request, status int, env envelope, out any) error {
	if out == nil || len(env.Data) == 0 || env.Data[0] != '{' {
		return nil
	}
	if err := json.Unmarshal(env.Data, out); err != nil && !r.write {
		return &CallError{What: r.what, Sent: true, Status: status, Cause: errors.New("the answer cannot be read: " + clean(err.Error()))}
	}
	return nil
}
