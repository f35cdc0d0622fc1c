package fulfillment

import (
	"slices"
	"strings"
)

// Box is a box or bag of the warehouse, chosen at the bench with PB:BOX:<code>. Millimetres and grams; WeightG is the empty
// box with its filling, 0 where nobody weighed it.
type Box struct {
	Code, Name                  string
	LengthMM, WidthMM, HeightMM int
	WeightG                     int
}

// Measures are a parcel's weight in grams and its sides in millimetres; 0 is not known.
type Measures struct{ WeightG, LengthMM, WidthMM, HeightMM int }

// Complete reports whether all four are known.
func (m Measures) Complete() bool { return m.WeightG > 0 && m.sized() }

func (m Measures) sized() bool { return m.LengthMM > 0 && m.WidthMM > 0 && m.HeightMM > 0 }

// NeedsSizes reports whether the platform sells the order's label for a known weight and size only: platform-shipped orders
// of the United States and Japan (Partner Center, fulfillment API overview: Create Packages).
func (o Order) NeedsSizes() bool {
	return o.ShippingType == ShippingPlatform && slices.Contains([]string{"US", "JP"}, strings.ToUpper(o.Market))
}

// ProductMeasures adds up the parcel's units: their weights, the longest length and width, and the heights as if they were
// stacked. What one unit lacks is 0 for the whole parcel; unsized and unweighed name the first SKU that lacks it.
func (p Parcel) ProductMeasures() (m Measures, unsized, unweighed SKU) {
	for _, it := range p.Items {
		if it.Out {
			continue
		}
		if it.WeightG <= 0 && unweighed == "" {
			unweighed = it.SKU
		}
		if (it.LengthMM <= 0 || it.WidthMM <= 0 || it.HeightMM <= 0) && unsized == "" {
			unsized = it.SKU
		}
		m.WeightG += it.WeightG * it.Need
		m.LengthMM, m.WidthMM = max(m.LengthMM, it.LengthMM), max(m.WidthMM, it.WidthMM)
		m.HeightMM += it.HeightMM * it.Need
	}
	if unweighed != "" {
		m.WeightG = 0
	}
	if unsized != "" {
		m.LengthMM, m.WidthMM, m.HeightMM = 0, 0, 0
	}
	return m, unsized, unweighed
}

// measures are those of the parcel as it stands on the bench: its box before what its products add up to, the scale before
// both.
func (p Parcel) measures(pol Policy) Measures {
	m, _, _ := p.ProductMeasures()
	if b, ok := pol.box(p.Box); ok {
		m.LengthMM, m.WidthMM, m.HeightMM = b.LengthMM, b.WidthMM, b.HeightMM
		if m.WeightG > 0 {
			m.WeightG += b.WeightG
		}
	}
	if p.Package.WeightG > 0 {
		m.WeightG = p.Package.WeightG
	}
	return m
}

// box is the box of this code. Without a table of boxes a code is only noted.
func (pol Policy) box(code string) (Box, bool) {
	i := slices.IndexFunc(pol.Boxes, func(b Box) bool { return b.Code == code })
	if i < 0 {
		return Box{}, false
	}
	return pol.Boxes[i], true
}

// weightForLabel: the platform sells the label by weight, and the products do not tell it.
func (p Parcel) weightForLabel(pol Policy) bool {
	return p.Order.NeedsSizes() && !p.Package.Arranged && p.Package.Label == "" && p.measures(pol).WeightG == 0
}

// arrange asks the platform for the parcel's label, or says what must be known first. What was arranged is left alone, and
// the store keeps one row a parcel.
func (t *turn) arrange() {
	p := t.parcel()
	p.Print, p.Wants, p.WantsSKU = PrintWaiting, WhyNone, ""
	if p.Package.Arranged || p.Arranging || p.Order.Source != SourcePlatform {
		return
	}
	m := p.measures(t.pol)
	if p.Order.NeedsSizes() && !m.Complete() {
		t.wantMeasures(m)
		return
	}
	var lines []LineID
	for _, l := range linesOf(p.Order, p.Package) {
		lines = append(lines, l.ID)
	}
	p.Arranging = true
	t.eventHere(EventArranging, map[string]any{"weight_g": m.WeightG, "length_mm": m.LengthMM, "width_mm": m.WidthMM, "height_mm": m.HeightMM, "box": p.Box})
	t.out.Outbox = append(t.out.Outbox, OutboxRow{Kind: OutboxArrange, OrderID: p.Order.ID, PackageID: p.Package.ID, Lines: lines,
		WeightG: m.WeightG, LengthMM: m.LengthMM, WidthMM: m.WidthMM, HeightMM: m.HeightMM, Deadline: p.Order.ShipByAll()})
}

// wantMeasures stops the parcel until its weight and size are known, and says what is asked for. A verdict of this turn stays
// what it is and gains the reason.
func (t *turn) wantMeasures(m Measures) {
	p := t.parcel()
	_, unsized, unweighed := p.ProductMeasures()
	p.Print = PrintSizes
	switch {
	case !m.sized() && len(t.pol.Boxes) > 0:
		p.Wants, p.WantsSKU = WhyNeedsBox, unsized
	case !m.sized():
		p.Wants, p.WantsSKU = WhyNeedsSize, unsized
	default:
		p.Wants, p.WantsSKU = WhyNeedsWeight, unweighed
	}
	if t.out.Verdict == nil {
		t.say(Verdict{Code: Refused, Why: p.Wants, Missing: p.WantsSKU})
		return
	}
	if v := t.out.Verdict; v.Code.Accepted() && v.Why == WhyNone {
		v.Why, v.Missing = p.Wants, p.WantsSKU
	}
}

// box takes the box that the parcel goes into. Where its size is wanted the code must be one of the table.
func (t *turn) box(code string) {
	p := t.parcel()
	if p == nil {
		t.refuse(Verdict{Code: Refused, Class: ClassBox, Why: WhyNoParcel})
		return
	}
	b, known := t.pol.box(code)
	if !known && p.Wants == WhyNeedsBox {
		t.refuse(Verdict{Code: Refused, Class: ClassBox, Why: WhyBoxUnknown, Name: code})
		return
	}
	p.Box = code
	body := map[string]any{"box": code}
	name := code
	if known {
		body["length_mm"], body["width_mm"], body["height_mm"] = b.LengthMM, b.WidthMM, b.HeightMM
		if b.Name != "" {
			name = b.Name
		}
	}
	t.eventHere(EventBox, body)
	t.say(Verdict{Code: CommandDone, Class: ClassBox, Name: name})
	if p.Print == PrintSizes && p.Left() == 0 && p.Package.Rung.AtLeast(RungVerified) {
		t.advance()
	}
}
