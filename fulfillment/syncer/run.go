package syncer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
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
	if n := len(s.Status().Unreadable); n > 0 {
		pulled.Reason += fmt.Sprintf(", %d cannot be read (`packbench doctor` names them)", n)
	}
	if err != nil {
		pulled.Outcome, pulled.Reason = "queued", err.Error()
	}
	results := []Result{pulled}
	p := pusher{s: s, once: true, tried: map[string]bool{}, keep: func(r Result) { results = append(results, r) }}
	perr := p.run(ctx)
	labels, _, lerr := s.labels(ctx)
	sheets, herr := s.hazmats(ctx)
	s.count(ctx)
	return slices.Concat(results, labels, sheets), errors.Join(err, perr, lerr, herr)
}

func (s *Syncer) pullLoop(ctx context.Context) {
	for ctx.Err() == nil {
		wasDead, wasDown := s.line.dead(), s.line.down()
		if _, err := s.round(ctx); err != nil && ctx.Err() == nil {
			if !wasDown { // a dead line is tried every few seconds
				s.o.Log.Warn("pull did not finish", "error", err)
			}
			s.line.update(func(st *Status) { st.LastError = lineWords(err) })
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
		began := s.o.Now()
		sleep(ctx, pause, s.again, s.up)
		if rest := lookPause - s.o.Now().Sub(began); rest > 0 && pause > lookPause {
			sleep(ctx, rest, nil, nil)
		}
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
		if _, err := s.hazmats(ctx); err != nil && ctx.Err() == nil {
			s.o.Log.Warn("dangerous goods labels were not fetched", "error", err)
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
