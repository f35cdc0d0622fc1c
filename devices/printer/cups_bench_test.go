//go:build unix

package printer_test

import (
	"bytes"
	"os/exec"
	"slices"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/fulfillment/station"
)

// BenchmarkLabelAgainstCUPS is from the last scan of an order, handed to the station, to its label's first byte at the printer:
// the rule, the scan's transaction with the print job and the last look at the order, the connection. The label was proved and encoded
// while the order was open, as the program does it. The peer is `lp -o raw` with the same bytes, ready encoded, through a print service of
// its own to the same printer, in turns.
//
// Two virtual processors (2026-11-29), seven runs of 40: 1.13 to 1.28 ms against 11.0 to 13.5 ms, cups-ratio 0.093 to 0.105. Everything is
// cold after the 20 ms in which nobody did anything: the scan is looked up in 0.16 ms and judged in 0.05, the rows are written in 0.2, the
// disk takes 0.4 to 0.5 (0.45 for five pages written and flushed by nobody but the test), the connection 0.15, the first byte 0.08.
func BenchmarkLabelAgainstCUPS(b *testing.B) {
	devicetest.StartCUPS(b)
	end := newEnd(b)
	devicetest.RawQueue(b, "zebra", end.Address())
	ready := make(chan struct{}, 1)
	cfg := config(end)
	cfg.Language = printer.ZPL{Compression: printer.Auto}
	drv := printer.NewNetwork(cfg, func(h devices.Health) {
		if h.State == devices.Ready {
			select {
			case ready <- struct{}{}:
			default:
			}
		}
	}, quiet)
	defer devicetest.Start(b, "the driver", drv.Run)()
	<-ready
	bench := newBenchOfOrders(b, drv)
	var ours, lp []time.Duration
	labels := 0
	first := func(began time.Time) time.Duration {
		labels++
		for l := end.Labels(); ; l = end.Labels() {
			if len(l) == labels {
				return l[labels-1].First.Sub(began)
			}
			time.Sleep(time.Millisecond)
		}
	}
	both := func() {
		item, picture := bench.order(b)
		job := printer.ZPL{Compression: printer.Z64}.Encode(picture, media, 1)
		time.Sleep(20 * time.Millisecond) // nobody has the item in hand sooner
		began := time.Now()
		bench.scan(b, item)
		ours = append(ours, first(began))
		bench.until(b, station.PromptScanOrder)
		cmd := exec.Command("lp", "-d", "zebra", "-o", "raw")
		cmd.Stdin = bytes.NewReader(job)
		began = time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("lp: %v: %s", err, out)
		}
		lp = append(lp, first(began))
		time.Sleep(20 * time.Millisecond) // the service ends its own work
	}
	for b.Loop() {
		both()
	}
	for len(ours) < 20 {
		both()
	}
	ms := func(d []time.Duration) float64 {
		slices.Sort(d)
		return float64(d[len(d)/2]) / float64(time.Millisecond)
	}
	b.ReportMetric(ms(ours), "label-p50-ms")
	b.ReportMetric(ms(lp), "lp-p50-ms")
	b.ReportMetric(ms(ours)/ms(lp), "cups-ratio")
	b.ReportMetric(0.1, "cups-limit")
}
