package fulfillment

import (
	"slices"
	"time"
)

// ManifestParcel is one parcel on a manifest.
type ManifestParcel struct {
	OrderID   OrderID
	With      []OrderID `json:",omitempty"` // the other orders in a combined parcel
	PackageID PackageID
	Tracking  Tracking
	WeightG   int
	At        time.Time
	Photos    []Hash
	LeftOff   bool // found cancelled at the seal: held, not handed over
}

// Manifest lists the parcels handed to one carrier at one time. It is open until SealedAt is set; after that nothing in
// it changes.
type Manifest struct {
	ID       ManifestID
	Station  string
	Carrier  string // display name
	OpenedAt time.Time
	SealedAt time.Time
	SealedBy string
	Parcels  []ManifestParcel
}

// IsOf reports whether the parcel holds something of the order.
func (p ManifestParcel) IsOf(id OrderID) bool { return p.OrderID == id || slices.Contains(p.With, id) }

// Open reports whether parcels may still be added.
func (m Manifest) Open() bool { return m.SealedAt.IsZero() }

// Has reports whether the parcel is on the manifest and was not left off.
func (m Manifest) Has(id PackageID) bool {
	for _, p := range m.Parcels {
		if p.PackageID == id && !p.LeftOff {
			return true
		}
	}
	return false
}

// ManifestSummary is one sealed manifest as a list shows it.
type ManifestSummary struct {
	ID       ManifestID
	Station  string
	Carrier  string
	SealedAt time.Time
	SealedBy string
	Parcels  int // that left with it
	LeftOff  int // that the seal left off
}
