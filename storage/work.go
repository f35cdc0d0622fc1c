package storage

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// Watched are the shop's orders whose changes must be heard of. here are those that were opened and have a parcel that was not handed
// over, and those whose buyer asks to cancel as long as nothing more is known of that. gone are all others with a parcel that the
// carrier has not scanned or with an outbox row that is not done.
func (s *ShopStore) Watched(ctx context.Context) (here, gone []fulfillment.OrderID, err error) {
	opened, err1 := s.qr.Watched(ctx, s.keys)
	asked, err2 := s.qr.AskedOf(ctx, s.keys)
	told, err3 := s.qr.ToldOf(ctx, s.keys)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, nil, explain(err, "list watched orders")
	}
	near := map[string]bool{}
	for _, id := range asked {
		near[id] = true
	}
	for _, o := range opened {
		near[o.ID] = near[o.ID] || o.Here
	}
	for _, id := range told {
		near[id] = near[id]
	}
	for _, id := range slices.Sorted(maps.Keys(near)) {
		if near[id] {
			here = append(here, fulfillment.OrderID(id))
		} else {
			gone = append(gone, fulfillment.OrderID(id))
		}
	}
	return here, gone, nil
}

// ToArrange are the shop's platform-shipped packages that may be arranged and neither are nor have a row, earliest ship-by
// first. Weight and size are what the products add up to. A package whose label is sold by weight and size that the products do
// not tell is left out: the bench arranges it once its box is chosen. At most eight times limit packages are looked at. An
// order of a shop without the platform's own hold after payment gets NextAt fulfillment.RemorseHold after it was paid.
func (s *ShopStore) ToArrange(ctx context.Context, limit int) ([]fulfillment.OutboxRow, error) {
	var out []fulfillment.OutboxRow
	err := s.read(ctx, func(q *queries.Queries) error {
		rows, err := q.ToArrange(ctx, queries.ToArrangeParams{Shops: s.keys, Limit: int64(limit) * 8})
		if err != nil {
			return err
		}
		for _, r := range rows {
			row, possible, err := arrangeRow(ctx, q, r)
			if err != nil {
				return err
			}
			if possible {
				out = append(out, row)
			}
			if len(out) == limit {
				break
			}
		}
		return nil
	})
	return out, explain(err, "list packages to arrange")
}

// arrangeRow is the row of a package; not possible while its label is sold by what is not known.
func arrangeRow(ctx context.Context, q *queries.Queries, r queries.Package) (row fulfillment.OutboxRow, possible bool, err error) {
	p, err := packageFromRow(r)
	if err != nil {
		return row, false, err
	}
	o, err := loadOrder(ctx, q, p.OrderID)
	if err != nil {
		return row, false, err
	}
	products, err := productsOf(ctx, q, o)
	if err != nil {
		return row, false, err
	}
	m, _, _ := fulfillment.NewParcel(o, p, products, time.Time{}).ProductMeasures()
	row = fulfillment.OutboxRow{Kind: fulfillment.OutboxArrange, OrderID: p.OrderID, PackageID: p.ID, Lines: p.Lines,
		ProviderID: p.ProviderID, Carrier: p.Carrier, State: fulfillment.OutboxQueued, Deadline: o.ShipByAll(),
		WeightG: m.WeightG, LengthMM: m.LengthMM, WidthMM: m.WidthMM, HeightMM: m.HeightMM}
	if !o.OnHoldOrder && o.Status == fulfillment.StatusAwaitingShipment && !o.PaidAt.IsZero() {
		row.NextAt = o.PaidAt.Add(fulfillment.RemorseHold)
	}
	return row, m.Complete() || !o.NeedsSizes(), nil
}

// CombinedWith are the other orders that have something in the parcel; none for a package of one order, or one that is not stored.
func (s *Store) CombinedWith(ctx context.Context, order fulfillment.OrderID, parcel fulfillment.PackageID) ([]fulfillment.OrderID, error) {
	o, err := s.Order(ctx, order)
	if errors.Is(err, fulfillment.ErrNotFound) {
		return nil, nil
	}
	p, ok := o.PackageByID(parcel)
	if err != nil || !ok || len(o.With) == 0 {
		return nil, err
	}
	return o.InParcel(p).WithIDs(), nil
}

// ToFetch are the shop's arranged platform-shipped packages whose label is not stored and that have not left, earliest ship-by first.
func (s *ShopStore) ToFetch(ctx context.Context, limit int) ([]fulfillment.Package, error) {
	rows, err := s.qr.ToFetch(ctx, queries.ToFetchParams{Shops: s.keys, Limit: int64(limit)})
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
