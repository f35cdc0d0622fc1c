package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"packbench/devices"
)

// recoverJobs settles what a crash left open in the print queue, before it starts: a job that was being sent becomes a
// question, and the bench hears of every outcome that it may have missed.
func (a *app) recoverJobs(ctx context.Context) error {
	if _, err := a.env.store.UnfinishedJobs(ctx); err != nil {
		return fmt.Errorf("recover the print queue: %w", err)
	}
	jobs, err := a.env.store.JobsToTell(ctx)
	if err != nil {
		return fmt.Errorf("recover the print queue: %w", err)
	}
	for _, j := range jobs {
		if err := a.station.Printed(ctx, j); err != nil {
			return err
		}
	}
	return a.queue.Run(ctx)
}

// keepHealth leaves the devices' health where `packbench devices` finds it.
func keepHealth(dir string, list []devices.Health) error {
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	tmp := filepath.Join(dir, healthName+".new")
	if err := os.WriteFile(tmp, text, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(dir, healthName))
}
