package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"packbench/devices/devicetest"
)

// labelDPI is the virtual label printer's resolution; station.toml says the same.
const labelDPI = 203

// equipment is the bench without hardware. Its parts run from newEquipment to close.
type equipment struct {
	scanner *devicetest.Scanner
	scale   *devicetest.Scale
	printer *devicetest.Printer
	camera  *devicetest.Camera

	stop    context.CancelFunc
	running sync.WaitGroup
	mu      sync.Mutex
	failed  error
	labels  int // labels taken out of the printer so far
}

// newEquipment plugs everything in. dir takes the device files of scanner and scale.
func newEquipment(dir string) (*equipment, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder of the device files: %w", err)
	}
	e := &equipment{stop: func() {}}
	var err error
	if e.scanner, err = devicetest.NewScanner(filepath.Join(dir, "scanner")); err != nil {
		return nil, err
	}
	if e.scale, err = devicetest.NewScale(filepath.Join(dir, "scale")); err != nil {
		return nil, errors.Join(err, e.close())
	}
	if e.printer, err = devicetest.NewPrinter("", labelDPI); err != nil {
		return nil, errors.Join(err, e.close())
	}
	if e.camera, err = devicetest.NewCamera(devicetest.CameraConfig{}); err != nil {
		return nil, errors.Join(err, e.close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	e.stop = cancel
	for _, run := range []func(context.Context) error{e.scale.Run, e.printer.Run, e.camera.Run} {
		e.running.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				e.mu.Lock()
				e.failed = errors.Join(e.failed, err)
				e.mu.Unlock()
			}
		})
	}
	e.scale.SetGrams(0, true)
	return e, nil
}

func (e *equipment) ports() ports {
	return ports{Scanner: e.scanner.Path(), Scale: e.scale.Path(), Printer: e.printer.Address(), Camera: e.camera.URL()}
}

// complaints are what the devices found wrong with the program at the other end.
func (e *equipment) complaints() []string {
	return append(e.printer.Complaints(), e.scale.Complaints()...)
}

// close unplugs everything.
func (e *equipment) close() error {
	e.stop()
	e.running.Wait()
	err := e.failed
	if e.scanner != nil {
		err = errors.Join(err, e.scanner.Close())
	}
	if e.scale != nil {
		err = errors.Join(err, e.scale.Close())
	}
	return err
}

// put sets a box on the scale: it swings, then it rests.
func (e *equipment) put(ctx context.Context, grams int) {
	e.scale.SetGrams(grams+37, false)
	pause(ctx, 250*time.Millisecond)
	e.scale.SetGrams(grams, true)
}

// lift takes the box off the scale.
func (e *equipment) lift() { e.scale.SetGrams(0, true) }

// takeLabel waits for the next label to come out and takes it. It must not be called by two at a time.
func (e *equipment) takeLabel(ctx context.Context, patience time.Duration) (devicetest.Label, int, error) {
	limit := time.Now().Add(patience)
	for {
		if all := e.printer.Labels(); len(all) > e.labels {
			l := all[e.labels]
			e.labels++
			return l, e.labels, nil
		}
		if time.Now().After(limit) {
			return devicetest.Label{}, 0, fmt.Errorf("no label came out of the printer within %s", patience)
		}
		if !pause(ctx, 20*time.Millisecond) {
			return devicetest.Label{}, 0, ctx.Err()
		}
	}
}

// pause waits; false: ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
