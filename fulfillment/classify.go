package fulfillment

import (
	"cmp"
	"slices"
	"strings"
)

// GS is the group separator of GS1 codes; the only control character a barcode may contain.
const GS = '\x1d'

// Classify says what a scan means at this bench, before anything is done about it. The reason is set for codes that are
// unknown because of their form.
func Classify(b Bench, s Scan, f Found) (Class, Why) {
	if len(s.Code) > MaxScan {
		return ClassUnknown, WhyTooLong
	}
	if strings.ContainsFunc(s.Code, func(r rune) bool { return r != GS && (r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0) }) {
		return ClassUnknown, WhyControl
	}
	if strings.HasPrefix(s.Code, "PB:") {
		cmd, _, ok := ParseCommand(s.Code)
		switch {
		case !ok:
			return ClassUnknown, WhyNotKnown
		case cmd == CmdUser:
			return ClassBadge, WhyNone
		case cmd == CmdBox:
			return ClassBox, WhyNone
		}
		return ClassCommand, WhyNone
	}
	// An item of the parcel in hand comes first: while it is being verified a code means the thing in the packer's hand.
	if p := b.Parcel; b.Mode == ModePack && p != nil && p.itemFor(s.ItemCodes()) >= 0 {
		return ClassItem, WhyNone
	}
	switch {
	case f.Order != nil && !s.Retail():
		return f.By, WhyNone
	case len(f.SKUs) > 0:
		return ClassItem, WhyNone
	}
	return ClassUnknown, WhyNotKnown
}

// itemFor is the index of the item that one of the codes belongs to: one that still wants units before one that is full; -1 if
// none.
func (p Parcel) itemFor(codes []string) int {
	full := -1
	for i, it := range p.Items {
		if !slices.ContainsFunc(codes, it.Matches) {
			continue
		}
		if it.Got < it.Need {
			return i
		}
		full = i
	}
	return full
}

// shared reports whether a code tells less than which product is in the packer's hand, because several have it as their barcode.
// inside: several of them are in this parcel, so nobody can say which one to count. A seller SKU or sku_id names one product,
// whatever barcodes there are.
func (p Parcel) shared(code string, codes []string, known []SKU) (anywhere, inside bool) {
	var here []SKU
	for _, it := range p.Items {
		switch {
		case code == string(it.SKU) || code == string(it.SKUID):
			return false, false
		case slices.ContainsFunc(codes, it.Matches):
			here = append(here, cmp.Or(it.SKU, SKU(it.SKUID)))
		}
	}
	slices.Sort(here)
	here = slices.Compact(here)
	elsewhere := slices.ContainsFunc(known, func(s SKU) bool { return !slices.Contains(here, s) })
	return len(here) > 1 || len(here) == 1 && elsewhere, len(here) > 1
}
