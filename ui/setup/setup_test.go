package setup

import (
	"context"
	"errors"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"packbench/devices"
	"packbench/fulfillment"
	"packbench/ui/orders"
	"packbench/ui/text"
)

func TestJudgeReading(t *testing.T) {
	for _, c := range []struct {
		name string
		r    Reading
		mark Mark
		says string
	}{
		{"a serial scanner reads anything", Reading{Code: "400638"}, Good, "400638"},
		{"keys prove nothing by digits", Reading{Code: "400638", Keys: true}, Going, "400638"},
		{"the calibration came through", Reading{Code: "X", Keys: true, Calibration: true}, Good, "X"},
		{"another country", Reading{Code: "X", Keys: true, Calibration: true, Typed: "de", Read: "us"}, Bad, "German"},
		{"Caps Lock", Reading{Code: "x", Keys: true, Calibration: true, Caps: true}, Bad, "Caps Lock"},
		{"taken over", Reading{Code: "X", Keys: true, Calibration: true, Typed: "fr", Read: "us", Mended: true}, Good, "French"},
	} {
		if s := JudgeReading(c.r); s.Mark != c.mark || !strings.Contains(s.Head+s.Text, c.says) {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
}

func TestAScaleMustWeighAndGoBackToZero(t *testing.T) {
	g := func(grams int, stable bool) fulfillment.Weight {
		return fulfillment.Weight{Grams: grams, Stable: stable}
	}
	for _, c := range []struct {
		name    string
		weights []fulfillment.Weight
		mark    Mark
		done    bool
	}{
		{"empty", []fulfillment.Weight{g(0, true)}, Going, false},
		{"only moving", []fulfillment.Weight{g(500, false), g(0, true)}, Going, false},
		{"something on it", []fulfillment.Weight{g(500, true)}, Going, false},
		{"on and off", []fulfillment.Weight{g(500, true), g(100, false), g(1, true)}, Good, true},
		{"below zero", []fulfillment.Weight{g(500, true), g(-500, true)}, Bad, false},
		{"it stays proved", []fulfillment.Weight{g(500, true), g(0, true), g(700, true)}, Good, true},
	} {
		var w Weighing
		var s Say
		for _, x := range c.weights {
			s = w.Judge(x)
		}
		if s.Mark != c.mark || w.Done() != c.done || s.Head == "" {
			t.Errorf("%s: %+v, done %v", c.name, s, w.Done())
		}
	}
}

func TestEverySentenceOfTheSetupIsThere(t *testing.T) {
	var all []Say
	for _, k := range Steps {
		all = append(all, Ask(k, false), Ask(k, true), Say{Text: text.T("setup.good." + string(k)), Head: Name(k)})
	}
	for _, s := range []devices.State{devices.Attention, devices.Absent} {
		x, ok := JudgeHealth(devices.Health{State: s, Text: "out of paper"})
		if !ok {
			t.Errorf("%s is no trouble", s)
		}
		all = append(all, x)
	}
	now := time.Now()
	all = append(all, JudgePicture(time.Time{}, now), JudgePicture(now.Add(-time.Minute), now), JudgePicture(now, now))
	for _, key := range []string{"failed", "refused", "nothing", "print.ask", "print.good", "print.no", "print.bad", "page.ask", "page.good", "page.no"} {
		all = append(all, say(Going, key, "why", "because"))
	}
	for _, s := range all {
		if s.Head == "" || s.Text == "" || strings.HasPrefix(s.Head, "setup.") || strings.HasPrefix(s.Text, "setup.") || strings.ContainsAny(s.Head+s.Text, "{}") || len(s.Head) > 34 {
			t.Errorf("%+v", s)
		}
	}
	for _, c := range Crops {
		if part, ok := CropPart(text.T("setup.crop." + c.Name)); !ok || part != c.Part {
			t.Errorf("%s: %v", c.Name, part)
		}
	}
}

func TestCropTurnKeepsWhatWasSetByHand(t *testing.T) {
	hand := CropTurn([]int{1, 2, 300, 400})
	if _, ok := CropPart(hand.Values[hand.At]); ok {
		t.Error("a frame set by hand is taken for one of ours")
	}
	c := Choice{Turns: []Turn{hand}}
	if next := c.Turned("crop"); next.Value("crop") != hand.Values[0] || c.Value("crop") == next.Value("crop") {
		t.Errorf("%+v", next)
	}
}

// fakeDesk writes down what it is asked.
type fakeDesk struct {
	found   map[devices.Kind][]Choice
	did     []string
	printed error
	kept    error
}

func (d *fakeDesk) Find(_ context.Context, k devices.Kind) ([]Choice, error) { return d.found[k], nil }
func (d *fakeDesk) Address(k devices.Kind, a string) (Choice, error) {
	if a == "" {
		return Choice{}, errors.New("no address")
	}
	return Choice{Key: a, Kind: k, Name: a}, nil
}
func (d *fakeDesk) Try(_ context.Context, c Choice) error {
	d.did = append(d.did, "try "+c.Key)
	return nil
}
func (d *fakeDesk) Print(_ context.Context, s Sheet) error {
	d.did = append(d.did, "print "+string(s))
	return d.printed
}
func (d *fakeDesk) Keep(_ context.Context, c Choice, use bool) (string, error) {
	did := "keep "
	if !use {
		did = "out "
	}
	d.did = append(d.did, did+c.Key)
	return "/x/station.toml.before", d.kept
}

type film struct{ at time.Time }

func (f *film) Latest() ([]byte, time.Time, uint64) { return []byte{1}, f.at, 1 }

func newTestWizard(t *testing.T, d *fakeDesk) (s *Screen, asked *[2]string, frames *film) {
	t.Helper()
	test.NewTempApp(t)
	asked, frames = new([2]string), new(film)
	s = New(Options{Desk: d, Frames: frames, Calibration: image.NewGray(image.Rect(0, 0, 4, 4)), Now: time.Now, Closed: func() {},
		Background: func(_ string, work func(context.Context) func()) {
			if then := work(t.Context()); then != nil {
				then()
			}
		},
		Prompt: func(head, detail string) { *asked = [2]string{head, detail} },
		Field:  func(hint string) fyne.Widget { return orders.NewSearchField(hint, time.Now, nil, nil) }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
	s.Front(true)
	s.Open()
	return s, asked, frames
}

func TestTheWizardsMainWay(t *testing.T) {
	d := &fakeDesk{found: map[devices.Kind][]Choice{devices.Scanner: {{Key: "tty", Kind: devices.Scanner, Name: "Serial"}}, Document: {{Key: "office", Kind: Document, Name: "office"}}}}
	s, asked, frames := newTestWizard(t, d)
	if s.v.keep.Enabled() || !s.v.choices[0].Visible() || s.v.choices[1].Visible() {
		t.Fatal("nothing is chosen and it can be kept, or the list is wrong")
	}
	test.Tap(s.v.choices[0])
	s.Take(News{Weight: &fulfillment.Weight{Grams: 500, Stable: true}}) // of another device: not for this step
	if s.now().say.Mark != Going {
		t.Errorf("%+v", s.now().say)
	}
	s.Take(News{Reading: &Reading{Code: "5"}})
	if s.v.keep.Word() != text.T("setup.keep") || asked[0] != "Good – it reads" {
		t.Errorf("%q, %q", s.v.keep.Word(), asked[0])
	}
	test.Tap(s.v.keep)
	test.Tap(s.v.skip) // no scale
	s.Address("10.0.0.5:9100")
	test.Tap(s.v.test)
	if s.v.test.Word() != text.T("setup.yes") || !s.v.test.Enabled() {
		t.Fatalf("nobody asks whether it is straight: %q", s.v.test.Word())
	}
	test.Tap(s.v.calib) // no
	if s.now().say.Mark != Bad {
		t.Errorf("%+v", s.now().say)
	}
	test.Tap(s.v.test)
	test.Tap(s.v.test) // yes
	test.Tap(s.v.keep)
	if !s.v.choices[0].Visible() || s.v.field.Visible() {
		t.Error("the queues for papers are not offered, or an address is")
	}
	test.Tap(s.v.choices[0])
	if s.v.test.Word() != text.T("setup.page") || s.v.calib.Visible() {
		t.Errorf("%q is offered for papers", s.v.test.Word())
	}
	test.Tap(s.v.test)
	test.Tap(s.v.test) // yes
	if s.now().say.Head != text.T("setup.page.good.head") {
		t.Errorf("%+v", s.now().say)
	}
	test.Tap(s.v.keep)
	s.Address("http://cam")
	frames.at = time.Now()
	s.Tick()
	if s.now().say.Mark != Good {
		t.Errorf("%+v", s.now().say)
	}
	test.Tap(s.v.keep)
	if !s.v.done.Visible() || !strings.Contains(s.v.file.Words(), "station.toml.before") {
		t.Errorf("the end: %q", s.v.file.Words())
	}
	if got := s.v.sums[1].words.Words(); !strings.Contains(got, text.T("setup.done.was")) {
		t.Errorf("the scale: %q", got)
	}
	test.Tap(s.v.keep)
	want := []string{"try tty", "keep tty", "try 10.0.0.5:9100", "print test", "print test", "keep 10.0.0.5:9100", "try office", "print test", "keep office", "try http://cam", "keep http://cam"}
	d.did = slices.DeleteFunc(d.did, func(x string) bool { return x == "try " })
	if s.IsOpen() || !slices.Equal(d.did, want) || asked[0] != "" {
		t.Errorf("open %v, did %q", s.IsOpen(), d.did)
	}
}

func TestOutOfSightNothingIsOnTrial(t *testing.T) {
	d := &fakeDesk{found: map[devices.Kind][]Choice{devices.Scanner: {{Key: "tty", Kind: devices.Scanner}}}}
	s, asked, _ := newTestWizard(t, d)
	test.Tap(s.v.choices[0])
	s.Front(false)
	if d.did[len(d.did)-1] != "try " || asked[0] != "" {
		t.Errorf("%q, prompt %q", d.did, asked[0])
	}
	s.Take(News{Reading: &Reading{Code: "5"}})
	if s.now().say.Mark == Good {
		t.Error("a scan of the bench was taken for the test")
	}
	s.Front(true)
	if d.did[len(d.did)-1] != "try tty" {
		t.Errorf("%q", d.did)
	}
}

func TestWhatGoesWrongIsSaid(t *testing.T) {
	d := &fakeDesk{printed: errors.New("the printer’s head is open"), kept: errors.New("the disk is full")}
	s, _, _ := newTestWizard(t, d)
	s.enter(2)
	s.Address("")
	if s.v.head.Words() != text.T("setup.failed.head") {
		t.Errorf("%q", s.v.head.Words())
	}
	s.Address("a")
	test.Tap(s.v.test)
	if !strings.Contains(s.v.words.Words(), "head is open") || s.now().asked {
		t.Errorf("%q", s.v.words.Words())
	}
	s.Take(News{Health: &devices.Health{Kind: devices.Printer, State: devices.Attention, Text: "labels are out"}})
	if s.v.words.Words() != "Labels are out." {
		t.Errorf("%q", s.v.words.Words())
	}
	test.Tap(s.v.keep)
	if s.at != 2 || !strings.Contains(s.v.words.Words(), "disk is full") {
		t.Errorf("step %d: %q", s.at, s.v.words.Words())
	}
}

// The warning about a coarse printer stands where the resolution is chosen, and goes with the choice.
func TestTheWarningFollowsTheChoice(t *testing.T) {
	d := &fakeDesk{found: map[devices.Kind][]Choice{devices.Printer: {{Key: "p", Kind: devices.Printer, Turns: []Turn{{Name: "dpi", Values: []string{"203", "300"}}}}}}}
	s, _, _ := newTestWizard(t, d)
	s.o.Warn = func(c Choice) string {
		if c.Value("dpi") == "203" {
			return "Too coarse."
		}
		return ""
	}
	s.enter(2)
	if s.v.alert.Container.Visible() {
		t.Error("nothing is chosen, and it warns")
	}
	test.Tap(s.v.choices[0])
	if s.v.warn.Words() != "Too coarse." || !s.v.alert.Container.Visible() {
		t.Errorf("no warning: %q", s.v.warn.Words())
	}
	test.Tap(s.v.test)
	if !s.v.alert.Container.Visible() {
		t.Error("a test print took the warning away")
	}
	test.Tap(s.v.turns[0])
	if s.v.alert.Container.Visible() {
		t.Error("it warns of a fine printer")
	}
}

// TestADeviceIsTakenOutOfUse: what stands in the settings, and nothing else, can be taken out; the end says which it was.
func TestADeviceIsTakenOutOfUse(t *testing.T) {
	d := &fakeDesk{found: map[devices.Kind][]Choice{devices.Scanner: {{Key: "old", Kind: devices.Scanner, Name: "Scanner", Detail: "/dev/ttyACM0", Bound: true}, {Key: "new", Kind: devices.Scanner, Name: "New"}}}}
	s, _, _ := newTestWizard(t, d)
	if s.v.out.Visible() {
		t.Error("nothing is chosen, and it can be taken out")
	}
	test.Tap(s.v.choices[1])
	if s.v.out.Visible() {
		t.Error("what is not in use can be taken out")
	}
	test.Tap(s.v.choices[0])
	d.kept = errors.New("the disk is full")
	test.Tap(s.v.out)
	if s.at != 0 || !strings.Contains(s.v.words.Words(), "disk is full") {
		t.Errorf("step %d: %q", s.at, s.v.words.Words())
	}
	d.kept = nil
	test.Tap(s.v.out)
	if s.at != 1 || d.did[len(d.did)-2] != "out old" {
		t.Errorf("step %d, did %q", s.at, d.did)
	}
	s.enter(len(Steps))
	if got := s.v.sums[0].words.Words(); !strings.Contains(got, ": "+text.T("setup.done.out", "name", "/dev/ttyACM0")) || s.v.out.Visible() {
		t.Errorf("the end says %q", got)
	}
	if got := s.v.file.Words(); !strings.Contains(got, text.T("setup.done.fixed")) {
		t.Errorf("what waits for a start is not said: %q", got)
	}
}
