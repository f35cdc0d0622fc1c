package scanner_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/hid"
	"packbench/devices/scanner"
	"packbench/fulfillment"
)

func us(t testing.TB) *hid.Layout { return layoutOf(t, "us") }

func layoutOf(t testing.TB, name string) *hid.Layout {
	t.Helper()
	l, err := hid.ParseLayout(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// released checks at the end of a test that the driver did nothing wrong and has let go of the device.
func released(t *testing.T, end *devicetest.USBScanner) {
	t.Helper()
	t.Cleanup(func() {
		for _, c := range end.Complaints() {
			t.Error(c)
		}
		if end.Claimed() {
			t.Error("the scanner is still claimed")
		}
	})
}

func TestUSB(t *testing.T) {
	ends := map[string]func(t *testing.T) (*devicetest.USBScanner, scanner.USBConfig){
		"pos": func(*testing.T) (*devicetest.USBScanner, scanner.USBConfig) {
			return devicetest.NewUSBPOSScanner(), scanner.USBConfig{Mode: scanner.ModePOS}
		},
		"pos, not said": func(*testing.T) (*devicetest.USBScanner, scanner.USBConfig) {
			return devicetest.NewUSBPOSScanner(), scanner.USBConfig{}
		},
		"keyboard, not said": func(t *testing.T) (*devicetest.USBScanner, scanner.USBConfig) {
			return devicetest.NewUSBScanner(us(t)), scanner.USBConfig{}
		},
	}
	for _, name := range hid.Layouts() {
		ends["keyboard "+name] = func(t *testing.T) (*devicetest.USBScanner, scanner.USBConfig) {
			return devicetest.NewUSBScanner(layoutOf(t, name)), scanner.USBConfig{Mode: scanner.ModeKeyboard, Layout: layoutOf(t, name)}
		}
	}
	for name, open := range ends {
		t.Run(name, func(t *testing.T) {
			devicetest.RunScanner(t, func(t *testing.T) (devicetest.ScannerEnd, devicetest.RunScannerDriver) {
				end, cfg := open(t)
				released(t, end)
				cfg.Device = end.ID()
				return end, func(ctx context.Context, out func(context.Context, fulfillment.Scan) error, report devices.Report) error {
					return scanner.NewUSB(cfg, end, out, report, slog.New(slog.DiscardHandler)).Run(ctx)
				}
			})
		})
	}
}

func usbRunning(t *testing.T, end *devicetest.USBScanner, cfg scanner.USBConfig) (*devicetest.Inbox[fulfillment.Scan], *devicetest.Inbox[devices.Health]) {
	t.Helper()
	released(t, end)
	scans, states := devicetest.NewInbox[fulfillment.Scan](), devicetest.NewInbox[devices.Health]()
	cfg.Device = end.ID()
	u := scanner.NewUSB(cfg, end, func(_ context.Context, s fulfillment.Scan) error { scans.Put(s); return nil }, states.Put, slog.New(slog.DiscardHandler))
	devicetest.Start(t, "Run", u.Run)
	return scans, states
}

func TestUSBTypedWithoutASuffix(t *testing.T) {
	end := devicetest.NewUSBScanner(us(t))
	scans, _ := usbRunning(t, end, scanner.USBConfig{})
	rs, err := end.Reports("NOSUFFIX")
	if err != nil {
		t.Fatal(err)
	}
	end.Send(rs[:len(rs)-2]...)
	if s := scans.Take(t); s.Code != "NOSUFFIX" || s.Device != end.ID().String() {
		t.Errorf("got %+v", s)
	}
}

func TestUSBIdentifiersAndPrefix(t *testing.T) {
	end := devicetest.NewUSBPOSScanner()
	scans, _ := usbRunning(t, end, scanner.USBConfig{Prefix: "~"})
	for _, code := range []string{"~420\x1d92\r", strings.Repeat("9", 2*fulfillment.MaxScan)} {
		if err := end.Scan(code); err != nil {
			t.Fatal(err)
		}
	}
	if s := scans.Take(t); s.Code != "420\x1d92" || s.AIM != "]Q1" {
		t.Errorf("got %q %q", s.AIM, s.Code)
	}
	if s := scans.Take(t); len(s.Code) != fulfillment.MaxScan+1 {
		t.Errorf("a code that is too long has %d bytes", len(s.Code))
	}
	typing := devicetest.NewUSBScanner(us(t))
	scans, _ = usbRunning(t, typing, scanner.USBConfig{Prefix: "~"})
	if err := typing.Scan("]C1~420"); err != nil {
		t.Fatal(err)
	}
	if s := scans.Take(t); s.Code != "420" || s.AIM != "]C1" {
		t.Errorf("got %q %q", s.AIM, s.Code)
	}
}

func TestUSBRepeatGuard(t *testing.T) {
	end := devicetest.NewUSBPOSScanner()
	scans, _ := usbRunning(t, end, scanner.USBConfig{Repeat: time.Hour})
	for _, c := range []string{"A", "A", "B"} {
		if err := end.Scan(c); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := scans.Take(t), scans.Take(t); a.Code != "A" || b.Code != "B" {
		t.Errorf("got %q, %q", a.Code, b.Code)
	}
}

// A report that is broken gives up its code and no other.
func TestUSBBrokenReports(t *testing.T) {
	end := devicetest.NewUSBPOSScanner()
	scans, _ := usbRunning(t, end, scanner.USBConfig{})
	end.Send([]byte{2, 1, 2}, make([]byte, 64), []byte{9})
	if err := end.Scan("WHOLE"); err != nil {
		t.Fatal(err)
	}
	if s := scans.Take(t); s.Code != "WHOLE" {
		t.Errorf("got %q", s.Code)
	}
}

func TestUSBUsedByAnother(t *testing.T) {
	end := devicetest.NewUSBPOSScanner()
	end.UsedElsewhere(true)
	scans, states := usbRunning(t, end, scanner.USBConfig{})
	if h := states.Take(t); h.State != devices.Attention || !strings.Contains(h.Text, "Another program") {
		t.Errorf("health %+v", h)
	}
	end.UsedElsewhere(false)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	if err := end.Scan("MINE"); err != nil {
		t.Fatal(err)
	}
	if s := scans.Take(t); s.Code != "MINE" {
		t.Errorf("got %q", s.Code)
	}
}

// A scanner that is set to the other mode is not taken for one that it is not.
func TestUSBOtherMode(t *testing.T) {
	for _, tt := range []struct {
		end  *devicetest.USBScanner
		mode scanner.Mode
	}{{devicetest.NewUSBPOSScanner(), scanner.ModeKeyboard}, {devicetest.NewUSBScanner(us(t)), scanner.ModePOS}} {
		_, states := usbRunning(t, tt.end, scanner.USBConfig{Mode: tt.mode})
		if h := states.Take(t); h.State != devices.Attention || !strings.Contains(h.Text, "does not work as a scanner") {
			t.Errorf("%s: %+v", tt.mode, h)
		}
	}
}

// A scanner set to another country tells by the calibration barcode which one: that code goes no further, the driver says what it
// found and reads rightly from then on.
func TestUSBCalibration(t *testing.T) {
	for _, name := range []string{"us", "uk", "de", "fr"} {
		t.Run(name, func(t *testing.T) {
			end := devicetest.NewUSBScanner(layoutOf(t, name))
			found := devicetest.NewInbox[scanner.Calibration]()
			scans, states := usbRunning(t, end, scanner.USBConfig{Calibrated: found.Put})
			states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
			const letters = "PB:azqWM-/_@#"
			for _, code := range []string{hid.Calibration, letters, hid.Calibration} {
				if err := end.Scan(code); err != nil {
					t.Fatal(err)
				}
			}
			if c := found.Take(t); c.Device != end.ID().String() || c.Typed != name || c.Read != "us" || c.Caps {
				t.Errorf("found %+v", c)
			}
			if s := scans.Take(t); s.Code != letters {
				t.Errorf("got %q after the calibration, want %q", s.Code, letters)
			}
			if c := found.Take(t); c.Typed != name || c.Read != name || c.Code != hid.Calibration {
				t.Errorf("scanned again: %+v", c)
			}
			if name == "us" {
				return
			}
			states.Until(t, "what is to be kept", func(h devices.Health) bool {
				return h.State == devices.Attention && strings.Contains(h.Text, "layout "+name)
			})
		})
	}
}

// A layout that was found outlives the cable: the scanner that comes back is the same one.
func TestUSBCalibrationOutlivesTheCable(t *testing.T) {
	end := devicetest.NewUSBScanner(layoutOf(t, "fr"))
	found := devicetest.NewInbox[scanner.Calibration]()
	scans, states := usbRunning(t, end, scanner.USBConfig{Calibrated: found.Put})
	if err := end.Scan(hid.Calibration); err != nil {
		t.Fatal(err)
	}
	found.Take(t)
	if err := end.Unplug(); err != nil {
		t.Fatal(err)
	}
	states.Until(t, "unplugged", func(h devices.Health) bool { return h.State == devices.Absent })
	if err := end.Plug(); err != nil {
		t.Fatal(err)
	}
	states.Until(t, "back", func(h devices.Health) bool { return h.State != devices.Absent })
	if err := end.Scan("AZQ-1"); err != nil {
		t.Fatal(err)
	}
	if s := scans.Take(t); s.Code != "AZQ-1" {
		t.Errorf("got %q", s.Code)
	}
}
