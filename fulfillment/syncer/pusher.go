package syncer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"packbench/fulfillment"
)

// pusher drains the outbox with a few workers, one row of an order at a time.
type pusher struct {
	s     *Syncer
	once  bool            // end when nothing is left that was not tried
	tried map[string]bool // rows, for once
	keep  func(Result)

	busy    map[fulfillment.OrderID]bool
	working int                     // workers under way
	alone   map[string]bool         // rows that cannot share a call
	resting map[string]time.Time    // rows that the store did not take: not before
	unsaved []worked                // ends of calls that could not be recorded yet
	ended   chan ended              // one for each worker
	list    []fulfillment.OutboxRow // due rows as read at listed, those already given out taken away
	listed  time.Time
	counted time.Time
}

// ended is what a worker did.
type ended struct {
	ends  []worked
	alone []fulfillment.OutboxRow // given back: each needs a call of its own
}

const (
	storePause = 5 * time.Second // before a row is tried again that the store did not take
	listAge    = 5 * time.Second // so long a list of due rows is believed; whoever wakes the pusher ends it
	countPause = 5 * time.Second // between two counts of the outbox while it drains
)

func (p *pusher) run(ctx context.Context) error {
	p.busy, p.resting, p.ended = map[fulfillment.OrderID]bool{}, map[string]time.Time{}, make(chan ended)
	p.alone = map[string]bool{}
	var firstErr error
	for {
		wait, err := p.start(ctx)
		if err != nil && ctx.Err() == nil {
			p.s.o.Log.Error("the outbox cannot be read", "error", err)
			firstErr = errors.Join(firstErr, err)
		}
		if p.working == 0 && (p.once || ctx.Err() != nil) {
			if p.once {
				return firstErr
			}
			return ctx.Err()
		}
		t := time.NewTimer(wait)
		stop := ctx.Done()
		if ctx.Err() != nil {
			stop = nil // only workers are waited for now
		}
		select {
		case e := <-p.ended:
			p.end(e)
		case <-p.s.wake:
			p.list = nil
		case <-t.C:
		case <-stop:
		}
		t.Stop()
	}
}

// start gives free workers rows that are due and returns how long to wait for the next at most.
func (p *pusher) start(ctx context.Context) (time.Duration, error) {
	s := p.s
	if ctx.Err() != nil {
		return time.Minute, nil
	}
	p.save(ctx)
	if ok, wait := s.line.writable(); !ok {
		return wait, nil
	}
	now := s.o.Now()
	maps.DeleteFunc(p.resting, func(_ string, until time.Time) bool { return !now.Before(until) })
	for p.working < s.o.Workers {
		rows, err := p.take(ctx, now)
		if err != nil {
			return storePause, err
		}
		if len(rows) == 0 {
			if len(p.unsaved) > 0 || len(p.resting) > 0 {
				return storePause, nil
			}
			return p.next(ctx, now)
		}
		p.give(ctx, rows)
	}
	return time.Minute, nil
}

// take returns rows for one worker: several of different orders where many wait, else one; none if nothing is due.
func (p *pusher) take(ctx context.Context, now time.Time) ([]fulfillment.OutboxRow, error) {
	for fresh := false; ; fresh = true {
		free := p.free(now)
		if len(free) > 0 {
			n := 1
			if p.s.o.Batch > 1 && !p.alone[free[0].ID] {
				together := slices.DeleteFunc(slices.Clone(free), func(r fulfillment.OutboxRow) bool { return p.alone[r.ID] || r.Kind != free[0].Kind })
				if len(together) >= batchFrom {
					return p.remove(together[:min(len(together), p.s.o.Batch)]), nil
				}
			}
			return p.remove(free[:n]), nil
		}
		if fresh {
			return nil, nil
		}
		rows, err := p.s.o.Outbox.Due(ctx, now, (p.s.o.Workers+1)*max(8, p.s.o.Batch))
		if err != nil {
			return nil, fmt.Errorf("looking for what to send: %w", err)
		}
		p.list, p.listed = rows, now
	}
}

// free are the rows of the list that nobody is at.
func (p *pusher) free(now time.Time) []fulfillment.OutboxRow {
	if now.Sub(p.listed) > listAge || now.Before(p.listed) {
		p.list = nil
	}
	p.list = slices.DeleteFunc(p.list, func(r fulfillment.OutboxRow) bool {
		return p.busy[r.OrderID] || p.tried[r.ID] || now.Before(p.resting[r.ID])
	})
	return p.list
}

// remove takes rows out of the list.
func (p *pusher) remove(rows []fulfillment.OutboxRow) []fulfillment.OutboxRow {
	rows = slices.Clone(rows)
	p.list = slices.DeleteFunc(p.list, func(r fulfillment.OutboxRow) bool {
		return slices.ContainsFunc(rows, func(x fulfillment.OutboxRow) bool { return x.ID == r.ID })
	})
	return rows
}

// give starts a worker. run waits for it through working and ended.
func (p *pusher) give(ctx context.Context, rows []fulfillment.OutboxRow) {
	p.working++
	for _, r := range rows {
		p.busy[r.OrderID] = true
		if p.once {
			p.tried[r.ID] = true
		}
	}
	go func() {
		if len(rows) == 1 {
			p.ended <- ended{ends: []worked{p.s.work(ctx, rows[0])}}
			return
		}
		ends, alone := p.s.workAll(ctx, rows)
		p.ended <- ended{ends: ends, alone: alone}
	}()
}

// next is how long until another row is due.
func (p *pusher) next(ctx context.Context, now time.Time) (time.Duration, error) {
	at, ok, err := p.s.o.Outbox.Next(ctx)
	switch {
	case err != nil:
		return storePause, fmt.Errorf("looking for what to send next: %w", err)
	case !ok:
		return time.Minute, nil
	}
	return min(max(at.Sub(now), 50*time.Millisecond), time.Minute), nil
}

// end takes a worker's results in.
func (p *pusher) end(e ended) {
	p.working--
	for _, r := range e.alone {
		delete(p.busy, r.OrderID)
		delete(p.tried, r.ID)
		p.alone[r.ID] = true
		p.list = append(p.list, r) // behind the others of its deadline, which is soon read again
	}
	for _, w := range e.ends {
		p.endRow(w)
	}
	if now := p.s.o.Now(); p.working == 0 && len(p.list) == 0 || now.Sub(p.counted) >= countPause {
		p.counted = now
		p.s.count(context.Background())
	}
}

func (p *pusher) endRow(w worked) {
	delete(p.busy, w.row.OrderID)
	delete(p.resting, w.row.ID)
	delete(p.alone, w.row.ID)
	if w.err != nil {
		p.s.o.Log.Error("the outbox did not take a row", "error", w.err)
		p.s.line.update(func(st *Status) { st.LastError = w.err.Error() })
		p.resting[w.row.ID] = p.s.o.Now().Add(storePause)
		if w.result.Outcome != string(fulfillment.OutboxInFlight) {
			p.unsaved = append(p.unsaved, w)
		}
	}
	switch w.result.Outcome {
	case string(fulfillment.OutboxInFlight):
		w.result.Outcome = string(fulfillment.OutboxQueued) // its beginning could not be recorded: nothing was sent
		w.result.Reason = w.err.Error()
	case string(fulfillment.OutboxDone), string(fulfillment.OutboxParked):
		p.s.meter.add(p.s.o.Now(), 1)
	}
	p.keep(w.result)
}

// save tries again to record ends of calls. What is still unsaved at the end of the program is found in flight at the
// next start and read before anything else.
func (p *pusher) save(ctx context.Context) {
	var left []worked
	for _, w := range p.unsaved {
		if p.s.o.Now().Before(p.resting[w.row.ID]) {
			left = append(left, w)
			continue
		}
		if again := p.s.mark(ctx, w.row, w.told); again.err != nil {
			p.resting[w.row.ID] = p.s.o.Now().Add(storePause)
			left = append(left, w)
			continue
		}
		delete(p.resting, w.row.ID)
		p.s.warn(w)
	}
	p.unsaved = left
}
