package syncer_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/fulfillment/syncer"
	"packbench/storage"
)

// wire is the way to a shop without a network, so that it works in a bubble of virtual time. It holds the platform's limits,
// which differ for reads and writes, and counts.
type wire struct {
	shop          http.Handler
	reads, writes *rate.Limiter // of the platform
	offline       atomic.Bool
	calls, slow   atomic.Int64 // calls that reached the platform; those it answered with 429
	written       atomic.Int64 // writes that it took
}

func (w *wire) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	if w.offline.Load() {
		return nil, errors.New("no network")
	}
	lim, write := w.reads, false
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/fulfillment/") {
		lim, write = w.writes, true
	}
	w.calls.Add(1)
	if write {
		w.written.Add(1)
	}
	if lim != nil && !lim.Allow() {
		w.slow.Add(1)
		return &http.Response{StatusCode: 429, Request: r, Header: http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}},
			Body: io.NopCloser(strings.NewReader(`{"code":36009002,"message":"Too many requests.","request_id":"x"}`))}, nil
	}
	defer func() {
		if recover() != nil { // the shop broke the connection off
			resp, err = nil, errors.New("connection reset")
		}
	}()
	rec := httptest.NewRecorder()
	in := httptest.NewRequest(r.Method, r.URL.String(), nil).WithContext(r.Context())
	in.Header = r.Header
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		in.Body = io.NopCloser(bytes.NewReader(body))
	}
	in.RemoteAddr = "127.0.0.1:1"
	w.shop.ServeHTTP(rec, in)
	return rec.Result(), nil
}

// drained is what a drain took.
type drained struct {
	rows, parked, duplicates int
	took                     time.Duration
	calls, slow, writes      int64
}

// drainOf is what is drained.
type drainOf struct {
	market string // GB: each parcel by a call of its own; VN: up to 50 in one
	rows   int
}

// outage is how long the station had no network: a day and a night. Its access token was in the last hours of its seven days
// when the line went, too early to be refreshed (20 % of the life left), and has ended when the line comes back.
const (
	tokenLife = 7 * 24 * time.Hour
	outage    = 36 * time.Hour
	tokenLeft = tokenLife/5 + time.Hour
)

// drain is a day's work that waited for the network: seller-shipped parcels to report, at the client's own limits, with
// faults. Time is virtual, everything else is as in the product: client, syncer, SQLite on a disk.
func drain(t *testing.T, of drainOf) (d drained) {
	n := of.rows
	time.Sleep(26 * 365 * 24 * time.Hour) // a bubble begins in 2000, with timestamps of nine digits
	srv, err := shop.New(shop.Options{Market: of.market, Orders: 2*n + 40, CarrierAfter: -1, RatePerSecond: 1e6, AccessTTL: tokenLeft})
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{shop: srv}
	cred := srv.Credentials()
	const url = "http://127.0.0.1:1"
	tokens := &memTokens{}
	newClient := func() *sellercenter.Client {
		client, err := sellercenter.New(sellercenter.Config{APIURL: url, AuthURL: url, AppKey: cred.AppKey, AppSecret: cred.AppSecret,
			Tokens: tokens, Transport: w, ReadsPerSecond: readsPerSecond, WritesPerSecond: writesPerSecond})
		if err != nil {
			t.Fatal(err)
		}
		return client
	}
	if _, err := newClient().Exchange(t.Context(), cred.AuthCode); err != nil {
		t.Fatal(err)
	}
	tokens.t.ObtainedAt = time.Now().Add(tokenLeft - tokenLife) // the shop has told what is left of it
	client := newClient()
	opened, err := storage.Open(t.Context(), t.TempDir(), storage.Options{Station: "PACK-01", Market: of.market})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	store := opened.Shop(cred.ShopCipher)
	f := &floor{t: t, market: of.market, shop: srv, store: store, cipher: cred.ShopCipher, client: client, tokens: tokens}
	a := sellercenter.NewAdapter(client, cred.ShopCipher, of.market)
	s, err := syncer.New(syncer.Options{Orders: store, Outbox: store, Labels: store, Market: a, Backlog: store, ClockOffset: client.ClockOffset,
		Policy: "at_pack", Rate: a.WriteRate})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.queue(w, n)
	time.Sleep(30 * time.Minute) // the client's limiters have grown to what they may
	w.reads, w.writes = rate.NewLimiter(readsPerSecond, readsPerSecond), rate.NewLimiter(writesPerSecond, writesPerSecond)
	w.offline.Store(true)
	f.sync = s
	f.start()
	time.Sleep(outage)
	f.spoil(w)
	if tokens.n != 1 || time.Now().Before(tokens.t.AccessExpires) {
		t.Errorf("the access token was stored %d times and ends %s: its end is not met", tokens.n, tokens.t.AccessExpires)
	}
	calls, slow, writes := w.calls.Load(), w.slow.Load(), w.written.Load()
	w.offline.Store(false)
	begin := time.Now()
	for f.waiting() > 0 {
		time.Sleep(20 * time.Second)
		if time.Since(begin) > 48*time.Hour {
			t.Fatal("it does not end: ", f.waiting(), " rows wait")
		}
	}
	d.took = time.Since(begin)
	f.stop()
	left, err := store.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	state := srv.State()
	for _, r := range left { // buyers cancel meanwhile, too
		i := slices.IndexFunc(state.Orders, func(o shop.OrderState) bool { return o.ID == string(r.OrderID) })
		if state.Orders[i].Status != string(fulfillment.StatusCancelled) {
			t.Errorf("order %s is parked: %s", r.OrderID, r.Reason)
		}
	}
	if state.Counts.Shipped+len(left) != n {
		t.Errorf("%d rows, %d shipped and %d parked", n, state.Counts.Shipped, len(left))
	}
	d.rows, d.parked, d.duplicates = n, len(left), state.Counts.DuplicateAttempts
	d.calls, d.slow, d.writes = w.calls.Load()-calls, w.slow.Load()-slow, w.written.Load()-writes
	if tokens.n < 2 {
		t.Error("the access token was not refreshed")
	}
	return d
}

// waiting counts the rows that wait for no person.
func (f *floor) waiting() (n int) {
	f.t.Helper()
	counts, _, err := f.store.OutboxCounts(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	for state, c := range counts {
		if state != fulfillment.OutboxParked {
			n += c
		}
	}
	return n
}

// The platform's limits as readers of its documents give them for a shop; the client's defaults.
const readsPerSecond, writesPerSecond = 10, 3

// queue adds n rows for seller-shipped orders, as the bench would have while there was no network.
func (f *floor) queue(w *wire, n int) {
	f.t.Helper()
	rec := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodGet, "http://127.0.0.1/admin/labels.csv", nil)
	req.RemoteAddr = "127.0.0.1:1"
	w.shop.ServeHTTP(rec, req)
	lines, err := csv.NewReader(rec.Body).ReadAll()
	if err != nil || rec.Code != 200 {
		f.t.Fatal(rec.Code, err)
	}
	f.addReports(lines, n)
}

// spoil makes the drain meet the faults of a bad day: 1 % of the writes are done and their answers lost, 0.5 % fail.
func (f *floor) spoil(w *wire) {
	for _, fault := range []string{
		`{"kind":"lost_after","endpoint":"POST /fulfillment/*","chance":0.01,"seed":1}`,
		`{"kind":"http500","endpoint":"POST /fulfillment/*","chance":0.005,"seed":2}`,
	} {
		rec := httptest.NewRecorder()
		req := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/admin/fault", strings.NewReader(fault))
		req.RemoteAddr = "127.0.0.1:1"
		if w.shop.ServeHTTP(rec, req); rec.Code != 200 {
			f.t.Fatal(rec.Code, rec.Body)
		}
	}
}

// inBubble runs f in virtual time also where only a *testing.B is at hand.
func inBubble(tb testing.TB, f func(t *testing.T)) {
	tb.Helper()
	all := func(string, string) (bool, error) { return true, nil }
	if !testing.RunTests(all, []testing.InternalTest{{Name: tb.Name(), F: func(t *testing.T) { synctest.Test(t, f) }}}) {
		tb.Fatal("failed in the bubble, see above")
	}
}

// TestDrain are the benchmarks below at a size for every test run.
func TestDrain(t *testing.T) {
	for _, of := range []drainOf{{"GB", 200}, {"VN", 200}} {
		t.Run(of.market, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := drain(t, of)
				if d.duplicates != 0 || d.slow > 1 && float64(d.slow) > 0.01*float64(d.calls) {
					t.Errorf("%+v", d)
				}
				// The first minutes run at 80 % and lost answers settle for 30 s, which weighs more in a short drain.
				if ideal := time.Duration(of.rows) * time.Second / writesPerSecond; d.took > ideal*5/4+90*time.Second {
					t.Errorf("%d rows took %v, at the allowed rate %v", of.rows, d.took, ideal)
				}
			})
		})
	}
}

// BenchmarkDrain sends what a station without a network has kept for a day and a night: 10,000 parcels to report, to a
// platform that allows 3 writes and 10 reads a second, with lost answers and failures among them and an access token that has
// ended. single: each by a call of its own (GB). batch: up to 50 in one call (VN). Time is virtual and not scaled: the ratio is
// virtual time to 10,000 / 3 s.
func BenchmarkDrain(b *testing.B) {
	for name, market := range map[string]string{"single": "GB", "batch": "VN"} {
		b.Run(name, func(b *testing.B) {
			const n = 10_000
			var d drained
			for b.Loop() {
				inBubble(b, func(t *testing.T) { d = drain(t, drainOf{market, n}) })
			}
			b.ReportMetric(d.took.Seconds()*writesPerSecond/n, "time-ratio")
			b.ReportMetric(1.1, "time-limit")
			b.ReportMetric(float64(d.writes)/n, "writes-per-row")
			b.ReportMetric(d.took.Minutes(), "virtual-min")
			b.ReportMetric(float64(d.slow)/float64(d.calls), "throttled-ratio")
			b.ReportMetric(0.01, "throttled-limit")
			b.ReportMetric(float64(d.duplicates), "duplicates")
			b.ReportMetric(float64(d.parked), "cancelled-meanwhile")
			if d.duplicates > 0 {
				b.Error(fmt.Sprint(d.duplicates, " second shipments were tried"))
			}
		})
	}
}
