package syncer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"packbench/fulfillment"
)

// finding is what a read order says about a row's effect.
type finding int

const (
	foundAbsent  finding = iota // no unit of the row has been told to the platform
	foundOurs                   // all of them, as the row says: done
	foundOther                  // told, but not by this row: another tracking number
	foundPart                   // only some of the units
	foundUnclear                // told, but the platform does not say with which tracking number yet
	foundMoot                   // somebody else has seen to it: there is nothing to send
)

// judge compares a row with the order as the platform tells it. For foundOurs the news are the package's; for
// foundOther and foundPart reason is a sentence.
func judge(row fulfillment.OutboxRow, o fulfillment.Order) (f finding, news PackageNews, reason string) {
	var ours, absent, unclear int
	for _, id := range rowLines(row, o) {
		p, ok := packageWith(o, id)
		switch {
		case !ok || !p.Arranged:
			absent++
		case row.Kind == fulfillment.OutboxArrange || sameTracking(p.Tracking, row.Tracking):
			ours++
			news = newsOf(p)
		case p.Tracking == "":
			unclear++
		default:
			return foundOther, PackageNews{}, fulfillment.OtherTracking(p.Tracking, row.Tracking)
		}
	}
	switch {
	case ours > 0 && absent == 0 && unclear == 0:
		return foundOurs, news, ""
	case ours > 0 && absent > 0:
		return foundPart, PackageNews{}, "only a part of the parcel's units has been reported to Seller Center"
	case unclear > 0:
		return foundUnclear, PackageNews{}, "Seller Center has it as shipped but does not say with which tracking number"
	}
	return foundAbsent, PackageNews{}, ""
}

// rowLines are the units the row is about that are not cancelled: its own, or those of its package.
func rowLines(row fulfillment.OutboxRow, o fulfillment.Order) []fulfillment.LineID {
	lines := row.Lines
	if len(lines) == 0 {
		if p, ok := o.PackageByID(row.PackageID); ok {
			lines = p.Lines
		} else if len(o.Packages) == 1 {
			lines = o.Packages[0].Lines
		}
	}
	return slices.DeleteFunc(slices.Clone(lines), func(id fulfillment.LineID) bool {
		return slices.ContainsFunc(o.Lines, func(l fulfillment.LineItem) bool {
			return l.ID == id && l.Status == fulfillment.StatusCancelled
		})
	})
}

// replaced reports whether the package of a row to arrange was split or combined away: the platform has none with its id,
// and none with exactly its units. A package that only this station has given an id is not the platform's to replace.
func replaced(row fulfillment.OutboxRow, o fulfillment.Order) bool {
	if _, ok := o.PackageByID(row.PackageID); ok || row.Kind != fulfillment.OutboxArrange || len(o.Packages) == 0 {
		return false
	}
	if strings.HasPrefix(string(row.PackageID), string(o.ID)+"-") {
		return false
	}
	units := slices.Sorted(slices.Values(rowLines(row, o)))
	return !slices.ContainsFunc(o.Packages, func(p fulfillment.Package) bool {
		return slices.Equal(units, slices.Sorted(slices.Values(p.Lines)))
	})
}

func packageWith(o fulfillment.Order, id fulfillment.LineID) (fulfillment.Package, bool) {
	i := slices.IndexFunc(o.Packages, func(p fulfillment.Package) bool { return slices.Contains(p.Lines, id) })
	if i < 0 {
		return fulfillment.Package{}, false
	}
	return o.Packages[i], true
}

func newsOf(p fulfillment.Package) PackageNews {
	return PackageNews{PlatformID: p.PlatformID, Tracking: p.Tracking, ProviderID: p.ProviderID, Carrier: p.Carrier,
		PlatformStatus: p.PlatformStatus, Arranged: p.Arranged}
}

func sameTracking(a, b fulfillment.Tracking) bool {
	return a != "" && strings.EqualFold(strings.TrimSpace(string(a)), strings.TrimSpace(string(b)))
}

// refusal is why a write must not be made now. The zero value: it may.
type refusal struct {
	park  string    // a person must decide
	later string    // the platform is not ready
	until time.Time // for later: not before; zero: after the usual pause
}

// of says which order of a combined parcel it is about.
func (r refusal) of(id fulfillment.OrderID) refusal {
	if r.park != "" {
		r.park = fulfillment.InSameParcel(id, r.park)
	}
	if r.later != "" {
		r.later = fulfillment.InSameParcel(id, r.later)
	}
	return r
}

// guard decides from the order as just read whether it may be written. now is the platform's time.
func guard(o fulfillment.Order, now time.Time, overridden bool) refusal {
	switch {
	case o.Status == fulfillment.StatusCancelled:
		return refusal{park: fulfillment.ParkedCancelled}
	case o.FulfillmentType != fulfillment.FulfillmentBySeller:
		return refusal{park: fmt.Sprintf("the order is not the seller's to ship (%s)", o.FulfillmentType)}
	case o.CancelRequested && !overridden:
		return refusal{park: fulfillment.ParkedAsked}
	}
	switch o.Status {
	case fulfillment.StatusUnpaid, fulfillment.StatusOnHold:
		return refusal{later: "the order is still on hold"}
	case fulfillment.StatusAwaitingShipment:
		// Shops without the platform's hold must keep the buyer's hour themselves.
		if end := o.PaidAt.Add(fulfillment.RemorseHold); !o.OnHoldOrder && !o.PaidAt.IsZero() && now.Before(end) {
			return refusal{later: "the buyer may still cancel freely, until an hour after paying", until: end}
		}
		return refusal{}
	case fulfillment.StatusPartiallyShipping:
		return refusal{}
	case fulfillment.StatusAwaitingCollection, fulfillment.StatusInTransit, fulfillment.StatusDelivered, fulfillment.StatusCompleted:
		return refusal{park: fmt.Sprintf("Seller Center has the order as %s, but not this parcel", o.Status)}
	}
	return refusal{park: fmt.Sprintf("the order's status %q is not known to this program", o.Status)}
}
