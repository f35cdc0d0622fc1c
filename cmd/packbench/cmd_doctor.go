package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/mattn/go-sqlite3"

	"packbench/devices"
	"packbench/devices/usb"
	"packbench/storage"
)

// version and commit are set by the linker (cmd/dev build); by hand they come from the build's own record.
var (
	version = "0.1.0"
	commit  = ""
)

func runVersion(_ context.Context, c *call) error {
	if info, ok := debug.ReadBuildInfo(); ok && commit == "" {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
	}
	sqlite, _, _ := sqlite3.Version()
	return c.json(map[string]any{"version": version, "commit": commit, "sqlite": sqlite, "schema": storage.SchemaVersion()})
}

// healthName is where a running window keeps what it knows of its devices, for `packbench devices`.
const healthName = "health.json"

// probeTime is how long devices are tried where no window is running.
const probeTime = 2500 * time.Millisecond

func runDevices(ctx context.Context, c *call) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	if !c.named {
		if err := c.mustHaveStation(); err != nil {
			return err
		}
	}
	list, err := deviceHealth(ctx, c.dir, cfg)
	if err != nil {
		return err
	}
	for _, h := range append(list, unbound(cfg, lookAround(ctx), time.Now().UTC())...) {
		line := map[string]any{"kind": h.Kind, "id": h.ID, "role": h.Role, "transport": h.Transport, "state": h.State, "text": h.Text}
		if c.flags["json"] == "" {
			fmt.Fprintf(c.out, "%-9s %-10s %-28s %s\n", h.State, h.Kind, oneLine(h.ID), oneLine(h.Text))
			continue
		}
		if err := c.json(line); err != nil {
			return err
		}
	}
	return nil
}

// deviceHealth asks the running window, which owns the devices, or tries them for a moment: two readers on one scanner
// would share its scans.
func deviceHealth(ctx context.Context, dir string, cfg Config) ([]devices.Health, error) {
	one, err := claimForProbe(dir)
	if err != nil {
		var out []devices.Health
		text, rerr := readPlain(filepath.Join(dir, healthName), maxConfig)
		if rerr == nil {
			rerr = json.Unmarshal(text, &out)
		}
		if rerr != nil {
			return nil, fmt.Errorf("packbench is open but has not said how its devices feel: %w; look at its Equipment screen", rerr)
		}
		return out, nil
	}
	if one != nil {
		defer one.Close()
	}
	silent := slog.New(slog.DiscardHandler)
	b := newBenchDevices(usb.NewSystem(), nobody(), silent)
	b.become(cfg)
	defer b.close()
	select {
	case <-ctx.Done():
	case <-time.After(probeTime):
	}
	return b.board.Snapshot(), nil
}

// claimForProbe takes the window's lock without listening for a second start; nil where there is no folder, and so no window.
func claimForProbe(dir string) (*os.File, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
