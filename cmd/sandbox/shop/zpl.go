package shop

import (
	"fmt"
	"math"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/code128"
)

// zpl writes the label as a program for a 203 dpi printer, A6. The bars are drawn by the printer, the smudge of an
// unreadable label is a box over them.
func (l labelSheet) zpl() ([]byte, error) {
	code, err := code128.Encode(l.payload())
	if err != nil {
		return nil, fmt.Errorf("encoding tracking number %q as Code 128: %w", l.payload(), err)
	}
	dots := func(mm float64) int { return int(math.Round(mm / dotMM)) }
	c := &zplCanvas{}
	fmt.Fprintf(&c.out, "^XA\n^CI28\n^PW%d\n^LL%d\n^LH0,0\n", dots(a6Width), dots(a6Height))
	bare := l
	bare.mode = labelGood
	if err := bare.frame(c); err != nil {
		return nil, err
	}
	modules := code.Bounds().Dx()
	module := maxModuleDots
	for (modules+2*quietModules)*module > dots(a6Width-2) {
		if module--; module < minModuleDots {
			return nil, fmt.Errorf("tracking number %q does not fit on an A6 label", l.tracking)
		}
	}
	left := (dots(a6Width) - modules*module) / 2
	fmt.Fprintf(&c.out, "^FO%d,%d^BY%d^BCN,%d,N,N,N,A^FD%s^FS\n", left, dots(92), module, dots(barHeight), l.payload())
	if l.mode == labelUnreadable {
		fmt.Fprintf(&c.out, "^FO%d,%d^GB%d,%d,%d^FS\n", left+(modules/2-10)*module, dots(91), 21*module, dots(barHeight+2), dots(barHeight+2))
	}
	c.out.WriteString("^XZ\n")
	return []byte(c.out.String()), nil
}

// zplCanvas writes boxes and text. Text outside of Latin is left to the printer's own font, in UTF-8.
type zplCanvas struct{ out strings.Builder }

func (c *zplCanvas) rect(x, y, w, h float64) {
	d := func(mm float64) int { return max(1, int(math.Round(mm/dotMM))) }
	fmt.Fprintf(&c.out, "^FO%d,%d^GB%d,%d,%d^FS\n", d(x), d(y), d(w), d(h), min(d(w), d(h)))
}

func (c *zplCanvas) text(x, y, points float64, _ bool, text, _ string) {
	height := int(math.Round(points * 25.4 / 72 / dotMM))
	top := int(math.Round(y/dotMM)) - height*4/5
	safe := strings.NewReplacer("^", " ", "~", " ", "\n", " ").Replace(text)
	fmt.Fprintf(&c.out, "^FO%d,%d^A0N,%d,%d^FD%s^FS\n", int(math.Round(x/dotMM)), max(0, top), height, height*9/10, safe)
}

// invoicePDF is the fiscal slip that goes with a parcel in Brazil, A6; a specimen.
func invoicePDF(l labelSheet, fonts *fontSet) ([]byte, error) {
	doc := newPDF(fpdf.SizeType{Wd: a6Width, Ht: a6Height}, l.dated)
	doc.AddPage()
	c := pdfCanvas{doc, fonts, doc.UnicodeTranslatorFromDescriptor("")}
	c.text(5, 12, 12, true, "DANFE simplificado - ESPÉCIME", "")
	c.text(5, 20, 8, false, "Made by a test shop, without fiscal value", "")
	c.text(5, 30, 9, false, "Order "+l.order+"   Package "+l.parcel, "")
	for i, it := range l.items {
		c.text(5, 40+7*float64(i), 9, false, fmt.Sprintf("%d x %s  %s", it.count, it.sku, it.name), "")
	}
	return finishPDF(doc)
}
