package syncer

import (
	"context"
	"errors"
	"fmt"

	"packbench/fulfillment"
)

// wayMost is how many orders on their way are read in a round: at a round each half minute some two thousand in an hour, and a few
// calls at a time, so that what wants sending is not held up. Where more are on their way each is read less often.
const wayMost = 20

// watchWay reads the orders with the carrier again, each about every WayEvery until it is delivered: update_time does not move when a
// parcel is lost, and the carrier's steps are told nowhere else. What a round does not reach the next one does.
func (s *Syncer) watchWay(ctx context.Context) (changed int, err error) {
	if s.o.Ways == nil || s.line.down() {
		return 0, nil
	}
	ids, err := s.o.Ways.OnTheWay(ctx, s.o.Now().Add(-s.o.WayEvery), wayMost)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	ways, terr := s.track(ctx, ids)
	if err := s.o.Ways.KeepTracking(ctx, s.o.Now(), ways); err != nil { // before the orders, which make the screens look
		return 0, err
	}
	ids = asked(ids, ways)
	if len(ids) == 0 {
		return 0, terr
	}
	orders, err := s.read(ctx, ids)
	if err != nil && !unreadableOnly(err) {
		return 0, errors.Join(terr, fmt.Errorf("re-reading orders on their way: %w", err))
	}
	changed, err = s.apply(ctx, orders, noCursor)
	return changed, errors.Join(terr, err)
}

// track asks for the ways of orders, until the platform or the network has had enough. One whose way is not told, or in a shape that
// nobody can read, was asked for: it must not stand before the others.
func (s *Syncer) track(ctx context.Context, ids []fulfillment.OrderID) (map[fulfillment.OrderID][]fulfillment.TrackingStep, error) {
	ways := make(map[fulfillment.OrderID][]fulfillment.TrackingStep, len(ids))
	tracer, can := s.o.Market.(Tracer)
	for _, id := range ids {
		var steps []fulfillment.TrackingStep
		if can {
			call, cancel := context.WithTimeout(ctx, callTimeout)
			var err error
			steps, err = tracer.Tracking(call, id)
			cancel()
			s.line.note(err)
			if err != nil && stopsAll(err) || ctx.Err() != nil {
				return ways, fmt.Errorf("asking where order %s is on its way: %w", id, err)
			}
			if err != nil {
				s.o.Log.Info("where an order is on its way was not told", "order", string(id), "error", err)
			}
		}
		ways[id] = steps
	}
	return ways, nil
}

// stopsAll reports whether the next order would fare no better.
func stopsAll(err error) bool {
	return errors.Is(err, ErrOffline) || errors.Is(err, ErrThrottled) || errors.Is(err, ErrUnauthorized) || errors.Is(err, ErrMisconfigured)
}

func asked(ids []fulfillment.OrderID, ways map[fulfillment.OrderID][]fulfillment.TrackingStep) []fulfillment.OrderID {
	var out []fulfillment.OrderID
	for _, id := range ids {
		if _, was := ways[id]; was {
			out = append(out, id)
		}
	}
	return out
}
