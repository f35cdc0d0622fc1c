package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"packbench/devices/devicetest"
	"packbench/devices/hid"
	"packbench/fulfillment"
	"packbench/fulfillment/label"
)

// setupBench is a bench of virtual devices that no station knows yet.
type setupBench struct {
	scanner *devicetest.Scanner
	scale   *devicetest.Scale
	printer *devicetest.Printer
	camera  *devicetest.Camera
}

func newSetupBench(t *testing.T) *setupBench {
	t.Helper()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	t.Cleanup(func() { cancel(); running.Wait() })
	var b setupBench
	var err error
	if b.scanner, err = devicetest.NewScanner(filepath.Join(dir, "scanner")); err != nil {
		t.Skip("virtual scanner:", err)
	}
	t.Cleanup(func() { _ = b.scanner.Close() })
	if b.scale, err = devicetest.NewScale(filepath.Join(dir, "scale")); err != nil {
		t.Fatal(err)
	}
	if b.printer, err = devicetest.NewPrinter("", 203); err != nil {
		t.Fatal(err)
	}
	if b.camera, err = devicetest.NewCamera(devicetest.CameraConfig{}); err != nil {
		t.Fatal(err)
	}
	for _, run := range []func(context.Context) error{b.scale.Run, b.printer.Run, b.camera.Run} {
		running.Go(func() { _ = run(ctx) })
	}
	t.Setenv(portsVariable, b.scanner.Path()+string(filepath.ListSeparator)+b.scale.Path())
	return &b
}

// Places in the window of 1366×728, in the order in which the wizard is gone through.
var (
	setupOpen, setupTest    = [2]int{655, 610}, [2]int{225, 610}
	setupFirst              = [2]int{510, 365} // the first device of the list
	setupKeep, setupSkip    = [2]int{1050, 663}, [2]int{655, 663}
	setupAddress            = [2]int{440, 593}
	setupPrint              = [2]int{870, 440} // print the test label; then: yes, straight
	setupCrop               = [2]int{1020, 580}
	setupWidth, setupHeight = "1366", "728"
	scaleLine               = `protocol = "sics"`
)

func (s *testStation) toml(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "station.toml"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(text)
}

// written waits until station.toml holds a text.
func (g *wedge) written(want string) {
	g.t.Helper()
	eventually(g.t, "station.toml holds "+want, func() bool { return strings.Contains(g.w.s.toml(g.t), want) })
}

// TestSetupFromNothing: a station without any settings is given scanner, scale, printer and camera by touch alone, with every
// device tried on the way. The bench works with them at once, and so does the one that is started on the file that comes of it.
func TestSetupFromNothing(t *testing.T) {
	b := newSetupBench(t)
	s := newStation(t, newDesktop(t), "")
	if err := os.Remove(filepath.Join(s.dir, "station.toml")); err != nil {
		t.Fatal(err)
	}
	w := s.start(t)
	g := &wedge{t: t, w: w, id: w.shown(t)}
	g.do("windowactivate", "--sync", g.id, "windowmove", g.id, "0", "0", "windowsize", "--sync", g.id, setupWidth, setupHeight, "sleep", "1")
	g.at(railEquipment, setupOpen, setupFirst)
	g.setupScanner(b)
	g.setupScale(b)
	g.setupPrinter(b)
	g.setupCamera(b)
	if n := len(s.verdicts(t)); n != 0 {
		t.Errorf("%d scans of the test went to the bench", n)
	}
	if before, err := os.ReadFile(filepath.Join(s.dir, "station.toml.before")); err != nil || !strings.Contains(string(before), `transport = "network"`) || strings.Contains(string(before), "[[camera]]") {
		t.Errorf("the file before the last change: %v\n%s", err, before)
	}
	g.at(setupKeep) // finished
	g.works(b, 2)
	w.close(t)
	w = s.start(t)
	g = &wedge{t: t, w: w, id: w.shown(t)}
	g.do("windowactivate", "--sync", g.id, "windowmove", g.id, "0", "0", "windowsize", "--sync", g.id, setupWidth, setupHeight, "sleep", "1")
	g.works(b, 3)
	w.close(t)
}

// at clicks at places, one after the other.
func (g *wedge) at(places ...[2]int) {
	g.t.Helper()
	for _, p := range places {
		g.click(p[0], p[1])
	}
}

func (g *wedge) setupScanner(b *setupBench) {
	g.t.Helper()
	for _, code := range []string{"4006381333931", hid.Calibration} {
		if err := b.scanner.Scan(code); err != nil {
			g.t.Fatal(err)
		}
	}
	g.do("sleep", "1")
	g.at(setupKeep)
	g.written(`port = "` + b.scanner.Path() + `"`)
}

func (g *wedge) setupScale(b *setupBench) {
	g.t.Helper()
	g.do("sleep", "1")
	g.at(setupFirst) // the scanner's port is no longer offered
	b.scale.SetGrams(1250, true)
	eventually(g.t, "the scale on trial is asked", func() bool { return b.scale.Asked() > 2 })
	b.scale.SetGrams(0, true)
	g.do("sleep", "1")
	g.at(setupKeep)
	g.written(scaleLine)
}

func (g *wedge) setupPrinter(b *setupBench) {
	g.t.Helper()
	g.do("sleep", "1")
	g.at(setupAddress)
	g.do("type", "--delay", "120", b.printer.Address())
	g.do("key", "Return", "sleep", "1")
	g.at(setupPrint)
	eventually(g.t, "the test label came out", func() bool { return len(b.printer.Labels()) == 1 })
	if got, want := b.printer.Labels()[0], label.TestLabel(fulfillment.Media{DPI: 203, WidthMM: 102, HeightMM: 152}); string(got.Bitmap.Bits) != string(want.Bits) {
		g.t.Error("the label that came out is not the test label, dot for dot")
	}
	g.do("sleep", "1")
	g.at(setupPrint, setupKeep) // yes, straight
	g.written(`address = "` + b.printer.Address() + `"`)
}

func (g *wedge) setupCamera(b *setupBench) {
	g.t.Helper()
	g.do("sleep", "1")
	g.at(setupSkip) // no printer for papers
	g.do("sleep", "1")
	g.at(setupAddress)
	g.do("type", "--delay", "120", strings.TrimPrefix(b.camera.URL(), "http://"))
	g.do("key", "Return", "sleep", "1")
	eventually(g.t, "the camera on trial is looked at", func() bool { return b.camera.Viewers() == 1 })
	g.at(setupCrop, setupKeep)
	g.written("crop = [100, 100, 800, 800]")
	eventually(g.t, "the trial has given the camera to the bench", func() bool { return b.camera.Viewers() == 1 })
}

// works uses every device of the bench that runs; labels is how many have come out then.
func (g *wedge) works(b *setupBench, labels int) {
	g.t.Helper()
	eventually(g.t, "every device is ready", func() bool {
		ready := map[string]bool{}
		for line := range strings.Lines(g.w.s.run(g.t, "devices", "--json")) {
			var d struct{ Kind, State, Transport string }
			if json.Unmarshal([]byte(line), &d) == nil && d.State == "ready" && d.Transport != "keyboard" {
				ready[d.Kind] = true
			}
		}
		return ready["scanner"] && ready["scale"] && ready["printer"] && ready["camera"]
	})
	g.w.want(g.t, b.scanner, "NOBODY-KNOWS-THIS", "unknown_code")
	g.at(railEquipment, setupTest)
	eventually(g.t, "the test label came out of the printer in use", func() bool { return len(b.printer.Labels()) == labels })
	if got := b.printer.Complaints(); len(got) > 0 {
		g.t.Errorf("the printer complains: %q", got)
	}
}
