package widgets

import (
	"image/color"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"

	"packbench/assets"
)

func chars(n int) func(string) bool {
	return func(s string) bool { return utf8.RuneCountInString(s) <= n }
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		words string
		rows  int
		want  string
		whole bool
	}{
		{"one two three", 2, "one two|three", true},
		{"one two three", 1, "one two…", false},
		{"", 2, "", true},
		{"incomprehensible", 1, "incompre…", false},
		{"incomprehensible", 3, "incompreh|ensible", false}, // fits, but a smaller type is tried first
		{"a  b\tc", 1, "a b c", true},
	} {
		lines, whole := Wrap(c.words, c.rows, chars(9))
		if got := strings.Join(lines, "|"); got != c.want || whole != c.whole {
			t.Errorf("Wrap(%q, %d) = %q, %v; want %q, %v", c.words, c.rows, got, whole, c.want, c.whole)
		}
	}
}

func TestWrapProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringMatching(`[a-zä日 ]{0,80}`).Draw(t, "words")
		rows, width := rapid.IntRange(1, 4).Draw(t, "rows"), rapid.IntRange(3, 30).Draw(t, "width")
		lines, whole := Wrap(words, rows, chars(width))
		if len(lines) > rows {
			t.Fatalf("%d lines of %d", len(lines), rows)
		}
		for _, l := range lines {
			if !chars(width)(l) {
				t.Fatalf("%q does not fit %d", l, width)
			}
		}
		if got := strings.Join(lines, " "); whole && got != strings.Join(strings.Fields(words), " ") {
			t.Fatalf("called whole, but %q became %q", words, got)
		}
	})
}

// contrast is WCAG 2.1's contrast ratio.
func contrast(a, b color.NRGBA) float64 {
	lum := func(c color.NRGBA) float64 {
		lin := func(v uint8) float64 {
			x := float64(v) / 255
			if x <= 0.03928 {
				return x / 12.92
			}
			return math.Pow((x+0.055)/1.055, 2.4)
		}
		return 0.2126*lin(c.R) + 0.7152*lin(c.G) + 0.0722*lin(c.B)
	}
	x, y := lum(a), lum(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestPaletteContrast(t *testing.T) {
	for _, c := range []struct {
		name      string
		ink, back color.NRGBA
		least     float64
	}{
		{"ink on paper", Ink, Paper, 7}, {"ink on card", Ink, Card, 7}, {"soft on card", Soft, Card, 7}, {"soft on paper", Soft, Paper, 4.5},
		{"white on good", White, Good, 4.5}, {"white on done", White, Done, 7}, {"white on bad", White, Bad, 4.5}, {"ink on warn", Ink, Warn, 7},
		{"white on blue", White, Blue, 4.5}, {"white on idle", White, Idle, 7}, {"white on navy", OnNavy, Navy, 7}, {"soft on navy", NavySoft, Navy, 7},
		{"blue on pale", Blue, BluePale, 4.5}, {"good on pale", Good, GoodPale, 4.5}, {"soft on good pale", Soft, GoodPale, 4.5}, {"ink on bad pale", Ink, BadPale, 7},
		{"ink on warn pale", Ink, WarnPale, 7}, {"warn ink on pale", WarnInk, WarnPale, 4.5}, {"warn ink on paper", WarnInk, Paper, 4.5}, {"bad on card", Bad, Card, 4.5},
		{"bad on paper", Bad, Paper, 4.5}, {"violet on pale", Violet, VioletPle, 4.5}, {"soft on warn pale", Soft, WarnPale, 4.5},
	} {
		if got := contrast(c.ink, c.back); got < c.least {
			t.Errorf("%s: %.1f, want %.1f", c.name, got, c.least)
		}
	}
}

func TestTextShrinksBeforeItIsCut(t *testing.T) {
	test.NewTempApp(t)
	words := "STOP – buyer wants to cancel"
	x := NewText(46, true, Ink).Fit(20, 1)
	w := test.NewTempWindow(t, x)
	w.Resize(fyne.NewSize(420, 80))
	x.Resize(fyne.NewSize(420, 80))
	x.Set(words)
	objects := test.WidgetRenderer(x).Objects()
	if len(objects) != 1 {
		t.Fatalf("%d lines", len(objects))
	}
	line := objects[0].(*canvas.Text)
	if line.Text != words || line.TextSize >= 46 || line.TextSize < 20 {
		t.Errorf("got %q at %.0f", line.Text, line.TextSize)
	}
	x.Set("")
	if n := len(test.WidgetRenderer(x).Objects()); n != 0 {
		t.Errorf("%d lines without words", n)
	}
}

func TestEveryIconDrawsSomething(t *testing.T) {
	test.NewTempApp(t)
	for _, name := range assets.IconNames() {
		i := NewIcon(name, Ink, 48)
		w := test.NewTempWindow(t, i)
		w.SetPadded(false)
		w.Resize(fyne.NewSize(48, 48))
		img := w.Canvas().Capture()
		dark := 0
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				if r, g, b, _ := img.At(x, y).RGBA(); r+g+b < 3*0x6000 {
					dark++
				}
			}
		}
		if dark < 40 {
			t.Errorf("icon %s has %d dark dots", name, dark)
		}
	}
}

func TestButtonIsPressedByTouchOnly(t *testing.T) {
	test.NewTempApp(t)
	n := 0
	b := NewButton("seal", "Seal", White, Navy, func() { n++ })
	if _, ok := any(b).(fyne.Focusable); ok {
		t.Fatal("a scan-safe button takes the focus")
	}
	test.NewTempWindow(t, b)
	test.Tap(b)
	b.Enable(false)
	test.Tap(b)
	if n != 1 {
		t.Errorf("pressed %d times, want 1", n)
	}
}

func TestButtonMakesRoomForALongerWord(t *testing.T) {
	test.NewTempApp(t)
	b := NewButton("hand", "Hold", Ink, Card, nil)
	test.NewTempWindow(t, b).Resize(fyne.NewSize(260, 80))
	before := b.label.Size().Width
	b.Set("hand", "Again: Hold", Ink, Warn)
	if after := b.label.Size().Width; after < 1.5*before {
		t.Errorf("the word has %.0f units of room, as before %.0f", after, before)
	}
}

func TestSure(t *testing.T) {
	t0 := time.Unix(1000, 0)
	for _, c := range []struct {
		name string
		at   []time.Duration
		want []bool
	}{
		{"two calm touches", []time.Duration{0, time.Second}, []bool{false, true}},
		{"a bounce does not confirm", []time.Duration{0, 80 * time.Millisecond}, []bool{false, false}},
		{"after a bounce a calm touch does", []time.Duration{0, 80 * time.Millisecond, time.Second}, []bool{false, false, true}},
		{"an old touch is forgotten", []time.Duration{0, 6 * time.Second, 7 * time.Second}, []bool{false, false, true}},
		{"once confirmed it begins anew", []time.Duration{0, time.Second, 2 * time.Second}, []bool{false, true, false}},
		{"a clock put back forgets", []time.Duration{0, -time.Hour}, []bool{false, false}},
	} {
		var s Sure
		for i, at := range c.at {
			if got := s.Ask(t0.Add(at)); got != c.want[i] {
				t.Errorf("%s: touch %d gave %v", c.name, i, got)
			}
		}
	}
}

func TestFlexSharesRoomAndSkipsHidden(t *testing.T) {
	test.NewTempApp(t)
	a, b, c := canvas.NewRectangle(Ink), canvas.NewRectangle(Ink), canvas.NewRectangle(Ink)
	row := Row(10, Fix(a, 100), Grow(b, 1), Square(c))
	row.Resize(fyne.NewSize(400, 50))
	if a.Size().Width != 100 || b.Size().Width != 230 || c.Size().Width != 50 || c.Position().X != 350 {
		t.Errorf("widths %v %v %v at %v", a.Size(), b.Size(), c.Size(), c.Position())
	}
	a.Hide()
	row.Layout.Layout(row.Objects, row.Size())
	if b.Position().X != 0 || b.Size().Width != 340 {
		t.Errorf("beside a hidden item: %v at %v", b.Size(), b.Position())
	}
}

// What cannot be seen is not drawn: the toolkit leaves out its own transparent colour only.
func TestAPlateThatCannotBeSeenIsNotDrawn(t *testing.T) {
	p := NewPanel(Clear, 1, 1, canvas.NewRectangle(Card))
	if p.plate.FillColor != color.Transparent {
		t.Errorf("a new plate is filled with %v", p.plate.FillColor)
	}
	p.Paint(Card, Line, 1)
	p.Paint(Clear, Line, 0)
	if p.plate.FillColor != color.Transparent {
		t.Errorf("a plate that was painted over is filled with %v", p.plate.FillColor)
	}
	b := NewButton("box", "Bench", OnNavy, Clear, nil)
	test.WidgetRenderer(b)
	if b.plate.FillColor != color.Transparent {
		t.Errorf("a button is filled with %v", b.plate.FillColor)
	}
	b.MouseIn(nil)
	if b.plate.FillColor == color.Transparent {
		t.Error("a button under the mouse looks as before")
	}
	i := NewIcon("box", Ink, 20)
	test.WidgetRenderer(i).Refresh()
	if i.back.FillColor != color.Transparent {
		t.Errorf("an icon's plate is filled with %v", i.back.FillColor)
	}
}
