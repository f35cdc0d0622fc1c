//go:build unix

package printer_test

import (
	"bytes"
	"context"
	"os/exec"
	"slices"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/storage"
)

// BenchmarkLabelAgainstCUPS is from the commit of a label's job, as the last scan makes it, to the label's first byte at the
// printer: the job is stored, claimed, encoded and sent. The peer is `lp -o raw` with the same bytes, ready encoded, through a print
// service of its own to the same printer, in turns.
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
	store, err := storage.Open(b.Context(), b.TempDir(), storage.Options{Station: "PACK-01", Market: "US"})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	s := &shift{store: store, end: end, media: media, back: devicetest.NewInbox[fulfillment.PrintJob](), proved: func(int) {}}
	picture := devicetest.Checkerboard(media, 1)
	s.queue = station.NewPrintQueue(station.PrintQueue{Store: store, Labels: onePicture{picture}, Printer: drv, Back: s, Now: time.Now, Log: quiet})
	defer devicetest.Start(b, "the driver", drv.Run)()
	<-ready
	defer devicetest.Start(b, "the print queue", s.queue.Run)()
	job := printer.ZPL{Compression: printer.Z64}.Encode(picture, media, 1)
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
		began, j := s.commit(b)
		ours = append(ours, first(began))
		s.settled(b, j.ID, fulfillment.JobDone)
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

// onePicture is the proof of every label.
type onePicture struct{ b fulfillment.Bitmap }

func (p onePicture) Proved(context.Context, fulfillment.Hash, fulfillment.Shipment, fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, error) {
	return fulfillment.Proof{Verdict: fulfillment.LabelPrint}, p.b, nil
}
