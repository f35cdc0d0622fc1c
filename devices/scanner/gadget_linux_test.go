package scanner_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/hid"
	"packbench/devices/scanner"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// A scanner in serial mode, found by its identity, through the system's driver for such ports.
func TestSerialScannerOnAGadget(t *testing.T) {
	inKernel(t)
	devicetest.RunScanner(t, func(t *testing.T) (devicetest.ScannerEnd, devicetest.RunScannerDriver) {
		end, err := devicetest.NewGadgetSerialScanner()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(end.Close)
		return end, func(ctx context.Context, out func(context.Context, fulfillment.Scan) error, report devices.Report) error {
			cfg := scanner.SerialConfig{Port: end.ID().String(), Baud: 9600}
			return scanner.NewSerial(cfg, out, report, slog.New(slog.DiscardHandler)).Run(ctx)
		}
	})
}

// A scanner whose device side is the kernel's own HID function.
func TestUSBScannerOnAGadget(t *testing.T) {
	inKernel(t)
	for name, layout := range map[string]*hid.Layout{"keyboard": us(t), "pos": nil} {
		t.Run(name, func(t *testing.T) {
			devicetest.RunScanner(t, func(t *testing.T) (devicetest.ScannerEnd, devicetest.RunScannerDriver) {
				end, err := devicetest.NewGadgetScanner(layout)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(end.Close)
				return end, func(ctx context.Context, out func(context.Context, fulfillment.Scan) error, report devices.Report) error {
					// A pause of the whole computer, as emulated ones have, must not end a code.
					cfg := scanner.USBConfig{Device: end.ID(), IdleGap: 5 * time.Second}
					return scanner.NewUSB(cfg, usb.NewSystem(), out, report, slog.New(slog.DiscardHandler)).Run(ctx)
				}
			})
		})
	}
}
