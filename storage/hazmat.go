package storage

import (
	"context"
	"errors"
	"fmt"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// HazmatToFetch are the shop's arranged platform-shipped packages with dangerous goods whose dangerous goods label is not stored and
// that have not left, earliest ship-by first.
func (s *ShopStore) HazmatToFetch(ctx context.Context, limit int) ([]fulfillment.Package, error) {
	rows, err := s.qr.HazmatToFetch(ctx, queries.HazmatToFetchParams{Shops: s.keys, Limit: int64(limit)})
	var out []fulfillment.Package
	for _, r := range rows {
		p, perr := packageFromRow(r)
		err = errors.Join(err, perr)
		out = append(out, p)
	}
	return out, explain(err, "list dangerous goods labels to fetch")
}

// StoreHazmat keeps a dangerous goods label as it came (flushed file, then row) and ties it to the package, of a combined one to that of
// each of its orders. It is wiped when labels are. fulfillment.ErrNotFound where there is no such package.
func (s *Store) StoreHazmat(ctx context.Context, id fulfillment.PackageID, document []byte) error {
	if len(document) == 0 {
		return fmt.Errorf("store dangerous goods label of package %s: the document is empty", id)
	}
	h, err := s.files.Put(ctx, document)
	if err != nil {
		return fmt.Errorf("store dangerous goods label of package %s: %w", id, err)
	}
	err = s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		rows, err := q.PackagesByID(ctx, string(id))
		if err == nil && len(rows) == 0 {
			err = fulfillment.ErrNotFound
		}
		if err == nil {
			err = q.PutLabel(ctx, queries.PutLabelParams{Hash: string(h), Size: int64(len(document)), StoredAt: ms(s.now())})
		}
		for _, p := range rows {
			if err == nil {
				err = q.SetPackageHazmat(ctx, queries.SetPackageHazmatParams{Hazmat: string(h), OrderID: p.OrderID, ID: p.ID})
			}
		}
		return err
	})
	return explain(err, "store dangerous goods label of package %s", id)
}
