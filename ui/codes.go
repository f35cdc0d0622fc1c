package ui

import (
	"context"
	"sync"
)

// codes carries scans and button codes from the screen's goroutine to the station, in order and without loss: the screen
// never waits, the station may.
type codes struct {
	mu   sync.Mutex
	list []codeFor
	wake chan struct{}
}

type codeFor struct {
	code string
	to   func(string)
}

func newCodes() *codes { return &codes{wake: make(chan struct{}, 1)} }

// put queues a code for to; a nil to drops it.
func (c *codes) put(code string, to func(string)) {
	if to == nil {
		return
	}
	c.mu.Lock()
	c.list = append(c.list, codeFor{code, to})
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// run delivers until ctx ends. What was queued before the end and not delivered is dropped with the window.
func (c *codes) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		}
		for ctx.Err() == nil {
			c.mu.Lock()
			if len(c.list) == 0 {
				c.mu.Unlock()
				break
			}
			next := c.list[0]
			c.list = c.list[1:]
			c.mu.Unlock()
			next.to(next.code)
		}
	}
}
