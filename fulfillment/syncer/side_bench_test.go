package syncer_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/station"
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

// scanner records item scans as the bench does.
type scanner struct {
	store interface {
		Record(context.Context, station.Commit) error
	}
	bench  fulfillment.Bench
	parcel fulfillment.Parcel
	n      int
}

func (s *scanner) scan(b *testing.B) time.Duration {
	now := time.Now().UTC()
	begin := time.Now()
	out := fulfillment.Apply(s.bench, fulfillment.Input{Now: now, Scan: &fulfillment.Scan{Code: "MUG"},
		Found: fulfillment.Found{SKUs: []fulfillment.SKU{"MUG"}}}, fulfillment.Policy{Verify: fulfillment.PolicyBlock})
	err := s.store.Record(b.Context(), station.Commit{Station: "PACK-01", Operator: "Test Packer", At: now, Bench: out.Next,
		Events: out.Events, Packages: out.Packages, Outbox: out.Outbox})
	took := time.Since(begin)
	if err != nil {
		b.Fatal(err)
	}
	if s.bench = out.Next; s.bench.Parcel.Left() == 1 {
		p := s.parcel
		s.bench.Parcel = &p
	}
	s.n++
	return took
}

// gate holds calls back while its lock is taken.
type gate struct{ mu sync.RWMutex }

func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return http.DefaultTransport.RoundTrip(r)
}

// BenchmarkScanBesideDrain: sync work never delays a scan. Scans are recorded every 5 ms in rounds of 2 s, with a drain of the
// outbox at the platform's pace running and without, in turns, so that other load meets both alike. The aim is a p99 of at
// most 1.2 times that without.
func BenchmarkScanBesideDrain(b *testing.B) {
	f := newFloorWith(b, "GB", setup{shop: shop.Options{Orders: 1200, RatePerSecond: 1e6}, perSecond: 1e6,
		change: func(o *syncer.Options) { o.Policy = "at_pack" }})
	if _, err := f.sync.Once(b.Context()); err != nil {
		b.Fatal(err)
	}
	f.report()
	s := f.scanner(b)
	var with, without []time.Duration
	rows := len(f.rows(b))
	g := &gate{}
	o := f.options(f.newClient(g, f.tokens, 0))
	o.Policy, o.Poll = "at_pack", 30*time.Second
	y, err := syncer.New(o)
	if err != nil {
		b.Fatal(err)
	}
	f.sync = y
	f.start()
	for b.Loop() {
		for range 16 {
			g.mu.Lock() // calls wait at the gate
			time.Sleep(50 * time.Millisecond)
			without = append(without, s.round(b)...)
			g.mu.Unlock()
			with = append(with, s.round(b)...)
		}
	}
	if sent := rows - len(f.rows(b)); sent < 30 {
		b.Fatalf("only %d rows were sent meanwhile: this proves nothing", sent)
	}
	b.ReportMetric(micros(with, 0.99)/micros(without, 0.99), "p99-ratio")
	b.ReportMetric(1.2, "p99-limit")
	b.ReportMetric(micros(with, 0.5)/micros(without, 0.5), "p50-ratio")
	b.ReportMetric(1.2, "p50-limit")
	b.ReportMetric(micros(with, 0.99), "p99-µs")
	b.ReportMetric(micros(without, 0.99), "alone-p99-µs")
	b.ReportMetric(float64(rows-len(f.rows(b))), "rows-sent")
}

func (f *floor) rows(b *testing.B) []fulfillment.OutboxRow {
	rows, err := f.store.Outbox(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return rows
}

// scanner opens a parcel of 20 units that no platform knows.
func (f *floor) scanner(b *testing.B) *scanner {
	b.Helper()
	o := fulfillment.Order{ID: "bench-1", Source: fulfillment.SourceCSV, Status: fulfillment.StatusAwaitingShipment,
		FulfillmentType: fulfillment.FulfillmentBySeller, OnHoldOrder: true}
	p := fulfillment.Package{ID: "bench-1-1", OrderID: o.ID, Rung: fulfillment.RungToPack}
	for i := range 20 {
		id := fulfillment.LineID(fmt.Sprint("bench-", i))
		o.Lines, p.Lines = append(o.Lines, fulfillment.LineItem{ID: id, SKU: "MUG"}), append(p.Lines, id)
	}
	o.Packages = []fulfillment.Package{p}
	parcel := fulfillment.NewParcel(o, p, nil, time.Now())
	first := parcel
	return &scanner{store: f.store, parcel: parcel, bench: fulfillment.Bench{Mode: fulfillment.ModePack, Operator: "Test Packer", Parcel: &first}}
}

func (s *scanner) round(b *testing.B) (took []time.Duration) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); <-tick.C {
		took = append(took, s.scan(b))
	}
	return took
}

func micros(d []time.Duration, q float64) float64 {
	sorted := slices.Sorted(slices.Values(d))
	return float64(sorted[int(q*float64(len(sorted)-1))]) / float64(time.Microsecond)
}
