package storage

import (
	"context"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// Unproved are packages with a stored label but without a proof of it for this stock that may still be printed, earliest
// ship-by first.
func (s *Store) Unproved(ctx context.Context, media fulfillment.Media, limit int) ([]fulfillment.Package, error) {
	rows, err := s.qr.Unproved(ctx, queries.UnprovedParams{Dpi: int64(media.DPI), WidthMm: int64(media.WidthMM), HeightMm: int64(media.HeightMM), N: int64(limit)})
	if err != nil {
		return nil, explain(err, "list labels to prove")
	}
	var out []fulfillment.Package
	for _, r := range rows {
		p, err := packageFromRow(r)
		if err != nil {
			return nil, explain(err, "list labels to prove")
		}
		out = append(out, p)
	}
	return out, nil
}

// PackedNotHandedOver are orders with a parcel that is labelled or applied and on no manifest yet: what is missing at the
// handoff. At most 200.
func (s *Store) PackedNotHandedOver(ctx context.Context) ([]fulfillment.OrderSummary, error) {
	var out []fulfillment.OrderSummary
	err := s.read(ctx, func(q *queries.Queries) error {
		rows, err := q.PackedNotHandedOver(ctx)
		if err != nil {
			return err
		}
		listed := map[fulfillment.PackageID]bool{}
		for _, row := range rows {
			o, err := completeOrder(ctx, q, row)
			if err != nil {
				return err
			}
			if anotherOf(o, listed) { // one parcel of several orders is missing once
				continue
			}
			if sum := summarise(o); len(sum.Holds) == 0 { // what is held is not missing at the truck
				out = append(out, sum)
			}
		}
		return nil
	})
	return out, explain(err, "list packed parcels")
}

// anotherOf reports whether a parcel of the order is listed under another order already, and lists those that are not.
func anotherOf(o fulfillment.Order, listed map[fulfillment.PackageID]bool) bool {
	another := false
	for _, p := range o.Packages {
		if p.PlatformID != "" {
			another = another || listed[p.PlatformID]
			listed[p.PlatformID] = true
		}
	}
	return another
}

// JobsToTell are print jobs whose end the bench has not recorded, because the program ended in between; first labels and
// reprints alike. Called once, after UnfinishedJobs and before the print queue starts.
func (s *Store) JobsToTell(ctx context.Context) ([]fulfillment.PrintJob, error) {
	rows, err := s.qr.JobsToTell(ctx)
	if err != nil {
		return nil, explain(err, "list print jobs to tell")
	}
	var out []fulfillment.PrintJob
	for _, r := range rows {
		out = append(out, jobFromRow(r))
	}
	return out, nil
}
