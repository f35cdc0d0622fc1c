package syncer

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"packbench/fulfillment"
)

// line is what is known of the way to the platform: the breaker, the pause after a refused set-up, and the status.
type line struct {
	now     func() time.Time
	probe   time.Duration
	setup   time.Duration // the pause after a refused set-up
	changed func(Status)
	offset  func() time.Duration
	back    func() // the line is up again: what changed meanwhile must be asked for at once; must not block

	mu     sync.Mutex
	fails  int       // transport failures in a row
	paused time.Time // no writes before
	status Status
}

// note learns from the outcome of a call. Errors of our own disk say nothing about the line.
func (l *line) note(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	wasDown := l.down()
	defer func() {
		if wasDown && !l.down() && l.back != nil {
			l.back()
		}
	}()
	l.update(func(s *Status) {
		switch {
		case err == nil:
			l.fails = 0
			s.Online, s.LastError = true, ""
			if !l.now().Before(l.paused) { // a read that works does not mean that writes are allowed
				s.NeedsPerson, s.Unauthorized = "", false
			}
		case errors.Is(err, ErrUnauthorized), errors.Is(err, ErrMisconfigured):
			l.fails, l.paused = 0, l.now().Add(l.setup)
			s.Online, s.LastError, s.NeedsPerson = true, err.Error(), err.Error()
			s.Unauthorized = errors.Is(err, ErrUnauthorized)
		case errors.Is(err, ErrOffline), errors.Is(err, ErrUncertain):
			l.fails++
			s.Online, s.LastError = false, lineWords(err)
		case answered(err):
			l.fails = 0
			s.Online = true
		default:
			s.LastError = err.Error()
		}
	})
}

// lineWords is what a person reads of a call that failed. Which call it was and what the network said stands in the log: at the
// bench it is always the same sentence, but where somebody must look at the network.
func lineWords(err error) string {
	var line *fulfillment.LineError
	if errors.As(err, &line) {
		return line.Words
	}
	if errors.Is(err, ErrOffline) || errors.Is(err, ErrUncertain) {
		return "the Seller Center does not answer"
	}
	return err.Error()
}

// answered reports whether the platform said something, if not what we wanted.
func answered(err error) bool {
	var no *RejectedError
	return unreadableOnly(err) || errors.As(err, &no) && no.Code != 0 || errors.Is(err, ErrThrottled) || errors.Is(err, ErrNotYet)
}

func (l *line) update(f func(*Status)) {
	l.mu.Lock()
	before := l.status.words()
	f(&l.status)
	s := l.copy()
	l.mu.Unlock()
	if l.changed != nil && before != s.words() {
		l.changed(s)
	}
}

// words is what a change of status is told by; counts are compared by their sum and the parked ones.
func (s Status) words() any {
	n := 0
	for _, c := range s.Outbox {
		n += c
	}
	return [...]any{s.Online, s.LastPull, s.LastError, s.NeedsPerson, s.Unauthorized, n, s.Outbox[fulfillment.OutboxParked], s.Outbox[fulfillment.OutboxUncertain], len(s.Unreadable)}
}

func (l *line) copy() Status {
	s := l.status
	s.Outbox, s.Unreadable = maps.Clone(s.Outbox), slices.Clone(s.Unreadable)
	if l.offset != nil {
		s.ClockOffset = l.offset()
	}
	return s
}

func (l *line) get() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.copy()
}

// dead reports whether the breaker is open: only the pull may try.
func (l *line) dead() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fails >= breakAfter
}

// down reports whether the last call found no way to the platform.
func (l *line) down() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fails > 0
}

// wait is how long to wait before the line is tried again: a probe's time or half of it, so that the stations of a
// warehouse, which lost the line together, do not come back together.
func (l *line) wait() time.Duration { return l.probe/2 + rand.N(l.probe/2+1) }

// writable tells whether rows may be worked on, and if not, when to look again.
func (l *line) writable() (ok bool, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fails >= breakAfter {
		return false, l.probe
	}
	if d := l.paused.Sub(l.now()); d > 0 {
		return false, d
	}
	return true, 0
}

// backoff is a random time up to base·2^tries, at most limit, at least a tenth of base: full jitter, so that many
// stations do not come back together.
func backoff(base, limit time.Duration, tries int) time.Duration {
	top := limit
	if tries < 20 {
		top = min(limit, base<<tries)
	}
	return max(rand.N(top+1), base/10)
}
