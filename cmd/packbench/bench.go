package main

import (
	"context"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"packbench/devices"
	"packbench/devices/printer"
	"packbench/devices/scanner"
	"packbench/devices/usb"
)

// benchDevices owns the devices of a bench: it starts their drivers, and changes them while the bench works. Nothing is opened
// before become. Its methods may be called concurrently.
type benchDevices struct {
	board   *devices.Board
	printer *printerSeat // of labels
	camera  *cameraSeat  // the first one
	typed   atomic.Pointer[scanner.Typed]

	bus usb.Bus
	to  takers
	log *slog.Logger

	cfg     atomic.Pointer[Config] // whose devices are at work
	mu      sync.Mutex             // one change at a time
	working []*device
	lent    string // place of the device that is on trial and has its driver there
	reads   scanner.TypedConfig
	closed  bool
}

// device is one driver at work; is is the table that it was made of.
type device struct {
	name    string
	is      any
	run     func(context.Context) error
	printer labelPrinter
	camera  photoCamera
	group   *group

	mu   sync.Mutex
	said map[[2]string]bool // kind and id of every health that it reported
}

func newBenchDevices(bus usb.Bus, to takers, log *slog.Logger) *benchDevices {
	return &benchDevices{board: new(devices.Board), printer: new(printerSeat), camera: new(cameraSeat), bus: bus, to: to, log: log}
}

// config is the configuration whose devices are at work.
func (b *benchDevices) config() Config {
	if cfg := b.cfg.Load(); cfg != nil {
		return *cfg
	}
	return defaultConfig()
}

// become makes a configuration's devices the ones at work. What stays as it is works on without a pause; the rest ends before what
// takes its place begins. A label that is on its way, and a photo that is being taken, end first on the device that has them. A
// device that is not there never stops this: its driver says so, and goes on looking for it.
func (b *benchDevices) become(cfg Config) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cfg.Store(&cfg)
	b.lent = ""
	b.settle()
}

// lend takes a device from the bench until the next become or giveBack: only one driver can have it.
func (b *benchDevices) lend(place string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lent = place
	b.settle()
}

func (b *benchDevices) giveBack() { b.lend("") }

// close ends every driver, for good.
func (b *benchDevices) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	stopDevices(b.working)
}

// settle starts and ends drivers until those at work are the wanted ones.
func (b *benchDevices) settle() {
	if b.closed {
		return
	}
	cfg := b.config()
	b.settleKeys(cfg)
	gone := slices.Clone(b.working)
	var next, fresh []*device
	for _, is := range cfg.atWork(b.lent) {
		at := slices.IndexFunc(gone, func(d *device) bool { return reflect.DeepEqual(d.is, is) })
		if at < 0 {
			d := b.open(is)
			next, fresh = append(next, d), append(fresh, d)
			continue
		}
		next, gone = append(next, gone[at]), slices.Delete(gone, at, at+1)
	}
	b.working = next
	var labels labelPrinter
	var film photoCamera
	for _, d := range next {
		if d.printer != nil {
			labels = d.printer
		}
		if d.camera != nil && film == nil {
			film = d.camera
		}
	}
	defer b.printer.change(labels, cfg.labelMedia())()
	defer b.camera.change(film)()
	stopDevices(gone)
	for _, d := range gone {
		for k := range d.said {
			b.board.Forget(devices.Kind(k[0]), k[1])
		}
	}
	for _, d := range fresh {
		d.group = newGroup("device", b.log, func(string, error) {})
		d.group.run(d.name, d.run)
	}
}

// settleKeys makes the window's keys a scanner, or nobody's.
func (b *benchDevices) settleKeys(cfg Config) {
	reads, was := cfg.typed(), b.typed.Load()
	switch on := cfg.keyboardScans(); {
	case !on && was != nil:
		b.typed.Store(nil)
		b.board.Forget(devices.Scanner, scanner.KeyboardDevice)
	case on && (was == nil || b.reads != reads):
		b.typed.Store(scanner.NewTyped(reads, b.board.Report))
	}
	b.reads = reads
}

// stopDevices ends drivers, all at once, and waits for them.
func stopDevices(list []*device) {
	for _, d := range list {
		d.group.cancel()
	}
	for _, d := range list {
		d.group.stop()
	}
}

// report notes which device has spoken, so that it can be forgotten with its driver.
func (d *device) report(to devices.Report) devices.Report {
	return func(h devices.Health) {
		d.mu.Lock()
		if d.said == nil {
			d.said = map[[2]string]bool{}
		}
		d.said[[2]string{string(h.Kind), h.ID}] = true
		d.mu.Unlock()
		to(h)
	}
}

// open makes the driver of one table. Nothing is opened before it runs.
func (b *benchDevices) open(is any) *device {
	d := &device{is: is}
	report := d.report(b.board.Report)
	switch c := is.(type) {
	case ScannerConfig:
		d.name = "scanner " + c.device()
		if c.Transport == "serial" {
			d.run = scanner.NewSerial(scanner.SerialConfig{Port: c.Port, Baud: c.Baud, Prefix: c.Prefix, Repeat: repeat}, b.to.scan, report, b.log).Run
			break
		}
		u := usbScannerConfig(c)
		u.Calibrated = b.to.calibrated
		d.run = scanner.NewUSB(u, b.bus, b.to.scan, report, b.log).Run
	case ScaleConfig:
		d.name, d.run = "scale "+c.PID+c.Port, openScale(c, b.bus, b.to.weigh, report, b.log)
	case PrinterConfig:
		d.name = "printer " + c.Address + c.Queue + c.PID + c.Port
		if c.Role == "document" { // watched only: documents go to the queue by themselves
			d.run = printer.NewSpooler(printer.SpoolerConfig{Queue: c.Queue, Role: c.Role, Poll: documentPoll}, report, b.log).Run
			break
		}
		d.printer = openPrinter(c, b.bus, report, b.log)
		d.run = d.printer.Run
	case CameraConfig:
		d.camera = openCamera(c, report, b.log)
		d.name, d.run = "camera "+c.Name, d.camera.Run
	}
	return d
}

// atWork are the tables that have a driver, but that of a device which is lent.
func (c Config) atWork(lent string) []any {
	var out []any
	add := func(x candidate, is any) {
		if lent == "" || x.place() != lent {
			out = append(out, is)
		}
	}
	for _, s := range c.Scanners {
		if s.Transport != "keyboard" {
			add(candidate{kind: devices.Scanner, scanner: s}, s)
		}
	}
	if s := c.Scale; s != nil {
		add(candidate{kind: devices.Scale, scale: *s}, *s)
	}
	if p := c.labelPrinter(); p != nil {
		add(candidate{kind: devices.Printer, printer: *p}, *p)
	}
	if p := c.documentPrinter(); p != nil {
		out = append(out, *p)
	}
	for _, cam := range c.Cameras {
		add(candidate{kind: devices.Camera, camera: cam}, cam)
	}
	return out
}
