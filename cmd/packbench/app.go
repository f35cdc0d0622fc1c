package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"github.com/google/uuid"

	"packbench/devices/scanner"
	"packbench/devices/usb"
	"packbench/fulfillment"
	"packbench/fulfillment/label"
	"packbench/fulfillment/station"
	"packbench/ui"
	"packbench/ui/sound"
)

// windowPatience is how long the first frame may take; software GL on a loaded PC needs a few seconds.
const windowPatience = 45 * time.Second

// app is the running window: who is joined to whom. The groups stop in this order: devices, station, printer, syncer;
// then the store and the log are closed.
type app struct {
	dir     string
	shops   *shopDesk
	env     *env
	window  *ui.Window
	station *station.Station
	devices *benchDevices
	archive *label.Archive
	codes   *label.Carriers
	queue   *station.PrintQueue
	ahead   *station.Ahead
	lines   *shopLines    // of the connected shops; none where orders come from files
	poked   chan struct{} // has a value when a shop's state is to be drawn
	photos  *station.Photographer
	told    func(ui.Equipped) // draws what the bench has to work with
	trace   *tracer
	pics    *pictures
	prover  *prover
	config  string // station.toml
	setup   *setupDesk
	engine  *label.Engine
	warming sync.Once
	warmed  chan struct{} // closed when the PDF renderer has started, or will not

	deviceGroup, stationGroup, printerGroup, syncGroup *group
	printing                                           *group // what a label printer feeds; nil: there is none
	recovered                                          bool   // what a crash left in the print queue is settled; owned by printJobs
}

// runWindow opens the station's window and works until it is closed.
func runWindow(ctx context.Context, c *call) error {
	if err := ui.CheckDisplay(); err != nil {
		return err
	}
	if _, err := c.settings(); err != nil {
		return err
	}
	one, err := claimInstance(c.dir)
	if errors.Is(err, errSecondStart) {
		fmt.Fprintln(c.err, "packbench:", errSecondStart)
		return nil
	}
	if err != nil {
		return err
	}
	defer one.release()
	e, err := c.open(ctx, readOnlyNo)
	if err != nil {
		return err
	}
	defer e.close()
	station.CollectRarely()
	trace, err := openTracer(os.Getenv("PACKBENCH_TRACE"))
	if err != nil {
		return err
	}
	defer trace.close()
	a := &app{dir: c.dir, config: c.config, env: e, trace: trace, warmed: make(chan struct{})}
	options := labelOptions(c.dir, e.cfg.Station.Market, e.log)
	a.codes = options.Carriers
	a.engine = label.NewEngine(options)
	defer closeRenderer(a.engine)
	a.archive = label.NewArchive(a.engine, e.store, e.log)
	a.build()
	return a.work(ctx, one, c.err)
}

// build joins the parts. Nothing runs yet.
func (a *app) build() {
	e := a.env
	player, fail := sound.New(e.log), a.partFailed
	a.joinShops(fail) // before the parts that are given its methods
	a.pics = newPictures(filepath.Join(a.dir, "cache", "pictures"))
	a.devices = newBenchDevices(usb.NewSystem(), takers{a.scanned, a.weighed, a.calibrated}, e.log)
	a.photos = station.NewPhotographer(a.devices.camera, e.store, a.photoTaken, e.log)
	a.setup = newSetupDesk(a)
	screen := newFyneApp(a.dir)
	a.shops = newShopDesk(a, screen)
	options := a.windowOptions(player)
	options.Shop = a.shops.options()
	a.window = ui.New(screen, options)
	a.told = a.window.Equip
	a.station = station.New(station.Options{
		ID: e.cfg.Station.ID, Policy: e.cfg.policy(), Operator: e.cfg.Station.Operator, Operators: e.cfg.operators(), Store: e.store,
		Candidates: a.codes.Candidates, Show: a.show, Reserve: a.reservePrinter, Queued: a.wakePrinter, Outboxed: a.lines.wake, Wish: a.wish, Refresh: a.lines.refresh, Carriers: a.carriers, NewID: newID, Log: e.log,
	})
	a.joinPrinter()
	a.deviceGroup, a.stationGroup = newGroup("devices", e.log, fail), newGroup("station", e.log, fail)
	a.printerGroup, a.syncGroup = newGroup("printer", e.log, fail), newGroup("sync", e.log, fail)
	a.deviceGroup.run("window", a.window.Run)
	a.deviceGroup.run("sound", player.Run)
	a.deviceGroup.run("shops", a.shops.Run)
	a.stationGroup.run("station", a.station.Run)
	a.stationGroup.run("chain head", e.keepHeads)
	a.stationGroup.run("retention", e.keepRetention)
	a.stationGroup.run("checkpoints", e.store.RunCheckpoints)
	a.stationGroup.run("photographer", a.photos.Run)
	a.devices.board.OnChange(a.healthChanged)
	a.devices.become(e.cfg)
	a.told(equipped(e.cfg))
	if e.cfg.labelPrinter() != nil {
		a.startPrinting()
	}
	a.startShops()
}

// newFyneApp makes the toolkit's part. It keeps a file of its own under the id, and two windows of one user that write the same
// file find it half written: so every data folder but the system's own has an id of its own.
func newFyneApp(dir string) fyne.App {
	id := appIDOf(dir)
	fyneapp.SetMetadata(fyne.AppMetadata{ID: id, Name: "Packbench", Version: version, Migrations: map[string]bool{"fyneDo": true}})
	return fyneapp.NewWithID(id)
}

func appIDOf(dir string) string {
	abs, err := filepath.Abs(dir)
	if usual, uerr := defaultDataDir(); err != nil || uerr == nil && abs == usual {
		return appID
	}
	sum := sha256.Sum256([]byte(abs))
	return appID + "." + hex.EncodeToString(sum[:6])
}

const appID = "app.packbench.station"

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// work shows the window and stops everything in order when it is closed or ctx ends.
func (a *app) work(ctx context.Context, one *instance, errw io.Writer) error {
	a.deviceGroup.run("second starts", func(ctx context.Context) error { return one.run(ctx, a.window.Raise) })
	a.deviceGroup.run("window watch", func(ctx context.Context) error { return a.watchWindow(ctx, errw) })
	a.deviceGroup.run("signals", func(g context.Context) error {
		err := watchSignals(g, ctx, a.window, interruptSelf)
		if errors.Is(err, errToolkitStuck) {
			go a.endWithoutToolkit(errw)
			return nil
		}
		return err
	})
	a.window.ShowHealth(a.devices.board.Snapshot())
	a.window.ShowAndRun() // the toolkit's loop must have the main goroutine
	stuck := time.AfterFunc(stopPatience, func() { a.endStuck(errw) })
	defer stuck.Stop()
	a.stopParts()
	return nil
}

// watchWindow ends the program if no frame was painted: without GL the toolkit would run on without a window and look
// healthy to whoever started it.
func (a *app) watchWindow(ctx context.Context, errw io.Writer) error {
	select {
	case <-a.window.Ready():
	case <-ctx.Done():
	case <-time.After(windowPatience):
		fmt.Fprintln(errw, "packbench: the window could not be drawn: this display has no OpenGL 2.1 or newer. Install the graphics driver (Mesa on Linux), or start on the computer's own screen.")
		a.env.log.Error("No frame was painted")
		os.Exit(exitFailed)
	}
	return nil
}

// partFailed: a part that must not stop has stopped. The station without its goroutine would show a lie.
func (a *app) partFailed(part string, err error) {
	if part != "station" {
		return
	}
	fmt.Fprintln(os.Stderr, "packbench: the bench could not be opened:", err)
	os.Exit(exitFailed)
}

// scanned, weighed: what a device has given outlives its driver, which may be ended at any moment.
func (a *app) scanned(_ context.Context, s fulfillment.Scan) error {
	ctx := a.deviceGroup.ctx
	if a.setup.takes(s) || a.lookedUp(ctx, s) {
		return nil
	}
	return a.station.Submit(ctx, s)
}

// calibrated: a scanner of the bench has read the calibration barcode; its driver has acted on it.
func (a *app) calibrated(c scanner.Calibration) { a.setup.calibrated(c) }

func (a *app) weighed(_ context.Context, w fulfillment.Weight) error {
	a.setup.weighed(w)
	return a.station.Weigh(a.deviceGroup.ctx, w)
}

func (a *app) photoTaken(ctx context.Context, p fulfillment.PhotoTaken) error {
	return a.station.PhotoTaken(ctx, p)
}

func (a *app) wish(w fulfillment.PhotoWish) { a.photos.Wish(w) }

// show gives the bench as it is to the window, and to what makes its label ready.
func (a *app) show(v station.View) {
	a.window.Show(v)
	a.ahead.Show(v)
}

// reservePrinter takes the print queue for a job that the station is about to commit.
func (a *app) reservePrinter(j fulfillment.PrintJob, of fulfillment.Shipment) (*station.Reservation, bool) {
	return a.queue.Reserve(j, of)
}

func (a *app) wakePrinter() { a.queue.Wake() }

// labelReady: a label was proved; if its order is in hand and waits, it is printed now.
func (a *app) labelReady(ctx context.Context, id fulfillment.OrderID) error {
	return a.station.Changed(ctx, id)
}
