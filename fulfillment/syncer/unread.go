package syncer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"packbench/fulfillment"
)

// unreadableOnly reports whether the platform answered and nothing but some orders of the answer could not be read.
func unreadableOnly(err error) bool {
	var bad fulfillment.UnreadableOrders
	return errors.As(err, &bad)
}

// noteUnreadable keeps orders that could not be read, durably where there is a store for them.
func (s *Syncer) noteUnreadable(ctx context.Context, list fulfillment.UnreadableOrders) error {
	if len(list) == 0 {
		return nil
	}
	if err := s.loadUnread(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	var fresh fulfillment.UnreadableOrders
	for _, u := range list {
		if old, known := s.unread[u.ID]; known {
			u.Since = old.Since
			if old.Reason == u.Reason {
				continue
			}
		} else {
			u.Since = s.o.Now()
		}
		fresh = append(fresh, u)
	}
	s.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	if s.o.Unread != nil {
		if err := s.o.Unread.KeepUnreadable(ctx, s.o.Market.Shop(), fresh); err != nil {
			return fmt.Errorf("keeping %d orders that cannot be read: %w", len(fresh), err)
		}
	}
	s.mu.Lock()
	for _, u := range fresh {
		s.o.Log.Error("an order cannot be read", "order", string(u.ID), "reason", u.Reason)
		s.unread[u.ID] = u
	}
	s.mu.Unlock()
	s.tellUnread()
	return nil
}

// loadUnread reads what an earlier run could not read.
func (s *Syncer) loadUnread(ctx context.Context) error {
	s.mu.Lock()
	loaded := s.unread != nil
	s.mu.Unlock()
	if loaded {
		return nil
	}
	all := map[fulfillment.OrderID]fulfillment.UnreadableOrder{}
	if s.o.Unread != nil {
		list, err := s.o.Unread.UnreadableOrders(ctx, s.o.Market.Shop())
		if err != nil {
			return fmt.Errorf("listing orders that could not be read: %w", err)
		}
		for _, u := range list {
			all[u.ID] = u
		}
	}
	s.mu.Lock()
	if s.unread == nil {
		s.unread = all
	}
	s.mu.Unlock()
	s.tellUnread()
	return nil
}

// nowReadable forgets orders that were read and stored.
func (s *Syncer) nowReadable(ctx context.Context, orders []fulfillment.Order) {
	s.mu.Lock()
	var ids []fulfillment.OrderID
	for _, o := range orders {
		if _, was := s.unread[o.ID]; was {
			ids = append(ids, o.ID)
		}
	}
	s.mu.Unlock()
	if len(ids) == 0 {
		return
	}
	if s.o.Unread != nil {
		if err := s.o.Unread.DropUnreadable(ctx, s.o.Market.Shop(), ids); err != nil {
			s.o.Log.Error("an order that can be read again is still listed as unreadable", "error", err)
			return
		}
	}
	s.mu.Lock()
	for _, id := range ids {
		delete(s.unread, id)
	}
	s.mu.Unlock()
	s.tellUnread()
}

// readAgain asks for the orders that could not be read so far.
func (s *Syncer) readAgain(ctx context.Context) (changed int, err error) {
	if err := s.loadUnread(ctx); err != nil {
		return 0, err
	}
	s.mu.Lock()
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(s.unread)), func(id fulfillment.OrderID) bool { return id == "" })
	s.mu.Unlock()
	for batch := range slices.Chunk(ids, 50) {
		orders, err := s.read(ctx, batch)
		if err != nil && !unreadableOnly(err) {
			return changed, fmt.Errorf("asking again for %d orders that could not be read: %w", len(batch), err)
		}
		n, err := s.apply(ctx, orders, noCursor)
		changed += n
		if err != nil {
			return changed, err
		}
	}
	return changed, nil
}

func (s *Syncer) tellUnread() {
	s.mu.Lock()
	list := fulfillment.UnreadableOrders(slices.SortedFunc(maps.Values(s.unread), func(a, b fulfillment.UnreadableOrder) int {
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	}))
	s.mu.Unlock()
	s.line.update(func(st *Status) { st.Unreadable = list })
}
