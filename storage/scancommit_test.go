package storage

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// BenchmarkScanCommit measures one item scan made durable against what the disk can do at best: 4 KiB written into a
// preallocated file and flushed. Both are measured in turns in the same run, so that other load meets both alike. The
// aim is a p50 ratio of at most 1.4 (gate 1.6), p99 at most 2.0.
func BenchmarkScanCommit(b *testing.B) {
	dir := b.TempDir()
	s := openTest(b, dir)
	raw := newRawWriter(b, filepath.Join(dir, "raw"))
	o := testOrder("576461413038785752", slices.Repeat([]fulfillment.SKU{"MUG"}, 20)...)
	pull(b, s, o)
	parcel := fulfillment.NewParcel(o, o.Packages[0], nil, t0)
	ctx := context.WithoutCancel(b.Context())
	bench := fulfillment.Bench{Mode: fulfillment.ModePack, Operator: "Test Packer", Parcel: &parcel}
	scan := func(i int) fulfillment.Outcome {
		in := fulfillment.Input{Now: t0.Add(time.Duration(i) * time.Second), Scan: &fulfillment.Scan{Code: "MUG"},
			Found: fulfillment.Found{SKUs: []fulfillment.SKU{"MUG"}}}
		return fulfillment.Apply(bench, in, fulfillment.Policy{Verify: fulfillment.PolicyBlock})
	}
	var rawTook, scanTook []time.Duration
	i := 0
	for b.Loop() {
		begin := time.Now()
		raw.write(b, i)
		rawTook = append(rawTook, time.Since(begin))

		out := scan(i)
		c := station.Commit{Station: "PACK-01", Operator: "Test Packer", At: t0.Add(time.Duration(i) * time.Second), Bench: out.Next,
			Events: out.Events, Packages: out.Packages, Outbox: out.Outbox}
		begin = time.Now()
		if err := s.Record(ctx, c); err != nil {
			b.Fatal(err)
		}
		scanTook = append(scanTook, time.Since(begin))
		if bench = out.Next; bench.Parcel.Left() == 1 {
			bench.Parcel = &parcel
		}
		if i++; i%foldAfter == 0 {
			// At a bench the log is folded in the second between two scans. Here scans come without a pause: one that meets the
			// fold is measured beside the sync work (syncer, BenchmarkScanBesideSync).
			if err := s.checkpoint(ctx); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(quantile(scanTook, 0.5)/quantile(rawTook, 0.5), "p50-ratio")
	b.ReportMetric(1.4, "p50-limit")
	b.ReportMetric(quantile(scanTook, 0.99)/quantile(rawTook, 0.99), "p99-ratio")
	b.ReportMetric(2.0, "p99-limit")
	b.ReportMetric(quantile(scanTook, 0.5), "p50-µs")
	b.ReportMetric(quantile(rawTook, 0.5), "raw-p50-µs")
}

// quantile is in microseconds.
func quantile(d []time.Duration, q float64) float64 {
	sorted := slices.Sorted(slices.Values(d))
	return float64(sorted[int(q*float64(len(sorted)-1))]) / float64(time.Microsecond)
}

type rawWriter struct {
	f    *os.File
	page []byte
}

const rawPages = 1000

func newRawWriter(tb testing.TB, path string) *rawWriter {
	tb.Helper()
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { f.Close() })
	if _, err := f.Write(make([]byte, rawPages*pageSize)); err != nil {
		tb.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		tb.Fatal(err)
	}
	return &rawWriter{f: f, page: make([]byte, pageSize)}
}

func (w *rawWriter) write(tb testing.TB, i int) {
	w.page[0] = byte(i)
	if _, err := w.f.WriteAt(w.page, int64(i%rawPages)*pageSize); err != nil {
		tb.Fatal(err)
	}
	if err := flushData(w.f); err != nil {
		tb.Fatal(err)
	}
}
