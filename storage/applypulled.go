package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

const (
	// applyMost is how many orders are stored in one transaction: a scan that comes meanwhile waits for no more than these.
	applyMost = 2
	// checkedApart is how much newer a look must be than the one that is noted: what is shown is older than the truth by that at
	// most, never younger, and nobody acts on seconds.
	checkedApart = 10 * time.Second
)

// ApplyPulled stores orders as the platform tells them and then moves the cursor (a zero one leaves it). They are compared with
// what is stored beside the bench's writes; only what is new is written, a few orders in a transaction, so that a scan hardly ever
// waits. After a cut the cursor is where it was, and whatever was stored is found to be known.
//
// What only this station knows is kept: rungs below the carrier's, own holds, weights, labels, manifests, and tracking number and
// carrier where the platform tells none. An answer that is older than what is stored changes nothing. It returns the orders that are
// new or told differently, beside an error those that are stored nevertheless; one that was only looked at again is not among them.
func (s *Store) ApplyPulled(ctx context.Context, shop string, orders []fulfillment.Order, cursor time.Time) ([]fulfillment.OrderID, error) {
	if s.one == nil {
		return nil, errReadOnlyStore
	}
	orders = slices.Clone(orders)
	for i := range orders {
		orders[i].Shop = orElse(orders[i].Shop, shop)
		orders[i].AddressMark = s.addressMark(orders[i].AddressMark)
	}
	fresh, looked, err := s.sift(ctx, orders)
	var changed []fulfillment.OrderID
	for few := range slices.Chunk(fresh, applyMost) {
		if err != nil {
			break
		}
		var did []fulfillment.OrderID
		did, err = s.applyFew(ctx, few)
		changed = append(changed, did...)
	}
	if err == nil {
		err = s.notePull(ctx, shop, looked, cursor)
	}
	if len(changed) > 0 || !cursor.IsZero() { // after a power cut orders may be called older than they are, and that is all
		err = errors.Join(err, s.flush())
	}
	return changed, explain(err, "store %d pulled orders", len(orders))
}

// sift compares orders with what is stored, without the writer. fresh are those that something may be new about; of the others
// looked are those whose moment of looking is worth noting.
func (s *Store) sift(ctx context.Context, orders []fulfillment.Order) (fresh, looked []fulfillment.Order, err error) {
	err = s.read(ctx, func(q *queries.Queries) error {
		for _, o := range orders {
			row, err := q.Order(ctx, string(o.ID))
			if errors.Is(err, sql.ErrNoRows) {
				fresh = append(fresh, o)
				continue
			}
			if err != nil {
				return err
			}
			if ms(o.UpdatedAt) < row.UpdatedAt {
				continue
			}
			told := o
			told.Source = fulfillment.SourcePlatform
			m, err := mergeRow(ctx, q, row, told)
			if err != nil {
				return fmt.Errorf("order %s: %w", o.ID, err)
			}
			switch {
			case !m.same:
				fresh = append(fresh, o)
			case ms(o.UpdatedAt) > row.UpdatedAt || ms(o.CheckedAt)-row.CheckedAt >= checkedApart.Milliseconds():
				looked = append(looked, o)
			}
		}
		return nil
	})
	return fresh, looked, err
}

// applyFew stores orders in one transaction. Each is compared again: the bench may have written meanwhile.
func (s *Store) applyFew(ctx context.Context, orders []fulfillment.Order) (changed []fulfillment.OrderID, err error) {
	err = s.writeSoon(ctx, func(ctx context.Context, q *queries.Queries) error {
		disputed, err := findDisputes(ctx, q, orders)
		if err != nil {
			return err
		}
		for _, o := range orders {
			did, err := s.applyOne(ctx, q, o, disputed)
			if err != nil {
				return fmt.Errorf("order %s: %w", o.ID, err)
			}
			if did {
				changed = append(changed, o.ID)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// notePull notes that orders were looked at and how far the shop was pulled, in one transaction, or in none where all that is known.
func (s *Store) notePull(ctx context.Context, shop string, looked []fulfillment.Order, cursor time.Time) error {
	if !cursor.IsZero() {
		at, err := s.Cursor(ctx, shop)
		if err != nil {
			return err
		}
		if at.Equal(fromMS(ms(cursor))) {
			cursor = time.Time{}
		}
	}
	if len(looked) == 0 && cursor.IsZero() {
		return nil
	}
	return s.writeSoon(ctx, func(ctx context.Context, q *queries.Queries) error {
		for _, o := range looked {
			if err := orderChecked(ctx, q, o); err != nil {
				return err
			}
		}
		if cursor.IsZero() {
			return nil
		}
		return q.PutCursor(ctx, queries.PutCursorParams{Shop: shop, At: ms(cursor)})
	})
}

// orderChecked notes that an order was looked at and nothing was new. What was noted later stands.
func orderChecked(ctx context.Context, q *queries.Queries, o fulfillment.Order) error {
	return q.OrderChecked(ctx, queries.OrderCheckedParams{CheckedAt: ms(o.CheckedAt), UpdatedAt: ms(o.UpdatedAt), ID: string(o.ID)})
}
