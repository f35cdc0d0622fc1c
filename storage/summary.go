package storage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// counted are the units in the parcel in hand while it is not verified yet, by order; a verified parcel counts by its rung.
type counted struct {
	order fulfillment.OrderID // that leads the parcel; empty: none in hand
	units map[fulfillment.OrderID]int
}

func (c counted) all() int {
	n := 0
	for _, u := range c.units {
		n += u
	}
	return n
}

func inHand(ctx context.Context, q *queries.Queries, station string) (counted, error) {
	row, err := savedBench(ctx, q, station)
	if err != nil || row.Parcel == nil {
		return counted{}, err
	}
	c, need := counted{order: row.Parcel.Order, units: map[fulfillment.OrderID]int{}}, 0
	for _, it := range row.Parcel.Items {
		if !it.Out {
			c.units[orElse(it.Order, c.order)] += it.Got
			need += it.Need
		}
	}
	if c.all() >= need {
		c.units = nil
	}
	return c, nil
}

// relabelled adds the parcels that wait for another copy of their label: only the copy's print job tells.
func relabelled(ctx context.Context, q *queries.Queries, o fulfillment.Order, sum *fulfillment.OrderSummary) error {
	for _, p := range o.Packages {
		if p.Rung != fulfillment.RungLabelled || p.LabelJob == "" {
			continue
		}
		j, err := q.Job(ctx, string(p.LabelJob))
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		if fulfillment.JobState(j.State) != fulfillment.JobDone {
			sum.Unlabelled++
			sum.Relabel = true
		}
	}
	return nil
}

// sharing adds the other orders of a combined parcel. Only those that the platform called combined are asked for.
func sharing(ctx context.Context, q *queries.Queries, o fulfillment.Order, sum *fulfillment.OrderSummary) error {
	if !o.Combined {
		return nil
	}
	for _, p := range o.Packages {
		if p.PlatformID == "" { // nobody but this station knows of it
			continue
		}
		rows, err := q.PackagesByID(ctx, string(p.PlatformID))
		if err != nil {
			return err
		}
		for _, r := range rows {
			if id := fulfillment.OrderID(r.OrderID); id != o.ID && !slices.Contains(sum.With, id) {
				sum.With = append(sum.With, id)
			}
		}
	}
	slices.Sort(sum.With)
	return nil
}

// summarise makes a list's line of an order, without what is counted into the parcel in hand.
func summarise(o fulfillment.Order) fulfillment.OrderSummary {
	sum := fulfillment.OrderSummary{ID: o.ID, Rung: fulfillment.RungToPack, Holds: o.Holds, ShipBy: o.ShipBy(), Status: o.Status,
		Combined: o.Combined, ShippingType: o.ShippingType, CheckedAt: o.CheckedAt, Market: o.Market, Shop: o.Shop, Request: o.Request, Packed: o.Packed()}
	no, _ := fulfillment.Gate(o, true, o.CheckedAt)
	sum.NotHere = no == fulfillment.Refused
	for i, p := range o.Packages {
		if i == 0 || p.Rung.Height() < sum.Rung.Height() {
			sum.Rung = p.Rung
		}
		packed := p.Rung == fulfillment.RungVerified || p.Rung == fulfillment.RungWeighed
		packed = packed && p.PlatformStatus != "CANCELLED"
		sum.NoLabel = sum.NoLabel || packed && p.Label == ""
		again := p.Rung == fulfillment.RungLabelled && p.LabelJob == "" // another copy was refused or dropped
		if packed || again {
			sum.Unlabelled++
		}
		sum.Relabel = sum.Relabel || again
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

// badLabels are the reasons why labels that are here will not print as they are, by order.
func badLabels(ctx context.Context, q *queries.Queries) (map[fulfillment.OrderID]string, error) {
	rows, err := q.BadProofs(ctx)
	if err != nil {
		return nil, err
	}
	bad := make(map[fulfillment.OrderID]string, len(rows))
	for _, r := range rows {
		bad[fulfillment.OrderID(r.OrderID)] = r.Reason
	}
	return bad, nil
}
