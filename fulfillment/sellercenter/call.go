package sellercenter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"

	"packbench/fulfillment"
)

// request is one API call.
type request struct {
	what   string // in words, for errors: "ship package 115…"
	method string
	path   string
	shop   string            // shop cipher; empty where it must not be sent
	query  map[string]string // single values; arrays comma-joined; empty values are left out
	body   any               // nil: none
	form   *form             // instead of body: an upload
	write  bool              // it changes something: without an answer it is uncertain
}

// form is a file for upload, field data.
type form struct {
	name string            // of the file
	data []byte            //
	text map[string]string // further fields
}

// payload is a body as sent, with its content type.
type payload struct {
	contentType string
	bytes       []byte
}

// call makes the request, and once more where the platform says that the token has expired or the time is off: in both
// cases it has not done anything. out may be nil where success is all there is to know.
func (c *Client) call(ctx context.Context, r request, out any) error {
	body, err := encode(r)
	if err != nil {
		return fmt.Errorf("%s: %w", r.what, err)
	}
	token, err := c.keeper.access(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", r.what, err)
	}
	if err := c.mayCall(ctx, r, token); err != nil {
		return err
	}
	var refreshed, reset bool
	for {
		env, again, err := c.once(ctx, r, body, token)
		if err != nil {
			return err
		}
		code, msg := int64(env.Code), string(env.Message)
		switch {
		case code == 0:
			c.keeper.proved(ctx, token)
			err := decodeData(r, again.status, env, out)
			if w, ok := out.(itemised); ok {
				w.answered(env.RequestID)
			}
			return err
		case badToken(code, msg) && !refreshed:
			refreshed = true
			if token, err = c.keeper.replace(ctx, token); err != nil {
				return fmt.Errorf("%s: %w", r.what, err)
			}
		case invalidTimestamp(code, msg) && !reset:
			reset = true
			c.clock.jump(again.header, again.sent)
		default:
			return c.refused(r, env, again)
		}
	}
}

// probeCall is the cheapest call there is.
var probeCall = request{what: "asking whether Seller Center is there", method: http.MethodGet, path: "/authorization/202309/shops"}

// mayCall asks the breaker, and asks the platform for it where it is open.
func (c *Client) mayCall(ctx context.Context, r request, token string) error {
	probe, err := c.breaker.admit()
	if err != nil {
		if known := c.trouble.Load(); known != nil {
			err = known
		}
		return &CallError{What: r.what, Write: r.write, Cause: err}
	}
	if !probe {
		return nil
	}
	_, _, err = c.once(ctx, probeCall, payload{contentType: jsonType}, token)
	answered := err == nil || errors.Is(err, fulfillment.ErrThrottled)
	c.breaker.probed(answered)
	if answered {
		return nil
	}
	var call *CallError
	if errors.As(err, &call) {
		err = call.Cause
	}
	return &CallError{What: r.what, Write: r.write, Cause: err}
}

// once signs and sends the request for this moment. Its error means that there was no usable answer.
func (c *Client) once(ctx context.Context, r request, body payload, token string) (envelope, exchanged, error) {
	var none envelope
	p := c.paces.of(r.shop, r.write)
	if err := p.wait(ctx); err != nil {
		if errors.Is(err, fulfillment.ErrThrottled) {
			return none, exchanged{}, fmt.Errorf("%s: %w", r.what, err)
		}
		return none, exchanged{}, &CallError{What: r.what, Write: r.write, Cause: err}
	}
	req, err := c.build(ctx, r, body, token)
	if err != nil {
		return none, exchanged{}, fmt.Errorf("%s: %w", r.what, err)
	}
	start := c.clock.now()
	rep, sent, err := exchange(ctx, c.http, req, maxAnswer)
	if err != nil {
		c.note(err)
		if !givenUp(ctx) {
			c.breaker.note(false)
		}
		return none, exchanged{}, &CallError{What: r.what, Write: r.write, Sent: sent, Status: rep.status, Cause: err}
	}
	c.clock.observe(rep.header, start)
	env, err := decodeEnvelope(r.what, r.write, rep, c.clock.now())
	c.note(err)
	throttled := errors.Is(err, fulfillment.ErrThrottled)
	c.breaker.note(err == nil || throttled)
	if throttled {
		p.throttled(retryAfter(rep.header, c.clock.now()))
	}
	if err != nil {
		return none, exchanged{}, err
	}
	c.log.Debug("seller center answered", "call", r.what, "status", rep.status, "code", int64(env.Code),
		"request_id", clean(string(env.RequestID)))
	if env.Code == 0 {
		p.passed()
	}
	return env, exchanged{status: rep.status, header: rep.header, sent: start}, nil
}

// note keeps what a person must know of the line until an answer comes.
func (c *Client) note(err error) {
	var line *fulfillment.LineError
	if errors.As(err, &line) {
		c.trouble.Store(line)
	} else if err == nil {
		c.trouble.Store(nil)
	}
}

// refused turns a code into an error, and slows down where the platform asked for it.
func (c *Client) refused(r request, env envelope, again exchanged) error {
	after := retryAfter(again.header, c.clock.now())
	err := refusal(r.what, r.write, again.status, env, after)
	if errors.Is(err, fulfillment.ErrThrottled) {
		c.paces.of(r.shop, r.write).throttled(after)
	}
	return err
}

const jsonType = "application/json"

// build makes the signed request. The bytes that are signed are the bytes that are sent.
func (c *Client) build(ctx context.Context, r request, body payload, token string) (*http.Request, error) {
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
	q["sign"] = Sign(c.secret, r.path, q, body.contentType, body.bytes)
	u := *c.api
	u.Path += r.path
	u.RawQuery = queryString(q)
	var rd io.Reader
	if body.bytes != nil {
		rd = bytes.NewReader(body.bytes)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), rd)
	if err != nil {
		return nil, bare(err)
	}
	req.Header.Set("Content-Type", body.contentType)
	req.Header.Set("Accept", jsonType)
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
func encode(r request) (payload, error) {
	if r.form != nil {
		return encodeForm(r.form)
	}
	if r.body == nil {
		return payload{contentType: jsonType}, nil
	}
	b, err := json.Marshal(r.body)
	if err != nil {
		return payload{}, fmt.Errorf("encoding the request: %w", err)
	}
	if string(b) == "{}" || string(b) == "null" {
		b = nil
	}
	return payload{contentType: jsonType, bytes: b}, nil
}

func encodeForm(f *form) (payload, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("data", f.name)
	if err == nil {
		_, err = part.Write(f.data)
	}
	for name, value := range f.text {
		err = errors.Join(err, w.WriteField(name, value))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return payload{}, fmt.Errorf("encoding the upload: %w", err)
	}
	return payload{contentType: w.FormDataContentType(), bytes: b.Bytes()}, nil
}
