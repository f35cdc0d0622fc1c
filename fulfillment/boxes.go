package fulfillment

import "slices"

// BoxOf says which of an order's boxes a package is, from 1, and how many there are; 1 of 1 where the order is not divided.
// Packages that were taken back are no boxes.
func BoxOf(o Order, id PackageID) (n, of int) {
	n = 1
	for _, p := range o.Packages {
		if p.PlatformStatus == packageCancelled || len(linesOf(o, p)) == 0 {
			continue
		}
		if of++; p.ID == id {
			n = of
		}
	}
	return n, max(of, n)
}

// openBoxes are the packages of an order that still have to be packed, beside one.
func (t *turn) openBoxes(o Order, beside PackageID) []Package {
	var out []Package
	for _, p := range o.Packages {
		if p.ID != beside && p.PlatformStatus != packageCancelled && !p.Rung.AtLeast(t.doneRung()) && len(linesOf(o, p)) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// packageCancelled is the platform's word for a package that was taken back.
const packageCancelled = "CANCELLED"

// otherBox is the box of the order in hand, from 1, that still wants a product of these codes; 0: none does.
func (t *turn) otherBox(codes []string) (n, of int) {
	p := t.parcel()
	for _, box := range t.openBoxes(p.Order, p.Package.ID) {
		wanted := newParcel(p.Order, box, t.in.Found.Products, t.in.Now)
		if slices.ContainsFunc(wanted.Items, func(it Item) bool {
			return slices.Contains(t.in.Found.SKUs, it.SKU) || slices.ContainsFunc(codes, it.Matches)
		}) {
			return BoxOf(p.Order, box.ID)
		}
	}
	return 0, 0
}

// moreBoxes remembers the order of the parcel that is finished, and says where it has another.
func (t *turn) moreBoxes() {
	p := t.parcel()
	open := t.openBoxes(p.Order, p.Package.ID)
	t.bench().Last, t.bench().LastOpen = p.Order.ID, len(open)
	if len(open) > 0 && t.out.Verdict != nil {
		v := t.out.Verdict
		v.Why = WhyMoreBoxes
		_, v.Need = BoxOf(p.Order, p.Package.ID)
		v.Got = v.Need - len(open)
	}
}

// nextBox opens the next package of the order in work. How an order is divided is the platform's plan: a bench that put
// the rest into a box of its own would have no label for it.
func (t *turn) nextBox() {
	if p := t.parcel(); p != nil {
		why := WhyOneBox
		if len(t.openBoxes(p.Order, p.Package.ID)) > 0 {
			why = WhyBoxOpen
		}
		t.no(CmdNextBox, why)
		return
	}
	o := t.in.Found.Order
	switch {
	case t.bench().Mode != ModePack:
		t.no(CmdNextBox, WhyNotAvailable)
	case o == nil:
		t.no(CmdNextBox, WhyNoLastOrder)
	default:
		open := t.openBoxes(*o, "")
		if len(open) == 0 {
			t.bench().LastOpen = 0
			t.refuse(Verdict{Code: Refused, Class: ClassCommand, Why: WhyAllBoxes, OrderID: o.ID})
			return
		}
		t.bench().Reprint = ""
		t.in.Found.Package = open[0].ID
		t.open(ClassCommand)
	}
}
