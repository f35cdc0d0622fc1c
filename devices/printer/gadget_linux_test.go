package printer_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/devices/usb"
)

// Labels through the kernel's own printer function. It takes bytes ahead of the printer behind it, so what a stuck printer has
// taken cannot be told there; that is the affair of the other far end.
func TestUSBOnAGadget(t *testing.T) {
	inKernel(t)
	end, err := devicetest.NewGadgetPrinter(media.DPI)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end.Close)
	devicetest.Start(t, "the printer", end.Run)
	states := devicetest.NewInbox[devices.Health]()
	cfg := printer.USBConfig{Device: end.ID(), Language: printer.ZPL{Compression: printer.Auto}, Media: smallLabel, Timeouts: slower}
	cfg.Timeouts.Status, cfg.Timeouts.After = 2*time.Second, devicetest.Patience
	u := printer.NewUSB(cfg, usb.NewSystem(), states.Put, quiet)
	devicetest.Start(t, "Run", u.Run)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	for i := range 3 {
		b := devicetest.Checkerboard(smallLabel, i)
		if res, err := u.Print(t.Context(), b); err != nil || !res.Complete || res.Sent != res.Total {
			t.Fatalf("Print = %+v, %v", res, err)
		}
		if l := end.Labels(); len(l) != i+1 || !bytes.Equal(l[i].Bitmap.Bits, b.Bits) || !bytes.Contains(l[i].Job, []byte(":Z64:")) {
			t.Fatalf("%d labels came out, or another one", len(l))
		}
	}
	end.PaperOut(true)
	u.Poke()
	states.Until(t, "out of labels", func(h devices.Health) bool { return h.State == devices.Attention })
	if res, err := u.Print(t.Context(), devicetest.Checkerboard(smallLabel, 5)); !errors.Is(err, printer.ErrTrouble) || res.Sent != 0 {
		t.Errorf("without labels: %+v, %v", res, err)
	}
	end.PaperOut(false)
	states.Until(t, "ready again", func(h devices.Health) bool { return h.State == devices.Ready })
	for _, c := range end.Complaints() {
		t.Error(c)
	}
}
