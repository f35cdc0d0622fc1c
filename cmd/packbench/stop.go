package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"packbench/fulfillment/label"
)

// stopPatience is how long the parts may take to end once the window is closed: longer than a label that is on its way to
// a slow printer. Until the program has ended it holds the data folder, and a new start would only look for its window.
const stopPatience = 15 * time.Second

// endStuck ends a program whose parts do not end. Everything that was accepted is on the disk.
func (a *app) endStuck(errw io.Writer) {
	a.env.log.Error("A part did not end with the window")
	fmt.Fprintf(errw, "packbench: a part of the program did not end within %s and was cut off; everything recorded is safe\n", stopPatience)
	os.Exit(exitFailed)
}

// stopParts ends the parts in the order in which one feeds the next.
func (a *app) stopParts() {
	a.deviceGroup.stop() // from here on nobody changes devices
	a.setup.end()
	a.devices.close()
	a.stationGroup.stop()
	if a.printing != nil {
		a.printing.stop()
	}
	a.printerGroup.stop()
	a.lines.stop()
	a.syncGroup.stop()
}

// endWithoutToolkit ends the program in order where the toolkit's loop never returns: a loop that ends while the toolkit's
// own queue of events waits for it leaves both waiting for each other.
func (a *app) endWithoutToolkit(errw io.Writer) {
	a.env.log.Warn("The toolkit did not end after a signal; the program ends without it")
	stuck := time.AfterFunc(stopPatience, func() { a.endStuck(errw) })
	a.stopParts()
	stuck.Stop()
	if err := errors.Join(a.trace.close(), a.env.close()); err != nil {
		fmt.Fprintln(errw, "packbench:", err)
		os.Exit(exitFailed)
	}
	os.Exit(exitDone)
}

// firstScans is how long the renderer leaves the processor to what was scanned while the program started.
const firstScans = 500 * time.Millisecond

// warm starts the PDF renderer once the window is there: until then it would take the processor from the window. What its
// compiler leaves behind, hundreds of megabytes on the first start, goes back to the system at once. Without a label
// printer nothing has to be quick: the renderer starts with the first label that somebody asks for.
//
// A compilation cannot be interrupted, and it takes many seconds on a slow computer. Who closes the window does not wait
// for it: it ends with the process, and its cache is written as a whole or not at all.
func (a *app) warm(ctx context.Context) error {
	select {
	case <-a.window.Ready():
	case <-ctx.Done():
		return nil
	}
	select {
	case <-time.After(firstScans):
	case <-ctx.Done():
		return nil
	}
	go func() {
		defer close(a.warmed)
		if err := a.engine.Warm(ctx); err != nil && ctx.Err() == nil {
			a.env.log.Error("PDF renderer did not start", "err", err)
		}
		debug.FreeOSMemory()
	}()
	select {
	case <-a.warmed:
	case <-ctx.Done():
	}
	return nil
}

// whenWarm keeps what proves labels from being the one who waits for the compilation.
func (a *app) whenWarm(run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-a.warmed:
			return run(ctx)
		case <-ctx.Done():
			return nil
		}
	}
}

// closeRenderer frees the renderer, unless it is being compiled; see warm.
func closeRenderer(engine *label.Engine) {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_ = engine.Close() // nothing of it is kept
	}()
	select {
	case <-closed:
	case <-time.After(time.Second):
	}
}
