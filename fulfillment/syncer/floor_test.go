package syncer_test

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/fulfillment/syncer"
	"packbench/storage"
)

// floor is a whole way: a Seller Center on loopback, the client, the syncer and a station's disk.
type floor struct {
	t      testing.TB
	market string
	shop   platform
	url    string
	dir    string
	cipher string
	store  *storage.ShopStore
	sync   *syncer.Syncer
	tokens *memTokens
	client *sellercenter.Client
	ended  chan error
	cancel context.CancelFunc
	now    func() time.Time
}

// platform is the Seller Center's own side: a sandbox in this process or in another.
type platform interface {
	Credentials() shop.Credentials
	State() shop.State
}

// setup is what differs between floors. The zero value is a shop of 30 orders where everything goes fast.
type setup struct {
	shop      shop.Options
	transport http.RoundTripper
	wrap      func(http.Handler) http.Handler // in front of the shop
	perSecond float64                         // calls the client may make, reads and writes each
	change    func(*syncer.Options)
	bare      bool             // the station knows no products
	apart     bool             // the shop is a process of its own; wrap is not called
	now       func() time.Time // the station's clock; nil: the right one
}

type memTokens struct {
	mu sync.Mutex
	t  sellercenter.Tokens
	n  int
}

func (m *memTokens) Tokens(context.Context) (sellercenter.Tokens, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.n == 0 {
		return m.t, fulfillment.ErrNotFound
	}
	return m.t, nil
}

func (m *memTokens) StoreTokens(_ context.Context, t sellercenter.Tokens) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.t, m.n = t, m.n+1
	return nil
}

func newFloor(t testing.TB, market string, change func(*syncer.Options)) *floor {
	t.Helper()
	return newFloorWith(t, market, setup{change: change})
}

func newFloorWith(t testing.TB, market string, set setup) *floor {
	t.Helper()
	set.shop.Market, set.shop.CarrierAfter = market, cmp.Or(set.shop.CarrierAfter, -1)
	set.shop.Orders = cmp.Or(set.shop.Orders, 30)
	srv, url := openShop(t, set)
	f := &floor{t: t, market: market, shop: srv, url: url, dir: t.TempDir(), tokens: &memTokens{}, now: set.now}
	store, err := storage.Open(t.Context(), f.dir, storage.Options{Station: "PACK-01", Market: market, Now: set.now})
	if err != nil {
		t.Fatal(err)
	}
	f.store = store.Shop(srv.Credentials().ShopCipher, "a cipher it had before", "") // as the shop that was connected first
	t.Cleanup(func() {
		if err := f.store.Close(); err != nil {
			t.Error(err)
		}
	})
	f.client = f.newClient(set.transport, f.tokens, cmp.Or(set.perSecond, 40))
	if _, err := f.client.Exchange(t.Context(), srv.Credentials().AuthCode); err != nil {
		t.Fatal(err)
	}
	shops, err := f.client.Shops(t.Context())
	if err != nil || len(shops) != 1 || shops[0].Region != market {
		t.Fatalf("shops %v, %v", shops, err)
	}
	f.cipher = shops[0].Cipher
	o := f.options(f.client)
	if set.change != nil {
		set.change(&o)
	}
	if f.sync, err = syncer.New(o); err != nil {
		t.Fatal(err)
	}
	if set.bare {
		return f
	}
	if _, err := f.store.ImportProducts(t.Context(), f.get("/admin/products.csv")); err != nil {
		t.Fatal(err)
	}
	return f
}

// openShop opens the shop and returns its address.
func openShop(t testing.TB, set setup) (platform, string) {
	t.Helper()
	if set.apart {
		return openShopApart(t, set.shop)
	}
	srv, err := shop.New(set.shop)
	if err != nil {
		t.Fatal(err)
	}
	var front http.Handler = srv
	if set.wrap != nil {
		front = set.wrap(srv)
	}
	ts := httptest.NewServer(front)
	t.Cleanup(ts.Close)
	return srv, ts.URL
}

func (f *floor) newClient(transport http.RoundTripper, tokens sellercenter.TokenStore, perSecond float64) *sellercenter.Client {
	f.t.Helper()
	cred := f.shop.Credentials()
	c, err := sellercenter.New(sellercenter.Config{APIURL: f.url, AuthURL: f.url, AppKey: cred.AppKey, AppSecret: cred.AppSecret,
		Tokens: tokens, ReadsPerSecond: perSecond, WritesPerSecond: perSecond, Transport: transport, Now: f.now})
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

func (f *floor) options(c *sellercenter.Client) syncer.Options {
	a := sellercenter.NewAdapter(c, f.cipher, f.market)
	return syncer.Options{Orders: f.store, Outbox: f.store, Labels: f.store, Market: a, Backlog: f.store, Ways: f.store, Hazmats: f.store,
		ClockOffset: c.ClockOffset, Now: f.now, Poll: 300 * time.Millisecond, Probe: 300 * time.Millisecond, Settle: 400 * time.Millisecond,
		BackoffBase: 20 * time.Millisecond, BackoffMax: 300 * time.Millisecond,
		SetupPause: time.Second} // a clock that jumps twice during one call looks like a wrong set-up
}

func (f *floor) get(path string) io.Reader {
	f.t.Helper()
	resp, err := http.Get(f.url + path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 {
		f.t.Fatalf("%s: HTTP %d, %v", path, resp.StatusCode, err)
	}
	return strings.NewReader(string(b))
}

func (f *floor) post(path, body string) (answer string) {
	f.t.Helper()
	resp, err := http.Post(f.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 {
		f.t.Fatalf("%s: HTTP %d %s, %v", path, resp.StatusCode, b, err)
	}
	return string(b)
}

func (f *floor) start() {
	ctx, cancel := context.WithCancel(context.Background())
	f.cancel, f.ended = cancel, make(chan error, 1)
	go func() { f.ended <- f.sync.Run(ctx) }()
	f.t.Cleanup(f.stop)
}

func (f *floor) stop() {
	f.cancel()
	if err, ok := <-f.ended; ok {
		close(f.ended)
		if err != nil {
			f.t.Errorf("Run: %v", err)
		}
	}
}

// until waits for a condition, and says what is missing when it does not come.
func (f *floor) until(what string, missing func() string) {
	f.t.Helper()
	end := time.Now().Add(60 * time.Second)
	for {
		left := missing()
		if left == "" {
			return
		}
		if time.Now().After(end) {
			rows, _ := f.store.Outbox(f.t.Context())
			f.t.Fatalf("%s: %s\nstatus %+v\noutbox %+v", what, left, f.sync.Status(), rows)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// report queues every seller-shipped order that may go, with the label bought for it, as the bench would after handing over.
func (f *floor) report() (ids []string) {
	f.t.Helper()
	rows, err := csv.NewReader(f.get("/admin/labels.csv")).ReadAll()
	if err != nil {
		f.t.Fatal(err)
	}
	ids = f.addReports(rows, len(rows))
	f.sync.Wake()
	return ids
}

// addReports queues at most n orders of labels.csv.
func (f *floor) addReports(rows [][]string, n int) (ids []string) {
	f.t.Helper()
	allowed := map[string]bool{}
	for _, o := range f.shop.State().Orders {
		allowed[o.ID] = o.MayShip && !o.CancelRequested && o.ShippingType == "SELLER"
	}
	seen := map[string]bool{}
	var list []fulfillment.OutboxRow
	for _, r := range rows[1:] {
		id := r[0]
		if seen[id] || !allowed[id] || len(ids) == n {
			continue
		}
		seen[id] = true
		o, err := f.store.Order(f.t.Context(), fulfillment.OrderID(id))
		if err != nil {
			f.t.Fatal(err)
		}
		p := o.Packages[0]
		row := fulfillment.OutboxRow{Kind: fulfillment.OutboxReportShipped, OrderID: o.ID, PackageID: p.ID, Lines: p.Lines,
			Tracking: fulfillment.Tracking(r[5]), Carrier: r[4], Deadline: o.ShipBy(), State: fulfillment.OutboxQueued, CreatedAt: time.Now()}
		row.ID = fmt.Sprintf("0000-%s", id)
		list, ids = append(list, row), append(ids, id)
	}
	if err := f.store.Add(f.t.Context(), list); err != nil {
		f.t.Fatal(err)
	}
	return ids
}

// arrangeable are the platform-shipped orders that should be arranged ahead.
func (f *floor) arrangeable() (ids []string) {
	for _, o := range f.shop.State().Orders {
		if o.MayShip && !o.CancelRequested && o.ShippingType == "TIKTOK" {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

func (f *floor) shipped(ids []string) func() string {
	return func() string {
		state := map[string]shop.OrderState{}
		for _, o := range f.shop.State().Orders {
			state[o.ID] = o
		}
		var left []string
		for _, id := range ids {
			if !state[id].Shipped {
				left = append(left, id)
			}
		}
		return strings.Join(left, " ")
	}
}

// labelled waits until the station has each order's label and the tracking number that the platform gave.
func (f *floor) labelled(ids []string) func() string {
	return func() string {
		tracking := map[string]string{}
		for _, o := range f.shop.State().Orders {
			tracking[o.ID] = o.Tracking
		}
		var left []string
		for _, id := range ids {
			o, err := f.store.Order(f.t.Context(), fulfillment.OrderID(id))
			if err != nil {
				return err.Error()
			}
			for _, p := range o.Packages {
				if p.Label == "" || string(p.Tracking) != tracking[id] || !p.Arranged {
					left = append(left, fmt.Sprintf("%s (label %q, tracking %q of %q)", id, p.Label, p.Tracking, tracking[id]))
				}
			}
		}
		return strings.Join(left, " ")
	}
}

func (f *floor) idle() string {
	rows, err := f.store.Outbox(f.t.Context())
	if err != nil {
		return err.Error()
	}
	if len(rows) == 0 {
		return ""
	}
	return fmt.Sprintf("%d rows: %+v", len(rows), rows[0])
}

// honest fails if anything happened on the platform's side that must never happen.
func (f *floor) honest() {
	f.t.Helper()
	c := f.shop.State().Counts
	if c.DuplicateAttempts != 0 || c.ShipCancelledAttempts != 0 || c.ShippedCancelled != 0 {
		f.t.Errorf("duplicates %d, calls for cancelled orders %d, cancelled orders shipped %d", c.DuplicateAttempts, c.ShipCancelledAttempts, c.ShippedCancelled)
	}
	for _, o := range f.shop.State().Orders {
		if o.CancelRequested && o.ShippedCalls > 0 {
			f.t.Errorf("order %s with a pending cancel request was written", o.ID)
		}
		if o.FulfillmentType != fulfillment.FulfillmentBySeller && o.ShippedCalls > 0 {
			f.t.Errorf("order %s is not the seller's and was written", o.ID)
		}
	}
}
