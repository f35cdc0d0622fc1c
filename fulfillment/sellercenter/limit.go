package sellercenter

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"packbench/fulfillment"
)

// paces are the limits by shop, for the platform counts by app and authorized shop, and lets fewer writes than reads
// through. Calls without a shop have limits of their own.
type paces struct {
	now           func() time.Time
	reads, writes float64

	mu sync.Mutex
	m  map[paceKey]*pace
}

type paceKey struct {
	shop  string
	write bool
}

func newPaces(reads, writes float64, now func() time.Time) *paces {
	return &paces{now: now, reads: reads, writes: writes, m: map[paceKey]*pace{}}
}

func (ps *paces) of(shop string, write bool) *pace {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	key := paceKey{shop, write}
	p := ps.m[key]
	if p == nil {
		max := ps.reads
		if write {
			max = ps.writes
		}
		p = newPace(max, ps.now)
		ps.m[key] = p
	}
	return p
}

// pace limits one class of calls. The platform publishes no number, so the pace finds it: it starts at 80 % of the
// configured rate, halves and keeps still for a moment when the platform says 429, and grows by 5 % a minute up to the
// configured rate.
type pace struct {
	now func() time.Time
	max float64 // calls a second

	mu      sync.Mutex
	lim     *rate.Limiter
	cur     float64
	grown   time.Time // cur was last raised
	halved  time.Time
	until   time.Time // nothing is sent before
	strikes int       // 429s in a row
}

const (
	slowest      = 0.05 // calls a second: one in 20 s
	longestQuiet = time.Minute
	quietJitter  = 500 * time.Millisecond
)

func newPace(perSecond float64, now func() time.Time) *pace {
	p := &pace{now: now, max: perSecond, grown: now(), lim: rate.NewLimiter(1, 1)}
	p.set(perSecond * 0.8)
	return p
}

// set changes the rate. The burst goes with it: after a 429 not a second's worth of calls may leave at once.
func (p *pace) set(perSecond float64) {
	p.cur = perSecond
	p.lim.SetLimit(rate.Limit(perSecond))
	p.lim.SetBurst(max(1, int(perSecond)))
}

// wait blocks until a call may be made. Its error means that nothing was sent. What waits for its turn while the
// platform says 429 to another call keeps still with everybody else.
func (p *pace) wait(ctx context.Context) error {
	for {
		if d := p.quiet(); d > 0 {
			if err := pauseFor(ctx, d); err != nil {
				return err
			}
			continue
		}
		if err := p.lim.Wait(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("waiting for a turn: %w", &fulfillment.ThrottledError{RetryAfter: time.Second})
		}
		if p.quiet() <= 0 {
			return nil
		}
	}
}

// pauseFor waits, unless ctx ends before: then it says so at once.
func pauseFor(ctx context.Context, d time.Duration) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return &fulfillment.ThrottledError{RetryAfter: d}
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// quiet raises the rate for the time that went by and returns how long to keep still.
func (p *pace) quiet() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	cur := p.cur
	for cur < p.max && now.Sub(p.grown) >= time.Minute {
		cur = min(p.max, cur*1.05)
		p.grown = p.grown.Add(time.Minute)
	}
	if cur != p.cur {
		p.set(cur)
	}
	if p.cur >= p.max {
		p.grown = now
	}
	return p.until.Sub(now)
}

// throttled keeps still for as long as the platform asked, or 1 s, 2 s, 4 s … up to a minute where it did not say, and
// halves the rate, at most once a second because answers to calls already under way come together.
func (p *pace) throttled(after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if !p.halved.IsZero() && now.Sub(p.halved) < time.Second {
		if end := now.Add(after); end.After(p.until) {
			p.until = end
		}
		return
	}
	if after <= 0 {
		after = min(longestQuiet, time.Second<<min(p.strikes, 6)) + rand.N(quietJitter)
	}
	if end := now.Add(after); end.After(p.until) {
		p.until = end
	}
	p.strikes++
	p.halved, p.grown = now, now
	p.set(max(slowest, p.cur/2))
}

// passed forgets the 429s in a row; the rate grows back by itself.
func (p *pace) passed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now().After(p.until) {
		p.strikes = 0
	}
}

// rate is the current number of calls a second.
func (p *pace) rate() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cur
}
