package sellercenter

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"packbench/fulfillment"
)

// pace limits one class of calls. The platform publishes no number, so the pace finds it: it starts at 80 % of the
// configured rate, halves when the platform says 429, and grows by 5 % a minute up to the configured rate.
type pace struct {
	now func() time.Time
	max float64 // calls a second

	mu     sync.Mutex
	lim    *rate.Limiter
	cur    float64
	grown  time.Time // cur was last raised
	halved time.Time
	until  time.Time // the platform asked for silence until then
}

const slowest = 0.05 // calls a second: one in 20 s

func newPace(perSecond float64, now func() time.Time) *pace {
	cur := perSecond * 0.8
	burst := max(1, int(perSecond))
	return &pace{now: now, max: perSecond, cur: cur, lim: rate.NewLimiter(rate.Limit(cur), burst), grown: now()}
}

// wait blocks until a call may be made. Its error means that nothing was sent.
func (p *pace) wait(ctx context.Context) error {
	if d := p.silence(); d > 0 {
		if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
			return &fulfillment.ThrottledError{RetryAfter: d}
		}
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
	if err := p.lim.Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("waiting for a turn: %w", &fulfillment.ThrottledError{RetryAfter: time.Second})
	}
	return nil
}

// silence raises the rate for the time that went by and returns how long to keep still.
func (p *pace) silence() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for p.cur < p.max && now.Sub(p.grown) >= time.Minute {
		p.cur = min(p.max, p.cur*1.05)
		p.grown = p.grown.Add(time.Minute)
	}
	if p.cur >= p.max {
		p.grown = now
	}
	p.lim.SetLimit(rate.Limit(p.cur))
	return p.until.Sub(now)
}

// throttled halves the rate, at most once a second because answers to calls already under way come together.
func (p *pace) throttled(after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if end := now.Add(after); end.After(p.until) {
		p.until = end
	}
	if now.Sub(p.halved) < time.Second {
		return
	}
	p.cur, p.halved, p.grown = max(slowest, p.cur/2), now, now
	p.lim.SetLimit(rate.Limit(p.cur))
}

// rate is the current number of calls a second.
func (p *pace) rate() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cur
}
