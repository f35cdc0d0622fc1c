package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"time"

	"packbench/devices"
	"packbench/devices/scanner"
	"packbench/ui/setup"
)

// Keep implements setup.Desk. A device is taken into use when it can be opened, is written into the file then, and is the bench's
// when Keep returns. With an error the file and the bench are as before.
func (d *setupDesk) Keep(ctx context.Context, c setup.Choice, use bool) (before string, err error) {
	d.turn.Lock()
	defer d.turn.Unlock()
	what, err := d.chosen(c)
	if err != nil {
		return "", err
	}
	cfg, err := loadConfig(d.app.config, false)
	if err != nil {
		return "", err
	}
	if err := d.renamed(cfg); err != nil {
		return "", err
	}
	if use && what.scanner.Transport == "keyboard" {
		d.mu.Lock()
		typed := d.typed
		d.mu.Unlock()
		if typed == nil || typed.Layout == "" && cfg.typed().Scanner == nil {
			return "", nil // it is always on, and nothing is to be put right: nothing has to be written
		}
		what.scanner = *typed
	}
	b, want := what.unbind(cfg)
	if use {
		b, want = what.bind(cfg, plugged(what.kind))
		if err := d.opens(ctx, what); err != nil {
			return "", err
		}
	}
	after := cfg
	if want(&after); !reflect.DeepEqual(after, cfg) {
		if before, err = keepBinding(d.app.config, b, want); err != nil {
			return "", fmt.Errorf("%s was not changed: %w", filepath.Base(d.app.config), err)
		}
		if after, err = loadConfig(d.app.config, true); err != nil {
			return "", err
		}
		d.app.env.log.Info("Device was set up", "kind", what.kind, "device", c.Name, "use", use)
	}
	d.giveBack(false)
	return before, d.equip(ctx, after)
}

// renamed asks once about a station id that somebody changed in the file while the program works under the old one: whoever sets up
// a device has not asked for it, and with the next start it ends a chain. A second touch is the answer. turn is held.
func (d *setupDesk) renamed(cfg Config) error {
	was, is := d.app.env.cfg.Station.ID, cfg.Station.ID
	if is == was || is == d.agreed {
		return nil
	}
	d.agreed = is
	// The screen has room for 160 characters.
	return fmt.Errorf("the file calls this station %s, it works as %s: touch again to go on, or write the id back. After a restart %[2]s’s open manifest stays behind", is, was)
}

// Times of the look whether a device can be opened.
const (
	openPatience = 5 * time.Second // a camera of the network needs so long for its first picture
	openLook     = 50 * time.Millisecond
)

// opens reports whether a device that the bench does not use yet can be used, by the driver of its trial; the error is a sentence.
// turn is held.
func (d *setupDesk) opens(ctx context.Context, what candidate) error {
	if what.used(d.app.devices.config()) {
		return nil // the bench has it
	}
	d.mu.Lock()
	t := d.on
	d.mu.Unlock()
	if t == nil || t.live || !reflect.DeepEqual(t.what.only(Config{}), what.only(Config{})) {
		d.giveBack(true)
		d.begin(what)
		d.mu.Lock()
		t = d.on
		d.mu.Unlock()
	}
	late := time.NewTimer(openPatience)
	defer late.Stop()
	for {
		why, ok := t.opened()
		if ok {
			return nil
		}
		select {
		case <-time.After(openLook):
		case <-late.C:
			return fmt.Errorf("%s Nothing was changed", why)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// opened reports whether the driver of a trial has its device, and what is in the way. A printer that is open or out of labels is
// there; everything else must be ready.
func (t *trial) opened() (why string, ok bool) {
	why = "It has not answered yet."
	for _, h := range t.drive.board.Snapshot() {
		switch {
		case !isOf(h, t.what.kind) || h.ID == scanner.KeyboardDevice:
			continue
		case h.State == devices.Ready:
			return "", true
		case h.State == devices.Attention && (t.what.kind == devices.Printer || t.what.kind == setup.Document) && !t.refused():
			return "", true
		}
		why = h.Text
	}
	return why, false
}

// refused reports whether the printer is there and cannot be had.
func (t *trial) refused() bool {
	p, ok := t.drive.printer.now().(interface{ Trouble() error })
	if !ok {
		return false
	}
	err := p.Trouble()
	for _, cause := range []error{devices.ErrAbsent, devices.ErrBusy, devices.ErrDenied, devices.ErrUnsupported, devices.ErrAmbiguous, devices.ErrOther} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}
