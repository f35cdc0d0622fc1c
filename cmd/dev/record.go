package main

import (
	"context"
	"path/filepath"
)

// record builds the recorder, which needs cgo for USB, and runs it here: a relative file is where the caller stands.
func (d *dev) record(ctx context.Context, args []string) error {
	if err := d.provide(ctx, forBuild); err != nil {
		return err
	}
	name := "record"
	if d.host.goos == "windows" {
		name += ".exe"
	}
	program := filepath.Join(d.root, "build", name)
	if err := d.compile(ctx, d.host.goos, nil, program, "./devices/devicetest/record"); err != nil {
		return err
	}
	return d.runHere(ctx, nil, program, args...)
}
