package scanner_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/hid"
	"packbench/devices/scanner"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// Twenty scans a second, far above the fastest bench, and none is lost, doubled or reordered. PACKBENCH_SUSTAIN=10m makes it
// long.
func TestTwentyScansASecond(t *testing.T) {
	length := 2 * time.Second
	if s := os.Getenv("PACKBENCH_SUSTAIN"); s != "" {
		var err error
		if length, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	for name, end := range map[string]*devicetest.USBScanner{"keyboard": devicetest.NewUSBScanner(us(t)), "pos": devicetest.NewUSBPOSScanner()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := devicetest.NewInbox[string]()
			states := devicetest.NewInbox[devices.Health]()
			d := scanner.NewUSB(scanner.USBConfig{Device: end.ID(), Repeat: 30 * time.Millisecond}, end,
				func(_ context.Context, s fulfillment.Scan) error { got.Put(s.Code); return nil }, states.Put, slog.New(slog.DiscardHandler))
			devicetest.Start(t, "Run", d.Run)
			states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
			const pause = time.Second / 20
			n := int(length / pause)
			began := time.Now()
			for i := range n {
				time.Sleep(time.Until(began.Add(time.Duration(i) * pause))) // a pause of the whole computer is made up for
				if err := end.Scan(fmt.Sprintf("SKU-%06d", i)); err != nil {
					t.Fatal(err)
				}
			}
			for i := range n {
				if c := got.Take(t); c != fmt.Sprintf("SKU-%06d", i) {
					t.Fatalf("scan %d is %q", i, c)
				}
			}
			if all := len(got.All()); all != n {
				t.Errorf("%d scans, want %d", all, n)
			}
			t.Logf("%d scans in %v, none lost", n, time.Since(began).Round(100*time.Millisecond))
		})
	}
}

// BenchmarkReportToScan measures from the moment a scanner hands its report to the host until the scan is given out, against
// a loop that only reads the report and decodes nothing.
func BenchmarkReportToScan(b *testing.B) {
	ours, bare := devicetest.NewUSBPOSScanner(), devicetest.NewUSBPOSScanner()
	scans, reports := make(chan time.Time, 1), make(chan time.Time, 1)
	ready := make(chan struct{}, 1)
	d := scanner.NewUSB(scanner.USBConfig{Device: ours.ID()}, ours,
		func(context.Context, fulfillment.Scan) error { scans <- time.Now(); return nil },
		func(h devices.Health) { ready <- struct{}{} }, slog.New(slog.DiscardHandler))
	devicetest.Start(b, "Run", d.Run)
	<-ready
	devicetest.Start(b, "the bare loop", func(ctx context.Context) error {
		dev, err := bare.Open(ctx, usb.Want{ID: bare.ID(), Interfaces: []usb.Interface{{Class: usb.ClassHID, SubClass: usb.Any, Protocol: usb.Any, Page: hid.PageScanner}}})
		if err != nil {
			return err
		}
		defer dev.Close()
		for buf := make([]byte, 64); ; {
			n, err := dev.Read(ctx, buf)
			if ctx.Err() != nil {
				return nil
			}
			if err != nil {
				return err
			}
			if n > 0 {
				reports <- time.Now()
			}
		}
	})
	one := func(end *devicetest.USBScanner, out chan time.Time) time.Duration {
		began := time.Now()
		if err := end.Scan("576461413038785752"); err != nil {
			b.Fatal(err)
		}
		return (<-out).Sub(began)
	}
	one(bare, reports)
	var us, them []time.Duration
	for b.Loop() {
		them = append(them, one(bare, reports))
		us = append(us, one(ours, scans))
	}
	at := func(all []time.Duration, q float64) float64 {
		slices.Sort(all)
		return float64(all[int(q*float64(len(all)-1))]) / float64(time.Microsecond)
	}
	b.ReportMetric(at(us, 0.5)/at(them, 0.5), "read-ratio")
	b.ReportMetric(2, "read-limit")
	b.ReportMetric(at(us, 0.99)/at(them, 0.99), "slowest-ratio") // the slowest in a hundred
	b.ReportMetric(3, "slowest-limit")
	b.ReportMetric(at(us, 0.5), "p50-µs")
	b.ReportMetric(at(us, 0.99), "p99-µs")
}
