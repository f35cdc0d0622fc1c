package label

import (
	"fmt"
	"strings"
)

func (d *manifestDoc) total() {
	weighed, grams := 0, 0
	for _, p := range d.on {
		if p.WeightG > 0 {
			weighed++
			grams += p.WeightG
		}
	}
	d.room(12, false)
	d.y += 6
	text := "Total: " + parcels(len(d.on))
	if len(d.on) == 1 {
		text = "Total: 1 parcel"
	}
	if weighed > 0 {
		text += fmt.Sprintf(", %.3f kg", float64(grams)/1000)
		if weighed < len(d.on) {
			text += fmt.Sprintf(" (%d of them weighed)", weighed)
		}
	}
	d.pdf.SetFont(fontText, "B", 10)
	d.pdf.Text(manifestMargin, d.y, text)
	d.pdf.SetFont(fontText, "", 7.5)
	d.pdf.SetTextColor(95, 95, 95)
	d.y += 4.5
	when := "Scanned: time of the handover scan in UTC"
	if d.local() {
		when += ", in brackets at the warehouse"
	}
	d.pdf.Text(manifestMargin, d.y, when+". Photo: first digits of the SHA-256 of the photo taken at that scan.")
	d.pdf.SetTextColor(0, 0, 0)
	d.y += 3
}

// combined names every order in a parcel of several: each buyer's order must be found on the paper.
func (d *manifestDoc) combined() {
	for _, p := range d.on {
		if len(p.With) == 0 {
			continue
		}
		d.room(8, false)
		d.y += 5
		ids := []string{string(p.OrderID)}
		for _, id := range p.With {
			ids = append(ids, string(id))
		}
		d.pdf.write(manifestMargin, d.y, 210-2*manifestMargin, fontText, "", 9,
			fmt.Sprintf("Package %s holds the orders %s, which the platform combined.", p.PackageID, strings.Join(ids, ", ")))
	}
}

// unpacked names what this station did not check: the paper must not claim it.
func (d *manifestDoc) unpacked() {
	for _, p := range d.on {
		u, ok := d.extra.Unpacked[p.PackageID]
		if !ok {
			continue
		}
		d.room(8, false)
		d.y += 5
		d.pdf.write(manifestMargin, d.y, 210-2*manifestMargin, fontText, "B", 9,
			fmt.Sprintf("Order %s, package %s: 0 of %d items verified here, accepted unpacked by %s.", p.OrderID, p.PackageID, u.Units, u.By))
	}
}

func (d *manifestDoc) leftOff() {
	d.room(20+manifestRow, false)
	d.y += 6
	d.pdf.SetFont(fontText, "B", 10)
	d.pdf.Text(manifestMargin, d.y, fmt.Sprintf("Left off, not handed over: %d (cancelled when the manifest was sealed)", len(d.off)))
	d.y += 2.5
	d.tableHead()
	for i, p := range d.off {
		d.row("–", p, i%2 == 1)
	}
}

// signatures are for the driver and the one who hands over; the block is never split over two pages.
func (d *manifestDoc) signatures() {
	const height = 52
	d.room(height, false)
	pdf := d.pdf
	d.y = max(d.y+6, manifestBottom-height)
	pdf.SetFont(fontText, "", 9)
	pdf.Text(manifestMargin, d.y, "Received in good order by the carrier: "+parcels(len(d.on))+", as listed above.")
	half := (210 - 2*manifestMargin - 10) / 2
	for i, who := range []string{"Driver (carrier)", "Handed over by (seller)"} {
		x := manifestMargin + float64(i)*(half+10)
		pdf.SetFont(fontText, "B", 9)
		pdf.Text(x, d.y+8, who)
		pdf.SetDrawColor(0, 0, 0)
		pdf.SetLineWidth(0.25)
		pdf.SetFont(fontText, "", 7.5)
		pdf.SetTextColor(95, 95, 95)
		for j, line := range []string{"Name in capitals, vehicle or employee number", "Signature", "Date and time"} {
			y := d.y + 18 + float64(j)*11.5
			pdf.Line(x, y, x+half, y)
			pdf.Text(x, y+3.2, line)
		}
		pdf.SetTextColor(0, 0, 0)
	}
}

func (d *manifestDoc) footer() {
	pdf := d.pdf
	pdf.SetDrawColor(160, 160, 160)
	pdf.SetLineWidth(0.2)
	pdf.Line(manifestMargin, 282, 210-manifestMargin, 282)
	pdf.SetTextColor(95, 95, 95)
	if d.extra.EventHash != "" {
		pdf.SetFont(fontMono, "", 6.5)
		pdf.Text(manifestMargin, 286, fmt.Sprintf("Event %d  SHA-256 %s", d.extra.EventSeq, d.extra.EventHash))
	}
	pdf.write(manifestMargin, 290, 0, fontText, "", 7.5, "Packbench  ·  station "+d.m.Station)
	pdf.lacking(manifestMargin, 280, 210-2*manifestMargin, 7.5)
	pdf.SetFont(fontText, "", 7.5)
	// The number of pages is filled in at the end, so its width is guessed: it decides only where the line begins.
	width := pdf.GetStringWidth(fmt.Sprintf("Page %d of %d", pdf.PageNo(), max(10, pdf.PageNo())))
	pdf.Text(210-manifestMargin-width, 290, fmt.Sprintf("Page %d of {pages}", pdf.PageNo()))
	pdf.SetTextColor(0, 0, 0)
}

// parcels counts parcels in words: "1 parcel", "2 parcels".
func parcels(n int) string {
	if n == 1 {
		return "1 parcel"
	}
	return fmt.Sprintf("%d parcels", n)
}
