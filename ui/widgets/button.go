package widgets

import (
	"cmp"
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Button is pressed by touch or mouse only. It never takes the focus and knows no keys, so no code that a keyboard
// scanner types – a space, an Enter, a Tab – can press it.
type Button struct {
	widget.BaseWidget
	icon     *Icon
	label    *Text
	plate    *canvas.Rectangle
	ink      color.NRGBA
	fill     color.NRGBA
	hovered  bool
	disabled bool
	upright  bool // icon above the word
	Tap      func()
}

var (
	_ fyne.Tappable     = (*Button)(nil)
	_ desktop.Hoverable = (*Button)(nil)
)

// NewButton returns a button at least TouchSize high.
func NewButton(icon, word string, ink, fill color.NRGBA, tap func()) *Button {
	b := &Button{icon: NewIcon(icon, ink, 26), label: NewText(SizeBody, true, ink).Fit(13, 2), plate: canvas.NewRectangle(seen(fill)), ink: ink, fill: fill, Tap: tap}
	b.label.Set(word)
	b.plate.CornerRadius = RadiusCard
	b.ExtendBaseWidget(b)
	return b
}

// Upright puts the icon above the word; it returns b.
func (b *Button) Upright() *Button {
	b.upright = true
	b.label.Align, b.label.Lines, b.label.Max, b.label.Min = fyne.TextAlignCenter, 1, SizeSmall, 11
	return b
}

// Large makes the word as large as a title; it returns b.
func (b *Button) Large() *Button { b.label.Max, b.label.Min = SizeTitle, 14; return b }

// Set changes icon, word and colours.
func (b *Button) Set(icon, word string, ink, fill color.NRGBA) {
	if b.icon.name == icon && b.label.words == word && b.ink == ink && b.fill == fill {
		return
	}
	b.ink, b.fill = ink, fill
	b.label.Set(word)
	b.icon.Set(icon, ink, Clear, false)
	b.paint()
	b.Refresh() // another word needs another place
}

// Word is what the button says.
func (b *Button) Word() string { return b.label.Words() }

// Enable lets the button be pressed, or greys it.
func (b *Button) Enable(on bool) {
	if b.disabled == !on {
		return
	}
	b.disabled = !on
	b.paint()
}

// Enabled reports whether a touch does anything.
func (b *Button) Enabled() bool { return !b.disabled }

func (b *Button) paint() {
	fill, ink := b.fill, b.ink
	if b.disabled {
		fill, ink = Paper, color.NRGBA{R: 0x8A, G: 0x97, B: 0xA8, A: 0xFF}
	} else if b.hovered {
		fill = shade(fill)
	}
	b.plate.FillColor = seen(fill)
	b.plate.StrokeColor, b.plate.StrokeWidth = Line, 0
	if fill == Card || b.disabled {
		b.plate.StrokeWidth = 1
	}
	b.label.Colour(ink)
	b.icon.Set(b.icon.name, ink, Clear, false)
	b.plate.Refresh()
}

// shade is a colour under the mouse; of none, a little darker than what is behind.
func shade(c color.NRGBA) color.NRGBA {
	if c.A == 0 {
		return color.NRGBA{A: 0x30}
	}
	return color.NRGBA{R: uint8(int(c.R) * 92 / 100), G: uint8(int(c.G) * 92 / 100), B: uint8(int(c.B) * 92 / 100), A: c.A}
}

// Tapped implements fyne.Tappable.
func (b *Button) Tapped(*fyne.PointEvent) {
	if !b.disabled && b.Tap != nil {
		b.Tap()
	}
}

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (b *Button) MouseIn(*desktop.MouseEvent)    { b.hovered = true; b.paint() }
func (b *Button) MouseMoved(*desktop.MouseEvent) {}
func (b *Button) MouseOut()                      { b.hovered = false; b.paint() }

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	b.paint()
	return &buttonRenderer{b}
}

type buttonRenderer struct{ b *Button }

func (r *buttonRenderer) MinSize() fyne.Size { return fyne.NewSize(TouchSize, TouchSize) }

func (r *buttonRenderer) Layout(size fyne.Size) {
	b := r.b
	b.plate.Resize(size)
	if b.upright {
		const side = 32
		h := lineHeight(b.label.Max)
		top := (size.Height - side - h - 2) / 2
		b.icon.Move(fyne.NewPos((size.Width-side)/2, top))
		b.icon.Resize(fyne.NewSquareSize(side))
		b.label.Move(fyne.NewPos(2, top+side+2))
		b.label.Resize(fyne.NewSize(size.Width-4, h))
		return
	}
	const side, gap, pad = 26, 8, 10
	room := size.Width - 2*pad - side - gap
	words := min(room, fyne.MeasureText(b.label.words, b.label.Max, fyne.TextStyle{Bold: true}).Width+2)
	left := max(pad, (size.Width-side-gap-words)/2)
	b.icon.Move(fyne.NewPos(left, (size.Height-side)/2))
	b.icon.Resize(fyne.NewSquareSize(side))
	b.label.Move(fyne.NewPos(left+side+gap, 4))
	b.label.Resize(fyne.NewSize(words, size.Height-8))
}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.plate, r.b.icon, r.b.label}
}

func (r *buttonRenderer) Refresh() {
	r.Layout(r.b.Size())
	r.b.plate.Refresh()
}

func (r *buttonRenderer) Destroy() {}

// Sure guards an act that cannot be taken back: it must be asked for twice, neither too fast (one bouncing touch) nor
// too slowly (an old touch forgotten). Now is given, so the guard has no clock.
type Sure struct {
	// Slow is how long the first touch stands; 0: SureSlow.
	Slow  time.Duration
	asked time.Time
}

// SureFast and SureSlow bound the time between the two touches.
const (
	SureFast = 500 * time.Millisecond
	SureSlow = 5 * time.Second
)

// Ask records a touch and reports whether it confirms the one before.
func (s *Sure) Ask(now time.Time) bool {
	if s.Armed(now) {
		if now.Sub(s.asked) < SureFast {
			return false
		}
		s.asked = time.Time{}
		return true
	}
	s.asked = now
	return false
}

// Armed reports whether the next touch may confirm.
func (s *Sure) Armed(now time.Time) bool {
	return !s.asked.IsZero() && now.Sub(s.asked) <= cmp.Or(s.Slow, SureSlow) && !now.Before(s.asked)
}

// Drop forgets the first touch.
func (s *Sure) Drop() { s.asked = time.Time{} }
