package bench

import (
	"context"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/ui/widgets"
)

// dotted is a label of black rows and white ones, with one dot in each half.
func dotted() *image.Gray {
	pic := image.NewGray(image.Rect(0, 0, 812, 1219))
	for i := range pic.Pix {
		pic.Pix[i] = 0xFF
	}
	pic.SetGray(5, 3, color.Gray{})
	pic.SetGray(7, 1218, color.Gray{})
	return pic
}

func newLabelBench(t *testing.T, l Label) *Screen {
	t.Helper()
	test.NewTempApp(t)
	s := New(Options{Command: func(string) {}, Now: time.Now,
		Background: func(_ string, work func(context.Context) func()) {
			if then := work(t.Context()); then != nil {
				then()
			}
		},
		LabelPreview: func(context.Context, fulfillment.Parcel) (Label, error) { return l, nil }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
	return s
}

func withLabel(seq uint64) station.View {
	return station.View{VerdictSeq: seq, Verdict: &fulfillment.Verdict{Code: fulfillment.ItemOK},
		Parcel: &fulfillment.Parcel{Order: fulfillment.Order{ID: "1"}, Package: fulfillment.Package{ID: "p", Label: "hash", Tracking: "1Z9"}}}
}

func TestLabelIsLargeUntilATouchOrTheNextScan(t *testing.T) {
	l := Label{Picture: dotted(), DPI: 203, Verdict: fulfillment.LabelPrint, Codes: []LabelCode{{"1Z9", true}, {"ROUTE", false}}, Lint: []string{"a coupon is on it"}}
	s := newLabelBench(t, l)
	touchPicture := func() { s.facts.zoom() }
	touchPicture()
	if s.zoom.object.Visible() {
		t.Fatal("there is no label, and it is shown")
	}
	s.Show(withLabel(1))
	touchPicture()
	if !s.zoom.object.Visible() || s.work.Visible() || s.zoom.picture.Image != image.Image(l.Picture) {
		t.Fatal("a touch does not show the label as it is printed")
	}
	if got := s.zoom.codes.Words(); got != "1Z9 – this parcel  ·  ROUTE" {
		t.Errorf("codes %q", got)
	}
	if got := s.zoom.lint.Words(); got != "A coupon is on it." {
		t.Errorf("findings %q", got)
	}
	s.Show(withLabel(1)) // no scan: a weight, say
	if !s.zoom.object.Visible() {
		t.Error("it closes by itself")
	}
	s.Show(withLabel(2))
	if s.zoom.object.Visible() || !s.work.Visible() {
		t.Error("the next scan does not close it")
	}
	touchPicture()
	s.zoom.close()
	if s.zoom.object.Visible() {
		t.Error("a touch does not close it")
	}
	touchPicture()
	s.Show(station.View{VerdictSeq: 2})
	if s.zoom.object.Visible() || s.shown.Picture != nil {
		t.Error("the parcel is gone, and its label is shown")
	}
}

func TestHalvesHoldEveryDot(t *testing.T) {
	pic := dotted()
	upper, lower := part(pic, 1), part(pic, 2)
	if part(pic, 0) != image.Image(pic) || upper.Bounds().Dy()+lower.Bounds().Dy() < pic.Rect.Dy() {
		t.Fatalf("%v and %v of %v", upper.Bounds(), lower.Bounds(), pic.Rect)
	}
	black := func(p image.Image, x, y int) bool { return color.GrayModel.Convert(p.At(x, y)).(color.Gray).Y == 0 }
	if !black(upper, 5, 3) || !black(lower, 7, lower.Bounds().Dy()-1) {
		t.Error("a dot is lost")
	}
}

func TestWhatIsSaidAboutALabel(t *testing.T) {
	s := newLabelBench(t, Label{})
	for verdict, icon := range map[fulfillment.LabelVerdict]string{
		fulfillment.LabelPrint: "Matches this parcel: it is printed", fulfillment.LabelRefuse: "Not printed: Another number.",
		fulfillment.LabelCannotVerify: "Not printed, it cannot be verified: Another number.",
	} {
		s.zoom.show(Label{Picture: dotted(), Verdict: verdict, Reason: "another number"})
		if got := s.zoom.verdict.Words(); got != icon {
			t.Errorf("%s: %q", verdict, got)
		}
	}
	if s.zoom.codes.Words() != "No barcode could be read from it" || s.zoom.lint.Words() != "Nothing against the label rules was found" {
		t.Errorf("%q, %q", s.zoom.codes.Words(), s.zoom.lint.Words())
	}
	if b := s.zoom.views[1]; b.MinSize().Height < widgets.TouchSize {
		t.Errorf("a glove misses %v", b.MinSize())
	}
}

// A supervisor sees the very picture that would be printed, what to compare, and the reasons; a packer only what to compare; and
// nobody a button for another picture than the one in question.
func TestASupervisorConfirmsWhatIsSeen(t *testing.T) {
	var sent []string
	l := Label{Picture: dotted(), DPI: 203, Verdict: fulfillment.LabelCannotVerify, Reason: "no barcode", Bitmap: "a"}
	s := newLabelBench(t, l)
	s.zoom = newZoom(s.zoomOut, func(code string) { sent = append(sent, code) })
	v := withLabel(1)
	v.Parcel.Package.Carrier, v.Parcel.Print, v.Parcel.Picture = "UPS", fulfillment.PrintUnproved, "a"
	s.Show(v)
	if s.zoom.object.Visible() {
		t.Error("a packer is shown the label unasked")
	}
	s.facts.zoom()
	if !s.zoom.compare.Visible() || s.zoom.confirm.Visible() || s.zoom.compare.Words() != "Compare by eye: on the label stand UPS and the number 1Z9. A supervisor scans the badge, compares and confirms." {
		t.Errorf("a packer sees %q, buttons: %v", s.zoom.compare.Words(), s.zoom.confirm.Visible())
	}
	v.VerdictSeq, v.Supervisor = 2, true
	s.Show(v)
	if !s.zoom.object.Visible() || !s.zoom.confirm.Visible() {
		t.Fatal("the supervisor is not shown the label")
	}
	for _, b := range s.zoom.confirm.Objects {
		b.(*widgets.Button).Tapped(nil)
	}
	if !slices.Equal(sent, []string{"PB:CONFIRM:NUMBER", "PB:CONFIRM:ADDRESS", "PB:CONFIRM:READER"}) {
		t.Errorf("the buttons send %q", sent)
	}
	v.VerdictSeq, v.Parcel.Picture = 3, "b"
	s.Show(v)
	s.facts.zoom()
	if s.zoom.confirm.Visible() || s.zoom.compare.Visible() {
		t.Error("another picture can be confirmed by this one")
	}
	v.VerdictSeq, v.Parcel.Print, v.Parcel.Picture = 4, fulfillment.PrintRefused, "a"
	s.Show(v)
	s.facts.zoom()
	if s.zoom.confirm.Visible() {
		t.Error("a refused label can be confirmed")
	}
}

// A label that was confirmed and printed is not "not printed"; one that is refused tells a supervisor what to do.
func TestTheLargeLabelSaysWhatBecameOfIt(t *testing.T) {
	s := newLabelBench(t, Label{Picture: dotted(), DPI: 203, Verdict: fulfillment.LabelCannotVerify, Reason: "no barcode", Bitmap: "a"})
	v := withLabel(1)
	v.Parcel.Print, v.Parcel.Confirmed, v.Parcel.ConfirmedBy = fulfillment.PrintQueued, "a", "Demo Supervisor"
	s.Show(v)
	s.facts.zoom()
	if got := s.zoom.verdict.Words(); got != "Confirmed by Demo Supervisor: it prints as it was seen" {
		t.Errorf("on its way: %q", got)
	}
	v.VerdictSeq, v.Parcel.Print = 2, fulfillment.PrintDone
	s.Show(v)
	s.facts.zoom()
	if got := s.zoom.verdict.Words(); got != "Confirmed by Demo Supervisor, printed" {
		t.Errorf("printed: %q", got)
	}
	r := newLabelBench(t, Label{Picture: dotted(), DPI: 203, Verdict: fulfillment.LabelRefuse, Reason: "another number", Bitmap: "a"})
	v = withLabel(1)
	v.Supervisor, v.Parcel.Print = true, fulfillment.PrintRefused
	r.Show(v)
	r.facts.zoom()
	if got := r.zoom.compare.Words(); !r.zoom.compare.Visible() || r.zoom.confirm.Visible() || !strings.HasPrefix(got, "No confirmation prints it. Scan HOLD, and download the label of 1Z9") {
		t.Errorf("refused: %q", got)
	}
}

// What is the matter with a label stands on the bench before anybody touches it.
func TestTheBenchNamesWhatIsTheMatterWithALabel(t *testing.T) {
	for _, c := range []struct {
		label Label
		want  string
		bad   bool
	}{
		{Label{Verdict: fulfillment.LabelPrint}, "", false},
		{Label{Verdict: fulfillment.LabelPrint, Lint: []string{"a link", "scaled to 97 %"}, Findings: 1}, "1 remark on it – touch", false},
		{Label{Verdict: fulfillment.LabelPrint, Lint: []string{"a link", "a phone number"}, Findings: 2}, "2 remarks on it – touch", false},
		{Label{Verdict: fulfillment.LabelCannotVerify}, "Not proved – touch", false},
		{Label{Verdict: fulfillment.LabelPrint, Lint: []string{"scaled to 97 %"}}, "", false}, // a note covers no barcode
		{Label{Verdict: fulfillment.LabelRefuse, Lint: []string{"a link"}, Findings: 1}, "Will not print – touch", true},
	} {
		c.label.Picture = dotted()
		s := newLabelBench(t, c.label)
		s.Show(withLabel(1))
		if got := s.facts.finding.Words(); got != c.want || (s.facts.found.Container.Visible() && s.facts.finding.Size().Height > 20) != (c.want != "") {
			t.Errorf("%+v: %q, visible %v", c.label.Verdict, got, s.facts.found.Container.Visible())
		}
		if _, bad := Finding(c.label); bad != c.bad {
			t.Errorf("%s: bad %v", c.label.Verdict, bad)
		}
		s.Show(station.View{VerdictSeq: 2})
		if s.facts.found.Container.Visible() {
			t.Error("the next parcel has the last one's remark")
		}
	}
}

// Dot for dot a dot is a square of pixels, and dragging brings every corner of the label into sight and nothing beyond.
func TestEveryDotCanBeLookedAt(t *testing.T) {
	s := newLabelBench(t, Label{Picture: dotted(), Verdict: fulfillment.LabelPrint})
	s.Show(withLabel(1))
	s.zoomIn()
	test.Tap(s.zoom.views[dotForDot])
	l := s.zoom.loupe
	if !l.Visible() || s.zoom.picture.Visible() {
		t.Fatal("the loupe is not in front")
	}
	n, pixels := l.dots(), l.Size().Width*l.scale()
	if got := pixels / float32(n.X); got < dotPixels || got > dotPixels*1.02 {
		t.Errorf("a dot takes %g pixels", got)
	}
	l.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(5000, 5000)})
	if l.corner != image.Pt(0, 0) || l.shown.Image.At(5, 3) != (color.Gray{}) {
		t.Errorf("the first dot is out of sight: %v", l.corner)
	}
	l.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(-5000, -5000)})
	if l.corner.Y != 1219-n.Y {
		t.Errorf("the lower edge is out of reach: %v of %v", l.corner, n)
	}
	test.Tap(l)
	if s.zoom.object.Visible() {
		t.Error("a touch does not close it")
	}
}

// The packer hears when the order opens that its label will not print, not after everything is in the box.
func TestALabelThatWillNotPrintIsToldAtOpening(t *testing.T) {
	test.NewTempApp(t)
	var words string
	var never bool
	pic := image.NewGray(image.Rect(0, 0, 8, 8))
	s := New(Options{Command: func(string) {}, Background: inline, Now: func() time.Time { return now }, LabelAhead: func(w string, n bool) { words, never = w, n },
		LabelPreview: func(context.Context, fulfillment.Parcel) (Label, error) {
			return Label{Picture: pic, Verdict: fulfillment.LabelRefuse, Reason: "The label is for 1, not for 2."}, nil
		}})
	p := parcel()
	p.Package.Label = "l"
	s.Show(station.View{Parcel: &p, Prompt: station.PromptScanItems})
	if !strings.Contains(words, "will not print") || !never {
		t.Errorf("told %q, never %v", words, never)
	}
	if s.Show(station.View{}); words != "" {
		t.Errorf("an empty bench: %q", words)
	}
}
