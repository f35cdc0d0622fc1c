package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"packbench/storage"
	"packbench/storage/secrets"
)

// env is what most subcommands need: configuration, store, secrets, log.
type env struct {
	cfg     Config
	store   *storage.Store
	secrets *secrets.Store
	log     *slog.Logger
	logs    io.Closer
}

const (
	readOnlyNo  = false
	readOnlyYes = true
)

// open reads the configuration and opens the data folder. A subcommand may do so while the window is open.
func (c *call) open(ctx context.Context, readOnly bool) (*env, error) {
	cfg, err := loadConfig(c.config, c.named)
	if err != nil {
		return nil, err
	}
	if readOnly {
		if _, err := os.Stat(filepath.Join(c.dir, "packbench.db")); err != nil {
			return nil, fmt.Errorf("there is no data in %s yet (%w); start packbench once or name the folder with --data", c.dir, err)
		}
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w; choose another with --data", err)
	}
	e := &env{cfg: cfg}
	e.log, e.logs = newLog(c.dir)
	e.store, err = storage.Open(ctx, c.dir, storage.Options{Station: cfg.Station.ID, Market: cfg.Station.Market, Log: e.log, ReadOnly: readOnly})
	if err != nil {
		return nil, errors.Join(err, e.logs.Close())
	}
	if e.secrets, err = secrets.Open(c.dir); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

// close ends the store, then the log: what the store says last is still logged.
func (e *env) close() error { return errors.Join(e.store.Close(), e.logs.Close()) }

// json prints one object on one line.
func (c *call) json(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, string(line))
	return err
}

// writeFile makes a result file as a whole: a command that fails leaves what was there.
func writeResult(name string, write func(io.Writer) error) error {
	if name == "" {
		return &usageError{"--out FILE is needed"}
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".packbench-*")
	if err != nil {
		return fmt.Errorf("write %s: %w; check the folder", name, err)
	}
	defer os.Remove(f.Name())
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Chmod(f.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
