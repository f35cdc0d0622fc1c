package scanner_test

import (
	"context"
	"log/slog"
	"testing"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/scanner"
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
