package label

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"packbench/fulfillment"
)

// Typesetter writes text of any script on a bitmap: marks stacked, letters joined, right to left where the script goes so.
// It holds fonts only; all methods may be called concurrently.
type Typesetter struct{ fonts []*font.Font }

// NewTypesetter returns one with the program's own font (Latin without Vietnamese, Greek, Cyrillic) and the given font
// files, TrueType or OpenType, single or collections. The first font that has a letter writes it.
func NewTypesetter(files ...[]byte) (*Typesetter, error) {
	t := &Typesetter{}
	for i, file := range append(files[:len(files):len(files)], goregular.TTF) {
		faces, err := font.ParseTTC(bytes.NewReader(file))
		if err != nil {
			return nil, fmt.Errorf("font file %d of %d: %w", i+1, len(files), err)
		}
		t.fonts = append(t.fonts, faces[0].Font) // a collection's other fonts differ in a few letters' style only
	}
	return t, nil
}

// MissingScript is the error for text that no font has letters for. It is a sentence for the operator.
type MissingScript struct {
	Script string // as Unicode names it
	Letter rune
}

func (m *MissingScript) Error() string {
	return fmt.Sprintf("There is no font for the letter %q (U+%04X, script %s). Install a font for it (Noto Sans %s), start Packbench again and make the label again.",
		m.Letter, m.Letter, m.Script, m.Script)
}

// Missing returns a *MissingScript for the first letter that no font has.
func (t *Typesetter) Missing(text string) error {
	for _, r := range text {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			continue
		}
		if !slices.ContainsFunc(t.fonts, func(f *font.Font) bool { return has(f, r) }) {
			return &MissingScript{scriptOf(r), r}
		}
	}
	return nil
}

func has(f *font.Font, r rune) bool {
	g, ok := f.NominalGlyph(r)
	return ok && g != 0
}

func scriptOf(r rune) string {
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return strings.ReplaceAll(name, "_", " ")
		}
	}
	return "unknown"
}

// faceMap chooses fonts for one call; faces must not be shared.
type faceMap []*font.Face

func (m faceMap) ResolveFace(r rune) *font.Face {
	for _, f := range m {
		if has(f.Font, r) {
			return f
		}
	}
	return m[len(m)-1]
}

// textBlock is a paragraph in lines, sizes in dots.
type textBlock struct {
	lines  []shaping.Line
	height int // of a line
	rise   int // from a line's top to its baseline
	right  bool
}

func (b textBlock) total() int { return b.height * len(b.lines) }

// set breaks a paragraph into lines of at most width dots. size is the em in dots, lang a BCP 47 tag.
func (t *Typesetter) set(text, lang string, size, width int) (textBlock, error) {
	text = clean(text)
	if err := t.Missing(text); err != nil {
		return textBlock{}, err
	}
	runes := []rune(text)
	if len(runes) == 0 {
		return textBlock{}, nil
	}
	var faces faceMap
	for _, f := range t.fonts {
		faces = append(faces, font.NewFace(f))
	}
	way := di.DirectionLTR
	if rightToLeft(lang) {
		way = di.DirectionRTL
	}
	var segments shaping.Segmenter
	var shaper shaping.HarfbuzzShaper
	var runs []shaping.Output
	for _, in := range segments.Split(shaping.Input{Text: runes, RunEnd: len(runes), Direction: way, Size: fixed.I(size),
		Language: language.NewLanguage(lang)}, faces) {
		runs = append(runs, shaper.Shape(in))
	}
	for _, run := range runs {
		for _, g := range run.Glyphs {
			if g.GlyphID == 0 { // a letter that only exists composed with others
				r := runes[g.ClusterIndex]
				return textBlock{}, &MissingScript{scriptOf(r), r}
			}
		}
	}
	var wrapper shaping.LineWrapper
	lines, _ := wrapper.WrapParagraph(shaping.WrapConfig{Direction: way}, width, runes, shaping.NewSliceIterator(runs))
	b := textBlock{lines: slices.Clone(lines), right: way == di.DirectionRTL}
	up, down := fixed.I(size)*3/4, fixed.I(size)/4
	for _, run := range runs {
		up, down = max(up, run.LineBounds.Ascent), max(down, -run.LineBounds.Descent)
	}
	b.rise, b.height = up.Ceil(), (up + down).Ceil()
	return b, nil
}

// clean makes one paragraph of what buyers write: no controls and line ends, single spaces.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	return strings.Join(strings.Fields(text), " ")
}

func rightToLeft(lang string) bool {
	base, _, _ := strings.Cut(lang, "-")
	return base == "ar" || base == "he" || base == "fa" || base == "ur"
}

// draw writes the block with its top left at x, y; width is the column's, for text from the right.
func (b textBlock) draw(onto fulfillment.Bitmap, x, y, width int) {
	for i, line := range b.lines {
		ordered := slices.Clone(line)
		slices.SortFunc(ordered, func(a, c shaping.Output) int { return int(a.VisualIndex - c.VisualIndex) })
		var length fixed.Int26_6
		for _, run := range ordered {
			length += run.Advance
		}
		dot := fixed.P(x, y+i*b.height+b.rise)
		if b.right {
			dot.X += fixed.I(width) - length
		}
		for _, run := range ordered {
			for _, g := range run.Glyphs {
				drawGlyph(onto, run, g, dot)
				dot.X += g.Advance
			}
		}
	}
}

// drawGlyph fills one outline; dots that are at least half covered are black.
func drawGlyph(onto fulfillment.Bitmap, run shaping.Output, g shaping.Glyph, dot fixed.Point26_6) {
	outline, ok := run.Face.GlyphDataOutline(g.GlyphID)
	if !ok || len(outline.Segments) == 0 {
		return
	}
	scale := float32(run.Size) / 64 / float32(run.Face.Upem())
	left, top := (dot.X+g.XOffset+g.XBearing).Floor()-1, (dot.Y-g.YOffset-g.YBearing).Floor()-1
	w, h := g.Width.Ceil()+4, (-g.Height).Ceil()+4
	if w <= 0 || h <= 0 || w > 4096 || h > 4096 {
		return
	}
	ras := vector.NewRasterizer(w, h)
	ox, oy := float32(dot.X+g.XOffset)/64-float32(left), float32(dot.Y-g.YOffset)/64-float32(top)
	at := func(p ot.SegmentPoint) (float32, float32) { return p.X*scale + ox, oy - p.Y*scale }
	for _, s := range outline.Segments {
		ax, ay := at(s.Args[0])
		bx, by := at(s.Args[1])
		cx, cy := at(s.Args[2])
		switch s.Op {
		case ot.SegmentOpMoveTo:
			ras.MoveTo(ax, ay)
		case ot.SegmentOpLineTo:
			ras.LineTo(ax, ay)
		case ot.SegmentOpQuadTo:
			ras.QuadTo(ax, ay, bx, by)
		case ot.SegmentOpCubeTo:
			ras.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	ink := image.NewAlpha(image.Rect(0, 0, w, h))
	ras.DrawOp = draw.Src
	ras.Draw(ink, ink.Rect, image.Opaque, image.Point{})
	for dy := range h {
		for dx := range w {
			if ink.Pix[dy*ink.Stride+dx] >= 128 {
				onto.SetBlack(left+dx, top+dy)
			}
		}
	}
}
