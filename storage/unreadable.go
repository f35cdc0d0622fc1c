package storage

import (
	"context"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// KeepUnreadable remembers orders whose answer could not be read. One that is kept already keeps its Since.
func (s *Store) KeepUnreadable(ctx context.Context, shop string, list fulfillment.UnreadableOrders) error {
	at := s.now()
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		for _, u := range list {
			if err := q.KeepUnreadable(ctx, queries.KeepUnreadableParams{Shop: shop, ID: string(u.ID), Reason: u.Reason, Since: ms(at)}); err != nil {
				return err
			}
		}
		return nil
	})
	return explain(err, "keep %d unreadable orders", len(list))
}

// UnreadableOrders are those of a shop that could not be read so far, oldest first; an empty shop: of all.
func (s *Store) UnreadableOrders(ctx context.Context, shop string) (fulfillment.UnreadableOrders, error) {
	rows, err := s.qr.UnreadableOrders(ctx, shop)
	if err != nil {
		return nil, explain(err, "list unreadable orders")
	}
	var out fulfillment.UnreadableOrders
	for _, r := range rows {
		out = append(out, fulfillment.UnreadableOrder{ID: fulfillment.OrderID(r.ID), Reason: r.Reason, Since: fromMS(r.Since)})
	}
	return out, nil
}

// DropUnreadable forgets orders that were read.
func (s *Store) DropUnreadable(ctx context.Context, shop string, ids []fulfillment.OrderID) error {
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		for _, id := range ids {
			if err := q.DropUnreadable(ctx, queries.DropUnreadableParams{Shop: shop, ID: string(id)}); err != nil {
				return err
			}
		}
		return nil
	})
	return explain(err, "forget %d unreadable orders", len(ids))
}
