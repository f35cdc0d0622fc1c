package syncer

import (
	"context"
	"fmt"
	"slices"

	"packbench/fulfillment"
)

// Batcher is a Market with a call for several parcels at once, of which some may fail. Optional.
type Batcher interface {
	// Batchable reports whether the row's call can be one of a batch.
	Batchable(row fulfillment.OutboxRow, order fulfillment.Order) bool
	// SendBatch makes one call for all rows; orders[i] is that of rows[i], read just before. The answers are in the order of
	// the rows, each with an error of the same causes as Send's.
	SendBatch(ctx context.Context, rows []fulfillment.OutboxRow, orders []fulfillment.Order) []Answer
}

// Answer is what came of one row of a batch.
type Answer = fulfillment.BatchAnswer

// batchFrom is how many rows must wait before they are sent together: few are sent one by one, each looked at just before.
const batchFrom = 3

// workAll looks at rows of different orders together: one read, and one call for those that can share one. alone are those
// that cannot; nothing was done about them.
func (s *Syncer) workAll(ctx context.Context, rows []fulfillment.OutboxRow) (ends []worked, alone []fulfillment.OutboxRow) {
	market, ok := s.o.Market.(Batcher)
	if !ok {
		return nil, rows
	}
	ids := make([]fulfillment.OrderID, 0, len(rows))
	rows = slices.DeleteFunc(slices.Clone(rows), func(r fulfillment.OutboxRow) bool {
		with, err := s.combinedWith(ctx, r)
		if combined := err != nil || len(with) > 0; combined { // its other orders are looked at, too
			alone = append(alone, r)
			return true
		}
		ids = append(ids, r.OrderID)
		return false
	})
	if len(rows) == 0 {
		return nil, alone
	}
	orders, err := s.read(ctx, ids)
	if err == nil {
		err = s.applyNews(ctx, orders)
	}
	if err != nil {
		for _, r := range rows {
			ends = append(ends, s.postpone(ctx, r, s.doubted(r), err))
		}
		return ends, alone
	}
	byID := make(map[fulfillment.OrderID]fulfillment.Order, len(orders))
	for _, o := range orders {
		byID[o.ID] = o
	}
	var b batch
	for _, r := range rows {
		o, known := byID[r.OrderID]
		switch {
		case !known: // left out: looked at by itself, for its own reason
			alone = append(alone, r)
			continue
		case !market.Batchable(r, o):
			alone = append(alone, r)
			continue
		}
		d := s.doubted(r)
		if w, decided := s.decide(ctx, r, o, d); decided {
			ends = append(ends, w)
			continue
		}
		b.rows, b.orders, b.doubts = append(b.rows, r), append(b.orders, o), append(b.doubts, d)
	}
	return append(ends, s.sendAll(ctx, market, b)...), alone
}

type batch struct {
	rows   []fulfillment.OutboxRow
	orders []fulfillment.Order
	doubts []*doubt
}

// sendAll records that each row's call begins, makes the one call, and records what came of each. Rows whose beginning
// cannot be recorded are left out.
func (s *Syncer) sendAll(ctx context.Context, market Batcher, b batch) (ends []worked) {
	var sent batch
	for i, row := range b.rows {
		before := row
		row.State, row.Attempts = fulfillment.OutboxInFlight, row.Attempts+1
		if w := s.mark(ctx, row, nil); w.err != nil {
			w.row = before
			ends = append(ends, w)
			continue
		}
		sent.rows, sent.orders, sent.doubts = append(sent.rows, row), append(sent.orders, b.orders[i]), append(sent.doubts, b.doubts[i])
	}
	if len(sent.rows) == 0 {
		return ends
	}
	call, cancel := lingering(ctx)
	defer cancel()
	answers := market.SendBatch(call, sent.rows, sent.orders)
	for i, row := range sent.rows {
		if i >= len(answers) { // a market that forgets a row has told nothing about it
			ends = append(ends, s.failed(ctx, row, sent.doubts[i], fmt.Errorf("the batch has no answer for order %s: %w", row.OrderID, ErrUncertain)))
			continue
		}
		a := answers[i]
		if i == 0 || a.Err == nil { // one call, one word about the line
			s.line.note(a.Err)
		}
		if a.Err == nil {
			ends = append(ends, s.done(ctx, row, a.News))
			continue
		}
		ends = append(ends, s.failed(ctx, row, sent.doubts[i], a.Err))
	}
	return ends
}
