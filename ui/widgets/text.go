package widgets

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Text is words that always fit: it takes the largest type between Min and Max in which they fit the place in at most
// Lines lines, and only then ends them with "…". A verdict can so never be cut off half-way.
type Text struct {
	widget.BaseWidget
	words    string
	Max, Min float32
	Lines    int // at most; 0 counts as 1
	Bold     bool
	Align    fyne.TextAlign
	Middle   bool // centred from top to bottom
	within   bool // see Within
	colour   color.NRGBA
}

// NewText returns words in one size.
func NewText(size float32, bold bool, colour color.NRGBA) *Text {
	t := &Text{Max: size, Min: size, Lines: 1, Bold: bold, colour: colour, Middle: true}
	t.ExtendBaseWidget(t)
	return t
}

// Fit lets the type shrink to minSize and the words run over lines; it returns t.
func (t *Text) Fit(minSize float32, lines int) *Text {
	t.Min, t.Lines = minSize, lines
	return t
}

// Centred centres the words; it returns t.
func (t *Text) Centred() *Text { t.Align = fyne.TextAlignCenter; return t }

// Right puts the words to the right edge; it returns t.
func (t *Text) Right() *Text { t.Align = fyne.TextAlignTrailing; return t }

// Top puts the words to the upper edge; it returns t.
func (t *Text) Top() *Text { t.Middle = false; return t }

// Within keeps the letters' tails inside the place, too: for words with others right below them; it returns t.
func (t *Text) Within() *Text { t.within = true; return t }

// Set changes the words; nothing is drawn again where they stay the same.
func (t *Text) Set(words string) {
	if words != t.words {
		t.words = words
		t.Refresh()
	}
}

// Words are the words as given.
func (t *Text) Words() string { return t.words }

// Ink is the colour of the words.
func (t *Text) Ink() color.NRGBA { return t.colour }

// Colour changes the colour of the words.
func (t *Text) Colour(c color.NRGBA) {
	if c != t.colour {
		t.colour = c
		t.Refresh()
	}
}

// Drawn are the words as they are drawn in a place of that size, and the type they are drawn in.
func (t *Text) Drawn(size fyne.Size) ([]string, float32) {
	return (&textRenderer{t: t}).fit(size)
}

// CreateRenderer implements fyne.Widget. The toolkit throws a renderer away that was hidden for a minute and does not lay
// out the next one, because the size is the same: it must come with its lines.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{t: t}
	r.Layout(t.Size())
	return r
}

type textRenderer struct {
	t     *Text
	lines []*canvas.Text
	shown int
}

func (r *textRenderer) style() fyne.TextStyle { return fyne.TextStyle{Bold: r.t.Bold} }

func (r *textRenderer) MinSize() fyne.Size {
	if r.t.Lines <= 1 && r.t.Min == r.t.Max {
		size := fyne.MeasureText(r.t.words, r.t.Max, r.style())
		return fyne.NewSize(min(size.Width, 40), lineHeight(r.t.Max))
	}
	return fyne.NewSize(40, lineHeight(r.t.Min))
}

// lineHeight is a line of Noto Sans, a little tighter than the font's own leading.
func lineHeight(size float32) float32 { return size * 1.28 }

func (r *textRenderer) Layout(size fyne.Size) {
	words, points := r.fit(size)
	h := lineHeight(points)
	y := float32(0)
	if r.t.Middle {
		y = max(0, (size.Height-h*float32(len(words)))/2)
	}
	for len(r.lines) < len(words) {
		r.lines = append(r.lines, canvas.NewText("", r.t.colour))
	}
	for i, line := range words {
		c := r.lines[i]
		c.Text, c.TextSize, c.TextStyle, c.Color, c.Alignment = line, points, r.style(), r.t.colour, r.t.Align
		c.Move(fyne.NewPos(0, y+float32(i)*h))
		c.Resize(fyne.NewSize(size.Width, h))
		c.Refresh()
	}
	r.shown = len(words)
}

// fit chooses size and lines.
func (r *textRenderer) fit(size fyne.Size) ([]string, float32) {
	if r.t.words == "" || size.Width < 4 {
		return nil, r.t.Max
	}
	limit := max(1, r.t.Lines)
	points := r.t.Max
	for {
		rows := min(limit, max(1, int((size.Height+2)/lineHeight(points))))
		lines, whole := Wrap(r.t.words, rows, func(s string) bool {
			return fyne.MeasureText(s, points, r.style()).Width <= size.Width
		})
		most := size.Height * 1.4 // digits would lie over the lines above and below
		if r.t.within {
			most = size.Height
		}
		low := size.Height > 0 && lineHeight(points) > most
		if whole && !low || points <= r.t.Min {
			return lines, points
		}
		step := float32(2)
		if points <= 16 { // of small letters each point counts
			step = 1
		}
		points = max(r.t.Min, points-step)
	}
}

func (r *textRenderer) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, r.shown)
	for i := range out {
		out[i] = r.lines[i]
	}
	return out
}

func (r *textRenderer) Refresh() {
	r.Layout(r.t.Size())
	canvas.Refresh(r.t) // also where no line is left
}
func (r *textRenderer) Destroy() {}

// Wrap breaks words into at most rows lines that fit. whole is false where something had to be left out; the last line
// then ends with "…". A single word that is too long is broken where it must be.
func Wrap(words string, rows int, fits func(string) bool) (lines []string, whole bool) {
	rest := strings.Fields(words)
	for len(rest) > 0 {
		if len(lines) == rows {
			lines[rows-1] = ellipsis(lines[rows-1]+" "+rest[0], fits)
			return lines, false
		}
		line := rest[0]
		if !fits(line) {
			head, tail := split(line, fits)
			rest[0] = tail
			if lines = append(lines, head); tail == "" {
				rest = rest[1:]
			}
			if len(lines) == rows {
				lines[rows-1] = ellipsis(head+tail, fits)
			}
			if tail != "" && rows == len(lines) {
				return lines, false
			}
			continue
		}
		n := 1
		for n < len(rest) && fits(line+" "+rest[n]) {
			line += " " + rest[n]
			n++
		}
		lines, rest = append(lines, line), rest[n:]
	}
	return lines, !brokeWord(lines, words)
}

// brokeWord reports whether a word was cut in two: smaller type is tried first.
func brokeWord(lines []string, words string) bool {
	return strings.Join(lines, " ") != strings.Join(strings.Fields(words), " ")
}

func split(word string, fits func(string) bool) (head, tail string) {
	runes := []rune(word)
	n := 1
	for n < len(runes) && fits(string(runes[:n+1])) {
		n++
	}
	return string(runes[:n]), string(runes[n:])
}

func ellipsis(s string, fits func(string) bool) string {
	if fits(s) {
		if !fits(s + "…") {
			runes := []rune(s)
			return string(runes[:max(1, len(runes)-2)]) + "…"
		}
		return s + "…"
	}
	runes := []rune(s)
	for n := len(runes) - 1; n > 1; n-- {
		if short := strings.TrimRight(string(runes[:n]), " ") + "…"; fits(short) {
			return short
		}
	}
	return "…"
}
