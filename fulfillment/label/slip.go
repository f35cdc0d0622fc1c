package label

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"packbench/fulfillment"
)

// OrderSlip is what a pick and pack slip shows. Buyer data has no place on it.
type OrderSlip struct {
	Order   fulfillment.OrderID
	Station string
	Carrier string
	Lines   []SlipLine
	ShipBy  time.Time // zero: not known
	Where   *time.Location
}

// SlipLine is something to pick. Of a bundle the parts are named.
type SlipLine struct {
	SKU      fulfillment.SKU
	Name     string
	Quantity int
	Bundle   fulfillment.SKU // of which it is a part; empty: none
}

// The slip's page, in mm: it fits label stock of 4 × 6 inch as well as a sheet of paper.
const (
	slipWidth, slipHeight = 100.0, 150.0
	slipMargin            = 5.0
	slipRow               = 11.0
	slipBottom            = slipHeight - 9
)

// OrderSlips writes pick and pack slips, each beginning a page of 100 × 150 mm, with the order's barcode and what belongs into it.
// They lie with the goods until the order is packed and are never stuck on a parcel. letters may be nil: the Go font alone. Neither a
// letter that no font has (an emoji) nor an order number that no barcode carries costs the slip or those made with it: the slip says
// what is missing, and how to go on.
func OrderSlips(w io.Writer, slips []OrderSlip, letters *Typesetter) error {
	if len(slips) == 0 {
		return errors.New("no order was named for a slip")
	}
	p := newPaper(slipWidth, slipHeight, "Order slips", documentEpoch, letters)
	for _, s := range slips {
		s.draw(p)
	}
	return p.finish(w, "the order slips")
}

func (s OrderSlip) draw(p *ownPaper) {
	const inner = slipWidth - 2*slipMargin
	p.AddPage()
	p.write(slipMargin, 8, 0, fontText, "", 8, "Order")
	note := "not a shipping label"
	p.write(slipWidth-slipMargin-p.measure(fontText, "", 7, note), 8, 0, fontText, "", 7, note)
	p.write(slipMargin, 16, inner, fontText, "B", 18, string(s.Order))
	if err := drawCode128(p, string(s.Order), 2, 19, slipWidth-4, 18); err != nil {
		p.write(slipMargin, 27, inner, fontText, "B", 11, "No barcode carries this order number.")
		p.write(slipMargin, 33, inner, fontText, "", 10, "Scan its package or tracking number, or touch it in the list.")
	}
	p.write(slipMargin, 43, inner, fontText, "", 10, s.facts())
	y := 48.0
	if !s.ShipBy.IsZero() {
		where := s.Where
		if where == nil {
			where = time.UTC
		}
		p.write(slipMargin, y+1, inner, fontText, "B", 11, "Ship by "+s.ShipBy.In(where).Format("2006-01-02 15:04 MST"))
		y += 4
	}
	page := 1
	for i, line := range s.Lines {
		if y+slipRow > slipBottom {
			p.write(slipMargin, slipBottom+5, inner, fontText, "B", 9, fmt.Sprintf("%d more on the next page", len(s.Lines)-i))
			p.lacking(slipMargin, slipHeight-2, inner, 7)
			p.AddPage()
			page++
			p.write(slipMargin, 9, inner, fontText, "B", 11, fmt.Sprintf("Order %s, page %d", s.Order, page))
			y = 13
		}
		s.line(p, line, y)
		y += slipRow
	}
	p.lacking(slipMargin, slipHeight-2, inner, 7)
}

func (s OrderSlip) facts() string {
	units := 0
	for _, line := range s.Lines {
		units += line.Quantity
	}
	facts := []string{fmt.Sprintf("Items: %d", units)}
	if s.Carrier != "" {
		facts = append(facts, "Carrier: "+s.Carrier)
	}
	if s.Station != "" {
		facts = append(facts, "Station: "+s.Station)
	}
	return strings.Join(facts, "  ·  ")
}

// line is a row: a box to tick, how many, which, and its name below.
func (s OrderSlip) line(p *ownPaper, line SlipLine, y float64) {
	const text = slipMargin + 22
	p.SetDrawColor(0, 0, 0)
	p.SetLineWidth(0.3)
	p.Rect(slipMargin, y+2.5, 5, 5, "D")
	p.write(slipMargin+7, y+7, 14, fontText, "B", 14, fmt.Sprintf("%d ×", line.Quantity))
	sku := string(line.SKU)
	if line.Bundle != "" {
		sku += "  (part of " + string(line.Bundle) + ")"
	}
	p.write(text, y+4.5, slipWidth-slipMargin-text, fontText, "B", 10, sku)
	const room = slipWidth - slipMargin - text
	name := line.Name
	if !p.canWrite(name) {
		name = namelessNote
	}
	p.write(text, y+9, room, fontText, "", 9, p.shortened(fontText, 7, room, name))
	p.SetDrawColor(205, 205, 205)
	p.SetLineWidth(0.1)
	p.Line(slipMargin, y+slipRow, slipWidth-slipMargin, y+slipRow)
}

// namelessNote stands in the place of a product's name that no font here can write.
const namelessNote = "Name has a letter without a font: go by the SKU"

// shortened cuts a text that would not fit at that size, the least that is read at arm's length.
func (p *ownPaper) shortened(family string, size, most float64, text string) string {
	runes := []rune(clean(text))
	for cut := len(runes); cut > 0; cut-- {
		if cut < len(runes) {
			text = string(runes[:cut]) + "…"
		}
		if p.measure(family, "", size, text) <= most {
			return text
		}
	}
	return ""
}
