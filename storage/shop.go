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

// ShopStore is the store as one connected shop's syncer may see it: that shop's orders, and their rows of the outbox. What
// another shop has told is asked and told with that shop's cipher only, and what came from a file with none.
type ShopStore struct {
	*Store
	keys []string
}

// Shop is the view of the shop under whose keys orders were stored (fulfillment.Order.Shop): its cipher, and those it had
// before. An empty key takes the platform's orders of which no shop was noted.
func (s *Store) Shop(keys ...string) *ShopStore { return &ShopStore{s, slices.Clone(keys)} }

// ShopOf is the key of the shop that the platform's order was told by; fulfillment.ErrNotFound where it is not known here, or
// came from a file.
func (s *Store) ShopOf(ctx context.Context, id fulfillment.OrderID) (string, error) {
	key, err := s.qr.ShopOfOrder(ctx, string(id))
	if errors.Is(err, sql.ErrNoRows) {
		return "", fulfillment.ErrNotFound
	}
	return key, explain(err, "read the shop of order %s", id)
}

// Strange are the orders with an unfinished outbox row that belong to none of the shops of these keys: nobody will tell
// those rows.
func (s *Store) Strange(ctx context.Context, keys []string) ([]fulfillment.OrderID, error) {
	ids, err := s.qr.StrangeOutbox(ctx, keys)
	return strs[fulfillment.OrderID](ids), explain(err, "list rows without a shop")
}

// Due returns at most limit rows of the shop that may be worked on now: queued or uncertain, NextAt not after now, and no earlier row
// of the same order that is not done – a parked one holds back its own order and no other. By Deadline, rows without
// one last, then ID. A row that was changed after now was put off by a clock that has gone back since: it would wait as long
// as the clock was wrong, and is due.
func (s *ShopStore) Due(ctx context.Context, now time.Time, limit int) ([]fulfillment.OutboxRow, error) {
	rows, err := s.qr.DueOutbox(ctx, queries.DueOutboxParams{NextAt: ms(now), ChangedAt: ms(now.Add(clockSlack)), Shops: s.keys, Limit: int64(limit)})
	if err != nil {
		return nil, explain(err, "read due outbox rows")
	}
	out, err := outboxFromRows(rows)
	return out, explain(err, "read due outbox rows")
}

// clockSlack is how far ahead of a reader's moment a row may have been changed by a clock that is right.
const clockSlack = time.Minute

// Next is the earliest NextAt among the rows that Due returns sooner or later; ok is false if there is none.
func (s *ShopStore) Next(ctx context.Context) (at time.Time, ok bool, err error) {
	times, err := s.qr.NextOutbox(ctx, s.keys)
	if err != nil || len(times) == 0 {
		return time.Time{}, false, explain(err, "read next outbox row")
	}
	return fromMS(times[0]), true, nil
}

// Recover turns every in_flight row of the shop into an uncertain one: the program ended between the call and its answer.
func (s *ShopStore) Recover(ctx context.Context) error {
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		_, err := q.RecoverOutbox(ctx, queries.RecoverOutboxParams{Reason: "the program ended during the call", ChangedAt: ms(s.now()), Shops: s.keys})
		return err
	})
	return explain(err, "recover outbox")
}

// OutboxCounts tells how many rows are in each state but done, and when the oldest of them was made (zero: none).
func (s *ShopStore) OutboxCounts(ctx context.Context) (counts map[fulfillment.OutboxState]int, oldest time.Time, err error) {
	rows, err := s.qr.OutboxCounts(ctx, s.keys)
	if err != nil {
		return nil, time.Time{}, explain(err, "count outbox")
	}
	counts = map[fulfillment.OutboxState]int{}
	for _, r := range rows {
		counts[fulfillment.OutboxState(r.State)] = int(r.N)
		if t := fromMS(r.Oldest); oldest.IsZero() || t.Before(oldest) {
			oldest = t
		}
	}
	return counts, oldest, nil
}

// OutboxKinds counts the rows that wait for no person by their kind.
func (s *ShopStore) OutboxKinds(ctx context.Context) (map[fulfillment.OutboxKind]int, error) {
	rows, err := s.qr.OutboxKinds(ctx, s.keys)
	if err != nil {
		return nil, explain(err, "count outbox by kind")
	}
	out := map[fulfillment.OutboxKind]int{}
	for _, r := range rows {
		out[fulfillment.OutboxKind(r.Kind)] = int(r.N)
	}
	return out, nil
}
