package sellercenter

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// breaker spares a platform that does not answer, and its callers the waiting: after breakAfter calls in a row without
// any answer it lets nothing through but one cheap probe at a time, at most one in two seconds. The first answer of
// whatever kind closes it. A refusal is an answer; so is a 429. Its pause is short because the syncer has its own, longer
// one, and must not be turned away when it tries: a cancellation may not wait for it once the network is back.
type breaker struct {
	now func() time.Time

	mu     sync.Mutex
	fails  int
	busy   bool // a probe is under way
	next   time.Time
	pause  time.Duration
	opened int // how often it has opened, for tests and the log
}

const (
	breakAfter   = 5
	firstPause   = time.Second
	longestPause = 2 * time.Second
)

var errBreakerOpen = errors.New("no answer lately, it is asked again shortly")

// admit returns probe true if the caller must see with a probe whether the platform answers again, and then call
// probed. An error means that nothing may be sent now.
func (b *breaker) admit() (probe bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails < breakAfter {
		return false, nil
	}
	if wait := b.next.Sub(b.now()); b.busy || wait > 0 {
		return false, fmt.Errorf("%w (in %v)", errBreakerOpen, max(wait, time.Second).Round(time.Second))
	}
	b.busy = true
	return true, nil
}

// note counts a call. It is not called for one that its caller gave up.
func (b *breaker) note(answered bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if answered {
		b.fails, b.pause = 0, 0
		return
	}
	b.fails++
	if b.fails == breakAfter {
		b.opened++
		b.pause = firstPause
		b.next = b.now().Add(b.pause)
	}
}

// probed ends a probe.
func (b *breaker) probed(answered bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.busy = false
	if answered {
		b.fails, b.pause = 0, 0
		return
	}
	b.pause = min(longestPause, 2*max(b.pause, firstPause/2))
	b.next = b.now().Add(b.pause)
}

// givenUp reports whether the caller ended the call, which says nothing about the platform.
func givenUp(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }
