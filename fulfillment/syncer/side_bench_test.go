package syncer_test

import (
	"context"
	"net/http"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/syncer"
)

// counting counts requests.
type counting struct {
	n    atomic.Int64
	base http.RoundTripper
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return c.base.RoundTrip(r)
}

// heapMarket notes the heap in use at each page of a pull.
type heapMarket struct {
	syncer.Market
	heap []float64
}

func (m *heapMarket) PullOrders(ctx context.Context, since time.Time, yield func(fulfillment.PulledPage) error) error {
	return m.Market.PullOrders(ctx, since, func(orders fulfillment.PulledPage) error {
		err := yield(orders)
		runtime.GC()
		var st runtime.MemStats
		runtime.ReadMemStats(&st)
		m.heap = append(m.heap, float64(st.HeapAlloc))
		return err
	})
}

// BenchmarkPull pulls 10,000 orders over HTTP. Paging allows 100 orders in a search and 50 in a detail call, so 300 requests
// are the least. Memory is flat if the heap after the last pages is that after the first; the shop lives in the same
// process.
func BenchmarkPull(b *testing.B) {
	const n = 10_000
	count := &counting{base: http.DefaultTransport}
	m := &heapMarket{}
	f := newFloorWith(b, "GB", setup{shop: shop.Options{Orders: n, RatePerSecond: 1e6}, transport: count, perSecond: 1e6,
		change: func(o *syncer.Options) {
			o.Policy = "at_pack"
			m.Market = o.Market
			o.Market = m
		}})
	count.n.Store(0)
	for b.Loop() {
		if m.heap != nil {
			b.Fatal("one pull is the benchmark: run it with -benchtime 1x")
		}
		if _, err := f.sync.Once(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	stored, err := f.store.ListOrders(b.Context(), "", 2*n)
	if err != nil || len(stored) < n*9/10 {
		b.Fatalf("%d orders stored, %v", len(stored), err)
	}
	b.ReportMetric(float64(count.n.Load())/(n/100+n/50), "requests-ratio")
	b.ReportMetric(1.05, "requests-limit")
	k := len(m.heap) / 10
	b.ReportMetric(median(m.heap[len(m.heap)-k:])/median(m.heap[k:2*k]), "heap-ratio")
	b.ReportMetric(1.10, "heap-limit")
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
