package zpl

import (
	"strings"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"image"
	"image/draw"
)

// The printers' own fonts are not to be had; the Go fonts (BSD licence) stand in for them. Letters have about the size and
// width of the originals, not their shape.
var (
	bold = mustFont(gobold.TTF)
	mono = mustFont(gomono.TTF)
)

func mustFont(data []byte) *sfnt.Font {
	f, err := sfnt.Parse(data)
	if err != nil {
		panic(err) // the font is part of the program
	}
	return f
}

// typeface is a font in one size. Sizes in dots.
type typeface struct {
	font    *sfnt.Font
	height  int     // of the cell from one line to the next
	size    float64 // the em
	stretch float64 // of widths
	advance float64 // of every character in a bitmap font; 0: the font's own
}

// cells are the bitmap fonts' character cells at 203 dpi: height, width, gap to the next (ZPL II guide, font matrices).
var cells = map[byte][3]int{'A': {9, 5, 1}, 'B': {11, 7, 2}, 'C': {18, 10, 2}, 'D': {18, 10, 2}, 'E': {28, 15, 5}, 'F': {26, 13, 3},
	'G': {60, 40, 8}, 'H': {21, 13, 6}}

// narrow is how much narrower font 0 (a bold condensed one) is than Go Bold, about.
const narrow = 0.82

// face chooses a font by its letter; height and width as given, 0 for not given.
func face(letter byte, height, width int) typeface {
	cell, bitmap := cells[letter]
	if !bitmap {
		switch {
		case height == 0 && width == 0:
			height, width = 15, 12
		case height == 0:
			height = width
		case width == 0:
			width = height
		}
		return typeface{font: bold, height: height, size: float64(height), stretch: narrow * float64(width) / float64(height)}
	}
	// Bitmap fonts are magnified by whole numbers from 1 to 10.
	times := func(v, unit int) int { return min(max((v+unit/2)/unit, 1), 10) }
	var mh, mw int
	switch {
	case height == 0 && width == 0:
		mh, mw = 1, 1
	case height == 0:
		mw = times(width, cell[1])
		mh = mw
	case width == 0:
		mh = times(height, cell[0])
		mw = mh
	default:
		mh, mw = times(height, cell[0]), times(width, cell[1])
	}
	h, advance := cell[0]*mh, (cell[1]+cell[2])*mw
	// Seven of the nine rows of font A stand on the baseline; capitals of Go Mono are 0.7 em high, a column is 0.6 em wide.
	size := float64(h) / 0.9
	return typeface{font: mono, height: h, size: size, stretch: float64(advance) / (size * 0.6), advance: float64(advance)}
}

// ascent is from the top of a line to its baseline.
func (f typeface) ascent() int {
	return int(float64(f.height)*0.78 + 0.5)
}

// ppem is the size of the font's own outlines before they are stretched.
func (f typeface) ppem() fixed.Int26_6 { return fixed.Int26_6(f.size * 64) }

// width of a text in dots. missing are characters the font has not got.
func (f typeface) width(text string) (width float64, missing []rune) {
	var buf sfnt.Buffer
	for _, r := range text {
		i, err := f.font.GlyphIndex(&buf, r)
		if err != nil || i == 0 {
			missing = append(missing, r)
			continue
		}
		width += f.step(&buf, i)
	}
	return width, missing
}

func (f typeface) step(buf *sfnt.Buffer, i sfnt.GlyphIndex) float64 {
	if f.advance > 0 {
		return f.advance
	}
	a, err := f.font.GlyphAdvance(buf, i, f.ppem(), 0)
	if err != nil {
		return 0
	}
	return float64(a) / 64 * f.stretch
}

// draw writes one line with its top left at x, y of the mask.
func (f typeface) draw(m *mask, text string, x float64, y int) {
	var buf sfnt.Buffer
	base := float32(y + f.ascent())
	for _, r := range text {
		i, err := f.font.GlyphIndex(&buf, r)
		if err != nil || i == 0 {
			continue
		}
		step := f.step(&buf, i)
		if segments, err := f.font.LoadGlyph(&buf, i, f.ppem(), nil); err == nil {
			f.glyph(m, segments, float32(x), base)
		}
		x += step
	}
}

// glyph fills one outline. Dots that are at least half covered are black.
func (f typeface) glyph(m *mask, segments sfnt.Segments, x, base float32) {
	bounds := segments.Bounds()
	left := int(x) + int(float32(bounds.Min.X)/64*float32(f.stretch)) - 1
	top := int(base) + bounds.Min.Y.Floor() - 1
	w := int(float32(bounds.Max.X-bounds.Min.X)/64*float32(f.stretch)) + 4
	h := (bounds.Max.Y - bounds.Min.Y).Ceil() + 3
	if w <= 0 || h <= 0 || w > 4096 || h > 4096 {
		return
	}
	ras := vector.NewRasterizer(w, h)
	at := func(p fixed.Point26_6) (float32, float32) {
		return float32(p.X)/64*float32(f.stretch) + x - float32(left), float32(p.Y)/64 + base - float32(top)
	}
	for _, s := range segments {
		ax, ay := at(s.Args[0])
		bx, by := at(s.Args[1])
		cx, cy := at(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			ras.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			ras.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			ras.QuadTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			ras.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	ink := image.NewAlpha(image.Rect(0, 0, w, h))
	ras.DrawOp = draw.Src
	ras.Draw(ink, ink.Rect, image.Opaque, image.Point{})
	for dy := range h {
		for dx := range w {
			if ink.Pix[dy*ink.Stride+dx] >= 128 {
				m.set(left+dx, top+dy)
			}
		}
	}
}

// block is ^FB: text in lines of a width.
type block struct {
	width, lines, extra, hang int
	justify                   byte
}

// textLine is a line of a block; ends: it is a paragraph's last, whose words are never spread.
type textLine struct {
	text string
	ends bool
}

// wrap divides text into lines at spaces; "\&" is a line's end, "\\" a backslash. A word that is wider than a line is
// divided.
func (f typeface) wrap(text string, width int) []textLine {
	var lines []textLine
	space, _ := f.width(" ")
	text = strings.ReplaceAll(text, `\\`, "\x00")
	for paragraph := range strings.SplitSeq(text, `\&`) {
		line, used := "", 0.0
		for word := range strings.FieldsSeq(strings.ReplaceAll(paragraph, "\x00", `\`)) {
			for _, piece := range f.pieces(word, width) {
				w, _ := f.width(piece)
				switch {
				case line == "":
					line, used = piece, w
				case used+space+w > float64(width):
					lines = append(lines, textLine{text: line})
					line, used = piece, w
				default:
					line, used = line+" "+piece, used+space+w
				}
			}
		}
		lines = append(lines, textLine{line, true})
	}
	return lines
}

func (f typeface) pieces(word string, width int) []string {
	if w, _ := f.width(word); w <= float64(width) {
		return []string{word}
	}
	var out []string
	from, used := 0, 0.0
	for i, r := range word {
		w, _ := f.width(string(r))
		if i > from && used+w > float64(width) {
			out = append(out, word[from:i])
			from, used = i, 0
		}
		used += w
	}
	return append(out, word[from:])
}

// text draws a field's text, in a block if there is one. Lines beyond the block's last are written over it, as printers do.
func (f typeface) text(text string, b *block) *mask {
	if b == nil {
		w, _ := f.width(text)
		m := newMask(int(w+1.5), f.height)
		if m == nil {
			return nil
		}
		m.up = f.ascent()
		f.draw(m, text, 0, 0)
		return m
	}
	lines := f.wrap(text, b.width)
	step := f.height + b.extra
	m := newMask(b.width, f.height+max(0, (b.lines-1)*step))
	if m == nil {
		return nil
	}
	m.up = f.ascent() + max(0, (b.lines-1)*step) // ^FT: the last line's baseline
	for i, line := range lines {
		w, _ := f.width(line.text)
		x, gap := 0.0, float64(b.width)-w
		switch b.justify {
		case 'C':
			x = gap / 2
		case 'R':
			x = gap
		}
		if i > 0 && b.justify != 'R' {
			x += float64(b.hang)
		}
		y := min(i, b.lines-1) * step
		if b.justify == 'J' && !line.ends {
			f.spread(m, line.text, x, y, float64(b.width)-x-w)
			continue
		}
		f.draw(m, line.text, x, y)
	}
	return m
}

// spread draws a line whose words stand so far apart that it fills the block: room is what is left of the line.
func (f typeface) spread(m *mask, line string, x float64, y int, room float64) {
	words := strings.Fields(line)
	space, _ := f.width(" ")
	if len(words) > 1 {
		space += max(0, room) / float64(len(words)-1)
	}
	for _, word := range words {
		f.draw(m, word, x, y)
		w, _ := f.width(word)
		x += w + space
	}
}
