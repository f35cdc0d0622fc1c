package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
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
	// Order and Out are those of fulfillment.Item.
	Order fulfillment.OrderID `json:"order,omitempty"`
	Out   bool                `json:"out,omitempty"`
	Need  int                 `json:"need"`
	Got   int                 `json:"got"`
}

// toldByEvents reports whether the bench of c is what its events make of the bench before and c writes nothing else: then
// the events alone are written. That is the scan of an item, which the packer waits for; each page less is time.
func toldByEvents(before fulfillment.Bench, c station.Commit) bool {
	if len(c.Events) == 0 || len(c.Packages)+len(c.Orders)+len(c.Manifests)+len(c.Outbox)+len(c.Jobs) > 0 || c.Photo != nil || c.Told != "" {
		return false
	}
	for _, e := range c.Events {
		body, _ := e.Body.(*fulfillment.ItemScanned)
		var ok bool
		if before, ok = fulfillment.Replay(before, e.Kind, body); !ok {
			return false
		}
	}
	return reflect.DeepEqual(before, c.Bench)
}

// putBench writes the bench as it is after the events of c.
func (s *Store) putBench(ctx context.Context, q *queries.Queries, c station.Commit) error {
	state, err := benchText(c.Bench)
	if err != nil {
		return err
	}
	upto, known := s.pending[c.Station]
	if !known { // no event in this commit
		if upto, err = readHead(ctx, q, c.Station); err != nil {
			return err
		}
	}
	return q.PutBenchState(ctx, queries.PutBenchStateParams{Station: c.Station, At: ms(c.At), State: state, Seq: upto.seq})
}

func benchText(b fulfillment.Bench) (string, error) {
	row := benchRow{Bench: b}
	if p := b.Parcel; p != nil {
		row.Parcel = &parcelRow{Parcel: *p, Order: p.Order.ID, Package: p.Package.ID}
		for _, it := range p.Items {
			row.Parcel.Items = append(row.Parcel.Items, itemRow{SKU: it.SKU, SKUID: it.SKUID, Bundle: it.Bundle, Gift: it.Gift, Order: it.Order,
				Out: it.Out, Need: it.Need, Got: it.Got})
		}
	}
	text, err := json.Marshal(row)
	if err != nil {
		return "", fmt.Errorf("bench as JSON: %w", err)
	}
	return string(text), nil
}

// savedBench is the bench as last recorded; an empty one in packing mode for a station without a past.
func savedBench(ctx context.Context, q *queries.Queries, id string) (benchRow, error) {
	row := benchRow{Bench: fulfillment.Bench{Mode: fulfillment.ModePack}}
	saved, err := q.BenchState(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return row, nil
	}
	if err != nil {
		return row, err
	}
	if err := json.Unmarshal([]byte(saved.State), &row); err != nil {
		return row, fmt.Errorf("%w: state of the bench: %w", ErrDamaged, err)
	}
	return row, row.replay(ctx, q, id, saved.Seq)
}

// replay counts the items that were scanned after the state was written.
func (r *benchRow) replay(ctx context.Context, q *queries.Queries, id string, after int64) error {
	bodies, err := q.ItemScansAfter(ctx, queries.ItemScansAfterParams{Station: id, Seq: after})
	if err != nil {
		return err
	}
	for _, text := range bodies {
		var body fulfillment.ItemScanned
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			return fmt.Errorf("%w: scan of an item: %w", ErrDamaged, err)
		}
		if r.Parcel == nil || body.Item < 0 || body.Item >= len(r.Parcel.Items) || r.Parcel.Items[body.Item].SKU != body.SKU {
			return fmt.Errorf("%w: an item was scanned that is not in the parcel in hand", ErrDamaged)
		}
		r.Parcel.Items[body.Item].Got = body.Got
		r.Parcel.Done = append(r.Parcel.Done, body.Item)
	}
	return nil
}

// Restore returns the bench as it was last recorded, with order, package, products and open manifests read anew. A
// station without a past gets an empty bench in packing mode. Counts are carried over as far as the items are still
// wanted; what PB:UNDO takes back is kept only where the list of items is the same. A parcel whose order or package is
// gone comes back as no parcel in hand.
func (s *Store) Restore(ctx context.Context, id string) (fulfillment.Bench, error) {
	var b fulfillment.Bench
	err := s.read(ctx, func(q *queries.Queries) error {
		row, err := savedBench(ctx, q, id)
		if err != nil {
			return err
		}
		b = row.Bench
		if b.Parcel, err = s.restoreParcel(ctx, q, row.Parcel); err != nil {
			return err
		}
		if b.Behind, err = stillKnown(ctx, q, b.Behind); err != nil {
			return err
		}
		b.Open, err = openManifests(ctx, q, id)
		return err
	})
	return b, explain(err, "restore the bench of %s", id)
}

// stillKnown leaves out what is said of orders that are not stored any more: no scan would find them and end it.
func stillKnown(ctx context.Context, q *queries.Queries, said []fulfillment.Verdict) ([]fulfillment.Verdict, error) {
	var out []fulfillment.Verdict
	for _, v := range said {
		switch _, err := loadOrder(ctx, q, v.OrderID); {
		case err == nil:
			out = append(out, v)
		case !errors.Is(err, sql.ErrNoRows):
			return nil, err
		}
	}
	return out, nil
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
	old := saved.Parcel
	old.Items = nil
	for _, r := range saved.Items {
		old.Items = append(old.Items, fulfillment.Item{SKU: r.SKU, SKUID: r.SKUID, Bundle: r.Bundle, Gift: r.Gift, Order: r.Order, Out: r.Out,
			Need: r.Need, Got: r.Got})
	}
	p := fulfillment.Reopen(o, pkg, products, old)
	return &p, nil
}
