//go:build unix

package printer_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
)

func newSerialEnd(t testing.TB) *devicetest.SerialPrinter {
	t.Helper()
	end, err := devicetest.NewSerialPrinter("", media.DPI)
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Start(t, "the virtual printer", end.Run)
	return end
}

func serialConfig(end *devicetest.SerialPrinter) printer.SerialConfig {
	return printer.SerialConfig{Port: end.Path(), Baud: 921600, Role: "label", Language: printer.ZPL{}, Media: shortLabel, Timeouts: slower}
}

func TestSerial(t *testing.T) {
	devicetest.RunPrinter(t, func(t *testing.T, report devices.Report) (devicetest.PrinterEnd, devicetest.PrinterDriver) {
		end := newSerialEnd(t)
		cfg := serialConfig(end)
		if strings.HasSuffix(t.Name(), "trouble_behind_the_last_byte_may_mean_a_label") {
			cfg.Timeouts.Poll = time.Hour // so that trouble is not seen before the job
		}
		return end, printer.NewSerial(cfg, report, quiet)
	})
}

// A printer whose memory is full says XOFF, and what comes after that but for a few bytes is lost.
func TestSerialWaitsWhileThePrinterSaysXOFF(t *testing.T) {
	line, err := devicetest.NewScanner("") // any bare line
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	cfg := printer.SerialConfig{Port: line.Path(), Baud: 115200, Media: shortLabel, Status: printer.StatusOff, Timeouts: printer.Timeouts{Stall: 400 * time.Millisecond}}
	d := printer.NewSerial(cfg, ignore, quiet)
	b := devicetest.Checkerboard(shortLabel, 1)
	if err := line.Send([]byte{0x13}); err != nil {
		t.Fatal(err)
	}
	res, err := d.Print(t.Context(), b)
	if err == nil || res.Complete || res.Sent > 256 {
		t.Fatalf("Print = %+v, %v, want it to stop soon after XOFF", res, err)
	}
	want := printer.ZPL{}.Encode(b, shortLabel, 1)
	got := make(chan []byte, 1)
	devicetest.Start(t, "the printer", func(context.Context) error {
		var all []byte
		for held := false; !bytes.HasSuffix(all, []byte("^XZ")); {
			p, err := line.Receive(time.Second)
			if err != nil {
				break
			}
			all = append(all, p...)
			if !held && len(all) > 2000 {
				held = true
				if err := line.Send([]byte{0x13}); err != nil {
					return err
				}
				time.Sleep(100 * time.Millisecond)
				late, _ := line.Receive(10 * time.Millisecond)
				all = append(all, late...)
				more, _ := line.Receive(10 * time.Millisecond)
				if len(more) > 0 {
					t.Errorf("%d bytes after XOFF and a rest of %d", len(more), len(late))
				}
				all = append(all, more...)
				if err := line.Send([]byte{0x11}); err != nil {
					return err
				}
			}
		}
		got <- all
		return nil
	})
	if res, err := d.Print(t.Context(), b); err != nil || !res.Complete {
		t.Errorf("Print = %+v, %v", res, err)
	}
	// What is left of the first job was thrown away before.
	if all := <-got; !bytes.HasSuffix(all, want) || !bytes.Contains(all, []byte("~JA")) {
		t.Errorf("%d bytes arrived, the job has %d", len(all), len(want))
	}
}
