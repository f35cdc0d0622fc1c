package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"sync"
	"time"

	"packbench/assets"
	"packbench/devices"
	"packbench/devices/scanner"
	"packbench/devices/usb"
	"packbench/fulfillment"
	"packbench/fulfillment/label"
	"packbench/fulfillment/policy"
	"packbench/ui"
	"packbench/ui/setup"
)

// setupDesk is the program's side of the setup wizard. A device that the bench does not use is opened by a driver of its own for
// as long as it is on trial; what the bench uses is listened to. Its methods may be called concurrently.
type setupDesk struct {
	app     *app
	show    func(setup.News)
	bus     usb.Bus
	plugged func() ([]usb.Found, error)

	mu    sync.Mutex
	found map[string]candidate
	on    *trial
	typed *ScannerConfig // what the layout barcode told of the scanner that types into the window; nil: it was not scanned
}

// trial is the device that is tried now.
type trial struct {
	what   candidate
	live   bool          // it is the bench's own device
	drive  *benchDevices // of its own; nil: none
	cancel context.CancelFunc
	done   *sync.WaitGroup
}

func newSetupDesk(a *app) *setupDesk {
	return &setupDesk{app: a, show: func(n setup.News) { a.window.ShowSetup(n) }, bus: usb.NewSystem(), plugged: usb.List, found: map[string]candidate{}}
}

// options are what the window is told of the setup.
func (d *setupDesk) options() ui.Setup {
	a := d.app
	o := ui.Setup{Desk: d, Frames: d, Calibration: calibrationPicture(), Warning: dpiWarning(a.env.cfg, time.Now()), Warn: d.warn}
	_, err := os.Stat(a.config)
	supervisors := 0
	for _, op := range a.env.cfg.operators() {
		if op.Supervisor {
			supervisors++
		}
	}
	o.Free = err != nil || supervisors == 0
	if p := a.devices.printer; p != nil {
		o.Print = func(ctx context.Context, s setup.Sheet) error { return printSheet(ctx, p, s) }
	}
	return o
}

// dpiWarning is a sentence where the market's procedure asks for a finer printer than the one in use; empty otherwise.
func dpiWarning(cfg Config, now time.Time) string {
	if p := cfg.labelPrinter(); p != nil {
		return coarse(cfg.Station.Market, p.DPI, now)
	}
	return ""
}

// coarse says that a resolution is below what the market asks for; empty: it is not.
func coarse(market string, dpi int, now time.Time) string {
	rules, err := policy.ReadPrinterRules(assets.PrinterRules)
	if err != nil { // the pack is our own; a test reads it
		return ""
	}
	least, source, ok := rules.LeastDPI(market, now)
	if !ok || dpi >= least {
		return ""
	}
	return ui.DPIWarning(dpi, least, source)
}

// warn is the same about a printer that is being set up, with the resolution that is chosen.
func (d *setupDesk) warn(c setup.Choice) string {
	dpi, err := strconv.Atoi(c.Value("dpi"))
	if c.Kind != devices.Printer || err != nil {
		return ""
	}
	return coarse(d.app.env.cfg.Station.Market, dpi, time.Now())
}

// sheetPatience bounds one label of our own; a printer that stands still says so earlier.
const sheetPatience = 30 * time.Second

// printSheet draws a label of our own and prints it on the way of every label.
func printSheet(ctx context.Context, p labelPrinter, s setup.Sheet) error {
	ctx, cancel := context.WithTimeout(ctx, sheetPatience)
	defer cancel()
	b := label.TestLabel(p.Media())
	if s == setup.SheetCalibration {
		b = label.CalibrationLabel(p.Media())
	}
	_, err := p.Print(ctx, b)
	return err
}

var (
	errNotTried = errors.New("choose a label printer first")
	errGone     = errors.New("this device is no longer in the list; touch “Look again”")
	errInUse    = errors.New("it is in use with its old settings. Keep the new ones, start Packbench again, then try it once more here")
)

// Print implements setup.Desk.
func (d *setupDesk) Print(ctx context.Context, s setup.Sheet) error {
	d.mu.Lock()
	t := d.on
	d.mu.Unlock()
	switch {
	case t == nil || t.what.kind != devices.Printer:
		return errNotTried
	case t.live:
		return printSheet(ctx, d.app.devices.printer, s)
	}
	return printSheet(ctx, t.drive.printer, s)
}

// Try implements setup.Desk. It returns when the device before was given back and the new one's driver runs.
func (d *setupDesk) Try(_ context.Context, c setup.Choice) error {
	d.end()
	if c.Key == "" {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	what, ok := d.found[c.Key]
	if !ok {
		return errGone
	}
	what, err := what.with(c)
	if err != nil {
		return err
	}
	t := &trial{what: what, done: &sync.WaitGroup{}, cancel: func() {}}
	switch {
	case what.used(d.app.env.cfg):
		t.live = true
	case what.heldByBench(d.app.env.cfg):
		return errInUse
	default:
		d.open(t)
	}
	d.on = t
	if t.live {
		d.app.deviceGroup.run("setup health", func(context.Context) error { d.tellHealth(what.kind); return nil })
	}
	return nil
}

// open starts a driver for the device alone.
func (d *setupDesk) open(t *trial) {
	cfg := t.what.only(d.app.env.cfg)
	to := takers{
		scan:       func(_ context.Context, s fulfillment.Scan) error { d.read(t, s.Code); return nil },
		weigh:      func(_ context.Context, w fulfillment.Weight) error { d.show(setup.News{Weight: &w}); return nil },
		calibrated: func(c scanner.Calibration) { d.show(setup.News{Reading: calibrationOf(c)}) },
	}
	t.drive = openDevices(cfg, d.bus, to, d.app.env.log)
	t.drive.board.OnChange(func(h devices.Health) { d.show(setup.News{Health: &h}) })
	ctx, cancel := context.WithCancel(d.app.deviceGroup.ctx)
	t.cancel = cancel
	for _, r := range t.drive.runs {
		t.done.Go(func() {
			if err := r.run(ctx); err != nil && ctx.Err() == nil {
				d.app.env.log.Warn("A device on trial stopped", "part", r.name, "err", err)
			}
		})
	}
}

// end gives the device on trial back.
func (d *setupDesk) end() {
	d.mu.Lock()
	t := d.on
	d.on = nil
	d.mu.Unlock()
	if t != nil {
		t.cancel()
		t.done.Wait()
	}
}

// tellHealth shows how the bench's devices of a kind feel.
func (d *setupDesk) tellHealth(kind devices.Kind) {
	for _, h := range d.app.devices.board.Snapshot() {
		if h.Kind == kind && h.ID != "keyboard" {
			d.show(setup.News{Health: &h})
		}
	}
}

// Latest implements ui.Frames for the camera on trial.
func (d *setupDesk) Latest() (jpeg []byte, at time.Time, seq uint64) {
	d.mu.Lock()
	t := d.on
	d.mu.Unlock()
	switch {
	case t == nil || t.what.kind != devices.Camera:
		return nil, time.Time{}, 0
	case t.live:
		return d.app.devices.camera.Latest()
	}
	return t.drive.camera.Latest()
}

// Keep implements setup.Desk.
func (d *setupDesk) Keep(_ context.Context, c setup.Choice) (before string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	what, ok := d.found[c.Key]
	if !ok {
		return "", errGone
	}
	if what, err = what.with(c); err != nil {
		return "", err
	}
	cfg, err := loadConfig(d.app.config, false)
	if err != nil {
		return "", err
	}
	if what.scanner.Transport == "keyboard" {
		if d.typed == nil || d.typed.Layout == "" && cfg.typed().Scanner == nil {
			return "", nil // it is always on, and nothing is to be put right: nothing has to be written
		}
		what.scanner = *d.typed
	}
	b, want := what.bind(cfg, plugged(what.kind))
	after := cfg
	if want(&after); reflect.DeepEqual(after, cfg) {
		return "", nil // it stands there as it is
	}
	before, err = keepBinding(d.app.config, b, want)
	if err != nil {
		return "", fmt.Errorf("%s was not changed: %w", filepath.Base(d.app.config), err)
	}
	d.app.env.log.Info("Device was set up", "kind", what.kind, "device", c.Name)
	return before, nil
}
