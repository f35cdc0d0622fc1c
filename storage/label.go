package storage

import (
	"context"
	"errors"
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
	err = s.write(ctx, func(q *queries.Queries) error {
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

// Proof returns the stored proof of a label for a tracking number and a stock; fulfillment.ErrNotFound if there is none.
func (s *Store) Proof(ctx context.Context, label fulfillment.Hash, tracking fulfillment.Tracking, media fulfillment.Media) (fulfillment.Proof, error) {
	r, err := s.qr.Proof(ctx, queries.ProofParams{Label: string(label), Tracking: string(tracking), Dpi: int64(media.DPI),
		WidthMm: int64(media.WidthMM), HeightMm: int64(media.HeightMM)})
	if err != nil {
		return fulfillment.Proof{}, explain(err, "read proof of label %s", label)
	}
	decoded, err := fromList[string](r.Decoded)
	if err != nil {
		return fulfillment.Proof{}, explain(err, "read proof of label %s", label)
	}
	lint, err := fromList[string](r.Lint)
	return fulfillment.Proof{Label: label, Bitmap: fulfillment.Hash(r.Bitmap), Media: media, Tracking: tracking,
			Verdict: fulfillment.LabelVerdict(r.Verdict), Reason: r.Reason, Decoded: decoded, Lint: lint, At: fromMS(r.At)},
		explain(err, "read proof of label %s", label)
}

// SaveProof keeps a proof under its label, tracking number and stock; one that is there is replaced. The bitmap's file
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
	err = s.write(ctx, func(q *queries.Queries) error {
		return q.PutProof(ctx, queries.PutProofParams{Label: string(p.Label), Tracking: string(p.Tracking), Dpi: int64(p.Media.DPI),
			WidthMm: int64(p.Media.WidthMM), HeightMm: int64(p.Media.HeightMM), Bitmap: string(p.Bitmap), Verdict: string(p.Verdict),
			Reason: p.Reason, Decoded: decoded, Lint: lint, At: ms(p.At)})
	})
	return explain(err, "keep proof of label %s", p.Label)
}

// WipeBuyerData removes what names a buyer from everything closed before the given moment: label documents and their
// bitmaps, notes, and unknown columns of imported files. Rows, hashes and events stay, so that the chain still verifies.
// It returns how many labels were wiped. Backups made earlier still hold them.
func (s *Store) WipeBuyerData(ctx context.Context, before time.Time) (int, error) {
	if s.one == nil {
		return 0, errReadOnlyStore
	}
	n := 0
	err := s.write(ctx, func(q *queries.Queries) error {
		if err := q.ForgetBuyerWords(ctx, ms(before)); err != nil {
			return err
		}
		if err := q.ForgetCSVExtra(ctx, ms(before)); err != nil {
			return err
		}
		labels, err := q.LabelsToWipe(ctx, ms(before))
		if err != nil {
			return err
		}
		for _, label := range labels {
			if err := s.wipeLabel(ctx, q, label); err != nil {
				return fmt.Errorf("label %s: %w", label, err)
			}
		}
		n = len(labels)
		return nil
	})
	return n, explain(err, "wipe buyer data closed before %s", before.Format(time.DateOnly))
}

func (s *Store) wipeLabel(ctx context.Context, q *queries.Queries, label string) error {
	bitmaps, err := q.BitmapsOfLabel(ctx, label)
	if err != nil {
		return err
	}
	var errs []error
	for _, h := range append(bitmaps, label) {
		errs = append(errs, s.files.remove(fulfillment.Hash(h)))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return q.LabelWiped(ctx, queries.LabelWipedParams{WipedAt: ms(s.now()), Hash: label})
}
