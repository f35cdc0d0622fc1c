package storage

import (
	"context"
	"fmt"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// StoreLabel keeps a label as it came (flushed file, then row) and ties it to the package, named by our id or the
// platform's, with the tracking number that the platform told with it. A label that the package already has is kept and
// its hash returned. fulfillment.ErrNotFound where there is no such package.
func (s *Store) StoreLabel(ctx context.Context, id fulfillment.PackageID, document []byte, tracking fulfillment.Tracking) (fulfillment.Hash, error) {
	if len(document) == 0 {
		return "", fmt.Errorf("store label of package %s: the document is empty", id)
	}
	h, err := s.files.Put(ctx, document)
	if err != nil {
		return "", fmt.Errorf("store label of package %s: %w", id, err)
	}
	kept := h
	err = s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		rows, err := q.PackagesByID(ctx, string(id))
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return fulfillment.ErrNotFound
		}
		for _, p := range rows {
			if p.Label != "" {
				kept = fulfillment.Hash(p.Label)
				continue
			}
			kept = h
			if err := tieLabel(ctx, q, p, h, len(document), tracking, s.now()); err != nil {
				return err
			}
		}
		return nil
	})
	return kept, explain(err, "store label of package %s", id)
}

func tieLabel(ctx context.Context, q *queries.Queries, p queries.Package, h fulfillment.Hash, size int, tracking fulfillment.Tracking, at time.Time) error {
	if err := q.PutLabel(ctx, queries.PutLabelParams{Hash: string(h), Size: int64(size), StoredAt: ms(at)}); err != nil {
		return err
	}
	if err := q.SetPackageLabel(ctx, queries.SetPackageLabelParams{Label: string(h), OrderID: p.OrderID, ID: p.ID}); err != nil {
		return err
	}
	if tracking == "" {
		return nil
	}
	return q.SetPackageTracking(ctx, queries.SetPackageTrackingParams{Tracking: string(tracking), OrderID: p.OrderID, ID: p.ID})
}

// Proof returns the stored proof of a label for a parcel and a stock; fulfillment.ErrNotFound if there is none.
func (s *Store) Proof(ctx context.Context, label fulfillment.Hash, of fulfillment.Shipment, media fulfillment.Media) (fulfillment.Proof, error) {
	r, err := s.qr.Proof(ctx, queries.ProofParams{Label: string(label), Tracking: string(of.Tracking), Carrier: of.Carrier, Market: of.Market, Dpi: int64(media.DPI),
		WidthMm: int64(media.WidthMM), HeightMm: int64(media.HeightMM)})
	if err != nil {
		return fulfillment.Proof{}, explain(err, "read proof of label %s", label)
	}
	decoded, err := fromList[string](r.Decoded)
	if err != nil {
		return fulfillment.Proof{}, explain(err, "read proof of label %s", label)
	}
	lint, err := fromList[string](r.Lint)
	return fulfillment.Proof{Label: label, Bitmap: fulfillment.Hash(r.Bitmap), Media: media, Shipment: of, Rules: r.Rules,
			Verdict: fulfillment.LabelVerdict(r.Verdict), Reason: r.Reason, Decoded: decoded, Lint: lint, Findings: int(r.Findings), At: fromMS(r.At)},
		explain(err, "read proof of label %s", label)
}

// SaveProof keeps a proof under its label, parcel and stock; one that is there is replaced. The bitmap's file
// must have been Put before.
func (s *Store) SaveProof(ctx context.Context, p fulfillment.Proof) error {
	decoded, err := list(p.Decoded)
	if err != nil {
		return err
	}
	lint, err := list(p.Lint)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		return q.PutProof(ctx, queries.PutProofParams{Label: string(p.Label), Tracking: string(p.Tracking), Carrier: p.Carrier, Market: p.Market, Rules: p.Rules, Dpi: int64(p.Media.DPI),
			WidthMm: int64(p.Media.WidthMM), HeightMm: int64(p.Media.HeightMM), Bitmap: string(p.Bitmap), Verdict: string(p.Verdict),
			Reason: p.Reason, Decoded: decoded, Lint: lint, Findings: int64(p.Findings), At: ms(p.At)})
	})
	return explain(err, "keep proof of label %s", p.Label)
}
