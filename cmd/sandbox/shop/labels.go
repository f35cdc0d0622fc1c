package shop

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/code128"
)

// labelMode is what the barcode of a label is like.
type labelMode int

const (
	labelGood       labelMode = iota
	labelWrong                // the barcode is another number than the one printed below it
	labelUnreadable           // smudged: no decoder reads it
)

// Sizes in millimetres. A module is a whole number of dots of a 203 dpi printer, at least three (0.375 mm).
const (
	a6Width, a6Height = 105.0, 148.0
	dotMM             = 25.4 / 203
	minModuleDots     = 3
	maxModuleDots     = 4
	quietModules      = 10
	barHeight         = 32.0
)

// labelSheet is everything on a label. Layout and carriers are made up; the platform's label looks different.
type labelSheet struct {
	carrier, tracking string
	mode              labelMode
	to, from          person
	order, parcel     string
	dated             time.Time // date inside the PDF, so that its bytes can be made again
	weightG           int
	market            string
	items             []labelItem
}

type labelItem struct {
	sku, name string
	count     int
}

func (l *labelSheet) addLines(lines []*line) {
	at := map[*product]int{}
	for _, ln := range lines {
		i, ok := at[ln.product]
		if !ok {
			i = len(l.items)
			at[ln.product] = i
			l.items = append(l.items, labelItem{sku: ln.product.sku, name: ln.product.name})
		}
		l.items[i].count++
	}
}

// canvas is what a label is drawn on; millimetres from the top left, text at its baseline in points. alt is the text in
// ASCII for a canvas without a font for it.
type canvas interface {
	rect(x, y, w, h float64)
	text(x, y, points float64, bold bool, text, alt string)
}

// payload is what the bars say.
func (l labelSheet) payload() string {
	if l.mode != labelWrong {
		return l.tracking
	}
	b := []byte(l.tracking)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] >= '0' && b[i] <= '9' {
			b[i] = '0' + (b[i]-'0'+3)%10
			break
		}
	}
	return string(b)
}

// draw lays the label out on 105 × 148 mm.
func (l labelSheet) draw(c canvas) error {
	if err := l.frame(c); err != nil {
		return err
	}
	return l.bars(c, 92)
}

// frame is the label without its bars.
func (l labelSheet) frame(c canvas) error {
	c.text(5, 10, 15, true, l.carrier, asciiFold(l.carrier))
	c.text(5, 15, 7, false, "SPECIMEN - made by a test shop, not valid for carriage", "")
	c.rect(4, 17, 97, 0.5)
	c.text(5, 20.5, 6.5, false, "From: "+l.from.name, "From: "+l.from.latin)
	c.text(5, 23.5, 6.5, false, l.from.full(), asciiFold(l.from.full()))
	c.rect(4, 24.5, 97, 0.3)
	c.text(5, 30, 8, false, "Deliver to", "")
	y := 38.0
	c.text(5, y, 15, true, l.to.name, l.to.latin)
	if l.to.name != l.to.latin {
		y += 5
		c.text(5, y, 8, false, l.to.latin, l.to.latin)
	}
	for _, s := range []string{l.to.line1, l.to.line2, l.to.town + ", " + l.to.state, l.to.postcode + "  " + l.to.region} {
		if s != "" {
			y += 6
			c.text(5, y, 11, false, s, asciiFold(s))
		}
	}
	c.rect(4, 76, 97, 0.5)
	c.text(5, 81, 8, false, "Order "+l.order, "")
	if l.parcel != "" {
		c.text(5, 85.5, 8, false, "Package "+l.parcel, "")
	}
	c.text(62, 81, 8, false, fmt.Sprintf("Weight %d g", l.weightG), "")
	c.text(32, 92+barHeight+7, 13, true, l.tracking, l.tracking)
	c.rect(4, 92+barHeight+11, 97, 0.5)
	return nil
}

// bars draws the Code 128 as filled rectangles on whole dots, with a quiet zone of at least ten modules at each side.
func (l labelSheet) bars(c canvas, y float64) error {
	code, err := code128.Encode(l.payload())
	if err != nil {
		return fmt.Errorf("encoding tracking number %q as Code 128: %w", l.payload(), err)
	}
	n := code.Bounds().Dx()
	dots := maxModuleDots
	for float64(n+2*quietModules)*float64(dots)*dotMM > a6Width-2 {
		if dots--; dots < minModuleDots {
			return fmt.Errorf("tracking number %q does not fit on an A6 label", l.tracking)
		}
	}
	module := float64(dots) * dotMM
	left := float64(int((a6Width-float64(n)*module)/2/dotMM)) * dotMM
	black := func(i int) bool {
		r, _, _, _ := code.At(code.Bounds().Min.X+i, code.Bounds().Min.Y).RGBA()
		return r < 0x8000
	}
	for i := 0; i < n; {
		j := i
		for j < n && black(j) {
			j++
		}
		if j > i {
			c.rect(left+float64(i)*module, y, float64(j-i)*module, barHeight)
		}
		i = j + 1
	}
	if l.mode == labelUnreadable { // a smear over some twenty modules in the middle
		c.rect(left+float64(n/2-10)*module, y-1, 21*module, barHeight+2)
	}
	return nil
}

// pdf renders label and packing slip, a page each, on A6 or A5.
func (l labelSheet) pdf(fonts *fontSet, size string, label, slip bool) ([]byte, error) {
	page := fpdf.SizeType{Wd: a6Width, Ht: a6Height}
	if size == "A5" {
		page = fpdf.SizeType{Wd: a6Height, Ht: 2 * a6Width}
	}
	doc := newPDF(page, l.dated)
	c := pdfCanvas{doc, fonts, doc.UnicodeTranslatorFromDescriptor("")}
	if label {
		doc.AddPage()
		if err := l.draw(c); err != nil {
			return nil, err
		}
	}
	if slip {
		doc.AddPage()
		c.text(5, 10, 13, true, "Packing slip", "")
		c.text(5, 16, 8, false, "Order "+l.order+"   Package "+l.parcel, "")
		for i, it := range l.items {
			y := 25 + 7*float64(i)
			c.text(5, y, 9, true, fmt.Sprintf("%d x", it.count), "")
			c.text(15, y, 9, false, it.sku+"  "+it.name, "")
		}
	}
	return finishPDF(doc)
}

// hazmatPDF is an A4 sheet that says that dangerous goods are inside.
func hazmatPDF(l labelSheet) ([]byte, error) {
	doc := newPDF(fpdf.SizeType{Wd: 210, Ht: 297}, l.dated)
	doc.AddPage()
	doc.SetLineWidth(2)
	doc.Polygon([]fpdf.PointType{{X: 105, Y: 40}, {X: 165, Y: 100}, {X: 105, Y: 160}, {X: 45, Y: 100}}, "D")
	c := pdfCanvas{doc, nil, doc.UnicodeTranslatorFromDescriptor("")}
	c.text(82, 98, 24, true, "UN 3481", "")
	c.text(97, 115, 24, true, "9", "")
	c.text(40, 185, 14, false, "Lithium ion batteries packed with equipment (specimen)", "")
	c.text(40, 195, 12, false, "Order "+l.order+"   Package "+l.parcel, "")
	return finishPDF(doc)
}

func newPDF(page fpdf.SizeType, dated time.Time) *fpdf.Fpdf {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: page})
	doc.SetCatalogSort(true)
	doc.SetCreationDate(dated.UTC())
	doc.SetModificationDate(dated.UTC())
	doc.SetProducer("Packbench sandbox", false)
	doc.SetAutoPageBreak(false, 0)
	doc.SetMargins(0, 0, 0)
	doc.SetFillColor(0, 0, 0)
	return doc
}

func finishPDF(doc *fpdf.Fpdf) ([]byte, error) {
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		return nil, fmt.Errorf("writing the label PDF: %w", err)
	}
	return out.Bytes(), nil
}

// pdfCanvas writes Latin text as text and everything else as outlines, shaped with a system font where there is one.
type pdfCanvas struct {
	doc    *fpdf.Fpdf
	fonts  *fontSet
	cp1252 func(string) string
}

func (c pdfCanvas) rect(x, y, w, h float64) { c.doc.Rect(x, y, w, h, "F") }

func (c pdfCanvas) text(x, y, points float64, bold bool, text, alt string) {
	if !latin1(text) {
		if c.fonts.draw(c.doc, x, y, points, text) {
			return
		}
		text = alt
	}
	style := ""
	if bold {
		style = "B"
	}
	c.doc.SetFont("Helvetica", style, points)
	c.doc.Text(x, y, c.cp1252(text))
}

// latin1 reports whether the PDF's built-in fonts have every letter.
func latin1(s string) bool {
	for _, r := range s {
		if r > 0xff || r >= 0x7f && r < 0xa0 {
			return false
		}
	}
	return true
}
