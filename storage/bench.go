package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// benchRow is the bench as one small JSON text: the order, the package, the products and the manifests stand in their
// own tables and are named only. Every other field of Bench and Parcel is kept as it is, fields to come included.
type benchRow struct {
	fulfillment.Bench
	Parcel *parcelRow `json:",omitempty"` // hides the embedded field of the same name
	Open   []string   `json:",omitempty"`
	Live   int        `json:",omitempty"`
}

type parcelRow struct {
	fulfillment.Parcel
	Order   fulfillment.OrderID
	Package fulfillment.PackageID
	Items   []itemRow
}

type itemRow struct {
	SKU    fulfillment.SKU   `json:"sku,omitempty"`
	SKUID  fulfillment.SKUID `json:"id,omitempty"`
	Bundle fulfillment.SKU   `json:"bundle,omitempty"`
	Gift   bool              `json:"gift,omitempty"`
	Need   int               `json:"need"`
	Got    int               `json:"got"`
}

func benchText(b fulfillment.Bench) (string, error) {
	row := benchRow{Bench: b}
	if p := b.Parcel; p != nil {
		row.Parcel = &parcelRow{Parcel: *p, Order: p.Order.ID, Package: p.Package.ID}
		for _, it := range p.Items {
			row.Parcel.Items = append(row.Parcel.Items, itemRow{SKU: it.SKU, SKUID: it.SKUID, Bundle: it.Bundle, Gift: it.Gift, Need: it.Need, Got: it.Got})
		}
	}
	text, err := json.Marshal(row)
	if err != nil {
		return "", fmt.Errorf("bench as JSON: %w", err)
	}
	return string(text), nil
}

func benchFromText(text string) (benchRow, error) {
	var row benchRow
	if err := json.Unmarshal([]byte(text), &row); err != nil {
		return row, fmt.Errorf("%w: state of the bench: %w", ErrDamaged, err)
	}
	return row, nil
}

// Restore returns the bench as it was last recorded, with order, package, products and open manifests read anew. A
// station without a past gets an empty bench in packing mode. Counts are carried over as far as the items are still
// wanted; what PB:UNDO takes back is kept only where the list of items is the same. A parcel whose order or package is
// gone comes back as no parcel in hand.
func (s *Store) Restore(ctx context.Context, station string) (fulfillment.Bench, error) {
	b := fulfillment.Bench{Mode: fulfillment.ModePack}
	err := s.read(ctx, func(q *queries.Queries) error {
		text, err := q.BenchState(ctx, station)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err == nil {
			row, err := benchFromText(text)
			if err != nil {
				return err
			}
			b = row.Bench
			if b.Parcel, err = s.restoreParcel(ctx, q, row.Parcel); err != nil {
				return err
			}
		}
		b.Open, err = openManifests(ctx, q, station)
		return err
	})
	return b, explain(err, "restore the bench of %s", station)
}

func (s *Store) restoreParcel(ctx context.Context, q *queries.Queries, saved *parcelRow) (*fulfillment.Parcel, error) {
	if saved == nil {
		return nil, nil
	}
	o, err := loadOrder(ctx, q, saved.Order)
	if errors.Is(err, sql.ErrNoRows) {
		s.opt.Log.Warn("Order in hand is not stored any more", "orderID", saved.Order)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	pkg, ok := o.PackageByID(saved.Package)
	if !ok {
		s.opt.Log.Warn("Package in hand is not stored any more", "orderID", saved.Order, "packageID", saved.Package)
		return nil, nil
	}
	products, err := productsOf(ctx, q, o)
	if err != nil {
		return nil, err
	}
	fresh := fulfillment.NewParcel(o, pkg, products, saved.OpenedAt)
	same := len(fresh.Items) == len(saved.Items)
	for i := range fresh.Items {
		it := &fresh.Items[i]
		j := slices.IndexFunc(saved.Items, func(r itemRow) bool {
			return r.SKU == it.SKU && r.SKUID == it.SKUID && r.Bundle == it.Bundle && r.Gift == it.Gift
		})
		same = same && i == j && saved.Items[j].Need == it.Need
		if j >= 0 {
			it.Got = min(saved.Items[j].Got, it.Need)
		}
	}
	p := saved.Parcel
	p.Order, p.Package, p.Items = fresh.Order, fresh.Package, fresh.Items
	if !same {
		p.Done = nil
	}
	return &p, nil
}
