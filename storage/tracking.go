package storage

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// OnTheWay are at most limit of the shop's orders of which the carrier has a parcel that it has not delivered, and whose way was not asked
// for since before; those asked for longest ago first.
func (s *ShopStore) OnTheWay(ctx context.Context, before time.Time, limit int) ([]fulfillment.OrderID, error) {
	ids, err := s.qr.OnTheWay(ctx, queries.OnTheWayParams{Column1: ms(before), Shops: s.keys, Limit: int64(limit)})
	return strs[fulfillment.OrderID](ids), explain(err, "list orders on their way")
}

// KeepTracking notes that the ways of these orders were asked for at a moment, and keeps the newest steps of those of which any were
// told; what was told before stands until then. An order that is not stored is left out.
func (s *Store) KeepTracking(ctx context.Context, at time.Time, ways map[fulfillment.OrderID][]fulfillment.TrackingStep) error {
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		for id, steps := range ways {
			if _, err := q.OrderIsOpened(ctx, string(id)); errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err := q.TrackingRead(ctx, queries.TrackingReadParams{OrderID: string(id), ReadAt: ms(at)}); err != nil {
				return err
			}
			if steps = fulfillment.NewestSteps(steps); len(steps) == 0 {
				continue
			}
			text, err := list(steps)
			if err != nil {
				return err
			}
			if err := q.PutTracking(ctx, queries.PutTrackingParams{Steps: text, OrderID: string(id)}); err != nil {
				return err
			}
		}
		return nil
	})
	return explain(err, "keep where %d orders are on their way", len(ways))
}

// Tracking are the newest steps of an order's way that are known, newest first; none where none were told.
func (s *Store) Tracking(ctx context.Context, id fulfillment.OrderID) ([]fulfillment.TrackingStep, error) {
	text, err := s.qr.Tracking(ctx, string(id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, explain(err, "read where order %s is on its way", id)
	}
	steps, err := fromList[fulfillment.TrackingStep](text)
	return steps, explain(err, "read where order %s is on its way", id)
}

// noteLost puts parcels that are lost now and were not before into the chain.
func (s *Store) noteLost(ctx context.Context, q *queries.Queries, id fulfillment.OrderID, lost []fulfillment.PackageID) error {
	var events []fulfillment.EventDraft
	for _, p := range lost {
		events = append(events, fulfillment.EventDraft{Kind: fulfillment.EventOrderChanged, OrderID: id, PackageID: p,
			Body: map[string]any{"reason": lostWords}})
	}
	return s.appendEvents(ctx, q, s.opt.Station, "", s.now(), events)
}

const lostWords = "Seller Center has given the parcel up: it was lost or damaged on its way"

// newlyLost are the packages with the hold lost that did not have it before.
func newlyLost(before, now []fulfillment.Package) []fulfillment.PackageID {
	var out []fulfillment.PackageID
	for _, p := range now {
		had := slices.ContainsFunc(before, func(b fulfillment.Package) bool {
			return b.ID == p.ID && slices.Contains(b.Holds, fulfillment.HoldLost)
		})
		if slices.Contains(p.Holds, fulfillment.HoldLost) && !had {
			out = append(out, p.ID)
		}
	}
	return out
}
