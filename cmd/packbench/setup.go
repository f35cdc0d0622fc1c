package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strconv"
	"sync"
	"time"

	"packbench/assets"
	"packbench/devices"
	"packbench/devices/printer"
	"packbench/devices/scanner"
	"packbench/devices/usb"
	"packbench/fulfillment"
	"packbench/fulfillment/label"
	"packbench/fulfillment/policy"
	"packbench/fulfillment/station"
	"packbench/ui"
	"packbench/ui/setup"
)

// setupDesk is the program's side of the setup wizard. A device that the bench does not use is opened by a driver of its own for
// as long as it is on trial; one that the bench uses with other settings is lent for so long; what it uses as it is is listened to.
// Its methods may be called concurrently.
type setupDesk struct {
	app     *app
	show    func(setup.News)
	bus     usb.Bus
	plugged func() ([]usb.Found, error)
	equip   func(context.Context, Config) error // makes a configuration's devices the bench's

	turn   sync.Mutex // held while devices are changed; taken before mu, and never while mu is held
	agreed string     // the other station id in the file that a person was told of; under turn

	mu    sync.Mutex
	found map[string]candidate
	on    *trial
	typed *ScannerConfig // what the layout barcode told of the scanner that types into the window; nil: it was not scanned
}

// trial is the device that is tried now.
type trial struct {
	what  candidate
	live  bool          // it is the bench's own device
	lent  bool          // the bench has given it away for so long
	drive *benchDevices // of its own; nil: none
}

func newSetupDesk(a *app) *setupDesk {
	return &setupDesk{app: a, show: func(n setup.News) { a.window.ShowSetup(n) }, bus: usb.NewSystem(), plugged: usb.List, equip: a.equip, found: map[string]candidate{}}
}

// options are what the window is told of the setup.
func (d *setupDesk) options() ui.Setup {
	a := d.app
	o := ui.Setup{Desk: d, Frames: d, Calibration: calibrationPicture(), Warn: d.warn}
	_, err := os.Stat(a.config)
	supervisors := 0
	for _, op := range a.env.cfg.operators() {
		if op.Supervisor {
			supervisors++
		}
	}
	o.Free = err != nil || supervisors == 0
	o.Print = func(ctx context.Context, s setup.Sheet) error { return printSheet(ctx, a.devices.printer, s) }
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
func printSheet(ctx context.Context, p station.Printer, s setup.Sheet) error {
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
	errNotTried = errors.New("choose a printer first")
	errGone     = errors.New("this device is no longer in the list; touch “Look again”")
)

// Print implements setup.Desk.
func (d *setupDesk) Print(ctx context.Context, s setup.Sheet) error {
	d.mu.Lock()
	t := d.on
	d.mu.Unlock()
	switch {
	case t == nil || t.what.kind != devices.Printer && t.what.kind != setup.Document:
		return errNotTried
	case t.what.kind == setup.Document:
		return printTestPage(ctx, t.what.printer.Queue)
	case t.live:
		return printSheet(ctx, d.app.devices.printer, s)
	}
	return printSheet(ctx, t.drive.printer, s)
}

// printTestPage prints a page of our own on the way of every document.
func printTestPage(ctx context.Context, queue string) error {
	ctx, cancel := context.WithTimeout(ctx, sheetPatience)
	defer cancel()
	var pdf bytes.Buffer
	if err := label.TestPage(&pdf); err != nil {
		return err
	}
	return printer.PrintDocument(ctx, queue, "Packbench test page", pdf.Bytes())
}

// Try implements setup.Desk. It returns when the device before was given back and the new one's driver runs.
func (d *setupDesk) Try(_ context.Context, c setup.Choice) error {
	d.turn.Lock()
	defer d.turn.Unlock()
	d.giveBack(true)
	if c.Key == "" {
		return nil
	}
	what, err := d.chosen(c)
	if err != nil {
		return err
	}
	d.begin(what)
	return nil
}

// chosen is what a choice of the list means.
func (d *setupDesk) chosen(c setup.Choice) (candidate, error) {
	d.mu.Lock()
	what, ok := d.found[c.Key]
	d.mu.Unlock()
	if !ok {
		return what, errGone
	}
	return what.with(c)
}

// begin puts a device on trial; turn is held.
func (d *setupDesk) begin(what candidate) {
	cfg := d.app.devices.config()
	t := &trial{what: what, live: what.used(cfg)}
	if !t.live {
		if t.lent = what.heldByBench(cfg); t.lent {
			d.app.devices.lend(what.place())
		}
		d.open(t)
	}
	d.mu.Lock()
	d.on = t
	d.mu.Unlock()
	if t.live {
		d.app.deviceGroup.run("setup health", func(context.Context) error { d.tellHealth(what); return nil })
	} else {
		t.drive.board.OnChange(func(h devices.Health) { d.show(setup.News{Health: &h}) })
	}
}

// open starts a driver for the device alone.
func (d *setupDesk) open(t *trial) {
	to := takers{
		scan:       func(_ context.Context, s fulfillment.Scan) error { d.read(t, s.Code); return nil },
		weigh:      func(_ context.Context, w fulfillment.Weight) error { d.show(setup.News{Weight: &w}); return nil },
		calibrated: func(c scanner.Calibration) { d.show(setup.News{Reading: calibrationOf(c)}) },
	}
	t.drive = newBenchDevices(d.bus, to, d.app.env.log)
	t.drive.become(t.what.only(d.app.env.cfg))
}

// end gives the device on trial back.
func (d *setupDesk) end() {
	d.turn.Lock()
	defer d.turn.Unlock()
	d.giveBack(true)
}

// giveBack ends the trial; turn is held. A lent device is at work again unless the caller sees to it.
func (d *setupDesk) giveBack(toBench bool) {
	d.mu.Lock()
	t := d.on
	d.on = nil
	d.mu.Unlock()
	if t == nil {
		return
	}
	if t.drive != nil {
		t.drive.close()
	}
	if t.lent && toBench {
		d.app.devices.giveBack()
	}
}

// tellHealth shows how the bench's device feels.
func (d *setupDesk) tellHealth(what candidate) {
	for _, h := range d.app.devices.board.Snapshot() {
		if isOf(h, what.kind) && h.ID != scanner.KeyboardDevice {
			d.show(setup.News{Health: &h})
		}
	}
}

// isOf reports whether a health is of a device of a step: printers of labels and of documents are two.
func isOf(h devices.Health, kind devices.Kind) bool {
	if h.Kind == devices.Printer && h.Role == "document" {
		return kind == setup.Document
	}
	return h.Kind == kind
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
