package fulfillment

import (
	"maps"
	"slices"
	"strings"
)

// lastStaged is the parcel scanned last on any open manifest.
func (b Bench) lastStaged() (ManifestID, ManifestParcel, bool) {
	i, j := b.lastPlace("")
	if i < 0 {
		return "", ManifestParcel{}, false
	}
	return b.Open[i].ID, b.Open[i].Parcels[j], true
}

// lastPlace is where the parcel scanned last stands; -1 for none. One that was scanned once more goes before those added since.
// Of two scanned at one moment it is the later one of their manifest.
func (b Bench) lastPlace(carrier string) (manifest, parcel int) {
	manifest = -1
	for i, m := range b.Open {
		again := func(p ManifestParcel) bool { return p.PackageID == b.Scanned && !p.LeftOff }
		if j := slices.IndexFunc(m.Parcels, again); b.Scanned != "" && m.Open() && j >= 0 {
			return i, j
		}
	}
	for i, m := range b.Open {
		if !m.Open() || carrier != "" && CarrierCode(m.Carrier) != carrier {
			continue
		}
		for j, p := range m.Parcels {
			if !p.LeftOff && (manifest < 0 || !p.At.Before(b.Open[manifest].Parcels[parcel].At)) {
				manifest, parcel = i, j
			}
		}
	}
	return manifest, parcel
}

// undoHere takes back what was scanned last: at the dock a parcel, at the bench an item.
func (t *turn) undoHere() {
	switch {
	case t.bench().Mode == ModeHandoff:
		t.unstage()
	case t.bench().Reprint != "":
		t.bench().Reprint = ""
		t.event(EventUndone, "", "", map[string]any{"command": CmdReprint})
		t.done(CmdUndo)
	case t.parcel() == nil:
		t.no(CmdUndo, WhyNoParcel)
	default:
		t.undo()
	}
}

// unstage takes the parcel scanned last off its open manifest. It stands where it stood before; its photos stay in the
// evidence. A sealed manifest is not among the open ones and can never be reached from here.
func (t *turn) unstage() {
	b := t.bench()
	i, j := b.lastPlace(b.Carrier)
	if i < 0 {
		t.no(CmdUndo, WhyEmptyManifest)
		return
	}
	b.Open = slices.Clone(b.Open)
	m := &b.Open[i]
	mp := m.Parcels[j]
	m.Parcels = slices.Delete(slices.Clone(m.Parcels), j, j+1)
	t.out.Manifests = append(t.out.Manifests, *m)
	o := t.in.Staged[mp.OrderID]
	pkg, ok := o.PackageByID(mp.PackageID)
	o = o.InParcel(pkg)
	why := WhyOffManifest
	if stop, _, _ := t.stopStaged(o, pkg, ok); stop != "" {
		why = WhyTakenOff
	}
	before := t.leaves(mp.PackageID)
	if ok && pkg.Manifest == m.ID && !pkg.Rung.AtLeast(RungHandedOver) {
		pkg.Rung, pkg.Manifest, pkg.Unpacked = before, "", ""
		t.saveAll(o, pkg)
		if b.Scanned == pkg.ID { // it is in somebody's hands, and what was wrong with it was said
			t.takenOut(o, pkg, StopInThePile(o, pkg))
		}
	}
	b.Scanned = ""
	o.ID, pkg.ID = mp.OrderID, mp.PackageID
	t.eventAll(o, pkg, EventUnstaged, map[string]any{"manifest": m.ID, "carrier": m.Carrier, "tracking": mp.Tracking,
		"scanned_at": mp.At, "photos": mp.Photos, "rung": before})
	t.say(Verdict{Code: CommandDone, Why: why, Class: ClassCommand, Name: string(mp.Tracking), OrderID: mp.OrderID, PackageID: mp.PackageID,
		Got: m.Count()})
}

// noteBelow keeps the rung of a parcel that goes on a manifest from elsewhere than the bench's last rung.
func (t *turn) noteBelow(id PackageID, r Rung) {
	b := t.bench()
	if r == t.doneRung() {
		return
	}
	below := maps.Clone(b.Below)
	if below == nil {
		below = map[PackageID]Rung{}
	}
	below[id] = r
	b.Below = below
}

// takeBelow is the rung to which a parcel goes back that leaves an open manifest; it is forgotten with that.
func (t *turn) takeBelow(id PackageID) Rung {
	b := t.bench()
	r, ok := b.Below[id]
	if !ok {
		return t.doneRung()
	}
	b.Below = maps.Clone(b.Below)
	delete(b.Below, id)
	if len(b.Below) == 0 {
		b.Below = nil
	}
	return r
}

// narrow narrows the handoff to one carrier. A code that is no carrier's here would refuse every parcel, so it is refused
// itself; the verdict names the carriers that there are.
func (t *turn) narrow(arg string) {
	b, code := t.bench(), CarrierCode(arg)
	name, ok := "", false
	known := slices.Clone(t.in.Carriers)
	for _, m := range b.Open {
		known = append(known, m.Carrier)
	}
	for _, n := range known {
		if code != "" && CarrierCode(n) == code {
			name, ok = n, true
			break
		}
	}
	if t.in.Carriers == nil && code != "" && !ok { // nobody can tell: the code is all there is
		name, ok = arg, true
	}
	if !ok {
		t.refuse(Verdict{Code: Refused, Class: ClassCommand, Why: WhyCarrierUnknown, Name: carrierList(known)})
		return
	}
	b.Carrier, b.CarrierName, b.Scanned = code, name, ""
	t.event(EventCarrier, "", "", map[string]any{"carrier": code, "name": name})
	t.say(Verdict{Code: CommandDone, Class: ClassCommand, Name: name})
}

// carrierList names each carrier once, in alphabetical order.
func carrierList(names []string) string {
	byCode := map[string]string{}
	for _, n := range names {
		if c := CarrierCode(n); c != "" {
			byCode[c] = n
		}
	}
	return strings.Join(slices.Sorted(maps.Values(byCode)), ", ")
}
