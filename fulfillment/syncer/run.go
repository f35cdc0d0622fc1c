package syncer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"packbench/fulfillment"
)

// Run works until ctx is done, then lets writes under way end and returns nil. Pull, push and labels go on side by side,
// so that a slow call of one does not hold the others. The error is that of the first look at the outbox.
func (s *Syncer) Run(ctx context.Context) error {
	if err := s.o.Outbox.Recover(ctx); err != nil {
		return fmt.Errorf("taking up the outbox again: %w", err)
	}
	var all sync.WaitGroup
	all.Go(func() { s.pullLoop(ctx) })
	all.Go(func() { s.pushLoop(ctx) })
	all.Go(func() { s.labelLoop(ctx) })
	all.Wait()
	return nil
}

// Once makes one pull and one push and fetches the labels that exist: what `sync --once` does. Its error is the first
// thing that went wrong outside of single rows; results are true nevertheless.
func (s *Syncer) Once(ctx context.Context) ([]Result, error) {
	if !s.o.SkipRecover {
		if err := s.o.Outbox.Recover(ctx); err != nil {
			return nil, fmt.Errorf("taking up the outbox again: %w", err)
		}
	}
	changed, err := s.round(ctx)
	pulled := Result{Kind: "pull", Outcome: "done", Reason: fmt.Sprintf("%d orders changed", changed)}
	if err != nil {
		pulled.Outcome, pulled.Reason = "queued", err.Error()
	}
	results := []Result{pulled}
	p := pusher{s: s, once: true, tried: map[string]bool{}, keep: func(r Result) { results = append(results, r) }}
	perr := p.run(ctx)
	labels, _, lerr := s.labels(ctx)
	s.count(ctx)
	return append(results, labels...), errors.Join(err, perr, lerr)
}

func (s *Syncer) pullLoop(ctx context.Context) {
	for ctx.Err() == nil {
		wasDead, wasDown := s.line.dead(), s.line.down()
		if _, err := s.round(ctx); err != nil && ctx.Err() == nil {
			if !wasDown { // a dead line is tried every few seconds
				s.o.Log.Warn("pull did not finish", "error", err)
			}
			s.line.update(func(st *Status) { st.LastError = err.Error() })
		}
		poke(s.fetch)
		if wasDead && !s.line.dead() {
			s.Wake()
		}
		pause := s.o.Poll
		if s.line.down() {
			pause = min(pause, s.line.wait())
		}
		select {
		case <-s.up: // this round has looked already
		default:
		}
		sleep(ctx, pause, s.again, s.up)
	}
}

func (s *Syncer) pushLoop(ctx context.Context) {
	p := pusher{s: s, keep: func(r Result) {
		s.o.Log.Info("outbox row", "kind", r.Kind, "order", string(r.OrderID), "outcome", r.Outcome, "reason", r.Reason)
	}}
	if err := p.run(ctx); err != nil && ctx.Err() == nil {
		s.o.Log.Error("push ended", "error", err)
	}
}

func (s *Syncer) labelLoop(ctx context.Context) {
	for ctx.Err() == nil {
		pause := s.o.Poll
		_, next, err := s.labels(ctx)
		if err != nil && ctx.Err() == nil {
			s.o.Log.Warn("labels were not fetched", "error", err)
		} else if !next.IsZero() {
			pause = min(pause, max(next.Sub(s.o.Now()), 100*time.Millisecond))
		}
		sleep(ctx, pause, s.fetch, nil)
	}
}

// sleep waits for d, a poke of either kind or the end.
func sleep(ctx context.Context, d time.Duration, poked, also <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-poked:
	case <-also:
	}
}

// pusher drains the outbox with a few workers, one row of an order at a time.
type pusher struct {
	s     *Syncer
	once  bool            // end when nothing is left that was not tried
	tried map[string]bool // rows, for once
	keep  func(Result)

	busy    map[fulfillment.OrderID]bool
	resting map[string]time.Time // rows that the store did not take: not before
	unsaved []worked             // ends of calls that could not be recorded yet
	ended   chan worked
}

const storePause = 5 * time.Second // before a row is tried again that the store did not take

// run returns when ctx is done, or for once when everything due was tried; always after its workers.
func (p *pusher) run(ctx context.Context) error {
	p.busy, p.resting, p.ended = map[fulfillment.OrderID]bool{}, map[string]time.Time{}, make(chan worked)
	var firstErr error
	for {
		wait, err := p.start(ctx)
		if err != nil && ctx.Err() == nil {
			p.s.o.Log.Error("the outbox cannot be read", "error", err)
			firstErr = errors.Join(firstErr, err)
		}
		if len(p.busy) == 0 && (p.once || ctx.Err() != nil) {
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
		case w := <-p.ended:
			p.end(w)
		case <-p.s.wake:
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
	if len(p.busy) >= s.o.Workers {
		return time.Minute, nil
	}
	now := s.o.Now()
	maps.DeleteFunc(p.resting, func(_ string, until time.Time) bool { return !now.Before(until) })
	rows, err := s.o.Outbox.Due(ctx, now, 64)
	if err != nil {
		return storePause, fmt.Errorf("looking for what to send: %w", err)
	}
	idle := true
	for _, row := range rows {
		if p.busy[row.OrderID] || p.tried[row.ID] || now.Before(p.resting[row.ID]) {
			continue
		}
		if len(p.busy) >= s.o.Workers {
			idle = false
			break
		}
		p.busy[row.OrderID] = true
		if p.once {
			p.tried[row.ID] = true
		}
		go func() { p.ended <- s.work(ctx, row) }() // run waits for it through busy and ended
	}
	if !idle || len(p.unsaved) > 0 || len(p.resting) > 0 {
		return storePause, nil
	}
	return p.next(ctx, now)
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

// end takes a worker's result in.
func (p *pusher) end(w worked) {
	delete(p.busy, w.row.OrderID)
	delete(p.resting, w.row.ID)
	if w.err != nil {
		p.s.o.Log.Error("the outbox did not take a row", "error", w.err)
		p.s.line.update(func(st *Status) { st.LastError = w.err.Error() })
		p.resting[w.row.ID] = p.s.o.Now().Add(storePause)
		if w.result.Outcome != string(fulfillment.OutboxInFlight) {
			p.unsaved = append(p.unsaved, w)
		}
	}
	if w.result.Outcome == string(fulfillment.OutboxInFlight) {
		w.result.Outcome = string(fulfillment.OutboxQueued) // its beginning could not be recorded: nothing was sent
		w.result.Reason = w.err.Error()
	}
	p.keep(w.result)
	p.s.count(context.Background())
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
	}
	p.unsaved = left
}
