package fulfillment

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// WeighPatience is how long a stable weight is awaited under policy warn before the parcel goes on without one.
const WeighPatience = 6 * time.Second

// pack judges a scan in packing mode that is no command.
func (t *turn) pack(class Class) {
	p := t.parcel()
	switch {
	case p == nil:
		t.start(class)
	case class == ClassItem:
		t.item()
	case class == ClassUnknown:
		t.unknownAtParcel()
	case !p.isOf(*t.in.Found.Order):
		if p.Left() == 0 && class == ClassTracking {
			t.refuse(t.labelOfAnother())
			return
		}
		t.refuse(Verdict{Code: Refused, Class: class, Why: WhyParcelOpen, Name: string(p.Order.ID)})
	case class == ClassTracking && !(t.ofThisLabel() && p.foundIn(t.in.Found)):
		t.refuse(t.labelOfAnother())
	case class == ClassTracking && p.Spoiled:
		t.destroyed(class)
	case class == ClassTracking && t.in.Now.Sub(p.Torn) < TornSpan:
		t.refuse(Verdict{Code: Duplicate, Class: class, Why: WhyTorn})
	case class == ClassTracking && p.Left() == 0:
		t.labelScanned()
	default: // the order in hand again: nothing changes
		t.say(Verdict{Code: OrderOpened, Class: class, Need: p.Left()})
	}
}

// labelOfAnother is what is said of a label that is not this parcel's: which box of the order it is of, or whose it is and how
// that parcel stands.
func (t *turn) labelOfAnother() Verdict {
	p, o := t.parcel(), *t.in.Found.Order
	v := Verdict{Code: WrongLabel, Class: ClassTracking}
	switch {
	case p.foundIn(t.in.Found): // a number of one of its orders from before they were combined
		return v
	case p.isOf(o):
		v.Why = WhyOtherBox
		v.Box, v.Boxes = BoxOf(o, t.in.Found.Package)
		return v
	}
	pkg, _ := o.PackageByID(t.in.Found.Package)
	v.Why, v.About = WhyOtherParcel, o.ID
	o.Packages = []Package{pkg} // what holds another of its parcels is not said of this one
	v.Rung = pkg.Rung
	if holds := HoldsOf(o); slices.Contains(holds, HoldCancelled) {
		v.Hold = HoldCancelled
	} else if len(holds) > 0 {
		v.Hold = holds[0]
	}
	return v
}

// ofThisLabel: the number that was scanned is the one that this parcel's label was proved by. Orders that were combined after each
// had a label of its own bring several numbers into one parcel, and all of them lead here.
func (t *turn) ofThisLabel() bool {
	want := t.parcel().Package.Tracking
	return want == "" || Tracking(t.in.Scan.Code) == want || slices.Contains(t.in.Match, want)
}

// start judges a scan at an empty bench.
func (t *turn) start(class Class) {
	switch class {
	case ClassOrder, ClassPackage, ClassTracking:
		if t.bench().Reprint != "" {
			t.reopen(class)
			return
		}
		t.open(class)
	case ClassItem:
		t.refuse(Verdict{Code: Refused, Class: class, Why: WhyNoParcel})
	default:
		t.refuse(Verdict{Code: UnknownCode, Class: class, Why: WhyNotKnown})
	}
}

// open takes the order's package in hand, if it may be packed.
func (t *turn) open(class Class) {
	o := *t.in.Found.Order
	pkg, ok := t.choosePackage(o)
	o = o.InParcel(pkg)
	stands := pkg
	pkg = lowest(o, pkg)
	about := Verdict{Class: class, OrderID: o.ID, PackageID: pkg.ID}
	switch {
	case !ok:
		about.Code, about.Why = Refused, WhyStatus
		t.refuse(about)
		return
	case pkg.Rung.AtLeast(t.doneRung()):
		about.Code = AlreadyPacked
		t.refuse(about)
		return
	}
	v, why, who := gateAll(o, stands, t.bench().Supervisor, t.in.Now)
	stop := no(v, why, who, o.ID)
	if about.Code, about.Why, about.About = stop.Code, stop.Why, stop.About; about.Code == "" && o.Status == StatusInTransit {
		about.Code, about.Why = Refused, WhyStatus
	}
	if about.Code != "" {
		t.refuse(about)
		return
	}
	p := NewParcel(o, pkg, t.in.Found.Products, t.in.Now)
	if !p.wanted() {
		about.Code, about.Why = Cancelled, WhyStatus
		t.refuse(about)
		return
	}
	t.bench().Parcel = &p
	t.release(&p)
	t.eventHere(EventOrderOpened, map[string]any{"checked_at": o.CheckedAt, "units": p.Left(), "status": o.Status})
	t.say(Verdict{Code: OrderOpened, Class: class, Need: p.Left(), Name: o.BuyerMessage})
	if n, of := BoxOf(o, pkg.ID); of > 1 {
		t.out.Verdict.Why, t.out.Verdict.Box, t.out.Verdict.Boxes = WhyBoxOf, n, of
	}
	switch {
	case p.Print == PrintDone && class == ClassTracking:
		t.labelScanned()
	case p.Left() == 0:
		t.advance()
		if p.Print == PrintAsk && class == ClassTracking {
			t.labelScanned()
		}
	}
}

// choosePackage is the package that was scanned, or the first one of the order that is not finished.
func (t *turn) choosePackage(o Order) (Package, bool) {
	if t.in.Found.Package != "" {
		return o.PackageByID(t.in.Found.Package)
	}
	for _, p := range o.Packages {
		if !p.Rung.AtLeast(t.doneRung()) {
			return p, true
		}
	}
	if n := len(o.Packages); n > 0 {
		return o.Packages[n-1], true
	}
	return Package{}, false
}

// doneRung is where this bench's work on a parcel ends.
func (t *turn) doneRung() Rung {
	if t.pol.ApplyScan {
		return RungApplied
	}
	return RungLabelled
}

// release records what a supervisor went over by opening the order. Gate has said that it is allowed.
func (t *turn) release(p *Parcel) {
	t.takeOutHere()
	p.Order.Holds = t.releaseOne(p, p.Order, p.Package)
	for i := range p.Order.With {
		c := &p.Order.With[i]
		q, _ := c.Shares(p.Package)
		c.Holds = t.releaseOne(p, *c, q)
	}
}

// releaseOne releases one order of the parcel and returns the holds that are left.
func (t *turn) releaseOne(p *Parcel, o Order, pkg Package) []Hold {
	if o.CancelRequested {
		p.Over, t.over = true, WhyOverRequest
		t.event(EventOverride, o.ID, pkg.ID, map[string]any{"over": HoldCancelRequested})
	}
	if len(o.Holds) > 0 {
		if t.over == "" {
			t.over = WhyReleased
		}
		t.event(EventReleased, o.ID, pkg.ID, map[string]any{"holds": o.Holds})
		t.out.Orders = append(t.out.Orders, OrderHold{OrderID: o.ID})
	}
	return nil
}

// takeOutHere takes cancelled orders out of the parcel in hand. Their items stay in the list, so that the packer sees what
// must leave the box. Where the parcel was weighed with them and has no label yet, it is weighed again.
func (t *turn) takeOutHere() {
	p := t.parcel()
	before := len(p.Order.With)
	p.Order = t.takeOut(p.Order, p.Package, func(c Order, _ Package) []Item {
		return slices.DeleteFunc(slices.Clone(p.Items), func(it Item) bool { return it.Order != c.ID || it.Got == 0 })
	})
	if len(p.Order.With) == before || p.Package.Rung != RungWeighed || p.Print != PrintNone {
		return
	}
	p.Package.Rung, p.Package.WeightG = RungVerified, 0
	t.eventHere(EventVerified, map[string]any{"how": "without a cancelled order", "items": p.Items})
	t.save()
}

// item counts one unit.
func (t *turn) item() {
	p := t.parcel()
	if stop := t.gateHere(ClassItem); stop.Code != "" {
		t.refuse(stop)
		return
	}
	codes := t.in.Scan.ItemCodes()
	i := p.itemFor(codes)
	box, boxes := t.otherBox(codes)
	if i < 0 {
		said := Verdict{Code: WrongItem, Class: ClassItem, Why: WhyNotOnOrder, SKU: t.in.Found.SKUs[0], Name: t.in.Found.Products[t.in.Found.SKUs[0]].Name}
		if box > 0 {
			said.Why, said.Box, said.Boxes = WhyOtherBox, box, boxes
		}
		t.refuse(said)
		return
	}
	it := &p.Items[i]
	said := Verdict{Code: ItemOK, Class: ClassItem, SKU: it.SKU, Name: it.Called(), Got: it.Got, Need: it.Need}
	shared, which := p.shared(t.in.Scan.Code, codes, t.in.Found.SKUs)
	if which {
		said.Code, said.Why = Refused, WhySharedCode
		t.refuse(said)
		return
	}
	if shared {
		said.Why = WhySharedCode
	}
	if it.Got >= it.Need {
		said.Code, said.Why = TooMany, WhyLineFull
		if box > 0 {
			said.Why, said.Box, said.Boxes = WhyOtherBox, box, boxes
		}
		t.refuse(said)
		return
	}
	it.Got++
	said.Got = it.Got
	p.Done = append(p.Done, i)
	t.itemScanned(i)
	if p.Left() > 0 {
		t.say(said)
		return
	}
	said.Code = ItemComplete
	t.say(said)
	t.verified("scanned")
}

// itemScanned is the event of one unit counted; it stands with the order that the unit is of.
func (t *turn) itemScanned(i int) {
	p := t.parcel()
	it := p.Items[i]
	body := &ItemScanned{Item: i, SKU: it.SKU, Bundle: it.Bundle, Got: it.Got, Need: it.Need}
	o, pkg := p.Order, p.Package
	for _, c := range o.With {
		if c.ID == it.Order {
			body.CombinedWith = o.ID
			pkg, _ = c.Shares(pkg)
		}
	}
	t.event(EventItemScanned, orderOr(it.Order, o.ID), pkg.ID, body)
}

func orderOr(a, b OrderID) OrderID {
	if a != "" {
		return a
	}
	return b
}

// verified moves the parcel on once its contents are settled.
func (t *turn) verified(how string) {
	t.parcel().Package.Rung = RungVerified
	t.eventHere(EventVerified, map[string]any{"how": how, "items": t.parcel().Items})
	t.save()
	t.advance()
}

// unknownAtParcel: a code nobody knows is a carrier label printed elsewhere if one is awaited, otherwise it is unknown.
func (t *turn) unknownAtParcel() {
	p, code := t.parcel(), t.in.Scan.Code
	if i := slices.IndexFunc(p.Items, func(it Item) bool { return it.Got < it.Need && len(it.Barcodes) == 0 }); i >= 0 {
		it := p.Items[i]
		t.refuse(Verdict{Code: UnknownCode, Class: ClassUnknown, Why: WhyNoBarcode, Name: it.Called(), SKU: cmp.Or(it.SKU, SKU(it.SKUID))})
		return
	}
	if p.Left() > 0 || !p.wantsLabel() || len(t.in.Match) == 0 {
		t.refuse(Verdict{Code: UnknownCode, Class: ClassUnknown, Why: WhyNotKnown})
		return
	}
	if stop := t.gateHere(ClassTracking); stop.Code != "" {
		t.refuse(stop)
		return
	}
	if p.Package.Tracking != "" && !slices.Contains(t.in.Match, p.Package.Tracking) {
		t.refuse(Verdict{Code: WrongLabel, Class: ClassTracking})
		return
	}
	if p.Package.Tracking == "" {
		p.Package.Tracking = t.in.Match[0]
	}
	t.eventHere(EventLabelBound, map[string]any{"tracking": p.Package.Tracking, "code": code})
	t.applied()
}

// wantsLabel: seller-shipped, verified, and no label of ours to print; or a confirmed one whose number nobody has told.
func (p Parcel) wantsLabel() bool {
	bare := p.Order.ShippingType != ShippingPlatform && p.Package.Label == "" && p.Print != PrintDone
	return bare || p.Print == PrintDone && p.Confirmed != "" && p.Package.Tracking == ""
}

// labelScanned judges a scan of the tracking number of the parcel in hand, after its contents were verified. A label in
// the packer's hand with the right number answers every doubt about the printer.
func (t *turn) labelScanned() {
	p := t.parcel()
	if stop := t.gateHere(ClassTracking); stop.Code != "" {
		t.refuse(stop)
		return
	}
	switch p.Print {
	case PrintRefused, PrintUnproved:
		t.refuse(Verdict{Code: WrongLabel, Class: ClassTracking, Why: WhyLabelRefused})
		return
	case PrintQueued, PrintWaiting, PrintSizes: // ours is not out yet: this one was printed elsewhere and nobody has proved it
		t.refuse(Verdict{Code: WrongLabel, Class: ClassTracking, Why: WhyNotPrinted})
		return
	case PrintAsk, PrintTrouble:
		t.out.Jobs = append(t.out.Jobs, PrintJob{ID: p.Job, OrderID: p.Order.ID, PackageID: p.Package.ID, Label: p.Package.Label,
			Tracking: p.Package.Tracking, Reprint: p.Package.Reprints, State: JobDone, Reason: "the label was scanned on the parcel"})
	}
	if p.WeightOwed(t.pol) {
		t.refuse(Verdict{Code: Refused, Class: ClassTracking, Why: WhyNotWeighed})
		return
	}
	t.applied()
}

// applied closes the parcel: its label is on it.
func (t *turn) applied() {
	p := t.parcel()
	if !p.Package.Rung.AtLeast(RungApplied) {
		p.Package.Rung = RungApplied
	}
	body := map[string]any{"tracking": p.Package.Tracking, "checked_at": p.Order.CheckedAt}
	if t.in.Scan != nil && t.in.Scan.Code == "PB:"+string(CmdFinish) {
		body["how"] = "by hand"
	}
	t.eventHere(EventApplied, body)
	t.save()
	t.reportAt("label", p.Order, p.Package)
	t.say(Verdict{Code: Applied, Class: ClassTracking, Name: p.Package.Carrier})
	if t.moreBoxes(); t.out.Verdict.Why == WhyNone {
		*t.out.Verdict = p.unproved(*t.out.Verdict, t.pol)
	}
	if who := p.unanswered(); who != "" {
		t.out.Verdict.Why, t.out.Verdict.About = WhyAnswerFirst, who
	}
	t.putAside()
}

// unanswered is the order of the parcel whose request to cancel keeps the platform from shipping it: everywhere but in the United
// States, where shipping answers it (Partner Center, Ship Package: error 21011007). Empty: none.
func (p Parcel) unanswered() OrderID {
	for _, o := range append([]Order{p.Order}, p.Order.With...) {
		if o.CancelRequested && o.Source == SourcePlatform && !strings.EqualFold(o.Market, "US") {
			return o.ID
		}
	}
	return ""
}

// reportAt queues the report of a seller-shipped package if the policy wants it at this point ("label" or "handover").
func (t *turn) reportAt(point string, o Order, p Package) {
	when := t.pol.MarkShipped
	if when == "" {
		when = "handover"
	}
	if o.ShippingType == ShippingPlatform || o.Source != SourcePlatform || when != point || !o.ReportedShippedAt.IsZero() {
		return
	}
	var lines []LineID
	for _, l := range linesOf(o, p) {
		lines = append(lines, l.ID)
	}
	t.out.Outbox = append(t.out.Outbox, OutboxRow{Kind: OutboxReportShipped, OrderID: o.ID, PackageID: p.ID, Lines: lines, Tracking: p.Tracking,
		ProviderID: p.ProviderID, Carrier: p.Carrier, Deadline: o.ShipByAll()})
}
