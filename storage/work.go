package storage

import (
	"context"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// Watched are the platform's orders that were opened here and have a parcel the carrier has not scanned, and all with an
// outbox row that is not done.
func (s *Store) Watched(ctx context.Context) ([]fulfillment.OrderID, error) {
	ids, err := s.qr.Watched(ctx)
	return strs[fulfillment.OrderID](ids), explain(err, "list watched orders")
}

// ToArrange are platform-shipped packages that may be arranged and neither are nor have a row, earliest ship-by first.
// WeightG is the sum of the products' weights; length and width are the largest of them and height their sum, as if
// the units were stacked. All four are 0 unless every unit's are known. An order of a shop without the platform's own hold
// after payment gets NextAt fulfillment.RemorseHold after it was paid.
func (s *Store) ToArrange(ctx context.Context, limit int) ([]fulfillment.OutboxRow, error) {
	var out []fulfillment.OutboxRow
	err := s.read(ctx, func(q *queries.Queries) error {
		rows, err := q.ToArrange(ctx, int64(limit))
		if err != nil {
			return err
		}
		for _, r := range rows {
			row, err := arrangeRow(ctx, q, r)
			if err != nil {
				return err
			}
			out = append(out, row)
		}
		return nil
	})
	return out, explain(err, "list packages to arrange")
}

func arrangeRow(ctx context.Context, q *queries.Queries, r queries.Package) (fulfillment.OutboxRow, error) {
	p, err := packageFromRow(r)
	if err != nil {
		return fulfillment.OutboxRow{}, err
	}
	o, err := loadOrder(ctx, q, p.OrderID)
	if err != nil {
		return fulfillment.OutboxRow{}, err
	}
	products, err := productsOf(ctx, q, o)
	if err != nil {
		return fulfillment.OutboxRow{}, err
	}
	row := fulfillment.OutboxRow{Kind: fulfillment.OutboxArrange, OrderID: p.OrderID, PackageID: p.ID, Lines: p.Lines,
		ProviderID: p.ProviderID, Carrier: p.Carrier, State: fulfillment.OutboxQueued, Deadline: o.ShipBy()}
	if !o.OnHoldOrder && o.Status == fulfillment.StatusAwaitingShipment && !o.PaidAt.IsZero() {
		row.NextAt = o.PaidAt.Add(fulfillment.RemorseHold)
	}
	row.WeightG, row.LengthMM, row.WidthMM, row.HeightMM = measure(fulfillment.NewParcel(o, p, products, time.Time{}).Items, products)
	return row, nil
}

// measure adds up the units of a parcel; all are 0 where one unit is not fully known.
func measure(items []fulfillment.Item, products map[fulfillment.SKU]fulfillment.Product) (grams, length, width, height int) {
	for _, it := range items {
		p := products[it.SKU]
		if p.WeightG <= 0 || p.LengthMM <= 0 || p.WidthMM <= 0 || p.HeightMM <= 0 {
			return 0, 0, 0, 0
		}
		grams += p.WeightG * it.Need
		length, width = max(length, p.LengthMM), max(width, p.WidthMM)
		height += p.HeightMM * it.Need
	}
	return grams, length, width, height
}

// ToFetch are arranged platform-shipped packages whose label is not stored and that have not left, earliest ship-by first.
func (s *Store) ToFetch(ctx context.Context, limit int) ([]fulfillment.Package, error) {
	rows, err := s.qr.ToFetch(ctx, int64(limit))
	if err != nil {
		return nil, explain(err, "list labels to fetch")
	}
	var out []fulfillment.Package
	for _, r := range rows {
		p, err := packageFromRow(r)
		if err != nil {
			return nil, explain(err, "list labels to fetch")
		}
		out = append(out, p)
	}
	return out, nil
}
