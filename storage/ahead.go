package storage

import (
	"context"
	"time"

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

// takeOutSpan is how long a parcel whose order was cancelled stands in the dock's list although nobody scanned it there.
const takeOutSpan = 7 * 24 * time.Hour

// PackedNotHandedOver are the parcels that are labelled or applied and on no manifest yet, one line a parcel: what is missing at
// the handoff, and first what must come out of the pile because its order was cancelled or its buyer asks for that. Of at most
// 200 orders each.
func (s *Store) PackedNotHandedOver(ctx context.Context) ([]fulfillment.OrderSummary, error) {
	var out, missing []fulfillment.OrderSummary
	err := s.read(ctx, func(q *queries.Queries) error {
		rows, err := q.PackedNotHandedOver(ctx)
		if err != nil {
			return err
		}
		cancelled, err := q.CancelledInThePile(ctx, ms(s.now().Add(-takeOutSpan)))
		if err != nil {
			return err
		}
		listed := map[fulfillment.PackageID]bool{}
		for _, row := range append(rows, cancelled...) {
			o, err := completeOrder(ctx, q, row)
			if err != nil {
				return err
			}
			for _, sum := range inThePile(o, listed) {
				if sum.Stop != "" {
					out = append(out, sum)
				} else {
					missing = append(missing, sum)
				}
			}
		}
		return nil
	})
	return append(out, missing...), explain(err, "list packed parcels")
}

// inThePile are an order's parcels that stand packed at the dock. What is on the hold shelf is not there; of a cancelled order,
// what was taken out. One parcel of several orders is listed once.
func inThePile(o fulfillment.Order, listed map[fulfillment.PackageID]bool) []fulfillment.OrderSummary {
	var out []fulfillment.OrderSummary
	for i, p := range o.Packages {
		if !p.InThePile() || listed[p.PlatformID] {
			continue
		}
		sum := summarise(o.InParcel(p))
		sum.PackageID, sum.Carrier, sum.Tracking, sum.Rung, sum.Box, sum.Boxes = p.ID, p.Carrier, p.Tracking, p.Rung, i+1, len(o.Packages)
		if sum.Stop = fulfillment.StopInThePile(o.InParcel(p), p); sum.Stop == "" && len(o.Holds) > 0 {
			continue
		}
		listed[p.PlatformID] = p.PlatformID != ""
		out = append(out, sum)
	}
	return out
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
