package printer_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// inKernel leaves a test out where virtual devices cannot, or must not, become devices of this computer: on a desk they would
// type and print for whoever sits there.
func inKernel(t *testing.T) {
	t.Helper()
	if os.Getenv("PACKBENCH_USB") != "kernel" {
		t.Skip("USB through the kernel is tested with PACKBENCH_USB=kernel, as root, on a computer of its own with vhci-hcd loaded")
	}
	if err := devicetest.KernelUSB(); err != nil {
		t.Fatal(err)
	}
}

// smallLabel takes an emulated computer a tenth of the time to draw.
var smallLabel = fulfillment.Media{DPI: media.DPI, WidthMM: 60, HeightMM: 30}

// The same suite with the whole way between: kernel, usbfs, libusb.
func TestUSBThroughTheKernel(t *testing.T) {
	inKernel(t)
	devicetest.RunPrinter(t, func(t *testing.T, report devices.Report) (devicetest.PrinterEnd, devicetest.PrinterDriver) {
		end, err := newUSBEnd(t).InKernel()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(end.Close)
		cfg := usbConfig(end.USBPrinter)
		cfg.Media = smallLabel
		// In an emulated computer the virtual printer takes seconds to draw a label before it answers.
		cfg.Timeouts.Stall, cfg.Timeouts.Status, cfg.Timeouts.After = 2*time.Second, 2*time.Second, devicetest.Patience
		if strings.HasSuffix(t.Name(), "trouble_behind_the_last_byte_may_mean_a_label") {
			cfg.Timeouts.Poll = time.Hour // so that trouble is not seen before the job
		}
		return end, printer.NewUSB(cfg, usb.NewSystem(), report, quiet)
	})
}

// megabyte is a language whose every job has 1 MiB.
type megabyte struct{ printer.ZPL }

var mebibyte = bytes.Repeat([]byte("0123456789ABCDEF"), 1<<16)

func (megabyte) Encode(fulfillment.Bitmap, fulfillment.Media, int) []byte { return mebibyte }
func (megabyte) Ask() []byte                                              { return nil }

// BenchmarkMebibyteThroughTheKernel measures a job of 1 MiB against the same bytes written to the endpoint with nothing around
// it, in turns; the median of each.
func BenchmarkMebibyteThroughTheKernel(b *testing.B) {
	if os.Getenv("PACKBENCH_USB") != "kernel" {
		b.Skip("measured in the emulated computer: go test -bench . ./devices/devicetest/bed")
	}
	sink := devicetest.NewUSBSink()
	unplug, err := sink.InKernel()
	if err != nil {
		b.Fatal(err)
	}
	defer unplug()
	label := fulfillment.Media{DPI: 203, WidthMM: 10, HeightMM: 10}
	picture := devicetest.Checkerboard(label, 1)
	raw := func() time.Duration {
		d, err := usb.NewSystem().Open(b.Context(), usb.Want{ID: sink.ID(), Interfaces: []usb.Interface{{Class: usb.ClassPrinter, SubClass: 1, Protocol: 2}}})
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if n, err := d.Write(b.Context(), mebibyte); err != nil || n != len(mebibyte) {
			b.Fatal(n, err)
		}
		took := time.Since(began)
		if err := d.Close(); err != nil {
			b.Fatal(err)
		}
		return took
	}
	print := func() time.Duration {
		states := devicetest.NewInbox[devices.Health]()
		cfg := printer.USBConfig{Device: sink.ID(), Language: megabyte{}, Media: label, Timeouts: printer.Timeouts{Poll: time.Hour}}
		u := printer.NewUSB(cfg, usb.NewSystem(), states.Put, quiet)
		defer devicetest.Start(b, "Run", u.Run)()
		states.Until(b, "ready", func(h devices.Health) bool { return h.State == devices.Ready }) // it has claimed the printer
		began := time.Now()
		if res, err := u.Print(b.Context(), picture); err != nil || !res.Complete {
			b.Fatal(res, err)
		}
		return time.Since(began)
	}
	var ours, bare []time.Duration
	for b.Loop() {
		if len(ours)%2 == 0 { // neither is always the first
			bare, ours = append(bare, raw()), append(ours, print())
		} else {
			ours, bare = append(ours, print()), append(bare, raw())
		}
	}
	if want := int64(2 * b.N * len(mebibyte)); sink.Taken() != want {
		b.Fatalf("%d bytes arrived, want %d", sink.Taken(), want)
	}
	median := func(all []time.Duration) time.Duration {
		slices.Sort(all)
		return all[len(all)/2]
	}
	b.ReportMetric(median(ours).Seconds()/median(bare).Seconds(), "bulk-ratio")
	b.ReportMetric(1.25, "bulk-limit")
	b.ReportMetric(float64(median(ours).Milliseconds()), "print-ms")
	b.ReportMetric(float64(median(bare).Milliseconds()), "bulk-ms")
}
