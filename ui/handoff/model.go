package handoff

import (
	"cmp"
	"slices"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/ui/text"
)

// Card is one open manifest as it is shown.
type Card struct {
	Carrier string
	Since   string
	Known   string // how old the oldest knowledge about its orders is; empty: none is the Seller Center's
	Count   int
	LeftOff int
	TakeOff []string // tracking numbers of parcels on it that may not leave
	Sealing bool     // the next seal seals it
	Code    string   // by which it can be sealed alone; empty: it cannot, or nothing else would be sealed
}

// Part is what a seal does with the manifest of one carrier.
type Part struct {
	Carrier string // as it is shown
	Code    string // as it stands in commands; empty: its name has no letter for one
	Count   int    // parcels that it hands over
	TakeOff int    // parcels that it leaves off: they may not leave
}

// Last is the parcel scanned last.
type Last struct {
	Order, Tracking, Carrier, Weight string
	Photos                           int
	At                               time.Time
	again                            bool
}

// Model is everything the screen shows of a view.
type Model struct {
	Cards   []Card
	Last    *Last
	Parts   []Part                     // what the next seal would do, fullest first
	Parcels int                        // that the next seal would hand over
	TakeOff int                        // that the next seal would leave off: they may not leave
	Off     []fulfillment.OrderSummary // these, in the order in which they were scanned
	Carrier string                     // display name or code that the handoff is narrowed to; empty: any
}

// ModelOf reads the open manifests off a view.
func ModelOf(v station.View, now time.Time) Model {
	m := Model{Carrier: cmp.Or(text.Visible(v.CarrierName), v.Carrier)}
	for _, mf := range v.Manifests {
		if !mf.Open() {
			continue
		}
		c := Card{Carrier: text.Visible(mf.Carrier), Since: text.T("handoff.since", "at", text.Clock(mf.OpenedAt, now)),
			Sealing: v.Carrier == "" || fulfillment.CarrierCode(mf.Carrier) == v.Carrier}
		oldest := time.Time{}
		for _, p := range mf.Parcels {
			if p.LeftOff {
				c.LeftOff++
				continue
			}
			if at, ok := v.Checked[p.OrderID]; ok && (oldest.IsZero() || at.Before(oldest)) {
				oldest = at
			}
			if stop, is := v.Stop[p.PackageID]; is { // the seal leaves it off: it is none of those that leave
				c.TakeOff = append(c.TakeOff, text.Code(cmp.Or(string(p.Tracking), string(p.OrderID))))
				if c.Sealing {
					m.Off = append(m.Off, fulfillment.OrderSummary{ID: p.OrderID, PackageID: p.PackageID, Carrier: mf.Carrier, Tracking: p.Tracking, Stop: stop})
				}
				m.noteLast(mf.Carrier, p, v.Scanned)
				continue
			}
			c.Count++
			m.noteLast(mf.Carrier, p, v.Scanned)
		}
		if !oldest.IsZero() {
			c.Known = text.T("handoff.known", "ago", text.Ago(oldest, now))
		}
		if c.Count == 0 && c.LeftOff == 0 && len(c.TakeOff) == 0 {
			continue // its parcels were all taken off again: it waits for the next one of its carrier
		}
		if c.Sealing {
			c.Code = fulfillment.CarrierCode(mf.Carrier)
			m.Parts = append(m.Parts, Part{Carrier: c.Carrier, Code: c.Code, Count: c.Count, TakeOff: len(c.TakeOff)})
			m.Parcels += c.Count
			m.TakeOff += len(c.TakeOff)
			if v.Carrier != "" {
				m.Carrier = c.Carrier
			}
		}
		m.Cards = append(m.Cards, c)
	}
	slices.SortStableFunc(m.Cards, func(a, b Card) int { return b.Count - a.Count })
	m.Parts = slices.DeleteFunc(m.Parts, func(p Part) bool { return p.Count+p.TakeOff == 0 })
	slices.SortStableFunc(m.Parts, func(a, b Part) int { return b.Count - a.Count })
	for i := range m.Cards {
		if c := &m.Cards[i]; len(m.Parts) < 2 || c.Count+len(c.TakeOff) == 0 {
			c.Code = ""
		}
	}
	return m
}

// noteLast keeps the parcel scanned last: again is one that was scanned once more since the last one was added.
func (m *Model) noteLast(carrier string, p fulfillment.ManifestParcel, again fulfillment.PackageID) {
	if m.Last != nil && (m.Last.again || (again == "" || again != p.PackageID) && !p.At.After(m.Last.At)) {
		return
	}
	m.Last = &Last{again: again != "" && again == p.PackageID, Order: text.Code(string(p.OrderID)), Tracking: text.Code(string(p.Tracking)), Carrier: text.Visible(carrier), Photos: len(p.Photos), At: p.At}
	if p.WeightG > 0 {
		m.Last.Weight = text.Grams(p.WeightG)
	}
}

// Missing drops from list what is on an open manifest of v by now; the list may be older than the view.
func Missing(list []fulfillment.OrderSummary, v station.View) []fulfillment.OrderSummary {
	type parcel struct {
		order fulfillment.OrderID
		id    fulfillment.PackageID
	}
	on := map[parcel]bool{}
	for _, m := range v.Manifests {
		for _, p := range m.Parcels {
			if p.LeftOff {
				continue
			}
			for _, id := range append([]fulfillment.OrderID{p.OrderID}, p.With...) {
				on[parcel{id, p.PackageID}] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(o fulfillment.OrderSummary) bool {
		return on[parcel{o.ID, o.PackageID}] || v.Carrier != "" && o.Carrier != "" && fulfillment.CarrierCode(o.Carrier) != v.Carrier
	})
}
