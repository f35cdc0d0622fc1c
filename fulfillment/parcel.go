package fulfillment

import (
	"slices"
	"time"
)

// NewParcel builds the parcel in hand for one package of an order: its line items, one element a unit on the wire,
// are grouped by SKU in the order of their first appearance; a virtual bundle is replaced by its parts. Cancelled lines
// are left out. A package that is already verified comes with every unit counted;
// one that a supervisor accepted unpacked with none.
func NewParcel(o Order, pkg Package, products map[SKU]Product, now time.Time) Parcel {
	p := Parcel{Order: o, Package: pkg, OpenedAt: now}
	for _, l := range linesOf(o, pkg) {
		if len(l.Bundle) == 0 {
			p.add(l, l.SKU, l.SKUID, "", 1, products)
			continue
		}
		for _, part := range l.Bundle {
			p.add(l, part.SKU, part.SKUID, bundleName(l), part.Count, products)
		}
	}
	if pkg.Rung.AtLeast(RungVerified) && pkg.Unpacked == "" {
		for i := range p.Items {
			p.Items[i].Got = p.Items[i].Need
		}
	}
	p.Job = pkg.LabelJob
	if pkg.Rung.AtLeast(RungLabelled) {
		p.Print = PrintDone
	}
	return p
}

// linesOf are the lines that go into the package: those it names, else those that name it, else – one package, nothing
// said – all of them.
func linesOf(o Order, pkg Package) []LineItem {
	var in []LineItem
	for _, l := range o.Lines {
		named := slices.Contains(pkg.Lines, l.ID)
		mine := l.PackageID != "" && (l.PackageID == pkg.ID || l.PackageID == pkg.PlatformID)
		all := len(pkg.Lines) == 0 && (l.PackageID == "" || len(o.Packages) < 2)
		if l.Status != StatusCancelled && (named || len(pkg.Lines) == 0 && mine || all) {
			in = append(in, l)
		}
	}
	return in
}

func bundleName(l LineItem) SKU {
	if l.SKU != "" {
		return l.SKU
	}
	return SKU(l.SKUID)
}

func (p *Parcel) add(l LineItem, sku SKU, id SKUID, bundle SKU, n int, products map[SKU]Product) {
	for i := range p.Items {
		it := &p.Items[i]
		if it.SKU == sku && it.SKUID == id && it.Bundle == bundle && it.Gift == l.IsGift {
			it.Need += n
			return
		}
	}
	prod := products[sku]
	it := Item{SKU: sku, SKUID: id, Bundle: bundle, Name: l.ProductName, Variant: l.SKUName, Image: l.Image, Gift: l.IsGift,
		DangerousGood: l.DangerousGood || prod.DangerousGood, Fragile: prod.Fragile, Barcodes: prod.Barcodes, WeightG: prod.WeightG,
		LengthMM: prod.LengthMM, WidthMM: prod.WidthMM, HeightMM: prod.HeightMM, Need: n}
	if bundle != "" { // the line's name and picture are the bundle's, not the part's
		it.Name, it.Variant, it.Image = string(sku), "", prod.Image
		if prod.Name != "" {
			it.Name = prod.Name
		}
	}
	if it.Name == "" {
		it.Name = prod.Name
	}
	if it.Image == "" {
		it.Image = prod.Image
	}
	p.Items = append(p.Items, it)
}

// Matches reports whether the code is one of the item's: a barcode, the seller SKU or the sku_id.
func (it Item) Matches(code string) bool {
	return code != "" && (code == string(it.SKU) || code == string(it.SKUID) || slices.Contains(it.Barcodes, code))
}

// ExpectedG is the weight of all units in grams, ok only if every unit's weight is known.
func (p Parcel) ExpectedG() (g int, ok bool) {
	for _, it := range p.Items {
		if it.WeightG <= 0 {
			return 0, false
		}
		g += it.WeightG * it.Need
	}
	return g, len(p.Items) > 0
}

// clone copies what the rules change, so that the value given to Apply stays as it was.
func (p Parcel) clone() Parcel {
	p.Items = slices.Clone(p.Items)
	p.Done = slices.Clone(p.Done)
	p.Order.Holds = slices.Clone(p.Order.Holds)
	p.Package.Holds = slices.Clone(p.Package.Holds)
	return p
}

// overlay carries the counts of an earlier view of the same package into p, as far as the items are still wanted.
// changed is true where the list of items is not the same any more.
func (p *Parcel) overlay(old Parcel) (changed bool) {
	same := len(old.Items) == len(p.Items)
	for i := range p.Items {
		it := &p.Items[i]
		j := slices.IndexFunc(old.Items, func(o Item) bool {
			return o.SKU == it.SKU && o.SKUID == it.SKUID && o.Bundle == it.Bundle && o.Gift == it.Gift
		})
		if j < 0 {
			it.Got, same = 0, false
			continue
		}
		it.Got = min(old.Items[j].Got, it.Need)
		same = same && i == j && old.Items[j].Need == it.Need
	}
	p.Box, p.Print, p.PrintWhy, p.Job, p.OpenedAt = old.Box, old.Print, old.PrintWhy, old.Job, old.OpenedAt
	p.WeighBy, p.Unweighed, p.OffG, p.ByHand, p.Over = old.WeighBy, old.Unweighed, old.OffG, old.ByHand, old.Over
	p.Wants, p.WantsSKU, p.Arranging = old.Wants, old.WantsSKU, old.Arranging
	if same {
		p.Done = old.Done
	}
	return !same
}
