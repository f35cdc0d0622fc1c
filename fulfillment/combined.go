package fulfillment

import (
	"maps"
	"slices"
	"time"
)

// A combined parcel holds the lines of several orders of one buyer: the platform gave them one package, one tracking number
// and one label (Partner Center, Combine Packages). It is packed, labelled and handed over once; whatever happens to it
// happens to the package of each of its orders, and stands in the events of each. The order under which it was opened
// leads; the others stand in Order.With.

// key names a parcel to the platform: the same for every order in it.
func (p Package) key() PackageID {
	if p.PlatformID != "" {
		return p.PlatformID
	}
	return p.ID
}

// Shares returns the order's own view of pkg, a package of another order that the platform combined with it.
func (o Order) Shares(pkg Package) (Package, bool) {
	for _, q := range o.Packages {
		if q.key() == pkg.key() {
			return q, true
		}
	}
	return Package{}, false
}

// InParcel is the order with those others only that have something in the parcel pkg. A cancelled order of which nothing
// was packed has not; one that was packed has, until a supervisor takes its items out.
func (o Order) InParcel(pkg Package) Order {
	with := slices.DeleteFunc(o.sharing(pkg), func(c Order) bool {
		q, _ := c.Shares(pkg)
		return c.Status == StatusCancelled && q.Rung.Height() == 0
	})
	o.Combined = o.Combined && len(o.With) == 0
	o.With = with
	return o
}

// sharing are the other orders that have the same package.
func (o Order) sharing(pkg Package) []Order {
	var with []Order
	for _, c := range o.With {
		if _, ok := c.Shares(pkg); ok {
			with = append(with, c)
		}
	}
	return with
}

// GateParcel is Gate for a parcel: none of the orders in it may stand against it. who is the first that does. A supervisor may
// go on without a cancelled order, whose items are taken out; one who opened the parcel under that order may not.
func GateParcel(o Order, pkg Package, supervisor bool, now time.Time) (v VerdictCode, why Why, who OrderID) {
	return gateAll(o.InParcel(pkg), pkg, supervisor, now)
}

// gateAll is GateParcel for an order whose With are those in the parcel.
func gateAll(o Order, pkg Package, supervisor bool, now time.Time) (v VerdictCode, why Why, who OrderID) {
	switch v, why, who = gateOrders(o, pkg, supervisor, now); {
	case v != "" || supervisor:
		return v, why, who
	case twoNumbers(o, pkg):
		return NeedsSupervisor, WhyTwoNumbers, o.ID
	case uneven(o, pkg):
		return NeedsSupervisor, WhyUneven, o.ID
	}
	return "", WhyNone, who
}

// gateOrders asks the gate about each order in the parcel.
func gateOrders(o Order, pkg Package, supervisor bool, now time.Time) (v VerdictCode, why Why, who OrderID) {
	if v, why = Gate(o, supervisor, now); v != "" {
		return v, why, o.ID
	}
	for _, c := range o.With {
		if v, _ = Gate(c, supervisor, now); v != "" && (v != Cancelled || !supervisor) {
			return v, WhyCombined, c.ID
		}
	}
	if o.Combined && !supervisor && !pkg.Rung.AtLeast(RungHandedOver) {
		return NeedsSupervisor, WhyCombinedUnknown, o.ID
	}
	return "", WhyNone, o.ID
}

// twoNumbers: one parcel cannot travel under two tracking numbers.
func twoNumbers(o Order, pkg Package) bool {
	return slices.ContainsFunc(o.With, func(c Order) bool {
		q, _ := c.Shares(pkg)
		return c.Status != StatusCancelled && q.Tracking != "" && pkg.Tracking != "" && q.Tracking != pkg.Tracking && !pkg.Rung.AtLeast(RungHandedOver)
	})
}

// uneven: the orders were combined after one of them was begun, so that nobody packed them as one.
func uneven(o Order, pkg Package) bool {
	return slices.ContainsFunc(o.With, func(c Order) bool {
		q, _ := c.Shares(pkg)
		both := q.Rung.AtLeast(RungHandedOver) && pkg.Rung.AtLeast(RungHandedOver)
		return c.Status != StatusCancelled && q.Rung.Height() != pkg.Rung.Height() && !both
	})
}

// lowest is the package as far as all orders in the parcel have come.
func lowest(o Order, pkg Package) Package {
	for _, c := range o.With {
		if q, _ := c.Shares(pkg); c.Status != StatusCancelled && q.Rung.Height() < pkg.Rung.Height() {
			pkg.Rung, pkg.WeightG = q.Rung, q.WeightG
		}
	}
	return pkg
}

// ShipByAll is the earliest ShipBy of the orders of a parcel.
func (o Order) ShipByAll() time.Time {
	first := o.ShipBy()
	for _, c := range o.With {
		if t := c.ShipBy(); first.IsZero() || !t.IsZero() && t.Before(first) {
			first = t
		}
	}
	return first
}

// WithIDs are the ids of the other orders in the parcel.
func (o Order) WithIDs() []OrderID {
	var ids []OrderID
	for _, c := range o.With {
		ids = append(ids, c.ID)
	}
	return ids
}

// no is what the gate has against the parcel, in a verdict. Of another order than the one that leads it says which.
func no(v VerdictCode, why Why, who, lead OrderID) Verdict {
	n := Verdict{Code: v, Why: why}
	if v != "" && who != lead {
		n.About = who
	}
	return n
}

// eventAll is an event about a parcel, told of each order in it. The body of those that follow names the order that leads.
func (t *turn) eventAll(o Order, pkg Package, kind EventKind, body map[string]any) {
	var first any
	if body != nil {
		first = body
	}
	t.event(kind, o.ID, pkg.ID, first)
	for _, c := range o.With {
		q, _ := c.Shares(pkg)
		more := maps.Clone(body)
		if more == nil {
			more = map[string]any{}
		}
		more["combined_with"] = o.ID
		t.event(kind, c.ID, q.ID, more)
	}
}

// saveAll notes that the package changed, for each order in the parcel.
func (t *turn) saveAll(o Order, pkg Package) {
	t.savePackage(pkg)
	for _, c := range o.With {
		q, _ := c.Shares(pkg)
		q.Rung, q.WeightG, q.LabelJob, q.Reprints, q.Manifest, q.Unpacked = pkg.Rung, pkg.WeightG, pkg.LabelJob, pkg.Reprints, pkg.Manifest, pkg.Unpacked
		if !slices.Contains(pkg.Holds, HoldHeld) {
			q.Holds = WithoutHold(q.Holds, HoldHeld)
		}
		if q.Tracking == "" {
			q.Tracking = pkg.Tracking
		}
		q.OrderID = c.ID
		t.savePackage(q)
	}
}

// takeOut goes on without the cancelled orders of a parcel: their items leave the box, by a supervisor's word. It returns the
// order without them; inBox are the items of one. The verdict says what must be taken out.
func (t *turn) takeOut(o Order, pkg Package, inBox func(Order, Package) []Item) Order {
	cancelled := func(c Order) bool { return c.Status == StatusCancelled || slices.Contains(c.Holds, HoldCancelled) }
	if !slices.ContainsFunc(o.With, cancelled) {
		return o // as at nearly every scan
	}
	var out []MissingItem
	var stay []Order
	for _, c := range o.With {
		if !cancelled(c) {
			stay = append(stay, c)
			continue
		}
		q, _ := c.Shares(pkg)
		var items []MissingItem
		for _, it := range inBox(c, q) {
			items = append(items, MissingItem{SKU: it.SKU, Name: it.Called(), Need: it.Got})
		}
		out = append(out, items...)
		t.event(EventTakenOut, c.ID, q.ID, map[string]any{"combined_with": o.ID, "missing": items, "status": c.Status})
		q.Rung, q.WeightG, q.LabelJob, q.Manifest, q.Unpacked, q.OrderID = RungToPack, 0, "", "", "", c.ID
		t.savePackage(q)
	}
	if len(out) > 0 {
		t.over, t.overName = WhyTakeOut, missingWords(out)
	}
	o.With = stay
	return o
}

// itemsOf are the items of another order in the parcel. Those of a cancelled one are wanted no more: Got of them lie in the
// box and must come out.
func itemsOf(c Order, q Package, products map[SKU]Product) []Item {
	cancelled := c.Status == StatusCancelled
	items := NewParcel(c, q, products, time.Time{}).Items
	if cancelled {
		items, _ = Contents(c, q, products)
	}
	for i := range items {
		items[i].Order = c.ID
		if cancelled {
			items[i].Out, items[i].Need = true, 0
		}
	}
	return items
}

// Leads is the order under which a parcel that holds something of id is in hand or on an open manifest; id itself where there is
// none.
func (b Bench) Leads(id OrderID) OrderID {
	if p := b.Parcel; p != nil && (p.Order.ID == id || slices.Contains(p.Order.WithIDs(), id)) {
		return p.Order.ID
	}
	for _, m := range b.Open {
		for _, p := range m.Parcels {
			if !p.LeftOff && p.IsOf(id) {
				return p.OrderID
			}
		}
	}
	return id
}
