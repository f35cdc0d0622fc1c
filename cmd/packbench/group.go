package main

import (
	"context"
	"log/slog"
	"sync"
)

// group is a set of goroutines that start and stop together. It is the only place of the program that starts the long
// parts; each is a Run(ctx) error that blocks.
type group struct {
	name   string
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	log    *slog.Logger
	failed func(part string, err error)
}

// newGroup: failed is called for a Run that returns an error before it was asked to stop.
func newGroup(name string, log *slog.Logger, failed func(string, error)) *group {
	ctx, cancel := context.WithCancel(context.Background())
	return &group{name: name, ctx: ctx, cancel: cancel, log: log, failed: failed}
}

// run starts one part.
func (g *group) run(part string, f func(context.Context) error) {
	g.wg.Go(func() {
		err := f(g.ctx)
		if err != nil && g.ctx.Err() == nil {
			g.log.Error("A part stopped by itself", "part", part, "err", err)
			g.failed(part, err)
		}
	})
}

// stop asks every part to end and waits for them.
func (g *group) stop() {
	g.cancel()
	g.wg.Wait()
}
