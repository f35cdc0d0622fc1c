package main

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"packbench/fulfillment/station"
	"packbench/ui"
)

// photosRest is how long a change of the camera waits for the photos that were wished for before it.
const photosRest = 10 * time.Second

// equip makes a configuration's devices the bench's, at once. What is taken away is taken from the bench first and stopped then;
// what comes is started first: no rule ever counts on a device that is not there. It must be called once at a time. ctx ends only
// with the program.
func (a *app) equip(ctx context.Context, cfg Config) error {
	was, is := fitted(a.devices.config()), fitted(cfg)
	both := station.Fitted{Scale: was.Scale && is.Scale, Printer: was.Printer && is.Printer, Camera: was.Camera && is.Camera}
	if both != was {
		if err := a.station.Fit(ctx, both); err != nil {
			return fmt.Errorf("take devices from the bench: %w", err)
		}
	}
	if a.filmChanges(cfg) {
		rest, cancel := context.WithTimeout(ctx, photosRest)
		a.photos.Rest(rest)
		cancel()
	}
	if a.printing != nil && !is.Printer {
		a.printing.stop() // the label in hand first
		a.printing = nil
	}
	a.devices.become(cfg)
	switch {
	case is.Printer && a.printing == nil:
		a.startPrinting()
	case is.Printer: // there may be other stock in it
		a.prover.Wake()
		a.wakePrinter()
	}
	a.told(equipped(cfg))
	if both != is {
		if err := a.station.Fit(ctx, is); err != nil {
			return fmt.Errorf("give devices to the bench: %w", err)
		}
	}
	return nil
}

// fitted is what a configuration gives the bench to work with.
func fitted(cfg Config) station.Fitted {
	p := cfg.policy()
	return station.Fitted{Scale: p.HasScale, Printer: p.HasPrinter, Camera: p.HasCamera}
}

// equipped is the same for the window.
func equipped(cfg Config) ui.Equipped {
	return ui.Equipped{LabelPrinter: cfg.labelPrinter() != nil, Camera: len(cfg.Cameras) > 0, Warning: dpiWarning(cfg, time.Now())}
}

func (a *app) filmChanges(cfg Config) bool {
	was := a.devices.config().Cameras
	return len(was) > 0 && (len(cfg.Cameras) == 0 || !reflect.DeepEqual(was[0], cfg.Cameras[0]))
}

// startPrinting has the parts run that a label printer feeds.
func (a *app) startPrinting() {
	g := newGroup("printing", a.env.log, a.partFailed)
	g.run("print queue", a.printJobs)
	g.run("label prover", a.whenWarm(a.prover.Run))
	g.run("label in hand", a.whenWarm(a.ahead.Run))
	a.printing = g
	a.warming.Do(func() { a.printerGroup.run("PDF renderer", a.warm) })
}
