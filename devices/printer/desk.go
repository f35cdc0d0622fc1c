package printer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"packbench/devices"
)

// desk is what every transport needs: one line for jobs and looks, of which a look gives way, and what the printer last said
// of itself. Its methods may be called concurrently.
type desk struct {
	who    devices.Health // Kind, ID, Role, Transport
	t      Timeouts
	ask    func(context.Context) error // looks at the printer while it has the line; nil: ready
	gone   []error                     // causes that mean absent
	left   func()                      // is called when it has gone
	report devices.Report
	log    *slog.Logger

	line chan struct{} // holds one token: whoever has it may talk to the printer
	poke chan struct{}

	mu       sync.Mutex
	goodAt   time.Time // when the printer last said that it is ready; zero: not since the last trouble
	said     devices.Health
	trouble  error              // what the last attempt has shown; nil: ready, or none yet
	breakOff context.CancelFunc // ends the look that has the line, if one has
}

func newDesk(who devices.Health, t Timeouts, ask func(context.Context) error, report devices.Report, log *slog.Logger) *desk {
	return &desk{who: who, t: t, ask: ask, gone: []error{devices.ErrAbsent}, report: report, log: log, left: func() {},
		line: make(chan struct{}, 1), poke: make(chan struct{}, 1)}
}

// Poke makes Run look at the printer now. It never blocks.
func (d *desk) Poke() {
	select {
	case d.poke <- struct{}{}:
	default:
	}
}

// watch looks after the printer's health until ctx ends.
func (d *desk) watch(ctx context.Context) {
	for {
		d.look(ctx)
		wait := d.t.Retry
		if d.ready() {
			wait = d.t.Poll
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-d.poke:
		case <-t.C:
		}
		t.Stop()
	}
}

func (d *desk) ready() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.said.State == devices.Ready
}

// take waits for the line; a look gives way to a job.
func (d *desk) take(ctx context.Context) error {
	select {
	case d.line <- struct{}{}:
		return nil
	default:
	}
	d.mu.Lock()
	if d.breakOff != nil {
		d.breakOff()
	}
	d.mu.Unlock()
	select {
	case d.line <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the printer's line: %w", ctx.Err())
	}
}

func (d *desk) give() { <-d.line }

// look asks the printer once how it feels. If a job has the line it does nothing: the job will tell.
func (d *desk) look(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !d.takeForLook(cancel) {
		return
	}
	err := d.ask(ctx)
	if ctx.Err() == nil {
		d.tell(err)
	}
	d.mu.Lock()
	d.breakOff = nil
	d.mu.Unlock()
	d.give()
}

// takeForLook takes the line if it is free, in one step with the way to take it back.
func (d *desk) takeForLook(breakOff context.CancelFunc) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case d.line <- struct{}{}:
		d.breakOff = breakOff
		return true
	default:
		return false
	}
}

// fresh reports whether the printer's last word was "ready" and is not too old.
func (d *desk) fresh() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.goodAt.IsZero() && time.Since(d.goodAt) <= d.t.Fresh
}

// Trouble is why the printer was not ready at the last attempt; nil: it was, or there was none yet.
func (d *desk) Trouble() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.trouble
}

// tell keeps and reports what an attempt has shown: nil is ready.
func (d *desk) tell(err error) {
	h := d.who
	h.State, h.Text = devices.Ready, "Ready to print."
	if err != nil {
		h.State, h.Text = devices.Attention, err.Error()
		for _, gone := range d.gone {
			if errors.Is(err, gone) {
				h.State = devices.Absent
			}
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	d.trouble = err
	d.goodAt = time.Time{}
	if err == nil {
		d.goodAt = now
	}
	if h.State == devices.Absent {
		d.left()
	}
	if d.said.Same(h) {
		return
	}
	if err != nil {
		d.log.Warn("Printer in trouble", "printer", d.who.ID, "error", errors.Unwrap(err), "text", h.Text)
	}
	d.said = h
	h.At = now.UTC()
	// Under the lock, so that listeners hear the changes in the order in which they were found; a Report does not block.
	d.report(h)
}
