package label

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/code128"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// Fonts of our own papers: the Go fonts (BSD licence), carried in the program so that a paper looks the same everywhere.
const (
	fontText = "go"
	fontMono = "gomono"
)

// documentEpoch stands in for "now" in papers that are not about a moment: the same content makes the same bytes.
var documentEpoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// ownPaper is a PDF of our own. What the Go fonts have is written as text; what they have not is shaped and drawn as outlines, with the
// same text, invisible, beneath it, so that it can be found and copied. A letter that no font has stands by its number, and its sheet
// says so (lacking): one odd name costs neither the sheet nor those made with it, and nothing is left out in silence.
type ownPaper struct {
	*fpdf.Fpdf
	letters *Typesetter
	lacks   []rune // letters of this sheet that stand by their number, each once
	err     error
}

var goLetters = sync.OnceValues(func() (*Typesetter, error) { return NewTypesetter() })

// newPaper begins a PDF whose bytes depend on its content and the fonts only. letters may be nil: the Go font alone.
func newPaper(wMM, hMM float64, title string, made time.Time, letters *Typesetter) *ownPaper {
	p := &ownPaper{letters: letters}
	if letters == nil {
		p.letters, p.err = goLetters()
	}
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: wMM, Ht: hMM}})
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(made.UTC())
	pdf.SetModificationDate(made.UTC())
	pdf.SetProducer("Packbench", false)
	pdf.SetTitle(title, true)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(0, 0, 0)
	// Copies: the library writes into the bytes while it cuts a font (getMetrics appends to a part of them), so that the next
	// paper would be another.
	pdf.AddUTF8FontFromBytes(fontText, "", slices.Clone(goregular.TTF))
	pdf.AddUTF8FontFromBytes(fontText, "B", slices.Clone(gobold.TTF))
	pdf.AddUTF8FontFromBytes(fontMono, "", slices.Clone(gomono.TTF))
	p.Fpdf = pdf
	return p
}

var regular = mustFont(goregular.TTF)

func mustFont(data []byte) *sfnt.Font {
	f, err := sfnt.Parse(data)
	if err != nil {
		panic(err) // the font is part of the program
	}
	return f
}

// inGoFonts reports whether the Go fonts have all letters of a text.
func inGoFonts(s string) bool {
	var buf sfnt.Buffer
	for _, r := range s {
		if i, err := regular.GlyphIndex(&buf, r); err != nil || i == 0 {
			return false
		}
	}
	return true
}

// emDots is how fine text is shaped for outlines: dots an em.
const emDots = 2048

// shaped is a text in one line, and its width in ems; ok is false where it cannot be, which p.err then says.
func (p *ownPaper) shaped(text string) (block textBlock, ems float64, ok bool) {
	if p.err != nil {
		return block, 0, false
	}
	if block, p.err = p.letters.set(text, "", emDots, 1<<24); p.err != nil || len(block.lines) == 0 {
		return block, 0, false
	}
	for _, run := range block.lines[0] {
		ems += float64(run.Advance) / 64 / emDots
	}
	return block, ems, true
}

// measure is the width of a text in mm; size in points.
func (p *ownPaper) measure(family, style string, size float64, text string) float64 {
	p.SetFont(family, style, size)
	text, _ = p.spelled(text)
	if inGoFonts(text) {
		return p.GetStringWidth(text)
	}
	_, ems, _ := p.shaped(text)
	return ems * size * 25.4 / 72
}

// write writes one line with its baseline at y, as large as most allows (0: as it is), and returns its width in mm. Bold is for
// the Go fonts only.
func (p *ownPaper) write(x, y, most float64, family, style string, size float64, text string) float64 {
	text, lacks := p.spelled(text)
	p.lack(lacks)
	width := p.measure(family, style, size, text)
	if most > 0 && width > most {
		size, width = size*most/width, most
	}
	p.SetFont(family, style, size)
	if inGoFonts(text) {
		p.Text(x, y, text)
		return width
	}
	block, _, ok := p.shaped(text)
	if !ok {
		return width
	}
	p.found(x, y, text)
	r, g, b := p.GetTextColor()
	p.SetFillColor(r, g, b)
	p.outlines(block, x, y, size*25.4/72/emDots)
	return width
}

// canWrite reports whether there is a font for every letter.
func (p *ownPaper) canWrite(text string) bool {
	if text = clean(text); inGoFonts(text) {
		return true
	}
	if p.letters == nil {
		return false
	}
	_, err := p.letters.set(text, "", emDots, 1<<24)
	return err == nil
}

// spelled is the text with each letter that no font has given by its number, so that two codes stay two, and those letters.
func (p *ownPaper) spelled(text string) (string, []rune) {
	if text = clean(text); p.canWrite(text) {
		return text, nil
	}
	var out strings.Builder
	var lacks []rune
	for _, r := range text {
		if p.canWrite(string(r)) {
			out.WriteRune(r)
		} else {
			fmt.Fprintf(&out, "[%U]", r)
			lacks = append(lacks, r)
		}
	}
	if lacks == nil { // letters that only together have no font
		return strings.Map(func(r rune) rune {
			if inGoFonts(string(r)) {
				return r
			}
			lacks = append(lacks, r)
			return '?'
		}, text), lacks
	}
	return out.String(), lacks
}

func (p *ownPaper) lack(letters []rune) {
	for _, r := range letters {
		if !slices.Contains(p.lacks, r) {
			p.lacks = append(p.lacks, r)
		}
	}
}

// lacking says at the foot of a sheet which letters of it no font has; the next sheet begins anew.
func (p *ownPaper) lacking(x, y, most, size float64) {
	if len(p.lacks) == 0 {
		return
	}
	const named = 3
	var which, scripts []string
	for i, r := range p.lacks {
		if i < named {
			which = append(which, fmt.Sprintf("[%U]", r))
		}
		if s := scriptOf(r); !slices.Contains(scripts, s) {
			scripts = append(scripts, s)
		}
	}
	if len(p.lacks) > named {
		which = append(which, "…")
	}
	p.write(x, y, most, fontText, "B", size, fmt.Sprintf("%s: this computer has no font for it (%s); install one and make the paper again.",
		strings.Join(which, " "), strings.Join(scripts, ", ")))
	p.lacks = nil
}

// found makes a text that is drawn as outlines findable: an invisible letter that stands for it (ISO 32000-1, 14.9.4).
func (p *ownPaper) found(x, y float64, text string) {
	var utf16be strings.Builder
	for _, u := range utf16.Encode([]rune("\uFEFF" + text)) {
		fmt.Fprintf(&utf16be, "%04X", u)
	}
	const invisible, visible = 3, 0
	p.RawWriteStr("/Span <</ActualText <" + utf16be.String() + ">>> BDC")
	p.SetTextRenderingMode(invisible)
	p.Text(x, y, "x")
	p.SetTextRenderingMode(visible)
	p.RawWriteStr("EMC")
}

// outlines fills the letters of a line; mm is the size of a dot.
func (p *ownPaper) outlines(block textBlock, x, y, mm float64) {
	ordered := slices.Clone(block.lines[0])
	slices.SortFunc(ordered, func(a, c shaping.Output) int { return int(a.VisualIndex - c.VisualIndex) })
	dot := 0.0
	for _, run := range ordered {
		scale := float64(run.Size) / 64 / float64(run.Face.Upem())
		for _, g := range run.Glyphs {
			outline, ok := run.Face.GlyphDataOutline(g.GlyphID)
			left, up := dot+float64(g.XOffset)/64, float64(g.YOffset)/64
			dot += float64(g.Advance) / 64
			if !ok || len(outline.Segments) == 0 {
				continue
			}
			at := func(q ot.SegmentPoint) (float64, float64) {
				return x + (left+float64(q.X)*scale)*mm, y - (up+float64(q.Y)*scale)*mm
			}
			for _, s := range outline.Segments {
				ax, ay := at(s.Args[0])
				bx, by := at(s.Args[1])
				cx, cy := at(s.Args[2])
				switch s.Op {
				case ot.SegmentOpMoveTo:
					p.MoveTo(ax, ay)
				case ot.SegmentOpLineTo:
					p.LineTo(ax, ay)
				case ot.SegmentOpQuadTo:
					p.CurveTo(ax, ay, bx, by)
				case ot.SegmentOpCubeTo:
					p.CurveBezierCubicTo(ax, ay, bx, by, cx, cy)
				}
			}
			p.DrawPath("F")
		}
	}
}

// drawCode128 draws a Code 128 into the box, bars only; the white around it (ten modules left and right) is kept inside
// the box. It fails for text that Code 128 cannot carry and where a module would be narrower than 0.19 mm, the least
// that a hand scanner reads for certain.
func drawCode128(pdf *ownPaper, text string, x, y, w, h float64) error {
	code, err := code128.Encode(text)
	if err != nil {
		return fmt.Errorf("a barcode of %q: %w", text, err)
	}
	const quiet, narrowest, widest = 10, 0.19, 0.5
	modules := code.Bounds().Dx()
	module := min(w/float64(modules+2*quiet), widest)
	if module < narrowest {
		return fmt.Errorf("a barcode of %q: %d characters do not fit into %.0f mm", text, len(text), w)
	}
	left := x + (w-module*float64(modules))/2
	pdf.SetFillColor(0, 0, 0)
	for i := 0; i < modules; {
		from := i
		for i < modules && dark(code.At(i, 0)) {
			i++
		}
		if i > from {
			pdf.Rect(left+float64(from)*module, y, float64(i-from)*module, h, "F")
		}
		for i < modules && !dark(code.At(i, 0)) {
			i++
		}
	}
	return nil
}

// finish writes the PDF, unless something could not be written.
func (p *ownPaper) finish(w io.Writer, what string) error {
	if p.err != nil {
		return p.err
	}
	if err := p.Output(w); err != nil {
		return fmt.Errorf("writing %s: %w", what, err)
	}
	return nil
}
