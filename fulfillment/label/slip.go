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
	Variant  string // "Red / L"; empty: there is only one
	Quantity int
	Bundle   fulfillment.SKU // of which it is a part; empty: none
}

// The slip's page, in mm: it fits label stock of 4 × 6 inch as well as a sheet of paper.
const (
	slipWidth, slipHeight = 100.0, 150.0
	slipMargin            = 5.0
	slipRow               = 11.0
	slipVariant           = 4.2 // a line of a variant, below the name
	slipVariantLines      = 2
	slipVariantRunes      = 240 // of which no more are read: two lines hold fewer
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
		variant, lacks := p.folded(9, slipText, slipVariantLines, slipVariantRunes, line.Variant)
		row := slipRow + slipVariant*float64(len(variant))
		if y+row > slipBottom {
			p.write(slipMargin, slipBottom+5, inner, fontText, "B", 9, fmt.Sprintf("%d more on the next page", len(s.Lines)-i))
			p.lacking(slipMargin, slipHeight-2, inner, 7)
			p.AddPage()
			page++
			p.write(slipMargin, 9, inner, fontText, "B", 11, fmt.Sprintf("Order %s, page %d", s.Order, page))
			y = 13
		}
		p.lack(lacks) // of the page that the row stands on
		s.line(p, line, variant, y)
		y += row
		p.SetDrawColor(205, 205, 205)
		p.SetLineWidth(0.1)
		p.Line(slipMargin, y, slipWidth-slipMargin, y)
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

// Where the words of a row begin, and their room.
const (
	slipLeft = slipMargin + 22
	slipText = slipWidth - slipMargin - slipLeft
)

// line is a row: a box to tick, how many, which, and below it the product's name and its variant.
func (s OrderSlip) line(p *ownPaper, line SlipLine, variant []string, y float64) {
	p.SetDrawColor(0, 0, 0)
	p.SetLineWidth(0.3)
	p.Rect(slipMargin, y+2.5, 5, 5, "D")
	p.write(slipMargin+7, y+7, 14, fontText, "B", 14, fmt.Sprintf("%d ×", line.Quantity))
	sku := string(line.SKU)
	if line.Bundle != "" {
		sku += "  (part of " + string(line.Bundle) + ")"
	}
	p.write(slipLeft, y+4.5, slipText, fontText, "B", 10, sku)
	name := line.Name
	if !p.canWrite(name) {
		name = namelessNote
	}
	p.write(slipLeft, y+9, slipText, fontText, "", 9, p.shortened(fontText, 7, slipText, name))
	for i, words := range variant {
		p.write(slipLeft, y+9+slipVariant*float64(i+1), slipText, fontText, "", 9, words)
	}
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

// folded breaks a text of at most so many runes into lines no wider than most; what is beyond the last line is cut, and "…" says so.
// The letters that no font has are given by number, and returned.
func (p *ownPaper) folded(size, most float64, lines, runes int, text string) (out []string, lacks []rune) {
	if all := []rune(clean(text)); len(all) > runes {
		text = string(all[:runes]) + "…"
	}
	if text, lacks = p.spelled(text); text == "" || p.err != nil {
		return nil, lacks
	}
	block, err := p.letters.set(text, "", emDots, int(most/(size*25.4/72)*emDots))
	if err != nil { // two fonts, and what only together has none
		return []string{p.shortened(fontText, size, most, text)}, lacks
	}
	all := []rune(text)
	for from, i := 0, 0; i < len(block.lines) && from < len(all); i++ {
		to := from
		for _, run := range block.lines[i] {
			to = max(to, run.Runes.Offset+run.Runes.Count)
		}
		if i == lines-1 && to < len(all) {
			return append(out, p.shortened(fontText, size, most, string(all[from:]))), lacks
		}
		out = append(out, strings.TrimSpace(string(all[from:to])))
		from = to
	}
	return out, lacks
}
