package syncer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"packbench/fulfillment"
)

// labelWait is how often a label was asked for in vain. In memory only: after a start all are asked for at once.
type labelWait struct {
	tries int
	next  time.Time
}

// fetchers is how many labels are fetched side by side: a slow one must not hold the others.
const fetchers = 3

// labels fetches and stores every label that may exist and is not in its pause. It returns what it did and when to come
// again; the error is that of the store, or that nothing may be asked for at all.
func (s *Syncer) labels(ctx context.Context) (results []Result, next time.Time, err error) {
	packages, err := s.o.Orders.ToFetch(ctx, fetchBatch)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("listing labels to fetch: %w", err)
	}
	s.forgetWaits(packages)
	var mu sync.Mutex // results, next and err
	var all sync.WaitGroup
	turn := make(chan struct{}, fetchers)
	for _, p := range packages {
		if at := s.labelPause(p.ID); s.o.Now().Before(at) {
			mu.Lock()
			next = earlier(next, at)
			mu.Unlock()
			continue
		}
		turn <- struct{}{}
		mu.Lock()
		stop := err != nil || ctx.Err() != nil || s.line.dead()
		mu.Unlock()
		if stop {
			break
		}
		all.Go(func() {
			defer func() { <-turn }()
			one := s.label(ctx, p)
			mu.Lock()
			defer mu.Unlock()
			r := Result{Kind: "label", OrderID: p.OrderID, PackageID: p.ID, Outcome: "done"}
			if one != nil {
				r.Outcome, r.Reason = "queued", one.Error()
				next = earlier(next, s.labelFailed(p.ID, one))
			}
			if errors.Is(one, ErrUnauthorized) || errors.Is(one, ErrMisconfigured) {
				err = one
			}
			results = append(results, r)
		})
	}
	all.Wait()
	return results, next, err
}

// label fetches and stores one label.
func (s *Syncer) label(ctx context.Context, p fulfillment.Package) error {
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	doc, tracking, err := s.o.Market.Label(call, p)
	s.line.note(err)
	if err != nil {
		return err
	}
	if tracking == "" {
		tracking = p.Tracking
	}
	if _, err := s.o.Labels.StoreLabel(ctx, p.ID, doc, tracking); err != nil {
		return fmt.Errorf("storing the label of package %s: %w", p.ID, err)
	}
	s.mu.Lock()
	delete(s.waits, p.ID)
	s.mu.Unlock()
	if s.o.LabelReady != nil {
		s.o.LabelReady(p.ID)
	}
	return nil
}

func (s *Syncer) labelPause(id fulfillment.PackageID) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.waits[id]; w != nil {
		return w.next
	}
	return time.Time{}
}

// labelFailed sets the pause: short where the platform is still drawing it, the usual one else, and what the platform
// asked for where it is overloaded.
func (s *Syncer) labelFailed(id fulfillment.PackageID, err error) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.waits[id]
	if w == nil {
		w = &labelWait{}
		s.waits[id] = w
	}
	pause := backoff(s.o.BackoffBase, s.o.BackoffMax, w.tries)
	var slow *ThrottledError
	switch {
	case errors.As(err, &slow):
		pause = max(pause, slow.RetryAfter)
	case errors.Is(err, ErrOffline):
		pause = min(pause, s.o.Probe)
	default:
		w.tries++
	}
	w.next = s.o.Now().Add(pause)
	return w.next
}

// forgetWaits drops pauses of packages that need no label any more.
func (s *Syncer) forgetWaits(packages []fulfillment.Package) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waits) <= len(packages) {
		return
	}
	keep := map[fulfillment.PackageID]*labelWait{}
	for id, w := range s.waits {
		if strings.HasPrefix(string(id), string(sheetWait)) {
			keep[id] = w
		}
	}
	for _, p := range packages {
		if w := s.waits[p.ID]; w != nil {
			keep[p.ID] = w
		}
	}
	s.waits = keep
}

// earlier is the earlier of two moments, of which zero means none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
