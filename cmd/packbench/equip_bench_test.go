package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/usb"
	"packbench/fulfillment"
	"packbench/fulfillment/label"
	"packbench/fulfillment/station"
	"packbench/storage"
	"packbench/ui"
	"packbench/ui/setup"
)

// liveBench is the program without its window: station, print queue, photographer and wizard on a data folder, with devices at the
// far end of ptys and sockets.
type liveBench struct {
	t    *testing.T
	a    *app
	file string

	mu    sync.Mutex
	scans []string // as the station judged them
	view  station.View
	told  ui.Equipped
}

// drawn are labels that are proved by being the test label of the stock in the printer.
type drawn struct{}

func (drawn) Proved(_ context.Context, _ fulfillment.Hash, _ fulfillment.Shipment, m fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, error) {
	return fulfillment.Proof{Verdict: fulfillment.LabelPrint}, label.TestLabel(m), nil
}

func (d drawn) Kept(h fulfillment.Hash, of fulfillment.Shipment, m fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, bool) {
	p, b, _ := d.Proved(context.Background(), h, of, m)
	return p, b, m.DPI > 0
}

func newLiveBench(t *testing.T, tables string, orders int) *liveBench {
	t.Helper()
	dir := t.TempDir()
	b := &liveBench{t: t, file: filepath.Join(dir, "station.toml")}
	if err := os.WriteFile(b.file, []byte("[station]\nid = \"PACK-01\"\nmarket = \"GB\"\noperator = \"Tester\"\n\n[policy]\nweigh = \"off\"\n\n"+tables), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := loadConfig(b.file, true)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	store, err := storage.Open(t.Context(), dir, storage.Options{Station: "PACK-01", Market: "GB"})
	if err != nil {
		t.Fatal(err)
	}
	b.seed(store, orders)
	fail := func(part string, err error) { t.Errorf("%s: %v", part, err) }
	a := &app{dir: dir, config: b.file, env: &env{dir: dir, cfg: cfg, log: log, store: store}, told: b.equipped, window: new(ui.Window), warmed: make(chan struct{})}
	a.warming.Do(func() {}) // no PDF is drawn here
	a.deviceGroup, a.stationGroup, a.printerGroup = newGroup("devices", log, fail), newGroup("station", log, fail), newGroup("printer", log, fail)
	a.setup = newSetupDesk(a)
	a.setup.show, a.setup.plugged = func(setup.News) {}, func() ([]usb.Found, error) { return nil, nil }
	a.devices = newBenchDevices(usb.NewSystem(), takers{scan: a.scanned, weigh: a.weighed, calibrated: a.calibrated}, log)
	a.photos = station.NewPhotographer(a.devices.camera, store, a.photoTaken, log)
	a.station = station.New(station.Options{ID: "PACK-01", Policy: cfg.policy(), Operator: "Tester", Store: store, NewID: newID, Log: log, Show: b.show,
		Candidates: func(string) []fulfillment.Tracking { return nil }, Reserve: a.reservePrinter, Queued: a.wakePrinter, Wish: a.wish})
	a.queue = station.NewPrintQueue(station.PrintQueue{Store: store, Labels: drawn{}, Printer: a.devices.printer, Back: a.station, Now: time.Now, Log: log, Retry: 50 * time.Millisecond})
	a.prover, a.ahead = newProver(store, nil, a.devices.printer.Media, a.labelReady, log), station.NewAhead(drawn{}, a.devices.printer, log)
	b.a = a
	a.stationGroup.run("station", a.station.Run)
	a.stationGroup.run("photographer", a.photos.Run)
	a.devices.board.OnChange(func(h devices.Health) {
		a.setup.feels(h)
		a.wakePrinter()
	})
	a.devices.become(cfg)
	if cfg.labelPrinter() != nil {
		a.startPrinting()
	}
	t.Cleanup(func() { b.stop(store) })
	return b
}

func (b *liveBench) stop(store *storage.Store) {
	b.a.lines, b.a.syncGroup = &shopLines{}, newGroup("sync", b.a.env.log, func(string, error) {})
	b.a.stopParts()
	if r, err := store.CompareState(context.Background()); err != nil || !r.OK() {
		b.t.Errorf("tables and events: %+v, %v", r.Differences, err)
	}
	if err := store.Close(); err != nil {
		b.t.Error(err)
	}
}

func (b *liveBench) seed(s *storage.Store, orders int) {
	b.t.Helper()
	dir := b.t.TempDir()
	text := "order_id,seller_sku,name,quantity,carrier,tracking_number,label_file\n"
	for n := range orders {
		name := fmt.Sprintf("label-%d.png", n)
		if err := os.WriteFile(filepath.Join(dir, name), []byte("\x89PNG label "+name), 0o600); err != nil {
			b.t.Fatal(err)
		}
		text += fmt.Sprintf("ORDER%d,MUG,Mug,1,Demo,TRACK%d,%s\n", n, n, name)
	}
	if r, err := s.ImportOrders(b.t.Context(), strings.NewReader(text), dir); err != nil {
		b.t.Fatal(r, err)
	}
}

func (b *liveBench) show(v station.View) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if v.Verdict != nil && v.Verdict.Scan != "" && v.VerdictSeq != b.view.VerdictSeq {
		b.scans = append(b.scans, v.Verdict.Scan)
	}
	b.view = v
}

func (b *liveBench) equipped(e ui.Equipped) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.told = e
}

// judged are the scans that the bench has judged, oldest first.
func (b *liveBench) judged() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.scans)
}

// submit scans from nowhere in particular.
func (b *liveBench) submit(codes ...string) {
	b.t.Helper()
	for _, c := range codes {
		if err := b.a.station.Submit(b.t.Context(), fulfillment.Scan{ID: newID(), Code: c, At: time.Now(), Device: "test"}); err != nil {
			b.t.Fatal(err)
		}
	}
}

// find is a device of the wizard's list.
func (b *liveBench) find(kind devices.Kind, part string) setup.Choice {
	b.t.Helper()
	list, err := b.a.setup.Find(b.t.Context(), kind)
	if err != nil {
		b.t.Log(err) // no print service here
	}
	for _, c := range list {
		if strings.Contains(c.Key, part) {
			return c
		}
	}
	b.t.Fatalf("%s %s is not in the list: %+v", kind, part, list)
	return setup.Choice{}
}

// bind tries a device and takes it into use.
func (b *liveBench) bind(c setup.Choice) error {
	b.t.Helper()
	if err := b.a.setup.Try(b.t.Context(), c); err != nil {
		return err
	}
	_, err := b.a.setup.Keep(b.t.Context(), c, true)
	return err
}

func (b *liveBench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *liveBench) address(kind devices.Kind, at string) setup.Choice {
	b.t.Helper()
	c, err := b.a.setup.Address(kind, at)
	b.must(err)
	return c
}

// toml is the configuration as the next start would read it.
func (b *liveBench) toml() Config {
	b.t.Helper()
	cfg, err := loadConfig(b.file, true)
	b.must(err)
	return cfg
}

func runTCPPrinter(t *testing.T, dpi int) *devicetest.Printer {
	t.Helper()
	p, err := devicetest.NewPrinter("", dpi)
	if err != nil {
		t.Fatal(err)
	}
	runFake(t, p.Run)
	return p
}

func runFake(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
}

func printerTable(p *devicetest.Printer) string {
	return "[[printer]]\nrole = \"label\"\ntransport = \"network\"\naddress = \"" + p.Address() + "\"\nlanguage = \"zpl\"\ndpi = 203\nwidth_mm = 102\nheight_mm = 152\n\n"
}

// state is the state of an order's print job; empty: it has none.
func (b *liveBench) state(id string) fulfillment.JobState {
	b.t.Helper()
	o, err := b.a.env.store.Order(b.t.Context(), fulfillment.OrderID(id))
	b.must(err)
	for _, p := range o.Packages {
		if p.LabelJob == "" {
			continue
		}
		j, err := b.a.env.store.Job(b.t.Context(), p.LabelJob)
		b.must(err)
		return j.State
	}
	return ""
}

// ready is how many devices of a kind say that they are.
func (b *liveBench) ready(kind devices.Kind) int {
	n := 0
	for _, h := range b.a.devices.board.Snapshot() {
		if h.Kind == kind && h.ID != "keyboard" && h.State == devices.Ready {
			n++
		}
	}
	return n
}

// photos is how many of the parcels on the open manifest have one.
func (b *liveBench) photos() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, m := range b.view.Manifests {
		for _, p := range m.Parcels {
			if len(p.Photos) > 0 {
				n++
			}
		}
	}
	return n
}

func (b *liveBench) weight() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.view.Weight.Grams
}
