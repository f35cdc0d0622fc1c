package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/fulfillment"
	"packbench/ui/setup"
)

// TestAnotherPrinterTakesOver: a printer is changed while its label is coming out and another waits. The first comes out on the old
// one, whole and once; the second on the new one, made for its dots; nothing comes out twice.
func TestAnotherPrinterTakesOver(t *testing.T) {
	old, fresh := runTCPPrinter(t, 203), runTCPPrinter(t, 300)
	b := newLiveBench(t, printerTable(old), 3)
	old.Slow(20_000) // a label takes about a second
	b.submit("ORDER0", "MUG")
	eventually(t, "the first job is on its way", func() bool { return b.state("ORDER0") == fulfillment.JobSending })
	b.submit("PB:SKIP", "ORDER1", "MUG")
	b.must(b.bind(b.address(devices.Printer, fresh.Address()).Set("dpi", "300")))
	eventually(t, "both labels are out", func() bool { return len(old.Labels()) == 1 && len(fresh.Labels()) == 1 })
	b.submit("PB:SKIP", "ORDER2", "MUG")
	eventually(t, "the third label is out", func() bool { return len(fresh.Labels()) == 2 })
	if got := fresh.Labels()[0].Bitmap; got.DPI != 300 {
		t.Errorf("the label was made for %d dpi", got.DPI)
	}
	time.Sleep(300 * time.Millisecond) // whoever prints twice does it now
	if len(old.Labels()) != 1 || len(fresh.Labels()) != 2 || old.Incomplete()+fresh.Incomplete() != 0 {
		t.Errorf("old %d, new %d labels, %d and %d cut off", len(old.Labels()), len(fresh.Labels()), old.Incomplete(), fresh.Incomplete())
	}
	for _, id := range []string{"ORDER0", "ORDER1", "ORDER2"} {
		if got := b.state(id); got != fulfillment.JobDone {
			t.Errorf("the job of %s is %s", id, got)
		}
	}
	if p := b.toml().labelPrinter(); p == nil || p.Address != fresh.Address() || p.DPI != 300 {
		t.Errorf("station.toml names %+v", p)
	}
}

// TestAPrinterComesAndGoes: a bench without a printer gets one and prints at once; without it again nothing is queued.
func TestAPrinterComesAndGoes(t *testing.T) {
	p := runTCPPrinter(t, 203)
	b := newLiveBench(t, "", 4)
	b.submit("ORDER0", "MUG", "PB:SKIP")
	b.must(b.bind(b.address(devices.Printer, p.Address())))
	b.submit("ORDER1", "MUG")
	eventually(t, "the label is out", func() bool { return len(p.Labels()) == 1 })
	if !b.told.LabelPrinter {
		t.Error("the window was not told of the printer")
	}
	p.Slow(20_000)
	b.submit("PB:SKIP", "ORDER2", "MUG")
	eventually(t, "the next label is on its way", func() bool { return b.state("ORDER2") == fulfillment.JobSending })
	before, err := b.a.setup.Keep(t.Context(), b.find(devices.Printer, p.Address()), false)
	b.must(err)
	if got := b.state("ORDER2"); len(p.Labels()) != 2 || p.Incomplete() != 0 || got != fulfillment.JobDone {
		t.Errorf("the printer was taken away from its label: %d labels, %d cut off, job %s", len(p.Labels()), p.Incomplete(), got)
	}
	if b.toml().labelPrinter() != nil || b.told.LabelPrinter || before == "" {
		t.Errorf("the printer is still there: %+v, kept file %q", b.toml().Printers, before)
	}
	asked := p.Asked()
	b.submit("PB:SKIP", "ORDER3", "MUG")
	time.Sleep(300 * time.Millisecond)
	if got := b.state("ORDER3"); got != "" || len(p.Labels()) != 2 || p.Asked() != asked {
		t.Errorf("a job %q without a printer, %d labels, asked %d times since", got, len(p.Labels()), p.Asked()-asked)
	}
	if err := printSheet(t.Context(), b.a.devices.printer, setup.SheetTest); err == nil {
		t.Error("a test label was printed on no printer")
	}
}

// TestWhatCannotBeOpenedChangesNothing: the sentence says what is wrong, and the old device works on, in the file too.
func TestWhatCannotBeOpenedChangesNothing(t *testing.T) {
	p := runTCPPrinter(t, 203)
	dead := runTCPPrinter(t, 203)
	at := dead.Address()
	dead.Off()
	b := newLiveBench(t, printerTable(p), 1)
	text, err := os.ReadFile(b.file)
	b.must(err)
	err = b.bind(b.address(devices.Printer, at))
	if err == nil || !strings.Contains(err.Error(), "Nothing was changed") || !strings.Contains(err.Error(), strings.Split(at, ":")[0]) {
		t.Errorf("it says %v", err)
	}
	if after, err := os.ReadFile(b.file); err != nil || string(after) != string(text) {
		t.Errorf("the file was changed: %v\n%s", err, after)
	}
	b.submit("ORDER0", "MUG")
	eventually(t, "the old printer prints", func() bool { return len(p.Labels()) == 1 })
}

// TestAnotherScannerTakesOver: scans of the old scanner and of a second one that stays all arrive, in order, while the first is
// changed for another; then the new one scans, and the old one is nobody's.
func TestAnotherScannerTakesOver(t *testing.T) {
	stays, _ := newScanner(t)
	old, _ := newScanner(t)
	fresh, _ := newScanner(t)
	t.Setenv(portsVariable, fresh.Path())
	table := func(s *devicetest.Scanner) string {
		return "[[scanner]]\ntransport = \"serial\"\nport = \"" + s.Path() + "\"\n\n"
	}
	b := newLiveBench(t, table(old)+table(stays), 0)
	eventually(t, "both scanners are ready", func() bool { return b.ready(devices.Scanner) == 2 })
	stop, done := make(chan struct{}), make(chan []string)
	go func() {
		var sent []string
		defer func() { done <- sent }()
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
			code := fmt.Sprintf("STAYS-%04d", n)
			if err := stays.Scan(code); err != nil {
				t.Error(err)
			}
			sent = append(sent, code)
		}
	}()
	b.must(old.Scan("LAST-OF-THE-OLD"))
	eventually(t, "the old scanner's last scan is judged", func() bool { return slices.Contains(b.judged(), "LAST-OF-THE-OLD") })
	c := b.find(devices.Scanner, fresh.Path())
	before := b.a.devices.working
	b.must(b.a.setup.equip(t.Context(), func() Config { // as Keep does, without the trial that takes every scan to itself
		cfg := b.toml()
		what, err := b.a.setup.chosen(c)
		b.must(err)
		bind, want := what.bind(cfg, nil)
		_, err = keepBinding(b.file, bind, want)
		b.must(err)
		return b.toml()
	}()))
	if kept := slices.ContainsFunc(b.a.devices.working, func(d *device) bool { return slices.Contains(before, d) && d.is.(ScannerConfig).Port == stays.Path() }); !kept {
		t.Error("the scanner that stays was started anew")
	}
	eventually(t, "the new scanner is ready", func() bool { return b.ready(devices.Scanner) == 2 })
	b.must(fresh.Scan("FIRST-OF-THE-NEW"))
	eventually(t, "the new scanner's scan is judged", func() bool { return slices.Contains(b.judged(), "FIRST-OF-THE-NEW") })
	close(stop)
	sent := <-done
	eventually(t, "every scan is judged", func() bool { return len(b.judged()) == len(sent)+2 })
	got := slices.DeleteFunc(b.judged(), func(s string) bool { return !strings.HasPrefix(s, "STAYS-") })
	if !slices.Equal(got, sent) {
		t.Errorf("%d scans were sent and %d judged, or in another order", len(sent), len(got))
	}
	_ = old.Scan("NOBODY-HEARS-THIS") // its port is closed
	time.Sleep(200 * time.Millisecond)
	if slices.Contains(b.judged(), "NOBODY-HEARS-THIS") {
		t.Error("the old scanner is still heard")
	}
}

// TestAScanOutlivesItsScanner: every code that was read is judged, in order, although its scanner is taken out of use while the
// bench is so busy that its driver waits.
func TestAScanOutlivesItsScanner(t *testing.T) {
	s, _ := newScanner(t)
	b := newLiveBench(t, "[[scanner]]\ntransport = \"serial\"\nport = \""+s.Path()+"\"\n", 0)
	eventually(t, "the scanner is ready", func() bool { return b.ready(devices.Scanner) == 1 })
	b.mu.Lock() // the bench draws its first verdict until this is free
	var sent []string
	for n := range 258 { // one is judged, 256 lie before the bench, one is in the driver's hand
		sent = append(sent, fmt.Sprintf("CODE-%03d", n))
		b.must(s.Scan(sent[n]))
	}
	time.Sleep(500 * time.Millisecond) // all are read
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		b.a.devices.become(defaultConfig())
	}()
	time.Sleep(100 * time.Millisecond)
	b.mu.Unlock()
	eventually(t, "the scanner is ended", func() bool {
		select {
		case <-gone:
			return true
		default:
			return false
		}
	})
	eventually(t, "every scan is judged", func() bool { return slices.Equal(b.judged(), sent) })
}

// TestADeviceIsLentForItsTrial: the bench's scale is tried with another protocol, refused, and is the bench's again as it was; taken out of
// use it is forgotten.
func TestADeviceIsLentForItsTrial(t *testing.T) {
	s, err := devicetest.NewScale(filepath.Join(t.TempDir(), "scale"))
	if err != nil {
		t.Skip("virtual scale:", err)
	}
	runFake(t, s.Run)
	b := newLiveBench(t, "[scale]\ntransport = \"serial\"\nport = \""+s.Path()+"\"\nprotocol = \"sics\"\n", 0)
	s.SetGrams(500, true)
	eventually(t, "the bench weighs", func() bool { return b.weight() == 500 })
	c := b.find(devices.Scale, s.Path())
	if err := b.bind(c.Set("protocol", "nci")); err == nil || !strings.Contains(err.Error(), "Nothing was changed") {
		t.Errorf("a scale that does not answer was taken into use: %v", err)
	}
	b.must(b.a.setup.Try(t.Context(), setup.Choice{}))
	s.SetGrams(700, true)
	eventually(t, "the bench weighs again", func() bool { return b.weight() == 700 })
	_, err = b.a.setup.Keep(t.Context(), c, false)
	b.must(err)
	if b.toml().Scale != nil || b.ready(devices.Scale) != 0 || b.weight() != 0 {
		t.Errorf("the scale is still there: %+v, %d g", b.toml().Scale, b.weight())
	}
}

// TestAnotherCameraTakesOver: photos that were wished for before the change are taken, and those after it by the new camera.
func TestAnotherCameraTakesOver(t *testing.T) {
	var cams [2]*devicetest.Camera
	for i := range cams {
		var err error
		if cams[i], err = devicetest.NewCamera(devicetest.CameraConfig{Width: 640 - 320*i, Height: 480 - 240*i}); err != nil {
			t.Fatal(err)
		}
		runFake(t, cams[i].Run)
	}
	b := newLiveBench(t, "[[camera]]\nname = \"dock\"\nurl = \""+cams[0].URL()+"\"\n", 3)
	eventually(t, "the camera is ready", func() bool { return b.ready(devices.Camera) == 1 })
	for n := range 3 { // packed elsewhere: the carrier's label is scanned
		b.submit(fmt.Sprintf("ORDER%d", n), "MUG", fmt.Sprintf("TRACK%d", n))
	}
	b.submit("PB:MODE:HANDOFF", "TRACK0")
	b.must(b.bind(b.address(devices.Camera, cams[1].URL())))
	eventually(t, "the new camera is ready, and nobody looks at the old one", func() bool {
		return b.ready(devices.Camera) == 1 && cams[0].Viewers() == 0 && cams[1].Viewers() == 1
	})
	out := b.find(devices.Camera, cams[1].URL())
	b.submit("TRACK1", "TRACK2")
	_, err := b.a.setup.Keep(t.Context(), out, false)
	b.must(err)
	eventually(t, "three photos are recorded", func() bool { return b.photos() == 3 })
	eventually(t, "nobody looks at the camera", func() bool { return cams[1].Viewers() == 0 })
	if b.told.Camera || len(b.toml().Cameras) != 0 {
		t.Error("the camera is still there")
	}
}
