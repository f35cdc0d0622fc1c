package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// stopSignals ask the program to close its window as if a person had closed it.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}

// toolkitQuits is how long the toolkit may take to end its loop after a signal that it heard itself.
const toolkitQuits = 2 * time.Second

// watchSignals closes the window when the system asks the program to end; start is the context that ends with such a
// signal from the program's beginning.
//
// The toolkit listens for the same signals and ends its loop without a word to the window; whatever is shown in that moment
// is then run on the wrong goroutine and panics. So its listening is taken away as soon as the window is there. Until then
// a signal is the toolkit's, or, if it came before the toolkit listened, closes the window once it is there.
func (a *app) watchSignals(ctx, start context.Context) error {
	select {
	case <-a.window.Ready():
	case <-ctx.Done():
		return nil
	}
	signal.Reset(stopSignals...)
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, stopSignals...) // to the end: who asks twice does not cut the orderly stop short
	select {
	case <-ctx.Done():
		return nil
	case <-asked:
	case <-start.Done(): // before the window was there
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(toolkitQuits):
		}
	}
	a.window.Close()
	return nil
}
