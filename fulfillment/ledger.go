package fulfillment

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Ledger is what the chain alone says of the bench's work: fold every event of every station into it, oldest first, and
// compare it with the tables. It does not say what the platform or a file told: orders, lines, products, holds of the
// platform, labels, and rungs that only the carrier reaches are observations and stand in no event.
type Ledger struct {
	Packages  map[PackageKey]LedgerPackage
	Holds     map[OrderID][]Hold // held and short, as persons set them here
	Manifests map[ManifestID]*LedgerManifest
	Hands     map[string]LedgerHand // by station: the parcel in hand
}

// PackageKey names a package of one order: a platform package may hold lines of several.
type PackageKey struct {
	Order   OrderID
	Package PackageID
}

// LedgerPackage is a package as its events leave it.
type LedgerPackage struct {
	Rung     Rung
	WeightG  int // grams, 0: not weighed
	Reprints int
	Manifest ManifestID
	Unsure   bool // an event of an older form does not say on which rung the package stands
}

// LedgerManifest is a manifest as its events leave it.
type LedgerManifest struct {
	Carrier string
	Sealed  bool
	Parcels []LedgerParcel // in the order in which they were scanned
	Photos  int
}

// LedgerParcel is one line of a manifest.
type LedgerParcel struct {
	PackageKey
	Tracking Tracking // known once the manifest is sealed, with the weight
	WeightG  int      // grams
	LeftOff  bool
}

// LedgerHand counts what was scanned into the parcel in hand.
type LedgerHand struct {
	PackageKey
	Units   int  // scanned and not taken back
	Settled bool // verified, or its items changed: the scans alone do not tell the count
}

// NewLedger is empty.
func NewLedger() *Ledger {
	return &Ledger{Packages: map[PackageKey]LedgerPackage{}, Holds: map[OrderID][]Hold{}, Manifests: map[ManifestID]*LedgerManifest{},
		Hands: map[string]LedgerHand{}}
}

// ledgerBody is what the fold reads of event bodies.
type ledgerBody struct {
	With     OrderID    `json:"combined_with"` // the order that leads the parcel: this event repeats its own
	G        int        `json:"g"`
	Reprint  int        `json:"reprint"`
	Reprints *int       `json:"reprints"` // of events that end a copy without a label
	Manifest ManifestID `json:"manifest"`
	Carrier  string     `json:"carrier"`
	Rung     Rung       `json:"rung"`
	SKU      *SKU       `json:"sku"`
	Items    []Item     `json:"items"`
	Parcels  []struct {
		Order    OrderID   `json:"order_id"`
		Package  PackageID `json:"package_id"`
		Tracking Tracking  `json:"tracking"`
		WeightG  int       `json:"weight_g"`
		At       time.Time `json:"at"`
		LeftOff  bool      `json:"left_off"`
	} `json:"parcels"`
}

// Add folds one event. An error means that the body of a kind that counts cannot be read.
func (l *Ledger) Add(e Event) error {
	var b ledgerBody
	if (ledgerKinds[e.Kind] || e.Kind == EventItemScanned && e.OrderID != l.Hands[e.Station].Order) && len(e.Body) > 0 {
		if err := json.Unmarshal(e.Body, &b); err != nil {
			return fmt.Errorf("body of event %d of %s (%s): %w", e.Seq, e.Station, e.Kind, err)
		}
	}
	key := PackageKey{e.OrderID, e.PackageID}
	if e.Kind == EventItemScanned && b.With != "" {
		key.Order, key.Package = b.With, l.Hands[e.Station].Package
	}
	if b.With == "" || e.Kind == EventItemScanned {
		l.hand(e, key, b)
	}
	switch e.Kind {
	case EventHeld:
		l.Holds[e.OrderID] = WithHold(l.Holds[e.OrderID], HoldHeld)
	case EventShort:
		l.Holds[e.OrderID] = WithHold(l.Holds[e.OrderID], HoldShort)
	case EventReleased:
		delete(l.Holds, e.OrderID)
	case EventSealed:
		l.sealed(b)
	case EventPhoto:
		if b.With == "" {
			l.manifest(b.Manifest).Photos++
		}
	case EventStaged, EventUnstaged, EventLeftOff:
		if b.With == "" {
			l.onManifest(e.Kind, key, b)
		}
	}
	if p, ok := climbed(l.Packages[key], e.Kind, b); ok {
		l.Packages[key] = p
	}
	return nil
}

// ledgerKinds are those whose body counts; the bodies of all others may be anything.
var ledgerKinds = map[EventKind]bool{EventWeighed: true, EventLabelQueued: true, EventStaged: true, EventUnstaged: true, EventLeftOff: true,
	EventHandedOver: true, EventSealed: true, EventPhoto: true, EventUndone: true, EventOrderChanged: true, EventVerified: true, EventReopened: true,
	EventOrderOpened: true, EventPrintTrouble: true, EventHeld: true, EventShort: true}

// climbed is the package after the event; ok is false where the event does not change it.
func climbed(p LedgerPackage, kind EventKind, b ledgerBody) (next LedgerPackage, ok bool) {
	switch kind {
	case EventVerified:
		p.Rung, p.Unsure = RungVerified, false
	case EventWeighed:
		p.Rung, p.WeightG = RungWeighed, b.G
	case EventLabelQueued:
		p.Reprints = b.Reprint
	case EventPrintTrouble, EventHeld, EventShort:
		if b.Reprints == nil {
			return p, false
		}
		p.Reprints = *b.Reprints
	case EventLabelPrinted:
		p.Rung = higher(p.Rung, RungLabelled)
	case EventApplied:
		p.Rung, p.Unsure = higher(p.Rung, RungApplied), false
	case EventReopened:
		p.Rung = RungLabelled
	case EventTakenOut:
		p.Rung, p.WeightG, p.Manifest, p.Unsure = RungToPack, 0, "", false
	case EventStaged:
		p.Rung, p.Manifest, p.Unsure = RungStaged, b.Manifest, false
	case EventHandedOver:
		p.Rung, p.Manifest, p.Unsure = RungHandedOver, b.Manifest, false
	case EventUnstaged, EventLeftOff:
		if p.Manifest != b.Manifest {
			return p, false
		}
		p.Rung, p.Manifest, p.Unsure = b.Rung, "", b.Rung == ""
	case EventUndone:
		if b.SKU == nil || p.Rung != RungVerified {
			return p, false
		}
		p.Rung = RungToPack
	case EventOrderChanged:
		missing := slices.ContainsFunc(b.Items, func(it Item) bool { return it.Got < it.Need })
		if !missing || !p.Rung.AtLeast(RungVerified) || p.Rung.AtLeast(RungApplied) {
			return p, false
		}
		p.Rung = RungToPack
	default:
		return p, false
	}
	return p, true
}

func higher(a, b Rung) Rung {
	if a.AtLeast(b) {
		return a
	}
	return b
}

func (l *Ledger) manifest(id ManifestID) *LedgerManifest {
	m := l.Manifests[id]
	if m == nil {
		m = &LedgerManifest{}
		l.Manifests[id] = m
	}
	return m
}

func (l *Ledger) onManifest(kind EventKind, key PackageKey, b ledgerBody) {
	m := l.manifest(b.Manifest)
	i := slices.IndexFunc(m.Parcels, func(p LedgerParcel) bool { return p.PackageKey == key && !p.LeftOff })
	switch {
	case kind == EventStaged:
		m.Carrier = b.Carrier
		m.Parcels = append(m.Parcels, LedgerParcel{PackageKey: key})
	case i < 0:
	case kind == EventLeftOff:
		m.Parcels[i].LeftOff = true
	default:
		m.Parcels = slices.Delete(m.Parcels, i, i+1)
	}
}

// sealed takes the manifest as its seal names it: every line, with tracking number and weight.
func (l *Ledger) sealed(b ledgerBody) {
	m := l.manifest(b.Manifest)
	m.Carrier, m.Sealed, m.Parcels = b.Carrier, true, nil
	for _, p := range b.Parcels {
		m.Parcels = append(m.Parcels, LedgerParcel{PackageKey{p.Order, p.Package}, p.Tracking, p.WeightG, p.LeftOff})
	}
}

// hand follows the parcel in hand of the event's station.
func (l *Ledger) hand(e Event, key PackageKey, b ledgerBody) {
	h, has := l.Hands[e.Station]
	has = has && h.PackageKey == key
	switch e.Kind {
	case EventOrderOpened:
		l.Hands[e.Station] = LedgerHand{PackageKey: key, Settled: l.Packages[key].Rung.AtLeast(RungVerified)}
		return
	case EventReopened:
		l.Hands[e.Station] = LedgerHand{PackageKey: key, Settled: true}
		return
	}
	if !has {
		return
	}
	switch {
	case e.Kind == EventItemScanned:
		h.Units++
	case e.Kind == EventUndone && b.SKU != nil:
		h.Units--
	case e.Kind == EventVerified || e.Kind == EventOrderChanged:
		h.Settled = true
	}
	l.Hands[e.Station] = h
}
