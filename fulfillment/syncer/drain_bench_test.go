package syncer_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
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
}

func (w *wire) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	if w.offline.Load() {
		return nil, errors.New("no network")
	}
	lim := w.reads
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/fulfillment/") {
		lim = w.writes
	}
	w.calls.Add(1)
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
	calls, slow              int64
}

// drain is a day's work that waited for the network: n seller-shipped parcels to report, at the client's own limits. Time is
// virtual, everything else is as in the product: client, syncer, SQLite on a disk.
func drain(t *testing.T, n int, faults bool) (d drained) {
	time.Sleep(26 * 365 * 24 * time.Hour) // a bubble begins in 2000, with timestamps of nine digits
	srv, err := shop.New(shop.Options{Market: "GB", Orders: 2*n + 40, CarrierAfter: -1, RatePerSecond: 1e6, AccessTTL: 1000 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{shop: srv}
	cred := srv.Credentials()
	const url = "http://127.0.0.1:1"
	client, err := sellercenter.New(sellercenter.Config{APIURL: url, AuthURL: url, AppKey: cred.AppKey, AppSecret: cred.AppSecret,
		Tokens: &memTokens{}, Transport: w, ReadsPerSecond: readsPerSecond, WritesPerSecond: writesPerSecond})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Exchange(t.Context(), cred.AuthCode); err != nil {
		t.Fatal(err)
	}
	opened, err := storage.Open(t.Context(), t.TempDir(), storage.Options{Station: "PACK-01", Market: "GB"})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	store := opened.Shop(cred.ShopCipher)
	f := &floor{t: t, market: "GB", shop: srv, store: store, cipher: cred.ShopCipher, client: client}
	a := sellercenter.NewAdapter(client, cred.ShopCipher, "GB")
	s, err := syncer.New(syncer.Options{Orders: store, Outbox: store, Labels: store, Market: a, Backlog: store, ClockOffset: client.ClockOffset,
		Policy: "at_pack", Rate: a.WriteRate})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.queue(w, n)
	time.Sleep(time.Hour) // the client's limiters have grown to what they may
	w.reads, w.writes = rate.NewLimiter(readsPerSecond, readsPerSecond), rate.NewLimiter(writesPerSecond, writesPerSecond)
	w.offline.Store(true)
	f.sync = s
	f.start()
	time.Sleep(time.Hour)
	if faults {
		f.spoil(w)
	}
	calls, slow := w.calls.Load(), w.slow.Load()
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
	if state.Counts.Shipped+len(left) != n {
		t.Errorf("%d rows, %d shipped and %d parked", n, state.Counts.Shipped, len(left))
	}
	d.rows, d.parked, d.duplicates = n, len(left), state.Counts.DuplicateAttempts
	d.calls, d.slow = w.calls.Load()-calls, w.slow.Load()-slow
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

// TestDrain is the benchmark below at a size for every test run.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 200
		d := drain(t, n, true)
		if d.duplicates != 0 || d.parked != 0 || float64(d.slow) > 0.01*float64(d.calls) {
			t.Errorf("%+v", d)
		}
		// The first minutes run at 80 % and lost answers settle for 30 s, which weighs more in a short drain.
		if ideal := time.Duration(n) * time.Second / writesPerSecond; d.took > ideal*5/4+90*time.Second {
			t.Errorf("%d rows took %v, at the allowed rate %v", n, d.took, ideal)
		}
	})
}

// BenchmarkDrain sends what a station without a network has kept: 10,000 parcels to report, each by a call of its own, to a
// platform that allows 3 writes and 10 reads a second, with lost answers and failures among them. Time is virtual and not
// scaled: the ratio is virtual time to 10,000 / 3 s.
func BenchmarkDrain(b *testing.B) {
	const n = 10_000
	var d drained
	for b.Loop() {
		inBubble(b, func(t *testing.T) { d = drain(t, n, true) })
	}
	ideal := time.Duration(n) * time.Second / writesPerSecond
	b.ReportMetric(d.took.Seconds()/ideal.Seconds(), "time-ratio")
	b.ReportMetric(1.1, "time-limit")
	b.ReportMetric(float64(d.slow)/float64(d.calls), "throttled-ratio")
	b.ReportMetric(0.01, "throttled-limit")
	b.ReportMetric(float64(d.duplicates), "duplicates")
	b.ReportMetric(float64(d.parked), "parked")
	if d.duplicates > 0 {
		b.Error(fmt.Sprint(d.duplicates, " second shipments were tried"))
	}
}
