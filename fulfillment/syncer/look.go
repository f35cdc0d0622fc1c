package syncer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"packbench/fulfillment"
)

const (
	looksMost = 2000            // wishes kept; what is beyond comes with the pull
	lookPause = 2 * time.Second // between two rounds that somebody asked for: webhooks come in swarms
)

// Look asks for these orders to be read anew as soon as possible, and for a pull: somebody has opened them, or a webhook has
// named them. update_time does not move with everything that matters, so the pull alone would not find it. It never
// blocks and may be called from anywhere.
func (s *Syncer) Look(ids ...fulfillment.OrderID) {
	s.mu.Lock()
	for _, id := range ids {
		if len(s.looks) < looksMost && id != "" {
			s.looks[id] = true
		}
	}
	s.mu.Unlock()
	poke(s.again)
}

// look reads the orders that somebody asked for. Those that could not be read are asked for again.
func (s *Syncer) look(ctx context.Context) (changed int, err error) {
	s.mu.Lock()
	ids := slices.Sorted(maps.Keys(s.looks))
	clear(s.looks)
	s.mu.Unlock()
	for len(ids) > 0 {
		batch := ids[:min(50, len(ids))]
		orders, err := s.read(ctx, batch)
		if err == nil || unreadableOnly(err) {
			var n int
			n, err = s.apply(ctx, orders, noCursor)
			changed += n
		}
		if err != nil {
			s.mu.Lock()
			for _, id := range ids {
				s.looks[id] = true
			}
			s.mu.Unlock()
			return changed, fmt.Errorf("reading %d orders that were asked for: %w", len(ids), err)
		}
		ids = ids[len(batch):]
	}
	return changed, nil
}
