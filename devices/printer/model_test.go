//go:build unix

package printer_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
)

func TestCompressionOfAModel(t *testing.T) {
	for _, tt := range []struct {
		name, firmware string
		want           printer.Compression
	}{
		{"ZD420-203dpi", "V84.20.18Z", printer.Z64},
		{"ZT410-300dpi", "V75.19.7Z", printer.Z64},
		{"ZTC GK420d", "V61.17.17Z", printer.Z64},
		{"ZTC ZD421-203dpi ZPL", "", printer.ACS}, // of the USB port: no firmware, so it may be a clone
		{"ZD420", "1.0", printer.ACS},             // a clone with a borrowed name
		{"LP2844-Z-200dpi", "V45.11.7", printer.ACS},
		{"XP-420B", "V6.49.2", printer.ACS},
		{"", "", printer.Hex},
	} {
		if got := (printer.Model{Name: tt.name, Firmware: tt.firmware}).Compression(); got != tt.want {
			t.Errorf("%s, %s: %q, want %q", tt.name, tt.firmware, got, tt.want)
		}
	}
}

func TestParseHostIdentification(t *testing.T) {
	const whole = "\x02ZD420-203dpi,V84.20.18Z,8,8176KB\x03\r\n"
	want := printer.Model{Name: "ZD420-203dpi", Firmware: "V84.20.18Z"}
	for _, text := range []string{whole, "noise" + whole, "\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n\x021234,0\x03" + whole} {
		if m, ok := printer.ParseHostIdentification([]byte(text)); !ok || m != want {
			t.Errorf("%q: %+v, %v", text, m, ok)
		}
	}
	for i := range strings.IndexByte(whole, 3) {
		if m, ok := printer.ParseHostIdentification([]byte(whole[:i])); ok {
			t.Errorf("a piece of %d bytes is a whole answer: %+v", i, m)
		}
	}
}

func FuzzHostIdentification(f *testing.F) {
	f.Add([]byte("\x02ZD420-203dpi,V84.20.18Z,8,8176KB\x03\r\n"))
	f.Add([]byte("\x02\x03\x02a,,,\x03"))
	f.Fuzz(func(t *testing.T, p []byte) {
		if m, ok := printer.ParseHostIdentification(p); ok && m.Name == "" {
			t.Errorf("%q: a model without a name", p)
		}
	})
}

func TestParseHostErrors(t *testing.T) {
	answer := func(flag, high, low string) string {
		return "\x02\r\n\r\nPRINTER STATUS            \r\n   ERRORS:          " + flag + " " + high + " " + low + "  \r\n   WARNINGS:        1 00000000 00000100   \r\n\x03"
	}
	for _, tt := range []struct{ answer, want string }{
		{answer("0", "00000000", "00000000"), ""},
		{answer("1", "00000000", "00010004"), "open|paused"},
		{answer("1", "00000000", "00000001"), "out of labels"},
		{answer("1", "00000000", "00000002"), "ribbon"},
		{answer("1", "00000000", "00000020"), "too hot"},
		{answer("1", "00000000", "00004000"), "jammed"},
		{answer("1", "00000000", "00200000"), "reports an error"}, // a bit that nobody has told of
		{answer("1", "00000001", "00000000"), "reports an error"},
		{answer("1", "00000000", "00000000"), "reports an error"},
	} {
		got, ok := printer.ParseHostErrors([]byte(tt.answer))
		if !ok || (got == "") != (tt.want == "") {
			t.Errorf("%q: %q, %v", tt.answer, got, ok)
		}
		for word := range strings.SplitSeq(tt.want, "|") {
			if !strings.Contains(got, word) {
				t.Errorf("%q: %q without %q", tt.answer, got, word)
			}
		}
		for i := range len(tt.answer) {
			if _, ok := printer.ParseHostErrors([]byte(tt.answer[:i])); ok {
				t.Errorf("%d bytes are a whole answer", i)
			}
		}
	}
}

func FuzzHostErrors(f *testing.F) {
	f.Add([]byte("\x02\r\n\r\nPRINTER STATUS\r\n ERRORS: 1 00000000 00010004 \r\n WARNINGS: 0 00000000 00000000\r\n\x03"))
	f.Fuzz(func(t *testing.T, p []byte) {
		if trouble, ok := printer.ParseHostErrors(p); ok && trouble == "" && bytes.Contains(p, []byte("ERRORS: 1")) && bytes.Count(p, []byte("ERRORS")) == 1 {
			t.Errorf("%q is said to be well", p)
		}
	})
}

// open makes a printer and its driver on one transport; both the printer's part that tests need.
type modelEnd interface {
	devicetest.PrinterEnd
	SetModel(string)
	NoHostStatus(bool)
}

func transports(t *testing.T) map[string]func(printer.Language) (modelEnd, devicetest.PrinterDriver) {
	return map[string]func(printer.Language) (modelEnd, devicetest.PrinterDriver){
		"network": func(l printer.Language) (modelEnd, devicetest.PrinterDriver) {
			end := newEnd(t)
			cfg := config(end)
			cfg.Language = l
			return end, printer.NewNetwork(cfg, ignore, quiet)
		},
		"usb": func(l printer.Language) (modelEnd, devicetest.PrinterDriver) {
			end := newUSBEnd(t)
			cfg := usbConfig(end)
			cfg.Language = l
			return end, printer.NewUSB(cfg, end, ignore, quiet)
		},
		"serial": func(l printer.Language) (modelEnd, devicetest.PrinterDriver) {
			end := newSerialEnd(t)
			cfg := serialConfig(end)
			cfg.Language = l
			return end, printer.NewSerial(cfg, ignore, quiet)
		},
	}
}

// The job that comes out of each model is what was given, and written in the compression that the model reads.
func TestTheModelChoosesTheCompression(t *testing.T) {
	for name, open := range transports(t) {
		for _, tt := range []struct{ model, compression string }{
			{"ZD421-203dpi,V93.21.26Z,8,8192KB", "z64"}, {"XP-420B,V1.0,8,4096KB", "acs"}, {"", "hex"},
		} {
			if tt.model == "" && name == "usb" {
				tt.compression = "acs" // its port says a name
			}
			if tt.model == "" && name == "serial" {
				tt.compression = "acs" // hex would take minutes
			}
			t.Run(name+"/"+tt.compression+tt.model, func(t *testing.T) {
				end, drv := open(printer.ZPL{Compression: printer.Auto})
				end.SetModel(tt.model)
				b := devicetest.Checkerboard(drv.Media(), 4)
				for range 2 {
					if res, err := drv.Print(t.Context(), b); err != nil || !res.Complete || res.Total != res.Sent {
						t.Fatalf("Print = %+v, %v", res, err)
					}
				}
				labels := end.Labels()
				want := printer.ZPL{Compression: compressions[tt.compression]}.Encode(b, drv.Media(), 1)
				if len(labels) != 2 || !bytes.Equal(labels[1].Bitmap.Bits, b.Bits) || !bytes.Equal(labels[0].Job, want) || !bytes.Equal(labels[1].Job, want) {
					t.Errorf("%d labels; the job began %.60q, want %.60q", len(labels), labels[0].Job, want)
				}
				if c := end.Complaints(); len(c) > 0 {
					t.Error(c)
				}
			})
		}
	}
}

// Another printer at the same place is another model.
func TestTheModelIsAskedAnewWhenThePrinterWasOff(t *testing.T) {
	for name, open := range transports(t) {
		t.Run(name, func(t *testing.T) {
			end, drv := open(printer.ZPL{Compression: printer.Auto})
			b := devicetest.Checkerboard(drv.Media(), 4)
			if _, err := drv.Print(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			end.Off()
			if _, err := drv.Print(t.Context(), b); err == nil {
				t.Fatal("printed on a printer that is off")
			}
			end.SetModel("Clone 1,1.0,8,4096KB")
			if err := end.On(); err != nil {
				t.Fatal(err)
			}
			if _, err := drv.Print(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			l := end.Labels()
			if len(l) != 2 || !bytes.Contains(l[0].Job, []byte(":Z64:")) || bytes.Contains(l[1].Job, []byte(":Z64:")) {
				t.Errorf("%d labels, not Z64 and then ACS", len(l))
			}
		})
	}
}

// A clone that knows ~HQES only is printed on, and says what is the matter; one that knows neither needs attention.
func TestTheSecondQuestion(t *testing.T) {
	for name, open := range transports(t) {
		t.Run(name, func(t *testing.T) {
			end, drv := open(printer.ZPL{})
			end.NoHostStatus(true)
			for i := range 2 {
				if res, err := drv.Print(t.Context(), devicetest.Checkerboard(drv.Media(), i)); err != nil || !res.Complete {
					t.Fatalf("Print = %+v, %v", res, err)
				}
			}
			end.PaperOut(true)
			time.Sleep(time.Millisecond)
			if res, err := drv.Print(t.Context(), devicetest.Checkerboard(drv.Media(), 5)); !errors.Is(err, printer.ErrTrouble) || !strings.Contains(err.Error(), "out of labels") {
				t.Errorf("without labels: %+v, %v", res, err)
			}
			end.PaperOut(false)
		})
		t.Run(name+"/neither", func(t *testing.T) {
			end, drv := open(printer.ZPL{})
			end.Silent(true)
			res, err := drv.Print(t.Context(), devicetest.Checkerboard(drv.Media(), 5))
			if !errors.Is(err, devices.ErrTimeout) || errors.Is(err, printer.ErrTrouble) || res.Sent != 0 {
				t.Errorf("Print = %+v, %v", res, err)
			}
		})
		t.Run(name+"/a quiet Zebra", func(t *testing.T) {
			end, drv := open(printer.ZPL{})
			end.QuietInTrouble(true)
			end.HeadOpen(true)
			if res, err := drv.Print(t.Context(), devicetest.Checkerboard(drv.Media(), 5)); !errors.Is(err, printer.ErrTrouble) || !strings.Contains(err.Error(), "open") || res.Sent != 0 {
				t.Errorf("open: %+v, %v", res, err)
			}
			end.HeadOpen(false)
			if _, err := drv.Print(t.Context(), devicetest.Checkerboard(drv.Media(), 5)); err != nil {
				t.Errorf("closed again: %v", err)
			}
		})
	}
}
