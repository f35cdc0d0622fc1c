package fulfillment

import (
	"maps"
	"slices"
)

// changed takes news of an order in hand or on an open manifest. It says aloud what the packer must know: cancelled,
// asked to cancel, on hold, or other items than before; and lets a label that has arrived be printed.
func (t *turn) changed(o Order) {
	if p := t.parcel(); p != nil && p.Order.ID == o.ID {
		t.changedInHand(o)
		return
	}
	for _, m := range t.bench().Open {
		for _, mp := range m.Parcels {
			if mp.OrderID == o.ID && !mp.LeftOff {
				t.changedOnManifest(o, mp)
				return
			}
		}
	}
	t.changedAfterHandover(o)
	t.changedInThePile(o)
}

// changedInThePile: a parcel that is finished and not scanned at the dock yet may not leave any more. Nobody would hear of it
// before it is scanned there, and it may be loaded unscanned.
func (t *turn) changedInThePile(o Order) {
	for _, p := range o.Packages {
		stop := StopInThePile(o.InParcel(p), p)
		if stop == "" || !p.InThePile() {
			continue
		}
		t.event(EventOrderChanged, o.ID, p.ID, map[string]any{"status": o.Status, "verdict": stop})
		said := Verdict{Code: stop, Why: WhyInThePile, OrderID: o.ID, PackageID: p.ID, Name: string(p.Tracking)}
		if t.out.Verdict == nil {
			t.say(said)
		} else { // another box of it has left
			t.alarm(said)
		}
		return
	}
}

// changedAfterHandover: a parcel that has left was cancelled. That was known too late, and must be said all the same.
func (t *turn) changedAfterHandover(o Order) {
	for _, p := range o.Packages {
		if o.Status == StatusCancelled && p.Rung == RungHandedOver {
			t.event(EventOrderChanged, o.ID, p.ID, map[string]any{"status": o.Status, "rung": p.Rung})
			t.say(Verdict{Code: Cancelled, Why: WhyHandedOver, OrderID: o.ID, PackageID: p.ID, Name: string(p.Tracking)})
			return
		}
	}
}

func (t *turn) changedInHand(o Order) {
	old := t.parcel()
	before, _, by := old.Gate(t.bench().Supervisor, t.in.Now)
	pkg, ok := o.PackageByID(old.Package.ID)
	if !ok {
		pkg = old.Package // the platform has replaced it; Gone says so
	}
	pkg.Rung, pkg.WeightG, pkg.LabelJob, pkg.Reprints = old.Package.Rung, old.Package.WeightG, old.Package.LabelJob, old.Package.Reprints
	o.Combined, o.With = o.Combined && len(o.With) == 0, o.sharing(pkg)
	next := newParcel(o, pkg, t.productsOf(*old), old.OpenedAt)
	itemsChanged := next.overlay(*old)
	next.prune()
	next.Gone = !ok && len(o.Packages) > 0
	if !next.wanted() { // everything was cancelled: the packer must still see what to take out
		next.Items, next.Done, itemsChanged = old.Items, old.Done, false
	}
	t.bench().Parcel = &next
	v, why, who := next.Gate(t.bench().Supervisor, t.in.Now)
	switch {
	case v != "" && (v != before || who != by):
		t.say(no(v, why, who, o.ID))
	case v == "" && itemsChanged:
		t.reopenForItems(&next)
	}
	if v == "" && next.Left() == 0 && next.Package.Rung.AtLeast(RungVerified) {
		t.advance()
	}
}

// reopenForItems: other items are wanted than were scanned. Nothing has been handed over yet, so the parcel goes back
// to be verified.
func (t *turn) reopenForItems(p *Parcel) {
	if p.Left() > 0 && p.Package.Rung.AtLeast(RungVerified) && !p.Package.Rung.AtLeast(RungApplied) {
		p.Package.Rung = RungToPack
		t.save()
	}
	t.eventHere(EventOrderChanged, map[string]any{"items": p.Items})
	t.say(Verdict{Code: NeedsSupervisor, Why: WhyChanged})
}

// productsOf recovers the products from the items, so that a change needs no second look at the catalogue.
func (t *turn) productsOf(p Parcel) map[SKU]Product {
	out := map[SKU]Product{}
	for k, v := range t.in.Found.Products {
		out[k] = v
	}
	for _, it := range p.Items {
		if _, ok := out[it.SKU]; !ok {
			out[it.SKU] = Product{SKU: it.SKU, Name: it.Name, Barcodes: it.Barcodes, WeightG: it.WeightG,
				LengthMM: it.LengthMM, WidthMM: it.WidthMM, HeightMM: it.HeightMM, Fragile: it.Fragile,
				DangerousGood: it.DangerousGood, Image: it.Image}
		}
	}
	return out
}

// stopStaged is why a parcel on an open manifest may not leave; what a person's word put there is not asked again before the
// seal. has is false where the platform has replaced its package.
func (t *turn) stopStaged(o Order, pkg Package, has bool) (VerdictCode, Why, OrderID) {
	v, why, who := t.gateStaged(o, pkg)
	switch {
	case v != "" && v != NeedsSupervisor && v != Refused:
		return v, why, who
	case !has || slices.Contains(pkg.Holds, HoldHeld): // replaced by a split, a combination or another address
		return NeedsSupervisor, WhyHeld, who
	}
	return "", WhyNone, who
}

func (t *turn) changedOnManifest(o Order, mp ManifestParcel) {
	b := t.bench()
	pkg, has := o.PackageByID(mp.PackageID)
	o = o.InParcel(pkg)
	v, why, who := t.stopStaged(o, pkg, has)
	if v == "" {
		if _, was := b.Stop[mp.PackageID]; was {
			b.Stop = without(b.Stop, mp.PackageID)
			t.event(EventOrderChanged, o.ID, mp.PackageID, map[string]any{"status": o.Status})
		}
		return
	}
	if b.Stop[mp.PackageID] == v {
		return // said already, and it stands in the list
	}
	b.Stop = maps.Clone(b.Stop)
	if b.Stop == nil {
		b.Stop = map[PackageID]VerdictCode{}
	}
	b.Stop[mp.PackageID] = v
	if v == Cancelled && (why == WhyNone || why == WhyStatus) {
		why = WhyOnTheTruck
	}
	t.event(EventOrderChanged, o.ID, mp.PackageID, map[string]any{"status": o.Status, "verdict": v})
	said := no(v, why, who, o.ID)
	said.OrderID, said.PackageID, said.Name = o.ID, mp.PackageID, string(mp.Tracking)
	t.say(said)
}
