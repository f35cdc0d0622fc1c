package label

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"packbench/fulfillment"
)

// ManifestExtra is what a manifest's document shows beyond the manifest itself.
type ManifestExtra struct {
	Shop      string           // the seller's name, as it should stand at the top; may be empty
	Location  *time.Location   // of the warehouse, for local times; nil means UTC only
	EventHash fulfillment.Hash // of the event that sealed the manifest: ties the paper to the station's chain
	EventSeq  int64
	Operators map[string]string // badge → name, for SealedBy; may be nil
	// Unchecked is since when the Seller Center had not been asked about a parcel when the manifest was sealed; zero: it was asked.
	Unchecked time.Time
	// Unpacked are the parcels whose items nobody here verified, and who accepted them.
	Unpacked map[fulfillment.PackageID]Unpacked
	Letters  *Typesetter // nil: the Go font alone
}

// Unpacked is a parcel that a supervisor accepted without its items having been verified.
type Unpacked struct {
	By    string
	Units int // items that it should hold
}

const (
	manifestMargin = 12.0
	manifestRow    = 5.6
	manifestBottom = 276.0
)

// manifestColumns are the table's columns in mm; together 186, the width of A4 without margins.
var manifestColumns = []struct {
	title string
	width float64
	align string
}{
	{"No.", 10, "R"}, {"Order", 33, "L"}, {"Package", 33, "L"}, {"Tracking number", 45, "L"},
	{"Weight", 16, "R"}, {"Scanned", 30, "L"}, {"Photo", 19, "L"},
}

// manifestDoc draws one manifest. Rows that were left off at the seal are listed apart and are not counted.
type manifestDoc struct {
	pdf   *ownPaper
	m     fulfillment.Manifest
	extra ManifestExtra
	y     float64
	on    []fulfillment.ManifestParcel
	off   []fulfillment.ManifestParcel
}

// ManifestPDF writes the handover manifest as A4 pages. Equal input makes equal bytes, so that the document's hash can
// be evidence; nothing in it depends on the clock. Weights are grams on the manifest, shown in kilograms; a parcel that
// was not weighed shows a dash.
func ManifestPDF(w io.Writer, m fulfillment.Manifest, extra ManifestExtra) error {
	made := m.SealedAt
	if made.IsZero() {
		made = m.OpenedAt
	}
	d := &manifestDoc{pdf: newPaper(210, 297, "Manifest "+string(m.ID), made, extra.Letters), m: m, extra: extra}
	for _, p := range m.Parcels {
		if p.LeftOff {
			d.off = append(d.off, p)
		} else {
			d.on = append(d.on, p)
		}
	}
	d.pdf.AliasNbPages("{pages}")
	d.pdf.SetFooterFunc(d.footer)
	d.pdf.AddPage()
	d.head()
	d.tableHead()
	for i, p := range d.on {
		d.row(strconv.Itoa(i+1), p, i%2 == 1)
	}
	d.total()
	d.combined()
	d.unpacked()
	if len(d.off) > 0 {
		d.leftOff()
	}
	d.signatures()
	return d.pdf.finish(w, "manifest "+string(m.ID))
}

// at shows a moment in UTC and, beside it, in the warehouse's time.
func (d *manifestDoc) at(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	s := t.UTC().Format("2006-01-02 15:04:05 UTC")
	if d.local() { // the same time twice says nothing more
		s += "  ·  " + t.In(d.extra.Location).Format("2006-01-02 15:04:05 MST (-07:00)")
	}
	return s
}

// local reports whether the warehouse's time is another than UTC.
func (d *manifestDoc) local() bool {
	if d.extra.Location == nil {
		return false
	}
	_, offset := d.m.OpenedAt.In(d.extra.Location).Zone()
	return offset != 0
}

func (d *manifestDoc) head() {
	pdf := d.pdf
	pdf.SetTextColor(0, 0, 0)
	pdf.SetFont(fontText, "B", 19)
	pdf.Text(manifestMargin, 21, "Handover manifest")
	status, size := "SEALED", 11.0
	if d.m.Open() {
		status = "DRAFT – NOT SEALED"
	}
	pdf.SetFont(fontText, "B", size)
	pdf.Text(210-manifestMargin-pdf.GetStringWidth(status), 21, status)
	pdf.SetLineWidth(0.6)
	pdf.SetDrawColor(0, 0, 0)
	pdf.Line(manifestMargin, 25, 210-manifestMargin, 25)
	d.y = 31
	d.fact("Carrier", d.m.Carrier, true)
	if d.extra.Shop != "" {
		d.fact("Seller", d.extra.Shop, false)
	}
	d.fact("Manifest", string(d.m.ID), false)
	d.fact("Station", d.m.Station, false)
	d.fact("Opened", d.at(d.m.OpenedAt), false)
	d.fact("Sealed", d.at(d.m.SealedAt), false)
	if by := d.m.SealedBy; by != "" {
		if name := d.extra.Operators[by]; name != "" {
			by = name + " (" + by + ")"
		}
		d.fact("Sealed by", by, false)
	}
	if !d.extra.Unchecked.IsZero() {
		d.fact("Unchecked since", d.at(d.extra.Unchecked), true)
	}
	d.fact("Parcels", strconv.Itoa(len(d.on)), true)
	d.y += 3
}

func (d *manifestDoc) fact(name, value string, strong bool) {
	d.pdf.SetTextColor(95, 95, 95)
	d.pdf.SetFont(fontText, "", 9.5)
	d.pdf.Text(manifestMargin, d.y, name)
	d.pdf.SetTextColor(0, 0, 0)
	style := ""
	if strong {
		style = "B"
	}
	d.pdf.write(manifestMargin+28, d.y, 210-2*manifestMargin-28, fontText, style, 9.5, value)
	d.y += 5.4
}

func (d *manifestDoc) tableHead() {
	pdf := d.pdf
	pdf.SetFillColor(40, 40, 40)
	pdf.Rect(manifestMargin, d.y, 210-2*manifestMargin, 6.4, "F")
	pdf.SetTextColor(255, 255, 255)
	pdf.SetFont(fontText, "B", 8.5)
	pdf.SetXY(manifestMargin, d.y)
	for _, c := range manifestColumns {
		pdf.CellFormat(c.width, 6.4, c.title, "", 0, c.align+"M", false, 0, "")
	}
	pdf.SetTextColor(0, 0, 0)
	d.y += 6.4
}

// room begins a new page, with the table's head if asked, where less than height is left.
func (d *manifestDoc) room(height float64, table bool) {
	if d.y+height <= manifestBottom {
		return
	}
	d.pdf.AddPage()
	d.pdf.SetTextColor(0, 0, 0)
	d.pdf.write(manifestMargin, 15, 210-2*manifestMargin, fontText, "B", 10, fmt.Sprintf("Handover manifest %s – %s", d.m.ID, d.m.Carrier))
	d.y = 19
	if table {
		d.tableHead()
	}
}

func (d *manifestDoc) row(number string, p fulfillment.ManifestParcel, shaded bool) {
	d.room(manifestRow, true)
	pdf := d.pdf
	if shaded {
		pdf.SetFillColor(242, 242, 242)
		pdf.Rect(manifestMargin, d.y, 210-2*manifestMargin, manifestRow, "F")
	}
	x := manifestMargin
	for i, text := range d.cells(number, p) {
		c := manifestColumns[i]
		text = clean(text)
		family := fontMono
		if i == 0 || i == 4 {
			family = fontText
		}
		if !inGoFonts(text) {
			pdf.write(x+1, d.y+manifestRow*0.7, c.width-2.2, family, "", 8, text)
			x += c.width
			continue
		}
		pdf.SetFont(family, "", 8)
		if w := pdf.GetStringWidth(text); w > c.width-2.2 {
			pdf.SetFontSize(8 * (c.width - 2.2) / w)
		}
		pdf.SetXY(x, d.y)
		pdf.CellFormat(c.width, manifestRow, text, "", 0, c.align+"M", false, 0, "")
		x += c.width
	}
	pdf.SetDrawColor(205, 205, 205)
	pdf.SetLineWidth(0.1)
	pdf.Line(manifestMargin, d.y+manifestRow, 210-manifestMargin, d.y+manifestRow)
	d.y += manifestRow
}

func (d *manifestDoc) cells(number string, p fulfillment.ManifestParcel) []string {
	weight, photo, scanned := "–", "–", "–"
	if p.WeightG > 0 {
		weight = fmt.Sprintf("%.3f kg", float64(p.WeightG)/1000)
	}
	if len(p.Photos) > 0 {
		photo = string(p.Photos[0][:min(8, len(p.Photos[0]))])
		if n := len(p.Photos); n > 1 {
			photo += fmt.Sprintf(" +%d", n-1)
		}
	}
	if !p.At.IsZero() {
		scanned = p.At.UTC().Format("01-02 15:04:05")
		if d.local() {
			scanned += p.At.In(d.extra.Location).Format(" (15:04)")
		}
	}
	order := string(p.OrderID)
	if n := len(p.With); n > 0 {
		order += fmt.Sprintf(" +%d", n)
	}
	return []string{number, order, string(p.PackageID), string(p.Tracking), weight, scanned, photo}
}
