//go:build unix

package printer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/fulfillment"
)

func spooler(queue string, report devices.Report) *printer.Spooler {
	return printer.NewSpooler(printer.SpoolerConfig{Queue: queue, Role: "label", Language: printer.ZPL{}, Media: media,
		Done: 4 * time.Second, Poll: 300 * time.Millisecond}, report, quiet)
}

// What the queue is given comes out dot by dot, through a real print service and its socket backend.
func TestSpooler(t *testing.T) {
	devicetest.StartCUPS(t)
	end := newEnd(t)
	devicetest.RawQueue(t, "zebra", end.Address())
	states := devicetest.NewInbox[devices.Health]()
	s := spooler("zebra", states.Put)
	stop := devicetest.Start(t, "Run", s.Run)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready && h.Transport == "spooler" })
	for i := range 3 {
		b := devicetest.Checkerboard(media, i)
		if res, err := s.Print(t.Context(), b); err != nil || !res.Complete || res.Sent != res.Total {
			t.Fatalf("Print = %+v, %v (%q; %d labels)", res, err, errors.Unwrap(err), len(end.Labels()))
		}
		l := end.Labels()
		if len(l) != i+1 || !bytes.Equal(l[i].Bitmap.Bits, b.Bits) {
			t.Fatalf("%d labels came out, or another one", len(l))
		}
	}
	if c := end.Complaints(); len(c) > 0 {
		t.Errorf("complaints %q", c)
	}
	devicetest.CUPSTool(t, "cupsdisable", "-r", "labels are being loaded", "zebra")
	s.Poke()
	states.Until(t, "stopped", func(h devices.Health) bool {
		return h.State == devices.Attention && strings.Contains(h.Text, "stopped")
	})
	if res, err := s.Print(t.Context(), devicetest.Checkerboard(media, 1)); err == nil || res.Sent != 0 || res.Complete {
		t.Errorf("Print into a stopped queue = %+v, %v", res, err)
	}
	devicetest.CUPSTool(t, "cupsenable", "zebra")
	s.Poke()
	states.Until(t, "ready again", func(h devices.Health) bool { return h.State == devices.Ready })
	devicetest.CUPSTool(t, "cupsreject", "zebra")
	if res, err := s.Print(t.Context(), devicetest.Checkerboard(media, 1)); err == nil || res.Complete || !strings.Contains(err.Error(), "did not take") {
		t.Errorf("Print into a queue that takes no jobs = %+v, %v", res, err)
	}
	stop()
	if n := len(end.Labels()); n != 3 {
		t.Errorf("%d labels came out", n)
	}
}

// A job that does not get through is taken back: it must not come out when the printer is switched on.
func TestSpoolerTakesBack(t *testing.T) {
	devicetest.StartCUPS(t)
	end := newEnd(t)
	end.Off()
	devicetest.RawQueue(t, "zebra", end.Address())
	states := devicetest.NewInbox[devices.Health]()
	s := spooler("zebra", states.Put)
	res, err := s.Print(t.Context(), devicetest.Checkerboard(media, 1))
	if err == nil || !res.Complete || !errors.Is(err, devices.ErrTimeout) || !strings.Contains(err.Error(), "taken back") {
		t.Fatalf("Print = %+v, %v", res, err)
	}
	states.Until(t, "attention", func(h devices.Health) bool { return h.State == devices.Attention })
	if err := end.On(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), devicetest.Patience)
	defer cancel()
	b := devicetest.Checkerboard(media, 2)
	if res, err := s.Print(ctx, b); err != nil {
		t.Fatalf("Print = %+v, %v", res, err)
	}
	if l := end.Labels(); len(l) != 1 || !bytes.Equal(l[0].Bitmap.Bits, b.Bits) {
		t.Errorf("%d labels came out, or another one", len(l))
	}
}

// The shared suite as far as a queue can: what a queue does not tell of its printer is no part of it.
func TestSpoolerSuite(t *testing.T) {
	devicetest.StartCUPS(t)
	n := 0
	devicetest.RunPrinterQueue(t, func(t *testing.T, report devices.Report) (devicetest.PrinterEnd, devicetest.PrinterDriver) {
		end := newEnd(t)
		n++
		queue := fmt.Sprintf("zebra%d", n)
		devicetest.RawQueue(t, queue, end.Address())
		return end, spooler(queue, report)
	})
}

func TestSpoolerWithoutQueueOrService(t *testing.T) {
	if _, err := exec.LookPath("lpstat"); err != nil {
		t.Skip("the print queue is not tested: lpstat is not installed (package cups-client)")
	}
	t.Setenv("CUPS_SERVER", "127.0.0.1:1") // nobody listens there
	states := devicetest.NewInbox[devices.Health]()
	s := spooler("nowhere", states.Put)
	res, err := s.Print(t.Context(), fulfillment.NewBitmap(fits(media)))
	if err == nil || res.Sent != 0 || res.Complete || !errors.Is(err, devices.ErrAbsent) {
		t.Errorf("Print = %+v, %v", res, err)
	}
	states.Until(t, "absent", func(h devices.Health) bool { return h.State == devices.Absent })
	t.Setenv("PATH", t.TempDir())
	if _, err := s.Print(t.Context(), fulfillment.NewBitmap(fits(media))); !errors.Is(err, devices.ErrUnsupported) {
		t.Errorf("without CUPS: %v", err)
	}
}
