package scanner_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/scanner"
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

// The same suite with the whole way between: kernel, usbfs, libusb.
func TestUSBThroughTheKernel(t *testing.T) {
	inKernel(t)
	for name, open := range map[string]func() *devicetest.USBScanner{
		"keyboard": func() *devicetest.USBScanner { return devicetest.NewUSBScanner(us(t)) },
		"pos":      devicetest.NewUSBPOSScanner,
	} {
		t.Run(name, func(t *testing.T) {
			devicetest.RunScanner(t, func(t *testing.T) (devicetest.ScannerEnd, devicetest.RunScannerDriver) {
				end, err := open().InKernel()
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() {
					end.Close()
					for _, c := range end.Complaints() {
						t.Error(c)
					}
				})
				return end, func(ctx context.Context, out func(context.Context, fulfillment.Scan) error, report devices.Report) error {
					// A pause of the whole computer, as emulated ones have, must not end a code.
					cfg := scanner.USBConfig{Device: end.ID(), IdleGap: 5 * time.Second}
					return scanner.NewUSB(cfg, usb.NewSystem(), out, report, slog.New(slog.DiscardHandler)).Run(ctx)
				}
			})
		})
	}
}

// A scanner that is a keyboard, too: the keyboard stays the system's, unless the scanner is to have all for itself, and comes back.
func TestCompositeThroughTheKernel(t *testing.T) {
	inKernel(t)
	end, err := devicetest.NewUSBCompositeScanner().InKernel()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end.Close)
	const keyboard, pos = 0, 1
	drivers := func(when, wantKeyboard, wantPOS string) {
		t.Helper()
		for till := time.Now().Add(devicetest.Patience); ; time.Sleep(5 * time.Millisecond) {
			k, p := end.Driver(keyboard), end.Driver(pos)
			if k == wantKeyboard && p == wantPOS {
				return
			}
			if time.Now().After(till) {
				t.Fatalf("%s: the keyboard has %q, the scanner %q; want %q and %q", when, k, p, wantKeyboard, wantPOS)
			}
		}
	}
	drivers("before", "usbhid", "usbhid")
	for _, exclusive := range []bool{false, true, false} {
		scans, states := devicetest.NewInbox[fulfillment.Scan](), devicetest.NewInbox[devices.Health]()
		d := scanner.NewUSB(scanner.USBConfig{Device: end.ID(), Exclusive: exclusive}, usb.NewSystem(),
			func(_ context.Context, s fulfillment.Scan) error { scans.Put(s); return nil }, states.Put, slog.New(slog.DiscardHandler))
		stop := devicetest.Start(t, "Run", d.Run)
		states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
		if exclusive {
			drivers("exclusive", "usbfs", "usbfs")
		} else {
			drivers("beside the keyboard", "usbhid", "usbfs")
		}
		if err := end.Scan("576461413038785752"); err != nil {
			t.Fatal(err)
		}
		if s := scans.Take(t); s.Code != "576461413038785752" {
			t.Errorf("got %q", s.Code)
		}
		stop()
		drivers("released", "usbhid", "usbhid")
	}
	for _, c := range end.Complaints() {
		t.Error(c)
	}
}

// A shift's worth of scans, faster than anybody scans.
func TestAThousandScansThroughTheKernel(t *testing.T) {
	inKernel(t)
	end, err := devicetest.NewUSBPOSScanner().InKernel()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end.Close)
	scans, states := devicetest.NewInbox[fulfillment.Scan](), devicetest.NewInbox[devices.Health]()
	d := scanner.NewUSB(scanner.USBConfig{Device: end.ID()}, usb.NewSystem(),
		func(_ context.Context, s fulfillment.Scan) error { scans.Put(s); return nil }, states.Put, slog.New(slog.DiscardHandler))
	devicetest.Start(t, "Run", d.Run)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	const n = 1000
	for i := range n {
		if err := end.Scan(fmt.Sprintf("57646%08d", i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		if s := scans.Take(t); s.Code != fmt.Sprintf("57646%08d", i) {
			t.Fatalf("scan %d is %q", i, s.Code)
		}
	}
	if got := len(scans.All()); got != n {
		t.Errorf("%d scans, want %d", got, n)
	}
}
