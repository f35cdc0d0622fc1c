package storage

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
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

// The scan that prints writes the package, the job with its index, the bench and the chain, and no page more. The packer waits for each.
func TestTheScanThatPrintsWritesFewPages(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG")
	o.Packages[0].Tracking = "T1"
	pull(t, s, o)
	label, err := s.StoreLabel(t.Context(), "P100", []byte("label"), "T1")
	if err != nil {
		t.Fatal(err)
	}
	record(t, s, station.Commit{Bench: fulfillment.Bench{Mode: fulfillment.ModePack}, Events: event(fulfillment.EventOrderOpened, o)})
	if err := s.checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Packages[0].Rung, o.Packages[0].Label, o.Packages[0].LabelJob = fulfillment.RungVerified, label, "j"
	record(t, s, station.Commit{Bench: fulfillment.Bench{Mode: fulfillment.ModePack, Last: "100"}, Events: event(fulfillment.EventVerified, o), Packages: o.Packages,
		Jobs: []fulfillment.PrintJob{{ID: "j", OrderID: "100", PackageID: "P100", Label: label, Tracking: "T1", State: fulfillment.JobSending}}})
	var busy, pages, folded int // the log begins anew after it was folded
	if err := s.folder.QueryRowContext(t.Context(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &folded); err != nil || pages != 5 {
		t.Errorf("%d pages (busy %d, folded %d), %v; want packages, print_jobs, print_jobs_state, bench_state and events", pages, busy, folded, err)
	}
	if p := mustOrder(t, s, "100").Packages[0]; p.Rung != fulfillment.RungVerified || p.LabelJob != "j" || p.Tracking != "T1" {
		t.Errorf("stored %+v", p)
	}
}

// What the bench knows of a package is filled in where nothing is stored, and never written over what is.
func TestRecordFillsWhatIsMissing(t *testing.T) {
	fields := map[string]func(*fulfillment.Package, string){
		"platform id":     func(p *fulfillment.Package, v string) { p.PlatformID = fulfillment.PackageID(v) },
		"tracking":        func(p *fulfillment.Package, v string) { p.Tracking = fulfillment.Tracking(v) },
		"provider":        func(p *fulfillment.Package, v string) { p.ProviderID = v },
		"carrier":         func(p *fulfillment.Package, v string) { p.Carrier = v },
		"platform status": func(p *fulfillment.Package, v string) { p.PlatformStatus = v },
	}
	for name, set := range fields {
		t.Run(name, func(t *testing.T) {
			s := openTest(t, t.TempDir())
			o := testOrder("100", "MUG")
			p := fulfillment.Package{ID: "BENCH", OrderID: "100", Lines: o.Packages[0].Lines}
			pull(t, s, o)
			for i, value := range []string{"", "a", "b"} {
				set(&p, value)
				p.WeightG = i
				record(t, s, station.Commit{Packages: []fulfillment.Package{p}, Events: event(fulfillment.EventVerified, o)})
				want := p
				if value == "b" {
					set(&want, "a")
				}
				want.Rung = fulfillment.RungToPack
				if got, _ := mustOrder(t, s, "100").PackageByID("BENCH"); !reflect.DeepEqual(got, want) {
					t.Errorf("after %q: stored %+v, want %+v", value, got, want)
				}
			}
		})
	}
}
