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
// it, in turns; the median of each. The job is made before it is printed, as the station has it made while items are scanned; what
// that takes, which is its hash, is told beside it: an emulated processor needs as long for it as for the transfer. So is what it costs
// by itself that the end of a job is a transfer of its own.
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
	tail := printer.ZPL{}.Tail(mebibyte)
	var made, ours, bare, split []time.Duration
	turns := []func(){
		func() { bare = append(bare, writeAll(b, sink, mebibyte)) },
		func() {
			m, p := printMebibyte(b, sink)
			made, ours = append(made, m), append(ours, p)
		},
		func() {
			split = append(split, writeAll(b, sink, mebibyte[:len(mebibyte)-tail], mebibyte[len(mebibyte)-tail:]))
		},
	}
	for n := 0; b.Loop(); n++ {
		for i := range turns { // none is always the first
			turns[(n+i)%len(turns)]()
		}
	}
	if want := int64(len(turns) * b.N * len(mebibyte)); sink.Taken() != want {
		b.Fatalf("%d bytes arrived, want %d", sink.Taken(), want)
	}
	median := func(all []time.Duration) float64 { // in milliseconds
		slices.Sort(all)
		return all[len(all)/2].Seconds() * 1000
	}
	b.ReportMetric(median(ours)/median(bare), "bulk-ratio")
	b.ReportMetric(1.25, "bulk-limit")
	b.ReportMetric(median(split)/median(bare), "two-writes-ratio")
	b.ReportMetric((median(made)+median(ours))/median(bare), "made-on-the-spot-ratio")
	b.ReportMetric(median(made), "make-ms")
	b.ReportMetric(median(ours), "print-ms")
	b.ReportMetric(median(bare), "bulk-ms")
}

// calm is the time in which the device manager has seen to a device that was claimed, on the processor that is measured.
const calm = time.Second

// writeAll writes one piece after the other to the endpoint.
func writeAll(b *testing.B, sink *devicetest.USBSink, pieces ...[]byte) time.Duration {
	b.Helper()
	d, err := usb.NewSystem().Open(b.Context(), usb.Want{ID: sink.ID(), Interfaces: []usb.Interface{{Class: usb.ClassPrinter, SubClass: 1, Protocol: 2}}})
	if err != nil {
		b.Fatal(err)
	}
	time.Sleep(calm)
	began := time.Now()
	for _, p := range pieces {
		if n, err := d.Write(b.Context(), p); err != nil || n != len(p) {
			b.Fatal(n, err)
		}
	}
	took := time.Since(began)
	if err := d.Close(); err != nil {
		b.Fatal(err)
	}
	return took
}

// printMebibyte makes it a job and prints that.
func printMebibyte(b *testing.B, sink *devicetest.USBSink) (made, printed time.Duration) {
	b.Helper()
	label := fulfillment.Media{DPI: 203, WidthMM: 10, HeightMM: 10}
	picture := devicetest.Checkerboard(label, 1)
	states := devicetest.NewInbox[devices.Health]()
	cfg := printer.USBConfig{Device: sink.ID(), Language: megabyte{}, Media: label, Timeouts: printer.Timeouts{Poll: time.Hour}}
	u := printer.NewUSB(cfg, usb.NewSystem(), states.Put, quiet)
	defer devicetest.Start(b, "Run", u.Run)()
	states.Until(b, "ready", func(h devices.Health) bool { return h.State == devices.Ready }) // it has claimed the printer
	time.Sleep(calm)
	began := time.Now()
	u.Prepare(picture)
	made = time.Since(began)
	time.Sleep(calm)
	began = time.Now()
	if res, err := u.Print(b.Context(), picture); err != nil || !res.Complete {
		b.Fatal(res, err)
	}
	return made, time.Since(began)
}
