package printer_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// slower gives the emulated printer, which draws each label on a loaded computer, more time to say that it is ready.
var slower = func() printer.Timeouts {
	t := short
	t.After = 6 * time.Second
	return t
}()

func newUSBEnd(t testing.TB) *devicetest.USBPrinter {
	t.Helper()
	end, err := devicetest.NewUSBPrinter(media.DPI)
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Start(t, "the virtual printer", end.Run)
	return end
}

func usbConfig(end *devicetest.USBPrinter) printer.USBConfig {
	return printer.USBConfig{Device: end.ID(), Role: "label", Language: printer.ZPL{}, Media: media, Timeouts: slower}
}

func TestUSB(t *testing.T) {
	devicetest.RunPrinter(t, func(t *testing.T, report devices.Report) (devicetest.PrinterEnd, devicetest.PrinterDriver) {
		end := newUSBEnd(t)
		t.Cleanup(func() {
			if end.Claimed() {
				t.Error("the printer is still claimed")
			}
		})
		cfg := usbConfig(end)
		if strings.HasSuffix(t.Name(), "trouble_behind_the_last_byte_may_mean_a_label") {
			cfg.Timeouts.Poll = time.Hour // so that trouble is not seen before the job
		}
		return end, printer.NewUSB(cfg, end, report, quiet)
	})
}

func ignore(devices.Health) {}

// USB tells exactly what was taken: a printer that is stuck within the last bytes has not got the end.
func TestUSBStuckAnywhereHasNotPrinted(t *testing.T) {
	b := fulfillment.NewBitmap(fits(media))
	total := len(printer.ZPL{}.Encode(b, media, 1))
	for _, after := range []int{0, 20, total - 2} {
		end := newUSBEnd(t)
		u := printer.NewUSB(usbConfig(end), end, ignore, quiet)
		end.StuckAfter(after)
		res, err := u.Print(t.Context(), b)
		if err == nil {
			t.Fatalf("stuck after %d: %+v", after, res)
		}
		end.Clear()
		time.Sleep(50 * time.Millisecond)
		if n := len(end.Labels()); n != 0 && !res.Complete {
			t.Errorf("stuck after %d: %+v is said to have printed nothing, and %d labels came out", after, res, n)
		}
		if res, err := u.Print(t.Context(), b); err != nil || !res.Complete {
			t.Errorf("the next job: %+v, %v", res, err)
		}
	}
}

// The port knows why a Zebra that is out of labels does not answer.
func TestUSBPortStatusGivesTheReason(t *testing.T) {
	end := newUSBEnd(t)
	end.QuietInTrouble(true)
	end.PaperOut(true)
	_, err := printer.NewUSB(usbConfig(end), end, ignore, quiet).Print(t.Context(), devicetest.Checkerboard(media, 1))
	if !errors.Is(err, printer.ErrTrouble) || !strings.Contains(fmt.Sprint(err), "out of labels") {
		t.Errorf("got %v", err)
	}
}

// Part of a job that another program left must not swallow a label.
func TestUSBPartOfAJobOfAnother(t *testing.T) {
	for _, knows := range []bool{true, false} {
		end := newUSBEnd(t)
		other, err := end.Open(t.Context(), usb.Want{ID: end.ID(), Interfaces: []usb.Interface{{Class: usb.ClassPrinter, SubClass: usb.Any, Protocol: usb.Any}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.Write(t.Context(), []byte("^XA^PW100")); err != nil {
			t.Fatal(err)
		}
		if err := other.Close(); err != nil {
			t.Fatal(err)
		}
		if !knows {
			end.KnowsNoReset()
		}
		b := devicetest.Checkerboard(media, 1)
		res, err := printer.NewUSB(usbConfig(end), end, ignore, quiet).Print(t.Context(), b)
		switch {
		case knows && (err != nil || len(end.Labels()) != 1 || !bytes.Equal(end.Labels()[0].Bitmap.Bits, b.Bits)):
			t.Errorf("after a reset: %+v, %v, %d labels", res, err, len(end.Labels()))
		case !knows && (err == nil || res.Sent != 0 || !strings.Contains(err.Error(), "off and on")):
			t.Errorf("a printer that cannot be reset: %+v, %v", res, err)
		}
	}
}

func TestUSBStatusOff(t *testing.T) {
	end := newUSBEnd(t)
	end.Silent(true)
	end.OneWay()
	cfg := usbConfig(end)
	if _, err := printer.NewUSB(cfg, end, ignore, quiet).Print(t.Context(), devicetest.Checkerboard(media, 1)); err == nil || !strings.Contains(err.Error(), "no_status") {
		t.Errorf("a printer that cannot answer: %v", err)
	}
	cfg.Status = printer.StatusOff
	u := printer.NewUSB(cfg, end, ignore, quiet)
	if res, err := u.Print(t.Context(), devicetest.Checkerboard(media, 1)); err != nil || !res.Complete {
		t.Errorf("Print = %+v, %v", res, err)
	}
	end.PaperOut(true)
	time.Sleep(10 * time.Millisecond)
	cfg.Timeouts.Fresh = time.Nanosecond
	if res, err := printer.NewUSB(cfg, end, ignore, quiet).Print(t.Context(), devicetest.Checkerboard(media, 1)); !errors.Is(err, printer.ErrTrouble) || res.Sent != 0 {
		t.Errorf("without labels: %+v, %v", res, err)
	}
}

func TestUSBTroubleWithTheBus(t *testing.T) {
	end := newUSBEnd(t)
	end.UsedElsewhere(true)
	states := devicetest.NewInbox[devices.Health]()
	u := printer.NewUSB(usbConfig(end), end, states.Put, quiet)
	devicetest.Start(t, "Run", u.Run)
	if h := states.Take(t); h.State != devices.Attention || !strings.Contains(h.Text, "Another program") {
		t.Errorf("health %+v", h)
	}
	end.UsedElsewhere(false)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	end.Off()
	u.Poke()
	states.Until(t, "absent", func(h devices.Health) bool { return h.State == devices.Absent && strings.Contains(h.Text, "unplugged") })
}

func TestParseDeviceID(t *testing.T) {
	const text = "MANUFACTURER:Zebra Technologies ;COMMAND SET:ZPL;mdl: ZTC ZD420-203dpi ZPL;CLS:PRINTER;junk;"
	id, err := printer.ParseDeviceID(append([]byte{0, byte(len(text) + 2)}, text+"rest of the buffer"...))
	if err != nil || id["MFG"] != "Zebra Technologies" || id["CMD"] != "ZPL" || id["MDL"] != "ZTC ZD420-203dpi ZPL" || len(id) != 4 {
		t.Errorf("got %v, %v", id, err)
	}
	for _, bad := range [][]byte{nil, {0}, {0, 1}, {1, 0, 'x'}} {
		if id, err := printer.ParseDeviceID(bad); err == nil {
			t.Errorf("% x: %v", bad, id)
		}
	}
}

func FuzzDeviceID(f *testing.F) {
	f.Add([]byte("\x00\x0fMFG:Z;CMD:ZPL"))
	f.Fuzz(func(t *testing.T, b []byte) {
		id, err := printer.ParseDeviceID(b)
		if err != nil && id != nil {
			t.Fatal("both an ID and an error")
		}
	})
}
