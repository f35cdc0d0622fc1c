package storage

import (
	"cmp"
	"context"
	"slices"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// inHand is the order in hand and how many units are counted into a parcel that is not verified yet; a verified parcel
// counts by its rung.
func inHand(ctx context.Context, q *queries.Queries, station string) (fulfillment.OrderID, int, error) {
	row, err := savedBench(ctx, q, station)
	if err != nil || row.Parcel == nil {
		return "", 0, err
	}
	n, need := 0, 0
	for _, it := range row.Parcel.Items {
		n, need = n+it.Got, need+it.Need
	}
	if n >= need {
		n = 0
	}
	return row.Parcel.Order, n, nil
}

// summarise makes a list's line of an order, without what is counted into the parcel in hand.
func summarise(o fulfillment.Order) fulfillment.OrderSummary {
	sum := fulfillment.OrderSummary{ID: o.ID, Rung: fulfillment.RungToPack, Holds: o.Holds, ShipBy: o.ShipBy(), Status: o.Status,
		ShippingType: o.ShippingType, CheckedAt: o.CheckedAt, Market: o.Market, Request: o.Request, Packed: o.Packed()}
	no, _ := fulfillment.Gate(o, true, o.CheckedAt)
	sum.NotHere = no == fulfillment.Refused
	for i, p := range o.Packages {
		if i == 0 || p.Rung.Height() < sum.Rung.Height() {
			sum.Rung = p.Rung
		}
		packed := p.Rung == fulfillment.RungVerified || p.Rung == fulfillment.RungWeighed
		sum.NoLabel = sum.NoLabel || packed && p.Label == ""
		for _, h := range p.Holds {
			sum.Holds = fulfillment.WithHold(sum.Holds, h)
		}
		if sum.Carrier == "" {
			sum.Carrier = p.Carrier
		}
		if sum.Tracking == "" {
			sum.Tracking = p.Tracking
		}
		if p.Unpacked != "" {
			sum.Unpacked = p.Unpacked
		}
		items, _ := fulfillment.Contents(o, p, nil) // of a cancelled order: what is in the box that stands here
		for _, it := range items {
			sum.Units += it.Need
			sum.Verified += it.Got
		}
	}
	return sum
}

func sortByShipBy(list []fulfillment.OrderSummary) {
	slices.SortStableFunc(list, func(a, b fulfillment.OrderSummary) int {
		if a.ShipBy.IsZero() != b.ShipBy.IsZero() {
			return cmp.Compare(bit(a.ShipBy.IsZero()), bit(b.ShipBy.IsZero()))
		}
		return cmp.Or(a.ShipBy.Compare(b.ShipBy), cmp.Compare(a.ID, b.ID))
	})
}
