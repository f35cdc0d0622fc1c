package main

import (
	"context"
	"time"
)

// toolkitQuits is how long the toolkit may take to end its loop after a signal.
const toolkitQuits = 5 * time.Second

// watchSignals closes the window if a signal to end came before the toolkit listened; start is the context that ends with
// such a signal from the program's beginning.
//
// From then on the toolkit hears the signals itself and ends its loop. The window must not be closed beside it: once the
// loop has ended, the toolkit runs what is meant for it on the caller's goroutine, and panics.
func (a *app) watchSignals(ctx, start context.Context) error {
	select {
	case <-start.Done():
	case <-ctx.Done():
		return nil
	}
	select {
	case <-time.After(toolkitQuits):
		a.window.Close()
	case <-ctx.Done():
	}
	return nil
}
