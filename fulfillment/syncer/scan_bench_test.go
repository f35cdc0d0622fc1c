package syncer_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/fulfillment/station"
	"packbench/fulfillment/syncer"
)

// gate holds calls back while its lock is taken.
type gate struct{ mu sync.RWMutex }

func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return http.DefaultTransport.RoundTrip(r)
}

// forgetful pulls everything each time, as if all of it had changed: its adapter remembers nothing.
type forgetful struct {
	syncer.Market
	fresh func() *sellercenter.Adapter
}

func (m forgetful) PullOrders(ctx context.Context, since time.Time, yield func(fulfillment.PulledPage) error) error {
	return m.fresh().PullOrders(ctx, since, yield)
}

// packer scans at a real station: from the scan handed in to the view that is shown, which is after its commit.
type packer struct {
	b     *testing.B
	st    *station.Station
	views chan station.View
	n     int // item scans of the parcel in hand
	order int
}

const unitsToScan = 100

// newPacker makes a station on the floor's store, with orders that no platform knows, and starts it.
func newPacker(b *testing.B, f *floor, orders int) *packer {
	b.Helper()
	for i := range orders {
		id := fulfillment.OrderID(fmt.Sprint("bench-", i))
		o := fulfillment.Order{ID: id, Status: fulfillment.StatusAwaitingShipment, ShippingType: fulfillment.ShippingSeller,
			FulfillmentType: fulfillment.FulfillmentBySeller, OnHoldOrder: true, UpdatedAt: time.Now()}
		p := fulfillment.Package{ID: fulfillment.PackageID(id) + "-1", OrderID: id, Rung: fulfillment.RungToPack}
		for u := range unitsToScan {
			line := fulfillment.LineID(fmt.Sprint(id, "/", u))
			o.Lines, p.Lines = append(o.Lines, fulfillment.LineItem{ID: line, SKU: "BENCH-MUG"}), append(p.Lines, line)
		}
		o.Packages = []fulfillment.Package{p}
		if _, err := f.store.ApplyPulled(b.Context(), f.cipher, []fulfillment.Order{o}, time.Time{}); err != nil {
			b.Fatal(err)
		}
	}
	k := &packer{b: b, views: make(chan station.View, 64)}
	k.st = station.New(station.Options{ID: "PACK-01", Operator: "Test Packer", Store: f.store, Policy: fulfillment.Policy{Verify: fulfillment.PolicyBlock},
		Show: func(v station.View) { k.views <- v }, Candidates: func(string) []fulfillment.Tracking { return nil },
		NewID: func() string { return uuid.Must(uuid.NewV7()).String() }})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- k.st.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	<-k.views // the restored bench
	return k
}

// scan hands a code in and waits for its verdict.
func (k *packer) scan(code string, want fulfillment.VerdictCode) time.Duration {
	k.b.Helper()
	begin := time.Now()
	if err := k.st.Submit(k.b.Context(), fulfillment.Scan{Code: code, At: begin}); err != nil {
		k.b.Fatal(err)
	}
	v := <-k.views
	took := time.Since(begin)
	if v.Verdict == nil || v.Verdict.Code != want {
		k.b.Fatalf("scan %q: %+v, want %s", code, v.Verdict, want)
	}
	return took
}

// item is one timed scan of an item; orders are opened and put back between them untimed.
func (k *packer) item() time.Duration {
	k.b.Helper()
	if k.n == 0 {
		k.scan(fmt.Sprint("bench-", k.order), fulfillment.OrderOpened)
	}
	took := k.scan("BENCH-MUG", fulfillment.ItemOK)
	if k.n++; k.n == unitsToScan-2 {
		k.scan("PB:SKIP", fulfillment.CommandDone)
		k.n, k.order = 0, k.order+1
	}
	return took
}

// round scans every 5 ms for two seconds.
func (k *packer) round() (took []time.Duration) {
	k.b.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); <-tick.C {
		took = append(took, k.item())
	}
	return took
}

// BenchmarkScanBesideSync: sync work never delays a verdict. A real station is scanned at every 5 ms, from the scan handed in to
// the view, in rounds of 2 s: with the outbox draining at the platform's pace and a pull that stores everything anew, and
// with both at rest, in turns, so that other load meets both alike. The aim is a p99 of at most 1.2 times that without.
// noise is the same quotient of the odd and the even rounds without, which differ by nothing: below it nothing is known.
func BenchmarkScanBesideSync(b *testing.B) {
	f := newFloorWith(b, "GB", setup{shop: shop.Options{Orders: 1200, RatePerSecond: 1e6}, perSecond: 1e6,
		change: func(o *syncer.Options) { o.Policy = "at_pack" }})
	if _, err := f.sync.Once(b.Context()); err != nil {
		b.Fatal(err)
	}
	f.report()
	const rounds = 16
	k := newPacker(b, f, rounds*10)
	rows, g := len(f.rows(b)), &gate{}
	client := f.newClient(g, f.tokens, 0)
	o := f.options(client)
	o.Policy, o.Poll, o.Overlap = "at_pack", 100*time.Millisecond, 1000*time.Hour
	o.Market = forgetful{o.Market, func() *sellercenter.Adapter { return sellercenter.NewAdapter(client, f.cipher, "GB") }}
	var err error
	if f.sync, err = syncer.New(o); err != nil {
		b.Fatal(err)
	}
	g.mu.Lock()
	f.start()
	var with []time.Duration
	var without [2][]time.Duration
	for b.Loop() {
		for i := range rounds {
			time.Sleep(300 * time.Millisecond) // what was answered before the gate closed is stored now
			without[i%2] = append(without[i%2], k.round()...)
			g.mu.Unlock()
			with = append(with, k.round()...)
			g.mu.Lock()
		}
	}
	g.mu.Unlock()
	if sent := rows - len(f.rows(b)); sent < 30 || f.sync.Status().LastPull.IsZero() && sent == 0 {
		b.Fatalf("only %d rows were sent meanwhile: this proves nothing", sent)
	}
	alone := append(slices.Clone(without[0]), without[1]...)
	b.ReportMetric(micros(with, 0.99)/micros(alone, 0.99), "p99-ratio")
	b.ReportMetric(1.2, "p99-limit")
	b.ReportMetric(micros(with, 0.5)/micros(alone, 0.5), "p50-ratio")
	b.ReportMetric(1.2, "p50-limit")
	b.ReportMetric(micros(without[1], 0.99)/micros(without[0], 0.99), "p99-noise")
	b.ReportMetric(micros(with, 0.99), "p99-µs")
	b.ReportMetric(micros(alone, 0.99), "alone-p99-µs")
	b.ReportMetric(micros(alone, 0.5), "alone-p50-µs")
	b.ReportMetric(float64(rows-len(f.rows(b))), "rows-sent")
}

func (f *floor) rows(b *testing.B) []fulfillment.OutboxRow {
	rows, err := f.store.Outbox(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return rows
}

func micros(d []time.Duration, q float64) float64 {
	sorted := slices.Sorted(slices.Values(d))
	return float64(sorted[int(q*float64(len(sorted)-1))]) / float64(time.Microsecond)
}
