package shop

import (
	"encoding/json"
	"net/url"
	"runtime"
	"testing"
	"time"
)

// TestTwentyThousandOrders: a shop for pull and drain benchmarks is there at once, is read to the end, and holds little
// for each order: labels are made when they are asked for.
func TestTwentyThousandOrders(t *testing.T) {
	const orders = 20000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	b := newBench(t, Options{Orders: orders, RatePerSecond: 1e6, CarrierAfter: -1})
	seeded := time.Since(began)
	b.lax = true
	runtime.GC()
	runtime.ReadMemStats(&after)
	perOrder := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / orders
	began = time.Now()
	seen, token := map[string]bool{}, ""
	for {
		q := url.Values{"page_size": {"100"}, "sort_field": {"update_time"}, "sort_order": {"ASC"}}
		if token != "" {
			q.Set("page_token", token)
		}
		got := data[ordersAnswer](b, b.call("POST", searchPath, q, nil))
		for _, o := range got.Orders {
			seen[o.ID] = true
		}
		if token = got.NextPageToken; token == "" {
			break
		}
	}
	read := time.Since(began)
	if len(seen) != orders {
		t.Errorf("%d of %d orders were read", len(seen), orders)
	}
	if perOrder > 6000 {
		t.Errorf("%d bytes for each order", perOrder)
	}
	t.Logf("seeded in %s, read in %s, %d bytes an order", seeded, read, perOrder)
	if seeded > 20*time.Second { // a second is usual; seeding must not grow with the square of the orders
		t.Errorf("seeding took %s", seeded)
	}
}

// TestQuotas: writes may have a budget of their own, each shop has its own, and a test shop's hour is counted as a whole.
func TestQuotas(t *testing.T) {
	b := newBench(t, Options{RatePerSecond: 30, WritesPerSecond: 2, Also: []string{"US"}})
	page := url.Values{"page_size": {"1"}}
	for i := range 3 {
		want := int64(codePackageNotFound)
		if i == 2 {
			want = 36009002
		}
		b.wantCode(b.ship("1", nil), want, "write")
	}
	b.wantCode(b.call("POST", searchPath, page, nil), 0, "a read after the writes")
	b.c.ShopCipher = b.shop.stores[1].cipher
	b.wantCode(b.ship("1", nil), codePackageNotFound, "a write in the other shop")
	b.clock.add(time.Second)
	b.c.ShopCipher = b.shop.stores[0].cipher
	b.wantCode(b.ship("1", nil), codePackageNotFound, "a second later")

	b = newBench(t, Options{HourlyQuota: 5})
	for i := range 6 {
		want := int64(0)
		if i == 5 {
			want = 36009002
		}
		a := b.call("POST", searchPath, page, nil)
		b.wantCode(a, want, "call of a test shop")
		if want != 0 && (a.status != 429 || a.header.Get("Retry-After") != "") {
			t.Errorf("HTTP %d, Retry-After %q", a.status, a.header.Get("Retry-After"))
		}
	}
	b.fault(map[string]any{"kind": "rate_limit", "seconds": 7})
	if a := b.call("GET", "/authorization/202309/shops", nil, nil); a.header.Get("Retry-After") != "7" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
}

func BenchmarkSeed(b *testing.B) {
	for b.Loop() {
		if _, err := New(Options{Orders: 20000}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPull reads one page of a hundred orders of a shop of 20,000, over HTTP.
func BenchmarkPull(b *testing.B) {
	bench := newBench(b, Options{Orders: 20000, RatePerSecond: 1e6})
	token := ""
	for b.Loop() {
		q := url.Values{"page_size": {"100"}, "sort_field": {"update_time"}, "sort_order": {"ASC"}}
		if token != "" {
			q.Set("page_token", token)
		}
		resp, err := bench.http.Do(bench.request("POST", searchPath, q, nil, nil))
		if err != nil {
			b.Fatal(err)
		}
		var got struct {
			Data struct {
				Next string `json:"next_page_token"`
			} `json:"data"`
		}
		err = json.NewDecoder(resp.Body).Decode(&got)
		resp.Body.Close()
		if err != nil {
			b.Fatal(err)
		}
		token = got.Data.Next
	}
}
