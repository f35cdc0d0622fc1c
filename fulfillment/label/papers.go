package label

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/code128"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"packbench/fulfillment"
)

// Fonts of our own papers: the Go fonts (BSD licence), carried in the program so that a paper looks the same everywhere.
const (
	fontText = "go"
	fontMono = "gomono"
)

// documentEpoch stands in for "now" in papers that are not about a moment: the same content makes the same bytes.
var documentEpoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// newPaper begins a PDF whose bytes depend on its content only.
func newPaper(wMM, hMM float64, title string, made time.Time) *fpdf.Fpdf {
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: wMM, Ht: hMM}})
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(made.UTC())
	pdf.SetModificationDate(made.UTC())
	pdf.SetProducer("Packbench", false)
	pdf.SetTitle(title, true)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(0, 0, 0)
	pdf.AddUTF8FontFromBytes(fontText, "", goregular.TTF)
	pdf.AddUTF8FontFromBytes(fontText, "B", gobold.TTF)
	pdf.AddUTF8FontFromBytes(fontMono, "", gomono.TTF)
	return pdf
}

var regular = mustFont(goregular.TTF)

func mustFont(data []byte) *sfnt.Font {
	f, err := sfnt.Parse(data)
	if err != nil {
		panic(err) // the font is part of the program
	}
	return f
}

// printable replaces what the fonts of our papers do not have by "?": a box would look like a fault of the printer, and
// a name in Thai or Chinese is never left out silently.
func printable(s string) string {
	var buf sfnt.Buffer
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if r == unicode.ReplacementChar || unicode.IsControl(r) {
			return '?'
		}
		if i, err := regular.GlyphIndex(&buf, r); err != nil || i == 0 {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// drawCode128 draws a Code 128 into the box, bars only; the white around it (ten modules left and right) is kept inside
// the box. It fails for text that Code 128 cannot carry and where a module would be narrower than 0.19 mm, the least
// that a hand scanner reads for certain.
func drawCode128(pdf *fpdf.Fpdf, text string, x, y, w, h float64) error {
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

// fitted sets the text's font as large as the width allows, at most size points.
func fitted(pdf *fpdf.Fpdf, style string, size, width float64, text string) {
	pdf.SetFont(fontText, style, size)
	if w := pdf.GetStringWidth(text); w > width {
		pdf.SetFontSize(size * width / w)
	}
}

func finish(pdf *fpdf.Fpdf, w io.Writer, what string) error {
	if err := pdf.Output(w); err != nil {
		return fmt.Errorf("writing %s: %w", what, err)
	}
	return nil
}

// sheetCommand is one barcode of the command sheet.
type sheetCommand struct{ code, caption string }

var fixedCommands = []struct {
	title    string
	commands []sheetCommand
}{
	{"While packing", []sheetCommand{
		{"PB:UNDO", "Take back the last item or parcel"},
		{"PB:SKIP", "Put this order back, go on with another"},
		{"PB:HOLD", "Put this order aside for a supervisor"},
		{"PB:SHORT", "An item is missing"},
		{"PB:NEXTBOX", "Next box of the same order"},
		{"PB:FINISH", "End this step by hand (no scale, no scan)"},
		{"PB:TARE", "A tray stays on the scale: do not count it"},
		{"PB:REPRINT", "No label came out: print it"},
		{"PB:REPRINT:SPOILED", "Label spoiled: scan it, print another"},
		{"PB:REPRINT:UNREADABLE", "Label cannot be scanned: once more"},
		{"PB:REPRINT:LOST", "Label lost: once more"},
	}},
	{"Handing over", []sheetCommand{
		{"PB:MODE:PACK", "Work: packing"},
		{"PB:MODE:HANDOFF", "Work: handing over to a carrier"},
		{"PB:PHOTO", "One more photo of the last parcel"},
		{"PB:SEAL", "Seal the manifest"},
	}},
	{"Setting up a scanner that types", []sheetCommand{
		{LayoutCode, "Find out its keyboard layout"},
	}},
}

// confirmations stand on the supervisors' page: nobody else's word counts.
var confirmations = []sheetCommand{
	{"PB:CONFIRM:NUMBER", "The number on it is this parcel's"},
	{"PB:CONFIRM:ADDRESS", "Name and order fit; it has no number"},
	{"PB:CONFIRM:READER", "Read with another reader: it fits"},
}

// LayoutCode is the barcode by which the drivers of scanners find out on which keyboard layout a scanner types.
const LayoutCode = "PB:LAYOUT:AZQYWM-/_@#23"

// SheetNames is what a warehouse adds to its command sheet. Codes may contain what Code 128 carries.
type SheetNames struct {
	Boxes  map[string]string // box code → name
	Badges map[string]string // badge → operator's name
	// Supervisors are their badges. They stand on a page of their own, the last: who finds one at the bench may release
	// what was stopped, and nobody would know who it was.
	Supervisors map[string]string
	Carriers    []string // display names
}

// CommandSheet writes the A4 sheet of command barcodes that hangs at the bench: all fixed commands, then boxes, badges
// and carriers where names has some. Supervisors' badges follow on a last page that does not belong there.
func CommandSheet(w io.Writer, names SheetNames) error {
	pdf := newPaper(210, 297, "Packbench commands", documentEpoch)
	s := &commandSheet{pdf: pdf, title: "Packbench commands", note: "Scan a command instead of touching the screen. Cover the neighbours with your hand."}
	for _, group := range fixedCommands {
		if err := s.group(group.title, group.commands); err != nil {
			return fmt.Errorf("the command sheet: %w", err)
		}
	}
	for _, group := range names.groups() {
		if err := s.group(group.title, group.commands); err != nil {
			return fmt.Errorf("the command sheet: %w", err)
		}
	}
	if len(names.Supervisors) > 0 {
		s.title, s.note = "Supervisors – do not leave at the bench", "Cut these out and keep them with the persons. Whoever scans one may release what was stopped."
		s.page()
		for _, g := range []commandGroup{{"Supervisors' badges", badges(names.Supervisors)}, {"A label that no barcode proves: compare it on the screen", confirmations}} {
			if err := s.group(g.title, g.commands); err != nil {
				return fmt.Errorf("the supervisors' page: %w", err)
			}
		}
	}
	return finish(pdf, w, "the command sheet")
}

// OrderSlip is what a slip shows. Buyer data has no place on it.
type OrderSlip struct {
	Order   fulfillment.OrderID
	Station string
	Carrier string
	Items   int       // units to pack
	ShipBy  time.Time // zero: not known
	Where   *time.Location
}

// Write writes the slip as a PDF page of 100 × 62 mm with the order's barcode, to lie with the goods until they are
// packed. It is never stuck on a parcel.
func (s OrderSlip) Write(w io.Writer) error {
	pdf := newPaper(100, 62, "Order "+string(s.Order), documentEpoch)
	pdf.AddPage()
	pdf.SetFont(fontText, "", 8)
	pdf.Text(5, 8, "Order")
	pdf.SetFont(fontText, "", 7)
	note := "not a shipping label"
	pdf.Text(95-pdf.GetStringWidth(note), 8, note)
	id := printable(string(s.Order))
	fitted(pdf, "B", 18, 90, id)
	pdf.Text(5, 16, id)
	if err := drawCode128(pdf, string(s.Order), 2, 20, 96, 22); err != nil {
		return fmt.Errorf("the slip of order %s: %w", s.Order, err)
	}
	facts := []string{}
	if s.Items > 0 {
		facts = append(facts, fmt.Sprintf("Items: %d", s.Items))
	}
	if s.Carrier != "" {
		facts = append(facts, "Carrier: "+printable(s.Carrier))
	}
	if s.Station != "" {
		facts = append(facts, "Station: "+printable(s.Station))
	}
	line := strings.Join(facts, "   ")
	fitted(pdf, "", 10, 90, line)
	pdf.Text(5, 49, line)
	if !s.ShipBy.IsZero() {
		where := s.Where
		if where == nil {
			where = time.UTC
		}
		pdf.SetFont(fontText, "B", 11)
		pdf.Text(5, 56, "Ship by "+s.ShipBy.In(where).Format("2006-01-02 15:04 MST"))
	}
	return finish(pdf, w, "the slip of order "+string(s.Order))
}
