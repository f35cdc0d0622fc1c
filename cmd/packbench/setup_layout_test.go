package main

import (
	"context"
	"image"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/hid"
	"packbench/devices/usb"
	"packbench/fulfillment"
	"packbench/ui/orders"
	"packbench/ui/setup"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

func layoutNamed(t *testing.T, name string) *hid.Layout {
	t.Helper()
	l, err := hid.ParseLayout(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// typedOn is what a keyboard of one layout makes of a text where the computer reads it with another.
func typedOn(t *testing.T, typed, read, text string) string {
	t.Helper()
	keys := hid.NewKeyboard(layoutNamed(t, read))
	var got strings.Builder
	for _, r := range text {
		for _, report := range hid.Stroke(layoutNamed(t, typed), r) {
			got.WriteString(keys.Feed(report))
		}
	}
	return got.String()
}

// deskTest is the wizard joined to the program's side, with one emulated scanner plugged in; news comes on the test's goroutine.
type deskTest struct {
	t      *testing.T
	desk   *setupDesk
	screen *setup.Screen
	end    *devicetest.USBScanner
	news   chan setup.News
	asked  [2]string
}

func newDeskTest(t *testing.T, settings, layout string) *deskTest {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	file := filepath.Join(t.TempDir(), "station.toml")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := loadConfig(file, true)
	if err != nil {
		t.Fatal(err)
	}
	x := &deskTest{t: t, end: devicetest.NewUSBScanner(layoutNamed(t, layout)), news: make(chan setup.News, 100)}
	a := &app{config: file, env: &env{cfg: cfg, log: log}, deviceGroup: newGroup("devices", log, func(string, error) {})}
	x.desk = newSetupDesk(a)
	a.setup = x.desk
	x.desk.bus, x.desk.show = x.end, func(n setup.News) { x.news <- n }
	x.desk.plugged = func() ([]usb.Found, error) {
		return []usb.Found{{ID: x.end.ID(), Maker: "Nobody knows", Model: "Reader", Interfaces: []usb.Interface{{Class: usb.ClassHID, SubClass: 1, Protocol: 1}}}}, nil
	}
	a.devices = newBenchDevices(x.end, takers{func(_ context.Context, s fulfillment.Scan) error { x.desk.takes(s); return nil }, nil, a.calibrated}, log)
	x.desk.equip = func(_ context.Context, cfg Config) error { a.devices.become(cfg); return nil }
	a.devices.become(cfg)
	a.devices.board.OnChange(x.desk.feels)
	t.Cleanup(func() { x.desk.end(); a.devices.close(); a.deviceGroup.stop() })
	test.NewTempApp(t)
	x.screen = setup.New(setup.Options{Desk: x.desk, Calibration: image.NewGray(image.Rect(0, 0, 4, 4)), Now: time.Now, Closed: func() {},
		Background: func(_ string, work func(context.Context) func()) {
			if then := work(t.Context()); then != nil {
				then()
			}
		},
		Prompt: func(head, detail string) { x.asked = [2]string{head, detail} },
		Field:  func(hint string) fyne.Widget { return orders.NewSearchField(hint, time.Now, nil, nil) }})
	test.NewTempWindow(t, x.screen.Object).Resize(fyne.NewSize(1240, 500))
	x.screen.Front(true)
	x.screen.Open()
	return x
}

// button is the visible one whose words hold a text; nil: there is none.
func (x *deskTest) button(words string) *widgets.Button {
	x.t.Helper()
	var found *widgets.Button
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if !o.Visible() {
			return
		}
		switch o := o.(type) {
		case *widgets.Button:
			if found == nil && strings.Contains(o.Word(), words) {
				found = o
			}
		case *fyne.Container:
			for _, in := range o.Objects {
				walk(in)
			}
		}
	}
	walk(x.screen.Object)
	return found
}

func (x *deskTest) touch(words string) {
	x.t.Helper()
	b := x.button(words)
	if b == nil || !b.Enabled() {
		x.t.Fatalf("no button %q to touch; the screen asks %q", words, x.asked)
	}
	test.Tap(b)
}

// until takes news until the screen asks for something.
func (x *deskTest) until(head string) {
	x.t.Helper()
	for end := time.After(10 * time.Second); x.asked[0] != head; {
		select {
		case n := <-x.news:
			x.screen.Take(n)
		case <-end:
			x.t.Fatalf("the screen says %q, want %q", x.asked, head)
		}
	}
}

func (x *deskTest) scan(code string) {
	x.t.Helper()
	eventually(x.t, "the scanner is claimed", x.end.Claimed)
	if err := x.end.Scan(code); err != nil {
		x.t.Fatal(err)
	}
}

// TestLayoutOfAScannerThatTypes: a USB scanner of any country is set right by one scan, by touch alone, and so it is kept.
func TestLayoutOfAScannerThatTypes(t *testing.T) {
	for layout, words := range map[string]string{"us": "US", "de": "German", "fr": "French"} {
		t.Run(layout, func(t *testing.T) {
			x := newDeskTest(t, "[station]\nid = \"PACK-01\"\n", layout)
			x.touch("Nobody knows")
			if x.button(text.T("setup.anyway")).Enabled() {
				t.Error("what may be the keyboard that people type on can be kept without a scan")
			}
			x.scan("123456")
			x.until(text.T("setup.read.keys.head"))
			x.scan(hid.Calibration)
			want := text.T("setup.read.mended.head")
			if layout == "us" {
				want = text.T("setup.read.good.head")
			}
			x.until(want)
			if x.button(words) == nil {
				t.Errorf("the country setting does not stand at %s", words)
			}
			x.touch(text.T("setup.keep"))
			kept, err := loadConfig(x.desk.app.config, true)
			if err != nil {
				t.Fatal(err)
			}
			id := x.end.ID()
			if len(kept.Scanners) != 1 || kept.Scanners[0].Layout != layout || kept.Scanners[0].mustDevice().Product != id.Product {
				t.Errorf("kept %+v", kept.Scanners)
			}
		})
	}
}

// TestLayoutOfTheBenchsScanner: the scanner that the bench works with is set right in the same way, while it works.
func TestLayoutOfTheBenchsScanner(t *testing.T) {
	id := devicetest.NewUSBScanner(layoutNamed(t, "us")).ID()
	vid, rest, _ := strings.Cut(id.String(), ":")
	pid, serial, _ := strings.Cut(rest, ":")
	settings := "[station]\nid = \"PACK-01\"\n\n[[scanner]]\ntransport = \"usb\" # on the left\nvid = \"" + vid + "\"\npid = \"" + pid + "\"\nserial = \"" + serial + "\"\nmode = \"keyboard\"\nlayout = \"us\"\n"
	x := newDeskTest(t, settings, "de")
	x.touch(text.T("setup.inuse"))
	x.scan(hid.Calibration)
	x.until(text.T("setup.read.mended.head"))
	x.touch(text.T("setup.keep"))
	kept, err := os.ReadFile(x.desk.app.config)
	if err != nil || !strings.Contains(string(kept), `layout = "de"`) || !strings.Contains(string(kept), "# on the left") {
		t.Errorf("%v\n%s", err, kept)
	}
	x.touch(text.Device(devices.Scanner)) // back: it is not refused as in use with other settings
	x.scan(hid.Calibration)
	x.until(text.T("setup.read.good.head"))
}

// TestOnlyTheScannerOnTrialProvesItself: a barcode that another scanner has read proves nothing of this one.
func TestOnlyTheScannerOnTrialProvesItself(t *testing.T) {
	x := newDeskTest(t, "[station]\nid = \"PACK-01\"\n", "us")
	x.touch("Types like")
	for _, s := range []fulfillment.Scan{{Code: hid.Calibration, Device: "/dev/ttyS0"}, {Code: "1", Device: "/dev/ttyS0"}} {
		if !x.desk.takes(s) {
			t.Errorf("%q went to the bench", s.Code)
		}
		x.until(text.T("setup.read.other.head"))
	}
	if x.desk.takes(fulfillment.Scan{Code: "PB:UNDO", Device: "keyboard"}) {
		t.Error("a command was taken away from the bench")
	}
	if !x.desk.takes(fulfillment.Scan{Code: hid.Calibration, Device: "keyboard"}) {
		t.Error("the scan of the test went to the bench")
	}
	x.until(text.T("setup.read.good.head"))
	x.desk.takes(fulfillment.Scan{Code: "1", Device: "/dev/ttyS0"})
	x.screen.Take(<-x.news)
	if x.asked[0] != text.T("setup.read.good.head") {
		t.Errorf("another scanner took the proof away: %q", x.asked)
	}
}

// TestUnknownDevicesAreOffered: what a device is is told by its class and usage, not by its maker; what is sure comes first.
func TestUnknownDevicesAreOffered(t *testing.T) {
	x := newDeskTest(t, "[station]\nid = \"PACK-01\"\n", "us")
	keys := usb.Interface{Class: usb.ClassHID, SubClass: 1, Protocol: 1}
	x.desk.plugged = func() ([]usb.Found, error) {
		return []usb.Found{
			{ID: usb.ID{Vendor: 1, Product: 1}, Model: "Any keys", Interfaces: []usb.Interface{keys}},
			{ID: usb.ID{Vendor: 1, Product: 2}, Model: "POS", Interfaces: []usb.Interface{{Class: usb.ClassHID, Page: hid.PageScanner}}},
			{ID: usb.ID{Vendor: 0x0c2e, Product: 3}, Model: "Known", Interfaces: []usb.Interface{keys}},
			{ID: usb.ID{Vendor: 1, Product: 4}, Model: "Labels", Interfaces: []usb.Interface{{Class: usb.ClassPrinter, SubClass: 1, Protocol: 1}}},
		}, nil
	}
	port := filepath.Join(t.TempDir(), "ttyX")
	if err := os.WriteFile(port, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(portsVariable, port)
	names := func(kind devices.Kind) (all []string) {
		list, err := x.desk.Find(t.Context(), kind)
		if err != nil {
			t.Log(err) // no print service here
		}
		for _, c := range list {
			all = append(all, c.Name)
		}
		return all
	}
	got := names(devices.Scanner)
	at := func(part string) int {
		return slices.IndexFunc(got, func(s string) bool { return strings.Contains(s, part) })
	}
	if at("POS") < 0 || at("Known") < 0 || at("Any keys") < max(at("POS"), at("Known")) || at("Labels") >= 0 {
		t.Errorf("scanners: %q", got)
	}
	if got = names(devices.Printer); at("Labels") < 0 || at("ttyX") < 0 {
		t.Errorf("printers: %q", got)
	}
}

// TestPictureSizeIsKept: a camera is asked for the size that is chosen from what it offers; unless one is chosen nothing is written.
func TestPictureSizeIsKept(t *testing.T) {
	c := candidate{kind: devices.Camera, camera: CameraConfig{Device: "/dev/video9"}, sizes: []string{stockName(640, 480), stockName(1280, 720), stockName(1920, 1080)}}
	choice := c.choice("x")
	if got := choice.Value("size"); got != stockName(1280, 720) {
		t.Errorf("offered %q first", got)
	}
	if same, err := c.with(choice); err != nil || same.camera.Width != 0 {
		t.Errorf("nothing was chosen: %+v, %v", same.camera, err)
	}
	fine, err := c.with(choice.Turned("size"))
	if err != nil || fine.camera.Width != 1920 || fine.camera.Height != 1080 {
		t.Errorf("%+v, %v", fine.camera, err)
	}
	if got := fine.only(defaultConfig()).Cameras[0]; got.Width != 1920 {
		t.Errorf("on trial with %+v", got)
	}
}

// TestLayoutOfAScannerThatTypesIntoTheWindow: what the layout barcode finds is kept with the computer's own setting, the window reads
// rightly at once, and a scanner that was set right later loses the entry's layout again.
func TestLayoutOfAScannerThatTypesIntoTheWindow(t *testing.T) {
	x := newDeskTest(t, "[station]\nid = \"PACK-01\"\n\n[[scanner]]\ntransport = \"keyboard\"\nprefix = \"~\" # ours\n", "us")
	a := x.desk.app
	scan := func(typed, read, code string) string {
		text := typedOn(t, typed, read, code)
		if x.desk.takes(fulfillment.Scan{Code: text, Device: "keyboard"}) {
			return ""
		}
		s, _ := a.devices.typed.Load().Scan(text, time.Now())
		return s.Code
	}
	x.touch("Types like")
	scan("fr", "de", hid.Calibration)
	x.until(text.T("setup.read.mended.head"))
	x.touch(text.T("setup.keep"))
	kept, err := loadConfig(a.config, true)
	if err != nil || len(kept.Scanners) != 1 || kept.Scanners[0].Layout != "fr" || kept.Scanners[0].Computer != "de" || kept.Scanners[0].Prefix != "~" {
		t.Errorf("kept %+v, %v", kept.Scanners, err)
	}
	x.desk.end()
	if got := scan("fr", "de", "AZ-12"); got != "AZ-12" {
		t.Errorf("the window reads %q", got)
	}
	x.touch(text.Device(devices.Scanner))
	x.scanTyped(hid.Calibration)
	x.until(text.T("setup.read.good.head"))
	x.touch(text.T("setup.keep"))
	if kept, err = loadConfig(a.config, true); err != nil || len(kept.Scanners) != 1 || kept.Scanners[0].Layout != "" || kept.Scanners[0].Prefix != "~" {
		t.Errorf("kept %+v, %v", kept.Scanners, err)
	}
}

func (x *deskTest) scanTyped(code string) {
	x.desk.takes(fulfillment.Scan{Code: code, Device: "keyboard"})
}
