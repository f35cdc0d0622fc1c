package fulfillment

import (
	"cmp"
	"slices"
	"time"
)

// handoff judges a scan in handoff mode that is no command: a parcel for the manifest of its carrier.
func (t *turn) handoff(class Class) {
	if class == ClassItem || class == ClassUnknown {
		t.refuse(Verdict{Code: UnknownCode, Class: class, Why: WhyNotAParcel})
		return
	}
	o := *t.in.Found.Order
	about := Verdict{Class: class, OrderID: o.ID, PackageID: t.in.Found.Package}
	pkg, ok := o.PackageByID(t.in.Found.Package)
	if class == ClassOrder && len(o.Packages) == 1 {
		pkg, ok = o.Packages[0], true
	}
	if !ok {
		about.Code, about.Why = Refused, WhyAmbiguous
		t.refuse(about)
		return
	}
	o = o.InParcel(pkg)
	about.PackageID, about.Name = pkg.ID, pkg.Carrier
	stop := t.mayStage(o, pkg, class)
	if about.Code, about.Why, about.About = stop.Code, stop.Why, stop.About; about.Code != "" {
		if about.Code == Cancelled && len(o.With) == 0 && t.leftBehind(pkg.ID) { // it was asked for, and here it is
			about.Why = WhyTakenOff
		}
		t.refuse(about)
		if about.Why != WhyScanAgain {
			t.diverted(o, orderOr(about.About, o.ID), about.Code)
			t.takenOut(o, pkg, about.Code)
		}
		return
	}
	pkg = lowest(o, pkg)
	t.stage(o, pkg, about)
}

// diverted keeps a cancelled or asked-for parcel back for good, so that the lists show the order that is the reason as held
// at the dock.
func (t *turn) diverted(o Order, who OrderID, v VerdictCode) {
	for _, c := range o.With {
		if c.ID == who {
			o = c
		}
	}
	var h Hold
	switch v {
	case Cancelled:
		h = HoldCancelled
	case CancelRequested:
		h = HoldCancelRequested
	default:
		return
	}
	if !slices.Contains(o.Holds, h) {
		t.out.Orders = append(t.out.Orders, OrderHold{OrderID: o.ID, Holds: WithHold(o.Holds, h)})
	}
}

// mayStage says whether the parcel may go on a manifest of this bench; an empty verdict means yes.
func (t *turn) mayStage(o Order, pkg Package, class Class) Verdict {
	b := t.bench()
	if pkg.Rung.AtLeast(RungHandedOver) {
		return Verdict{Code: Duplicate, Why: WhyHandedOver}
	}
	for _, m := range b.Open {
		if m.Has(pkg.ID) {
			b.Scanned = pkg.ID
			if v, _, who := t.stopStaged(o, pkg, true); v != "" {
				return no(v, WhyTakeOff, who, o.ID)
			}
			return Verdict{Code: Duplicate}
		}
	}
	if pkg.Manifest != "" {
		return Verdict{Code: Duplicate, Why: WhyManifestElse}
	}
	if v, why, who := gateAll(o, pkg, b.Supervisor, t.in.Now); v != "" {
		return no(v, why, who, o.ID)
	}
	over := t.overAtDock(o, pkg)
	if over.Code != "" && !b.Supervisor {
		return over
	}
	if b.Carrier != "" && b.Carrier != CarrierCode(pkg.Carrier) {
		return Verdict{Code: WrongCarrier}
	}
	if over.Code == "" {
		return over
	}
	if over.Why = t.accept(class, pkg); over.Why == WhyNone {
		return Verdict{}
	}
	return over
}

// stage puts the parcel on the open manifest of its carrier, which its first parcel opens, and asks for a photo.
func (t *turn) stage(o Order, pkg Package, said Verdict) {
	b := t.bench()
	b.Open = slices.Clone(b.Open)
	i := slices.IndexFunc(b.Open, func(m Manifest) bool { return CarrierCode(m.Carrier) == CarrierCode(pkg.Carrier) })
	if i < 0 {
		b.Open = append(b.Open, Manifest{ID: ManifestID(t.in.ID), Carrier: pkg.Carrier, OpenedAt: t.in.Now})
		i = len(b.Open) - 1
	}
	m := &b.Open[i]
	o = t.carried(o, &pkg)
	m.Parcels = append(slices.Clone(m.Parcels), ManifestParcel{OrderID: o.ID, With: o.WithIDs(), PackageID: pkg.ID, Tracking: pkg.Tracking,
		WeightG: pkg.WeightG, At: t.in.Now})
	t.noteBelow(pkg.ID, pkg.Rung)
	b.Scanned = ""
	pkg.Rung, pkg.Manifest = RungStaged, m.ID
	t.saveAll(o, pkg)
	t.out.Manifests = append(t.out.Manifests, *m)
	t.eventAll(o, pkg, EventStaged, map[string]any{"manifest": m.ID, "carrier": m.Carrier, "checked_at": o.CheckedAt})
	t.out.Photo = &PhotoWish{Manifest: m.ID, OrderID: o.ID, With: o.WithIDs(), PackageID: pkg.ID, Tracking: pkg.Tracking}
	said.Code, said.Got, t.served = Staged, m.Count(), true
	t.say(said)
}

// Count is how many parcels leave with the manifest.
func (m Manifest) Count() int {
	n := 0
	for _, p := range m.Parcels {
		if !p.LeftOff {
			n++
		}
	}
	return n
}

func (t *turn) handoffCommand(cmd Command, arg string) {
	b := t.bench()
	switch cmd {
	case CmdCarrier:
		t.narrow(arg)
	case CmdUndo:
		t.unstage()
	case CmdPhoto:
		m, p, ok := b.lastStaged()
		if !t.pol.HasCamera {
			t.no(cmd, WhyNoCamera)
			return
		}
		if !ok {
			t.no(cmd, WhyEmptyManifest)
			return
		}
		t.out.Photo = &PhotoWish{Manifest: m, OrderID: p.OrderID, With: p.With, PackageID: p.PackageID, Tracking: p.Tracking}
		t.say(Verdict{Code: CommandDone, Class: ClassCommand, Name: string(cmd), OrderID: p.OrderID, PackageID: p.PackageID})
	case CmdSeal:
		t.seal(arg)
	}
}

// seal closes the manifest of the carrier with that code; of none, that of the carrier it is narrowed to, or all open ones. Every parcel is checked once more; what was cancelled meanwhile
// stays behind and is said aloud. A manifest on which nothing is left stays open.
func (t *turn) seal(carrier string) {
	b := t.bench()
	carrier = cmp.Or(carrier, b.Carrier)
	left, over, total := 0, 0, 0
	var first Verdict
	var still []Manifest
	for _, m := range b.Open {
		if carrier != "" && CarrierCode(m.Carrier) != carrier {
			still = append(still, m)
			continue
		}
		m.Parcels = slices.Clone(m.Parcels)
		handed, off := t.sealParcels(&m, &first)
		over, left, total = over+handed, left+off, total+handed+off
		if handed == 0 {
			still = append(still, m)
		} else {
			m.SealedAt, m.SealedBy = t.in.Now, b.Operator
			t.event(EventSealed, "", "", t.sealedBody(m))
		}
		if handed+off > 0 {
			t.out.Manifests = append(t.out.Manifests, m)
		}
	}
	b.Open = still
	v := Verdict{Code: HandedOver, Class: ClassCommand, Name: string(CmdSeal), Got: over, Need: total}
	if since, ok := t.unchecked(""); ok {
		v.Why, v.Since = WhyUnchecked, since
	}
	if left > 0 {
		v.Why, v.OrderID, v.PackageID, v.About = WhyLeftOff, first.OrderID, first.PackageID, first.About
	}
	switch {
	case over > 0:
		t.served = true
		t.say(v)
	case left > 0:
		v.Code = first.Code
		t.say(v)
	default:
		t.no(CmdSeal, WhyEmptyManifest)
	}
}

// KnowledgeAge is how old the knowledge about an order may be at the seal; beyond it the seal says so.
const KnowledgeAge = 2 * time.Minute

// unchecked reports whether a parcel leaves now about which the Seller Center could not be asked just now, or was not for
// too long; since is when it was heard of last. Of one manifest, or of all where it is empty.
func (t *turn) unchecked(of ManifestID) (since time.Time, is bool) {
	for _, p := range t.out.Packages {
		o := t.in.Staged[p.OrderID]
		if of != "" && p.Manifest != of || p.Rung != RungHandedOver || o.Source != SourcePlatform || !t.in.Unchecked && t.in.Now.Sub(o.CheckedAt) <= KnowledgeAge {
			continue
		}
		if !is || o.CheckedAt.Before(since) {
			since, is = o.CheckedAt, true
		}
	}
	return since, is
}

// sealParcels checks and hands over each parcel of one manifest. first keeps the first parcel that was left off.
func (t *turn) sealParcels(m *Manifest, first *Verdict) (handed, off int) {
	for i := range m.Parcels {
		mp := &m.Parcels[i]
		if mp.LeftOff {
			continue
		}
		o, known := t.in.Staged[mp.OrderID]
		pkg, has := o.PackageByID(mp.PackageID)
		o = o.InParcel(pkg)
		v, why, who := t.gateStaged(o, pkg)
		if !known || !has {
			v, why, who = Refused, WhyNotKnown, mp.OrderID
		}
		if v == "" && slices.Contains(pkg.Holds, HoldHeld) { // replaced by a split, a combination or another address
			v, why = NeedsSupervisor, WhyHeld
		}
		if v == "" {
			pkg.Rung = RungHandedOver
			t.saveAll(o, pkg)
			t.eventAll(o, pkg, EventHandedOver, map[string]any{"manifest": m.ID, "tracking": pkg.Tracking, "checked_at": o.CheckedAt})
			t.reportAt("handover", o, pkg)
			t.leaves(pkg.ID)
			handed++
			continue
		}
		mp.LeftOff = true
		off++
		said := no(v, WhyStaysHere, who, mp.OrderID)
		said.OrderID, said.PackageID, said.Name = mp.OrderID, mp.PackageID, string(mp.Tracking)
		t.alarm(said)
		if first.Code == "" {
			*first = said
		}
		below := t.leaves(mp.PackageID)
		body := map[string]any{"manifest": m.ID, "verdict": v, "why": why, "rung": below}
		if !has {
			t.event(EventLeftOff, mp.OrderID, mp.PackageID, body)
			continue
		}
		t.eventAll(o, pkg, EventLeftOff, body)
		pkg.Rung, pkg.Manifest, pkg.Unpacked = below, "", ""
		t.saveAll(o, pkg)
		t.diverted(o, who, v)
	}
	return handed, off
}

// leftBehind reports whether a seal left the parcel off and nobody has scanned it since.
func (t *turn) leftBehind(id PackageID) bool {
	return slices.ContainsFunc(t.bench().Behind, func(a Verdict) bool { return a.PackageID == id })
}

// behind keeps what a seal left off until somebody scans it: the scan says that the parcel is here and not in the truck.
func (t *turn) behind() {
	b := t.bench()
	if v := t.out.Verdict; v != nil && v.Scan != "" && v.OrderID != "" {
		is := func(a Verdict) bool { return a.OrderID == v.OrderID }
		if slices.ContainsFunc(b.Behind, is) {
			b.Behind = slices.DeleteFunc(slices.Clone(b.Behind), is)
		}
	}
	for _, a := range t.out.Alarms {
		if a.Why == WhyStaysHere {
			b.Behind = append(slices.Clip(b.Behind), a)
		}
	}
	if len(b.Behind) == 0 {
		b.Behind = nil
	}
}

// gateStaged asks the gate about a parcel on a manifest. A seal goes over nothing by itself: a supervisor accepts a parcel by its
// label, or it stays here; the word that was given for a cancel request counts for that alone.
func (t *turn) gateStaged(o Order, pkg Package) (VerdictCode, Why, OrderID) {
	v, why, who := gateAll(o, pkg, false, t.in.Now)
	if v != CancelRequested || t.bench().Over[pkg.ID] == "" {
		return v, why, who
	}
	for _, c := range append([]Order{o}, o.With...) {
		if v, why = Gate(c, false, t.in.Now); v == CancelRequested {
			v, why = Gate(c, true, t.in.Now)
		}
		if v != "" && c.ID != o.ID {
			why = WhyCombined
		}
		if v != "" {
			return v, why, c.ID
		}
	}
	return "", WhyNone, o.ID
}

// sealedBody is the manifest as it was sealed; with the event's hash it is what the document can be checked against.
func (t *turn) sealedBody(m Manifest) any {
	type line struct {
		Order    OrderID   `json:"order_id"`
		With     []OrderID `json:"combined_with,omitempty"`
		Package  PackageID `json:"package_id"`
		Tracking Tracking  `json:"tracking"`
		WeightG  int       `json:"weight_g"`
		At       time.Time `json:"at"`
		Photos   []Hash    `json:"photos"`
		LeftOff  bool      `json:"left_off"`
	}
	lines := make([]line, 0, len(m.Parcels))
	for _, p := range m.Parcels {
		lines = append(lines, line{p.OrderID, p.With, p.PackageID, p.Tracking, p.WeightG, p.At, p.Photos, p.LeftOff})
	}
	body := map[string]any{"manifest": m.ID, "carrier": m.Carrier, "opened_at": m.OpenedAt, "parcels": lines}
	if since, ok := t.unchecked(m.ID); ok {
		body["unchecked_since"] = since
	}
	return body
}

// photo ties a stored picture to its parcel. A photo that arrives after the seal is kept as an event only.
func (t *turn) photo(p PhotoTaken) {
	t.event(EventPhoto, p.OrderID, p.PackageID, map[string]any{"manifest": p.Manifest, "photo": p.Hash, "camera": p.Camera, "taken_at": p.At, "tracking": p.Tracking})
	for _, id := range p.With {
		t.event(EventPhoto, id, p.PackageID, map[string]any{"combined_with": p.OrderID, "manifest": p.Manifest, "photo": p.Hash, "camera": p.Camera,
			"taken_at": p.At, "tracking": p.Tracking})
	}
	b := t.bench()
	b.Open = slices.Clone(b.Open)
	for i := range b.Open {
		m := &b.Open[i]
		if m.ID != p.Manifest {
			continue
		}
		m.Parcels = slices.Clone(m.Parcels)
		for j := range m.Parcels {
			if q := &m.Parcels[j]; q.PackageID == p.PackageID && q.OrderID == p.OrderID && !q.LeftOff {
				q.Photos = append(slices.Clone(q.Photos), p.Hash)
			}
		}
		t.out.Manifests = append(t.out.Manifests, *m)
	}
}
