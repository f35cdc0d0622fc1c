package syncer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"packbench/fulfillment"
)

// round is one turn of the pull: orders that were asked for, those updated since, those that could not be read before, those
// in work, arrange ahead, those on their way. It returns how many orders changed.
func (s *Syncer) round(ctx context.Context) (changed int, err error) {
	first, lerr := s.look(ctx)
	changed, err = s.pull(ctx)
	changed, err = changed+first, errors.Join(lerr, err)
	s.line.note(err)
	if err == nil {
		var again int
		again, err = s.readAgain(ctx)
		changed += again
	}
	if err == nil {
		s.line.update(func(st *Status) { st.LastPull = s.o.Now() })
	}
	if err != nil && s.line.dead() {
		s.count(ctx) // what waits grows while the line is down
		return changed, err
	}
	n, werr := s.watch(ctx)
	changed += n
	if changed > 0 {
		s.Wake() // what waited for an answer may go on
	}
	aerr := s.arrange(ctx)
	n, oerr := s.watchWay(ctx)
	s.count(ctx)
	return changed + n, errors.Join(err, werr, aerr, oerr)
}

// pull reads everything updated since the cursor, a little of the past again. The cursor moves with each page that is
// stored, so that a broken pull goes on where it was.
func (s *Syncer) pull(ctx context.Context) (changed int, err error) {
	ctx, cancel := context.WithTimeout(ctx, pullTimeout)
	defer cancel()
	shop := s.o.Market.Shop()
	cursor, err := s.o.Orders.Cursor(ctx, shop)
	if err != nil {
		return 0, fmt.Errorf("reading how far the shop was pulled: %w", err)
	}
	// A time from the future, from a wrong clock or a lying answer, must not hide what changes from now on.
	if now := s.platformNow(); cursor.After(now) {
		cursor = now
	}
	since := cursor.Add(-s.o.Overlap)
	if cursor.IsZero() {
		since = s.platformNow().Add(-s.o.FirstPull)
	}
	err = s.o.Market.PullOrders(ctx, since, func(page fulfillment.PulledPage) error {
		orders := page.Orders
		if err := s.noteUnreadable(ctx, page.Unreadable); err != nil { // before the cursor goes past them
			return err
		}
		for _, o := range orders {
			if o.UpdatedAt.After(cursor) {
				cursor = o.UpdatedAt
			}
		}
		if now := s.platformNow(); cursor.After(now) {
			cursor = now
		}
		n, err := s.apply(ctx, orders, cursor)
		changed += n
		return err
	})
	if err != nil {
		return changed, fmt.Errorf("pulling orders: %w", err)
	}
	return changed, nil
}

func (s *Syncer) apply(ctx context.Context, orders []fulfillment.Order, cursor time.Time) (int, error) {
	now := s.platformNow()
	orders = slices.Clone(orders)
	for i := range orders { // else nothing that the platform says later would be newer
		if orders[i].UpdatedAt.After(now) {
			orders[i].UpdatedAt = now
		}
	}
	return s.keep(ctx, orders, cursor)
}

// applyNews stores what is new in orders that were read for the outbox. That they were looked at is not noted: it would be a flush of
// the disk before each call, and the orders in work are looked at with every pull anyway.
func (s *Syncer) applyNews(ctx context.Context, orders []fulfillment.Order) error {
	news := slices.Clone(orders)
	for i := range news {
		news[i].CheckedAt = time.Time{}
	}
	_, err := s.apply(ctx, news, noCursor)
	return err
}

// keep stores orders. The cursor moves with the last of them.
func (s *Syncer) keep(ctx context.Context, orders []fulfillment.Order, cursor time.Time) (int, error) {
	if len(orders) == 0 && cursor.IsZero() {
		return 0, nil
	}
	ids, err := s.o.Orders.ApplyPulled(ctx, s.o.Market.Shop(), orders, cursor)
	if len(ids) > 0 && s.o.Changed != nil {
		s.o.Changed(ids)
	}
	if err != nil {
		return len(ids), fmt.Errorf("storing %d orders: %w", len(orders), err)
	}
	s.nowReadable(ctx, orders)
	if s.o.Heard != nil && len(orders) > 0 {
		heard := make([]fulfillment.OrderID, len(orders))
		for i, o := range orders {
			heard[i] = o.ID
		}
		s.o.Heard(heard)
	}
	return len(ids), nil
}

// How many orders in work are read again in a round, those not heard of for longest first. A parcel that is still here can be held
// back, so that it is asked for with each round. One that has left, or of which a row waits after a day without network, can not:
// there may be thousands, each is looked at anyway before a row of it is sent, and reading them takes calls from the rows.
const (
	watchHere = 500
	watchGone = 100
)

// watch reads the orders in work again: update_time does not move with everything that matters to them.
func (s *Syncer) watch(ctx context.Context) (changed int, err error) {
	here, gone, err := s.o.Orders.Watched(ctx)
	if err != nil {
		return 0, fmt.Errorf("listing the orders in work: %w", err)
	}
	s.watched(here, gone)
	here, gone = s.longestUnheard(here, watchHere), s.longestUnheard(gone, watchGone)
	defer s.noteWork()
	for batch := range slices.Chunk(slices.Concat(here, gone), 50) {
		orders, err := s.read(ctx, batch)
		if err != nil && !unreadableOnly(err) {
			return changed, fmt.Errorf("re-reading orders in work: %w", err)
		}
		n, err := s.apply(ctx, orders, time.Time{})
		changed += n
		if err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// watched forgets when all other orders were heard of.
func (s *Syncer) watched(here, gone []fulfillment.OrderID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	heard := make(map[fulfillment.OrderID]time.Time, len(here)+len(gone))
	for _, id := range slices.Concat(here, gone) {
		heard[id] = s.heard[id]
	}
	s.heard = heard
}

// longestUnheard are at most n of the watched orders, those that were read longest ago first.
func (s *Syncer) longestUnheard(ids []fulfillment.OrderID, n int) []fulfillment.OrderID {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortStableFunc(ids, func(a, b fulfillment.OrderID) int { return s.heard[a].Compare(s.heard[b]) })
	return ids[:min(len(ids), n)]
}

// noteWork tells how old the oldest knowledge about an order in work is.
func (s *Syncer) noteWork() {
	s.mu.Lock()
	var oldest time.Time
	first := true
	for _, at := range s.heard {
		if first || at.Before(oldest) {
			oldest, first = at, false
		}
	}
	s.mu.Unlock()
	s.line.update(func(st *Status) { st.WorkChecked = oldest })
}

// hear notes that these orders in work were read now.
func (s *Syncer) hear(orders []fulfillment.Order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Now()
	for _, o := range orders {
		if _, watched := s.heard[o.ID]; watched {
			s.heard[o.ID] = now
		}
	}
}

// read asks about orders. Those that cannot be read are noted; where nothing else is left they are the error.
func (s *Syncer) read(ctx context.Context, ids []fulfillment.OrderID) ([]fulfillment.Order, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	orders, err := s.o.Market.ReadOrders(ctx, ids)
	s.line.note(err)
	s.hear(orders)
	s.addRequests(ctx, orders)
	var bad fulfillment.UnreadableOrders
	if errors.As(err, &bad) {
		if kerr := s.noteUnreadable(ctx, bad); kerr != nil {
			return nil, kerr
		}
		if len(orders) > 0 {
			return orders, nil
		}
	}
	return orders, err
}

// arrange queues what may be arranged ahead.
func (s *Syncer) arrange(ctx context.Context) error {
	if s.o.Policy == "at_pack" {
		return nil
	}
	rows, err := s.o.Orders.ToArrange(ctx, arrangeBatch)
	if err != nil {
		return fmt.Errorf("listing what may be arranged: %w", err)
	}
	now := s.o.Now().UTC()
	if len(rows) == 0 {
		return nil
	}
	for i := range rows {
		r := &rows[i]
		if r.ID == "" {
			id, err := uuid.NewV7()
			if err != nil {
				return fmt.Errorf("making an id: %w", err)
			}
			r.ID = id.String()
		}
		r.Kind, r.State = fulfillment.OutboxArrange, fulfillment.OutboxQueued
		r.CreatedAt, r.ChangedAt = now, now
	}
	if err := s.o.Outbox.Add(ctx, rows); err != nil {
		return fmt.Errorf("queueing %d parcels to arrange: %w", len(rows), err)
	}
	s.Wake()
	return nil
}

// count refreshes the outbox figures of the status.
func (s *Syncer) count(ctx context.Context) {
	if s.o.Backlog == nil {
		return
	}
	counts, oldest, err := s.o.Backlog.OutboxCounts(ctx)
	if err != nil {
		s.o.Log.Warn("the outbox cannot be counted", "error", err)
		return
	}
	if k, ok := s.o.Backlog.(Kinds); ok {
		kinds, kerr := k.OutboxKinds(ctx)
		if kerr != nil {
			s.o.Log.Warn("the outbox cannot be counted by kind", "error", kerr)
		}
		s.mu.Lock()
		s.kinds = kinds
		s.mu.Unlock()
	}
	s.line.update(func(st *Status) { st.Outbox, st.Oldest = counts, oldest })
}

// callsWaiting is how many writes the waiting rows need: those of a kind that goes out many in a call share it.
func (s *Syncer) callsWaiting() float64 {
	together, _ := s.o.Market.(interface {
		Batched(fulfillment.OutboxKind) bool
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kinds == nil {
		return math.Inf(1)
	}
	calls := 0.0
	for kind, n := range s.kinds {
		if together != nil && s.o.Batch > 1 && n >= batchFrom && together.Batched(kind) {
			calls += math.Ceil(float64(n) / float64(s.o.Batch))
			continue
		}
		calls += float64(n)
	}
	return calls
}
