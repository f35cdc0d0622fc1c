package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"packbench/storage"
	"packbench/storage/secrets"
)

// env is what most subcommands need: configuration, store, secrets, log.
type env struct {
	dir     string // the data folder
	write   bool
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
	cfg, err := c.settings()
	if err != nil {
		return nil, err
	}
	if readOnly {
		err = c.mustHaveData()
	} else {
		err = c.mustHaveFolder()
	}
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w; choose another with --data", err)
	}
	e := &env{dir: c.dir, write: !readOnly, cfg: cfg}
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

// mustHaveData refuses a folder without a station: a command that only reads must not make one.
func (c *call) mustHaveData() error {
	if _, err := os.Stat(filepath.Join(c.dir, "packbench.db")); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for a station in %s: %w; check the path and its permissions", c.dir, err)
	}
	if err := storage.CheckFolder(c.dir); err != nil { // there was one
		return err
	}
	return fmt.Errorf("there is no station in %s; name the right folder with --data, or start packbench there once", c.dir)
}

// mustHaveFolder refuses a folder that was named and is not there: most likely its name is wrong, and a station made there
// would be looked for in vain. The window makes its folder, and so does every command the system's own.
func (c *call) mustHaveFolder() error {
	if c.flags["data"] == "" {
		return nil
	}
	if _, err := os.Stat(c.dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no folder %s; name the right one with --data, or make it first", c.dir)
	}
	return nil
}

// close writes the chain's head, ends the store, then the log: what the store says last is still logged.
func (e *env) close() error {
	if e.write && e.secrets != nil {
		ctx, cancel := context.WithTimeout(context.Background(), headTimeout)
		defer cancel()
		if err := e.keepHead(ctx); err != nil {
			e.log.Error("The chain's head was not kept", "err", err)
		}
	}
	return errors.Join(e.store.Close(), e.logs.Close())
}

// json prints one object on one line.
func (c *call) json(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, string(line))
	return err
}
