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
	p := newParcel(o.InParcel(pkg), pkg, products, now)
	p.prune()
	return p
}

// newParcel is NewParcel with every order that o.With has.
func newParcel(o Order, pkg Package, products map[SKU]Product, now time.Time) Parcel {
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
	for _, c := range o.With {
		q, _ := c.Shares(pkg)
		was := q.Rung
		if q.Rung = pkg.Rung; c.Status == StatusCancelled {
			q.Rung = was
		}
		p.Items = append(p.Items, itemsOf(c, q, products)...)
	}
	p.Job = pkg.LabelJob
	if pkg.Rung.AtLeast(RungLabelled) {
		p.Print = PrintDone
	}
	return p
}

// isOf reports whether something of the order is in the parcel.
func (p Parcel) isOf(o Order) bool {
	return o.ID == p.Order.ID || slices.ContainsFunc(p.Order.With, func(c Order) bool { return c.ID == o.ID })
}

// foundIn reports whether what was found is this parcel, whichever of its orders it was found under.
func (p Parcel) foundIn(f Found) bool {
	q, ok := f.Order.PackageByID(f.Package)
	return ok && p.isOf(*f.Order) && q.key() == p.Package.key()
}

// wanted reports whether there is anything to pack.
func (p Parcel) wanted() bool {
	return slices.ContainsFunc(p.Items, func(it Item) bool { return !it.Out })
}

// prune forgets cancelled orders of which nothing is in the box.
func (p *Parcel) prune() {
	p.Items = slices.DeleteFunc(p.Items, func(it Item) bool { return it.Out && it.Got == 0 })
	p.Order.With = slices.DeleteFunc(slices.Clone(p.Order.With), func(c Order) bool {
		return c.Status == StatusCancelled && !slices.ContainsFunc(p.Items, func(it Item) bool { return it.Order == c.ID })
	})
}

// Gate is GateParcel for the parcel in hand; of a parcel that the platform has replaced nothing can be packed any more.
func (p Parcel) Gate(supervisor bool, now time.Time) (v VerdictCode, why Why, who OrderID) {
	if v, why, who = gateOrders(p.Order, p.Package, supervisor, now); v == "" && p.Gone {
		return NeedsSupervisor, WhyReplaced, p.Order.ID
	}
	return v, why, who
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

// learn takes over what the catalogue now says of the product that was scanned: its barcode may have been imported, or given to
// another product, while the parcel was in hand.
func (p *Parcel) learn(s Scan, f Found) {
	if len(f.SKUs) == 0 {
		return
	}
	for i := range p.Items {
		it := &p.Items[i]
		if !slices.Contains(f.SKUs, it.SKU) {
			if slices.Contains(it.Barcodes, s.Code) {
				it.Barcodes = slices.DeleteFunc(slices.Clone(it.Barcodes), func(c string) bool { return c == s.Code })
			}
			continue
		}
		prod, ok := f.Products[it.SKU]
		if !ok || slices.Equal(prod.Barcodes, it.Barcodes) {
			continue
		}
		it.Barcodes, it.WeightG = prod.Barcodes, prod.WeightG
		it.LengthMM, it.WidthMM, it.HeightMM = prod.LengthMM, prod.WidthMM, prod.HeightMM
		it.Fragile, it.DangerousGood = prod.Fragile, it.DangerousGood || prod.DangerousGood
	}
}

// Matches reports whether the code is one of the item's: a barcode, the seller SKU or the sku_id.
func (it Item) Matches(code string) bool {
	return code != "" && (code == string(it.SKU) || code == string(it.SKUID) || slices.Contains(it.Barcodes, code))
}

// ExpectedG is the weight of all units in grams, ok only if every unit's weight is known.
func (p Parcel) ExpectedG() (g int, ok bool) {
	for _, it := range p.Items {
		if it.Out {
			continue
		}
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
	p.Order.Holds, p.Order.With = slices.Clone(p.Order.Holds), slices.Clone(p.Order.With)
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
			return o.SKU == it.SKU && o.SKUID == it.SKUID && o.Bundle == it.Bundle && o.Gift == it.Gift && o.Order == it.Order
		})
		if j >= 0 && it.Out {
			it.Got, same = old.Items[j].Got, same && i == j && old.Items[j].Out
			continue
		}
		if j < 0 {
			it.Got, same = 0, false
			continue
		}
		it.Got = min(old.Items[j].Got, it.Need)
		same = same && i == j && old.Items[j].Need == it.Need
	}
	if p.leftIn(old) {
		same = false
	}
	p.Box, p.Print, p.PrintWhy, p.Job, p.OpenedAt = old.Box, old.Print, old.PrintWhy, old.Job, old.OpenedAt
	p.WeighBy, p.Unweighed, p.OffG, p.InsistAt, p.ByHand, p.Over = old.WeighBy, old.Unweighed, old.OffG, old.InsistAt, old.ByHand, old.Over
	p.Wants, p.WantsSKU, p.Arranging = old.Wants, old.WantsSKU, old.Arranging
	p.Spoiled, p.Torn, p.Doubled, p.Picture = old.Spoiled, old.Torn, old.Doubled, old.Picture
	p.Confirmed, p.ConfirmedBy, p.NotCounted = old.Confirmed, old.ConfirmedBy, old.NotCounted
	if same {
		p.Done = old.Done
	}
	return !same
}

// leftIn keeps in sight what was counted for an order that is not in the parcel any more.
func (p *Parcel) leftIn(old Parcel) (any bool) {
	for _, it := range old.Items {
		stays := it.Order == "" || slices.ContainsFunc(p.Order.With, func(c Order) bool { return c.ID == it.Order })
		if !stays && it.Got > 0 {
			it.Out, it.Need = true, 0
			p.Items = append(p.Items, it)
			any = true
		}
	}
	return any
}

// Reopen is the parcel that was in hand, with order, package and products read anew. Counts are carried over as far as the items
// are still wanted; what PB:UNDO takes back is kept only where the list of items is the same.
func Reopen(o Order, pkg Package, products map[SKU]Product, was Parcel) Parcel {
	o.Combined, o.With = o.Combined && len(o.With) == 0, o.sharing(pkg)
	p := newParcel(o, pkg, products, was.OpenedAt)
	same := !p.overlay(was)
	p.prune()
	same = same && len(was.Items) == len(p.Items)
	was.Order, was.Package, was.Items = p.Order, p.Package, p.Items
	if !same {
		was.Done = nil
	}
	return was
}
