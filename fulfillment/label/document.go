package label

import (
	"bytes"
	"fmt"
	"strings"

	"packbench/fulfillment"
)

// documentError is a sentence for the operator about a document that cannot be used. It is a verdict, not a failure of
// the program.
type documentError struct{ text string }

func (e *documentError) Error() string { return e.text }

func badDocument(format string, args ...any) error {
	return &documentError{fmt.Sprintf(format, args...)}
}

// unsupported is a documentError about a document that may be good but that this program cannot draw.
type unsupported struct{ text string }

func (e *unsupported) Error() string { return e.text }

// firstLine keeps an error readable in a sentence: wazero appends stack traces.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	if len(line) > 120 {
		line = line[:120] + "…"
	}
	return strings.ToValidUTF8(line, "?")
}

// Kind is what a document is, told from its first bytes and never from its name.
type Kind string

const (
	KindPDF     Kind = "PDF"
	KindPNG     Kind = "PNG"
	KindZPL     Kind = "ZPL"
	KindUnknown Kind = "unknown"
)

var pngMagic = []byte("\x89PNG\r\n\x1a\n")

// Sniff tells what a document is. A PDF may have up to 1024 bytes of something else before its header, as the PDF
// specification's implementation notes allow; ZPL is text with a ^XA, or ~DG before it.
func Sniff(document []byte) Kind {
	head := document[:min(len(document), 1024)]
	text := bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")
	switch {
	case bytes.HasPrefix(document, pngMagic):
		return KindPNG
	case bytes.Contains(head, []byte("%PDF-")):
		return KindPDF
	case bytes.HasPrefix(text, []byte("^")) || bytes.HasPrefix(text, []byte("~")) || bytes.HasPrefix(text, []byte("CT~~")):
		if bytes.Contains(bytes.ToUpper(head), []byte("^XA")) || bytes.HasPrefix(text, []byte("~DG")) {
			return KindZPL
		}
	}
	return KindUnknown
}

// check refuses what no label is, before anything looks inside.
func check(document []byte, media fulfillment.Media) error {
	w, h := media.Dots()
	switch {
	case media.DPI < 100 || media.DPI > 1200 || media.WidthMM < 10 || media.HeightMM < 10 || w*h > MaxPixels:
		return fmt.Errorf("stock of %d × %d mm at %d dpi: out of range, correct the printer's settings", media.WidthMM, media.HeightMM, media.DPI)
	case len(document) == 0:
		return badDocument("The label file is empty. Download the label again.")
	case len(document) > MaxDocument:
		return badDocument("The label file has %d MB; a label has at most %d MB. Download the label again.", len(document)>>20, MaxDocument>>20)
	}
	return nil
}

// Page is one drawn page of a document.
type Page struct {
	Bitmap fulfillment.Bitmap // exactly the stock's size
	Text   string             // the page's text; empty for a picture
	Notes  []string           // what was done to make it fit, in sentences
	Scale  float64            // what of its size is left; 0 stands for all of it
}

func (p Page) scaled() bool { return p.Scale > 0 && p.Scale < 1 }
