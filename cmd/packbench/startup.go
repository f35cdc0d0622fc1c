package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"packbench/devices"
	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// joinPrinter makes what stands between the bench and the place of its label printer. It runs while there is one.
func (a *app) joinPrinter() {
	e, p := a.env, a.devices.printer
	a.queue = station.NewPrintQueue(station.PrintQueue{Store: e.store, Labels: a.archive, Printer: p, Back: a.station, Now: time.Now, Log: e.log})
	a.prover = newProver(e.store, a.archive, p.Media, a.labelReady, e.log)
	a.ahead = station.NewAhead(a.archive, p, e.log)
}

// printJobs settles what a crash left open in the print queue, and then prints.
func (a *app) printJobs(ctx context.Context) error {
	if !a.recovered {
		if err := recoverJobs(ctx, a.env.store, a.station.Printed); err != nil {
			return err
		}
		a.recovered = true
	}
	return a.queue.Run(ctx)
}

// openJobs are the print jobs that the program before did not bring to their end.
type openJobs interface {
	UnfinishedJobs(ctx context.Context) ([]fulfillment.PrintJob, error)
	JobsToTell(ctx context.Context) ([]fulfillment.PrintJob, error)
}

// recoverJobs is called before the print queue starts: a job that was being sent becomes a question, and the bench hears of
// every end that it may have missed.
func recoverJobs(ctx context.Context, store openJobs, tell func(context.Context, fulfillment.PrintJob) error) error {
	if _, err := store.UnfinishedJobs(ctx); err != nil {
		return fmt.Errorf("recover the print queue: %w", err)
	}
	jobs, err := store.JobsToTell(ctx)
	if err != nil {
		return fmt.Errorf("recover the print queue: %w", err)
	}
	for _, j := range jobs {
		if err := tell(ctx, j); err != nil {
			return err
		}
	}
	return nil
}

// keepHealth leaves the devices' health where `packbench devices` finds it.
func keepHealth(dir string, list []devices.Health) error {
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	tmp := filepath.Join(dir, healthName+".new")
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) { // writing into a pipe would wait for its reader
		return err
	}
	if err := os.WriteFile(tmp, text, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(dir, healthName))
}
