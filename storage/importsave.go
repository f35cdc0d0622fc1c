package storage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// save makes a new order of the file's rows, or replaces one that came from a file and was not begun; what the file does
// not say of carrier, tracking number, deadline and label stays as it was. changed is false where all is stored already.
func (o *csvOrder) save(ctx context.Context, q *queries.Queries, market string, stored fulfillment.Order, at time.Time) (changed bool, err error) {
	order := fulfillment.Order{ID: o.id, Market: market, Source: fulfillment.SourceCSV, Status: fulfillment.StatusAwaitingShipment,
		ShippingType: fulfillment.ShippingSeller, FulfillmentType: fulfillment.FulfillmentBySeller, BuyerMessage: orElse(o.note, stored.BuyerMessage),
		CreatedAt: at, UpdatedAt: at, Deadlines: stored.Deadlines}
	if !stored.CreatedAt.IsZero() {
		order.CreatedAt = stored.CreatedAt
	}
	if !o.shipBy.IsZero() {
		order.Deadlines = []fulfillment.Deadline{{Name: "ship_by", At: o.shipBy, Source: "order"}}
	}
	pkg := fulfillment.Package{ID: fulfillment.PackageID(o.id) + "-1", OrderID: o.id, Rung: fulfillment.RungToPack}
	if len(stored.Packages) > 0 {
		pkg = stored.Packages[0]
		pkg.Lines = nil
	}
	for _, u := range o.units {
		for range u.quantity {
			id := fulfillment.LineID(fmt.Sprintf("%s-L%d", o.id, len(order.Lines)+1))
			order.Lines = append(order.Lines, fulfillment.LineItem{ID: id, SKU: u.sku, ProductName: u.name, PackageID: pkg.ID,
				Status: fulfillment.StatusAwaitingShipment})
			pkg.Lines = append(pkg.Lines, id)
		}
	}
	pkg.Carrier, pkg.Tracking = orElse(o.carrier, pkg.Carrier), orElse(o.tracking, pkg.Tracking)
	if err := o.tieLabel(ctx, q, &pkg, at); err != nil {
		return false, err
	}
	order.Packages = []fulfillment.Package{pkg}
	order.Holds, order.ReportedShippedAt = stored.Holds, stored.ReportedShippedAt
	if same, err := sameOrder(stored, order); same || err != nil {
		return false, err
	}
	// No platform speaks of this order: all its holds were set here.
	return true, saveOrder(ctx, q, order, stored.Holds, nil, ms(at))
}

// tieLabel names the stored label on the package.
func (o *csvOrder) tieLabel(ctx context.Context, q *queries.Queries, p *fulfillment.Package, at time.Time) error {
	if o.label == "" {
		return nil
	}
	p.Label = o.label
	return q.PutLabel(ctx, queries.PutLabelParams{Hash: string(o.label), Size: int64(o.labelLen), StoredAt: ms(at)})
}

// gain gives a known order carrier, tracking number and label and changes nothing else.
func (o *csvOrder) gain(ctx context.Context, q *queries.Queries, stored fulfillment.Order, at time.Time) (changed bool, reason string, err error) {
	p, reason := o.parcelOf(stored)
	if reason != "" {
		return false, reason, nil
	}
	if reason, err := o.otherNumber(ctx, q, p); reason != "" || err != nil {
		return false, reason, err
	}
	before := p
	labelled := p.Rung.AtLeast(fulfillment.RungLabelled)
	switch {
	case labelled && o.tracking != "" && o.tracking != p.Tracking:
		return false, fmt.Sprintf("order %s has its label on already, with tracking number %s", o.id, p.Tracking), nil
	case labelled && o.label != "" && p.Label != "" && o.label != p.Label:
		return false, fmt.Sprintf("order %s has its label on already", o.id), nil
	}
	p.Carrier, p.Tracking = orElse(o.carrier, p.Carrier), orElse(o.tracking, p.Tracking)
	if err := o.tieLabel(ctx, q, &p, at); err != nil {
		return false, "", err
	}
	if p.Carrier == before.Carrier && p.Tracking == before.Tracking && p.Label == before.Label {
		return false, "", nil
	}
	row, err := packageRow(p, recordedPos)
	if err != nil {
		return false, "", err
	}
	return true, "", q.UpsertPackage(ctx, row)
}

// otherNumber refuses a second number for a parcel in which another order is, too: it leaves under one. A wrong one is corrected
// by a file that gives the right one to each of them; until all rows are in, nobody but a supervisor opens the parcel.
func (o *csvOrder) otherNumber(ctx context.Context, q *queries.Queries, p fulfillment.Package) (reason string, err error) {
	if o.tracking == "" || p.PlatformID == "" {
		return "", nil
	}
	rows, err := q.PackagesByID(ctx, string(p.PlatformID))
	if err != nil {
		return "", err
	}
	for _, r := range rows {
		if r.OrderID == string(o.id) || r.Tracking == "" || r.Tracking == string(o.tracking) {
			continue
		}
		other := o.file[fulfillment.OrderID(r.OrderID)]
		labelled := fulfillment.Rung(r.Rung).AtLeast(fulfillment.RungLabelled)
		if !labelled && other != nil && other.tracking == o.tracking {
			why, err := other.cannotGain(ctx, q)
			if err != nil {
				return "", err
			}
			if why == "" {
				continue
			}
			return fmt.Sprintf("order %s is in one parcel with order %s, whose rows are refused: %s", o.id, r.OrderID, why), nil
		}
		how := "to correct it, one file must give both orders the new one"
		if labelled {
			how = "its label is on already"
		}
		return fmt.Sprintf("order %s is in one parcel with order %s, which has tracking number %s; a parcel has one number, not also %s: %s",
			o.id, r.OrderID, r.Tracking, o.tracking, how), nil
	}
	return "", nil
}

// cannotGain says why a known order's rows will be refused, as far as that lies in them alone.
func (o *csvOrder) cannotGain(ctx context.Context, q *queries.Queries) (reason string, err error) {
	stored, err := loadOrder(ctx, q, o.id)
	if err != nil {
		return "", err
	}
	if reason, err := o.codeInUse(ctx, q, stored, false); reason != "" || err != nil {
		return reason, err
	}
	_, reason = o.parcelOf(stored)
	return reason, nil
}

// parcelOf is the one package of a known order that the rows can mean: its only one, or the only one with all their SKUs.
func (o *csvOrder) parcelOf(stored fulfillment.Order) (fulfillment.Package, string) {
	for _, u := range o.units {
		if !slices.ContainsFunc(stored.Lines, func(l fulfillment.LineItem) bool { return l.SKU == u.sku }) {
			return fulfillment.Package{}, fmt.Sprintf("order %s is known and has no item %s", o.id, u.sku)
		}
	}
	var fits []fulfillment.Package
	for _, p := range stored.Packages {
		items := fulfillment.NewParcel(stored, p, nil, time.Time{}).Items
		all := !slices.ContainsFunc(o.units, func(u csvUnits) bool {
			return !slices.ContainsFunc(items, func(it fulfillment.Item) bool { return it.SKU == u.sku || it.Bundle == u.sku })
		})
		if all || len(stored.Packages) == 1 {
			fits = append(fits, p)
		}
	}
	if len(fits) != 1 {
		return fulfillment.Package{}, fmt.Sprintf("order %s has %d packages and the rows do not say which one is meant", o.id, len(stored.Packages))
	}
	return fits[0], ""
}
