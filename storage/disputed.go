package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// A package and its tracking number belong to one order, unless the platform says that it combined orders. Where it tells the
// same of several, at most one can be true: a label would go onto another buyer's parcel. What is claimed newly is then not
// taken over, and the order is held until the platform tells something that fits.

// claim is a package id or a tracking number that an order is told to have and that this station did not know of it.
type claim struct {
	tracking bool
	code     string
}

func (c claim) String() string {
	if c.tracking {
		return "tracking number " + c.code
	}
	return "package " + c.code
}

// disputes are the claims of the orders of one answer that cannot be true, each with another order that has the same.
type disputes map[fulfillment.OrderID]map[claim]fulfillment.OrderID

// findDisputes compares the orders with what is stored of open ones, and with each other.
func findDisputes(ctx context.Context, q *queries.Queries, orders []fulfillment.Order) (disputes, error) {
	found, first := disputes{}, map[claim]fulfillment.Order{}
	combined := map[fulfillment.OrderID]bool{}
	for _, o := range orders {
		combined[o.ID] = o.Combined
	}
	add := func(id fulfillment.OrderID, c claim, other fulfillment.OrderID) {
		if found[id] == nil {
			found[id] = map[claim]fulfillment.OrderID{}
		}
		found[id][c] = other
	}
	for _, o := range orders {
		for _, c := range claimsOf(o) {
			known, other, err := whoHas(ctx, q, c, o, combined)
			if err != nil {
				return nil, err
			}
			if known {
				continue
			}
			if other != "" {
				add(o.ID, c, other)
			}
			switch before, has := first[c]; {
			case !has:
				first[c] = o
			case before.ID != o.ID && !(o.Combined && before.Combined):
				add(o.ID, c, before.ID)
				add(before.ID, c, o.ID)
			}
		}
	}
	return found, nil
}

// claimsOf are the ids and numbers by which this order's parcels will be found and labelled. What the carrier has already is
// found and labelled no more.
func claimsOf(o fulfillment.Order) []claim {
	if o.Status == fulfillment.StatusCancelled {
		return nil
	}
	var out []claim
	for _, p := range o.Packages {
		if p.Rung.AtLeast(fulfillment.RungCarrierScanned) {
			continue
		}
		if id := orElse(p.PlatformID, p.ID); id != "" {
			out = append(out, claim{code: string(id)})
		}
		if p.Tracking != "" {
			out = append(out, claim{tracking: true, code: string(p.Tracking)})
		}
	}
	return out
}

// whoHas reports whether the order itself is known to have it, or else which open order has that the platform did not combine with
// it. combined are the orders of the same answer.
func whoHas(ctx context.Context, q *queries.Queries, c claim, told fulfillment.Order, combined map[fulfillment.OrderID]bool) (known bool, other fulfillment.OrderID, err error) {
	find := q.PackagesByID
	if c.tracking {
		find = q.PackagesByTracking
	}
	rows, err := find(ctx, c.code)
	if err != nil {
		return false, "", err
	}
	for _, r := range rows {
		if r.OrderID == string(told.ID) {
			return true, "", nil
		}
	}
	for _, r := range rows {
		o, err := q.Order(ctx, r.OrderID)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return false, "", err
		}
		isCombined, now := combined[fulfillment.OrderID(o.ID)]
		if o.ClosedAt == 0 && !(told.Combined && (isCombined || !now && o.Combined != 0)) {
			return false, fulfillment.OrderID(r.OrderID), nil
		}
	}
	return false, "", nil
}

// without is the order as it would be told without what is disputed. A disputed package leaves the order undivided: which of
// its units lie where is not known then.
func (d disputes) without(o fulfillment.Order) (clean fulfillment.Order, reason string) {
	packages := make([]fulfillment.Package, 0, len(o.Packages))
	divided := true
	for _, p := range o.Packages {
		t, id := claim{true, string(p.Tracking)}, claim{false, string(orElse(p.PlatformID, p.ID))}
		if other, ok := d[o.ID][t]; ok {
			reason, p.Tracking = disputeWords(t, o.ID, other), ""
		}
		if other, ok := d[o.ID][id]; ok {
			reason, divided = disputeWords(id, o.ID, other), false
		}
		packages = append(packages, p)
	}
	o.Packages = packages
	if divided {
		return o, reason
	}
	o.Packages = nil
	lines := make([]fulfillment.LineItem, 0, len(o.Lines))
	for _, l := range o.Lines {
		l.PackageID = ""
		lines = append(lines, l)
	}
	o.Lines = lines
	return o, reason
}

func disputeWords(c claim, id, other fulfillment.OrderID) string {
	return fmt.Sprintf("Seller Center says that %s is of order %s, and of order %s too: it was not taken over; compare both orders there", c, id, other)
}
