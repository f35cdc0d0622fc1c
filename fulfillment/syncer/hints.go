package syncer

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// HintOptions is what Hints are made from. One of Listen and Relay is given.
type HintOptions struct {
	// Listen is host:port of this computer where the platform's webhooks are posted to, by a relay or a tunnel: the platform
	// itself posts to a domain name without a port only.
	Listen string
	// Relay is the address of a seller's relay, asked with ?after=N every Every. It answers lines of JSON:
	// {"n":12,"authorization":"<the webhook's header>","body":"<its body as it came, as a text>"}, n growing.
	Relay string
	Every time.Duration // default 5 s
	// Check judges the signature and returns what the webhook makes the station do, which must not block; an error means:
	// not the platform's. Of the same webhook a second time nothing is done.
	Check func(authorization string, body []byte) (act func(), err error)
	Log   *slog.Logger
	HTTP  *http.Client // for Relay; nil: 15 s patience
}

// Hints takes webhooks as hints: a valid one makes the station look sooner, never is it believed. They come late, twice, out
// of order, or not at all.
type Hints struct {
	o       HintOptions
	addr    chan string // where Run listens
	valid   atomic.Int64
	invalid atomic.Int64

	mu   sync.Mutex
	last [hintMemory][sha256.Size]byte // bodies seen lately
	next int
}

const (
	hintMemory = 512
	hintMax    = 64 << 10 // bytes of one webhook; those documented have less than 2 kB
	relayMax   = 4 << 20  // bytes of one answer of a relay
)

// NewHints checks the options; it starts nothing.
func NewHints(o HintOptions) (*Hints, error) {
	if o.Check == nil || (o.Listen == "") == (o.Relay == "") {
		return nil, errors.New("hints need a check, and either an address to listen on or a relay")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 15 * time.Second}
	}
	if o.Every <= 0 {
		o.Every = 5 * time.Second
	}
	return &Hints{o: o, addr: make(chan string, 1)}, nil
}

// Counts are the webhooks that were taken and those whose signature was wrong or that could not be read.
func (h *Hints) Counts() (valid, invalid int64) { return h.valid.Load(), h.invalid.Load() }

// Addr waits until Run listens and returns where; for tests and for port 0.
func (h *Hints) Addr(ctx context.Context) (string, error) {
	select {
	case a := <-h.addr:
		h.addr <- a
		return a, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Run listens, or asks the relay, until ctx is done. Its error is that of listening: the address is taken or not this
// computer's. A relay that does not answer is asked again.
func (h *Hints) Run(ctx context.Context) error {
	if h.o.Relay != "" {
		return h.ask(ctx)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", h.o.Listen)
	if err != nil {
		return fmt.Errorf("listening for hints: %w; choose another port in [shop] hints", err)
	}
	h.addr <- l.Addr().String()
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err = <-ended:
		return fmt.Errorf("listening for hints: %w", err)
	case <-ctx.Done():
		err = srv.Close()
		<-ended
		return err
	}
}

// ServeHTTP answers as the platform wants it: 200 with an empty body, or 401 to what is not its own.
func (h *Hints) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, hintMax))
	if err != nil || !h.take(r.Header.Get("Authorization"), body) {
		w.WriteHeader(http.StatusUnauthorized)
	}
}

// take judges one webhook; it reports whether it is the platform's. The same one a second time is taken and means nothing.
func (h *Hints) take(authorization string, body []byte) bool {
	act, err := h.o.Check(authorization, body)
	if err != nil {
		h.invalid.Add(1)
		h.o.Log.Warn("a hint was not the platform's and is ignored", "error", err, "ignored", h.invalid.Load())
		return false
	}
	sum := sha256.Sum256(body)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, seen := range h.last {
		if seen == sum {
			return true
		}
	}
	h.last[h.next] = sum
	h.next = (h.next + 1) % hintMemory
	h.valid.Add(1)
	act()
	return true
}

// ask polls the relay.
func (h *Hints) ask(ctx context.Context) error {
	after, silent := int64(0), false
	for ctx.Err() == nil {
		next, err := h.relayed(ctx, after)
		if err != nil && ctx.Err() == nil && !silent {
			h.o.Log.Warn("the relay of hints does not answer; orders are pulled as without it", "error", err)
		}
		after, silent = max(after, next), err != nil
		sleep(ctx, h.o.Every, nil, nil)
	}
	return nil
}

// relayed asks once and returns the number of the last webhook.
func (h *Hints) relayed(ctx context.Context, after int64) (int64, error) {
	u, err := url.Parse(h.o.Relay)
	if err != nil {
		return after, fmt.Errorf("the relay's address: %w", err)
	}
	q := u.Query()
	q.Set("after", strconv.FormatInt(after, 10))
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return after, fmt.Errorf("asking the relay: %w", err)
	}
	resp, err := h.o.HTTP.Do(req)
	if err != nil {
		return after, fmt.Errorf("asking the relay: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return after, fmt.Errorf("asking the relay: HTTP %d", resp.StatusCode)
	}
	lines := bufio.NewScanner(io.LimitReader(resp.Body, relayMax))
	lines.Buffer(nil, 2*hintMax)
	for lines.Scan() {
		var one struct {
			N             int64  `json:"n"`
			Authorization string `json:"authorization"`
			Body          string `json:"body"`
		}
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			h.invalid.Add(1)
			continue
		}
		h.take(one.Authorization, []byte(one.Body))
		after = max(after, one.N)
	}
	return after, lines.Err()
}
