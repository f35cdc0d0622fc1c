package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// Times of ending by a signal.
const (
	resendEvery  = 250 * time.Millisecond
	toolkitQuits = 5 * time.Second // how long the toolkit may take to end its loop after a signal
)

// commandEnds is how long a command may take to end by itself after a signal: to put back what it began to change.
const commandEnds = 10 * time.Second

// runToEnd runs a command. After the end of ctx it has patience to end by itself; one that waits for something that does
// not come, as for a line on stdin, is left where it waits, and the program ends.
func runToEnd(ctx context.Context, command func() error, patience time.Duration) error {
	done := make(chan error, 1)
	go func() { done <- command() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		return ctx.Err()
	}
}

// echoes counts the signals that the program has sent to itself and not heard yet: they are nobody's second Ctrl-C.
var echoes atomic.Int32

// listen cancels at the first signal to end, and ends the program at once at the second. It is the process's only
// listener beside the toolkit's, which hears signals only while its loop runs.
func listen(cancel context.CancelFunc, errw io.Writer, exit func(int)) (stop func()) {
	heard := make(chan os.Signal, 8)
	signal.Notify(heard, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go endBySignals(heard, done, cancel, errw, exit)
	return func() {
		signal.Stop(heard)
		close(done)
	}
}

func endBySignals(heard <-chan os.Signal, done <-chan struct{}, cancel context.CancelFunc, errw io.Writer, exit func(int)) {
	for first := true; ; {
		select {
		case <-heard:
		case <-done:
			return
		}
		if n := echoes.Load(); n > 0 && echoes.CompareAndSwap(n, n-1) {
			continue
		}
		if !first {
			fmt.Fprintln(errw, "packbench: ended at once by a second signal; everything that was recorded is safe")
			exit(exitFailed)
			return
		}
		first = false
		cancel()
	}
}

// errToolkitStuck: the window's loop was told to end and did not, or it has ended and the toolkit waits for itself.
var errToolkitStuck = errors.New("the window did not end after a signal")

// quitter is the part of the window that ends its loop.
type quitter interface {
	Ready() <-chan struct{}
	Close()
}

// watchSignals ends the window's loop after a signal to end, whenever it came; start is the context that such a signal
// ends, from the program's beginning; ctx ends with the loop.
//
// While the loop runs, the toolkit hears signals itself. One that came while it was starting was heard by nobody, or by a
// toolkit that had no loop to end yet: so the interrupt is sent again until the loop has ended. Only where that has no
// effect the window is closed beside it. A loop that was interrupted and has not ended is never touched again: once it has
// ended the toolkit runs what is meant for it on the caller's goroutine, and panics. The error is errToolkitStuck then.
func watchSignals(ctx, start context.Context, w quitter, resend func() error) error {
	for _, happened := range []<-chan struct{}{start.Done(), w.Ready()} {
		select {
		case <-happened:
		case <-ctx.Done():
			return nil
		}
	}
	again, limit := time.NewTicker(resendEvery), time.NewTimer(toolkitQuits)
	defer again.Stop()
	defer limit.Stop()
	tried := false
	for {
		select {
		case <-again.C:
			if echoes.Load() > 0 {
				continue // the last one is on its way
			}
			echoes.Add(1)
			if err := resend(); err != nil {
				echoes.Add(-1)
			} else {
				tried = true
			}
		case <-limit.C:
			if tried {
				return errToolkitStuck
			}
			tried = true
			w.Close()
			limit.Reset(toolkitQuits)
		case <-ctx.Done():
			return nil
		}
	}
}
