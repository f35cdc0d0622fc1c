package ui

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"packbench/assets"
	"packbench/devices"
	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/ui/bench"
	"packbench/ui/equipment"
	"packbench/ui/handoff"
	"packbench/ui/manual"
	"packbench/ui/orders"
	"packbench/ui/settings"
	"packbench/ui/sound"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Window is the station's window. Show, ShowHealth, ShowSync, Raise and Close may be called by any goroutine and never
// block; New, ShowAndRun and SetCloseIntercept belong to the main goroutine.
type Window struct {
	o     Options
	app   fyne.App
	win   fyne.Window
	gate  *gate
	sink  *keySink
	codes *codes
	back  *background
	ready chan struct{}
	// closed: the screen is gone and nothing may touch it.
	closed atomic.Bool
	// looking: the list of orders is in front.
	looking atomic.Bool

	// Everything below belongs to the screen's goroutine.
	view      station.View
	sync      SyncStatus
	tab       tab
	heard     uint64
	heardErr  string
	health    []devices.Health
	noSound   string // why there is no sound, in the player's words; empty: there is, or nobody has tried
	nav       *nav
	banner    *banner
	prompt    *promptBand
	body      *fyne.Container // banner, prompt, page and strip
	strip     *strip
	frame     *widgets.Panel
	bench     *bench.Screen
	handoff   *handoff.Screen
	orders    *orders.Screen
	equipment *equipment.Screen
	screens   [len(tabNames)]fyne.CanvasObject
	address   *orders.SearchField // of the setup
	asked     [2]string           // what the setup asks for in the prompt's place; empty: nothing
	shop      *settings.Screen
	code      *orders.SearchField // of the shop screen
	ticks     int
}

// New builds the window on a; it starts nothing and shows nothing. Call it on the main goroutine.
func New(a fyne.App, o Options) *Window {
	if o.Now == nil {
		o.Now = time.Now
	}
	icon := fyne.NewStaticResource("appicon.png", assets.AppIcon)
	a.SetIcon(icon)
	a.Settings().SetTheme(newTheme())
	w := &Window{o: o, app: a, win: a.NewWindow("Packbench — " + o.Station), codes: newCodes(), ready: make(chan struct{})}
	w.win.SetIcon(icon)
	w.win.SetMaster()
	w.win.SetPadded(false)
	w.win.SetOnClosed(func() { w.closed.Store(true) })
	w.back = newBackground(w.do)
	w.gate = newGate(w.apply, w.drawn, sync.OnceFunc(func() { close(w.ready) }), w.do)
	w.sink = newKeySink(o.Now, w.scanned)
	w.build()
	w.win.Resize(fyne.NewSize(1280, 720))
	if o.FullScreen {
		w.win.SetFullScreen(true)
	}
	w.capture()
	w.choose(tabBench)
	return w
}

func (w *Window) build() {
	send := func(code string) { w.codes.put(code, w.o.Command) }
	w.nav, w.banner, w.prompt, w.strip = newNav(w.o.Station, w.navigate), newBanner(w.gate.beacon), newPromptBand(), newStrip()
	w.bench = bench.New(bench.Options{Command: send, Background: w.back.add, Orders: w.o.Orders, Picture: w.o.Picture, LabelPreview: w.o.LabelPreview, LabelAhead: w.labelAhead, Asking: w.reasonAsked, ApplyScan: w.o.ApplyScan, Now: w.o.Now})
	w.handoff = handoff.New(handoff.Options{Command: send, Background: w.back.add, Missing: w.o.Missing, Manifests: w.o.Manifests, Camera: w.o.Camera, Now: w.o.Now})
	w.orders = orders.New(orders.Options{Scan: w.searchScan, Background: w.back.add, Orders: w.o.Orders, Story: w.o.Story, Answer: w.answer, Papers: w.o.Papers, Picture: w.o.Picture, Now: w.o.Now})
	w.orders.Search.Entered = func() { w.do(w.win.Canvas().Unfocus) } // the next scan goes to the sink
	w.equipment = equipment.New(w.o.Now, w.decide)
	w.buildSetup()
	w.shop = w.newShop()
	w.screens = [...]fyne.CanvasObject{tabBench: w.bench.Object, tabHandoff: w.handoff.Object, tabOrders: w.orders.Object, tabEquipment: w.equipment.Object,
		tabShop: w.shop.Object, tabManual: manual.New(assets.Manual).Object}
	w.frame = widgets.NewPanel(widgets.Clear, 14, 12, container.NewStack(w.screens[:]...)).Square()
	w.prompt.set(w.view)
	w.body = container.New(&bands{w.banner, w.prompt}, w.banner.Container, w.prompt.Container, w.frame.Container, w.strip.Container)
	w.win.SetContent(container.New(window{}, w.sink, widgets.Row(0, widgets.Fix(w.nav.Container, navWidth), widgets.Grow(w.body, 1))))
}

// window lays its objects over one another and asks for no more than a small screen has, whatever the content asks for.
type window struct{}

func (window) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
}

func (window) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1024, 640) }

// capture makes every key reach the sink: while it is focused by itself, while nothing is focused by the window's hooks.
func (w *Window) capture() {
	c := w.win.Canvas()
	c.SetOnTypedRune(w.sink.TypedRune)
	c.SetOnTypedKey(w.sink.TypedKey)
	for _, s := range controlShortcuts() {
		c.AddShortcut(s, w.sink.TypedShortcut)
	}
	w.sink.refind = func() { w.do(w.guard) }
	c.Focus(w.sink)
}

// guard gives the keyboard back to the sink. Only the search field may keep it, and only while it is in sight. With a
// menu of the search field open nothing may be focused; the window's hooks work then.
func (w *Window) guard() {
	c := w.win.Canvas()
	focused := c.Focused()
	if focused == fyne.Focusable(w.sink) {
		return
	}
	if focused == fyne.Focusable(w.orders.Search) && w.tab == tabOrders || w.setupField(focused) {
		return
	}
	if w.codeWanted(focused) {
		return
	}
	if c.Overlays().Top() != nil {
		c.Unfocus()
		return
	}
	c.Focus(w.sink)
}

// scanned takes a code from the keyboard.
func (w *Window) scanned(code string) { w.codes.put(code, w.o.Scan) }

// searchScan takes a code that was scanned, or typed and entered, in the search field.
func (w *Window) searchScan(code string) {
	w.scanned(code)
	w.do(w.win.Canvas().Unfocus) // the sink takes over
}

// Run does the window's background work until ctx ends: it delivers codes, reads lists and pictures, draws the camera and
// watches over the keyboard. It always returns nil, after everything it started has ended.
func (w *Window) Run(ctx context.Context) error {
	var all sync.WaitGroup
	all.Go(func() { w.codes.run(ctx) })
	all.Go(func() { w.back.run(ctx) })
	all.Go(func() { w.handoff.Run(ctx, w.do) })
	all.Go(func() { w.watch(ctx) })
	all.Go(func() { w.runSetup(ctx) })
	all.Wait()
	return nil
}

// Periods of the watchdog: while a code is being typed it looks more often, to finish codes without a suffix.
const (
	watchIdle = 100 * time.Millisecond
	watchBusy = 25 * time.Millisecond
)

// watch calls guard, the burst's tick and, once a second, the screens' clocks. A call that has not been carried out yet
// is not repeated: after a stall of the screen there must be no row of ticks without keys between them.
func (w *Window) watch(ctx context.Context) {
	var pending atomic.Bool
	timer := time.NewTimer(watchIdle)
	defer timer.Stop()
	second := w.o.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		now := w.o.Now()
		clocks := now.Sub(second).Abs() >= time.Second
		if !pending.Swap(true) {
			if clocks {
				second = now
			}
			w.do(func() {
				pending.Store(false)
				w.guard()
				w.sink.tick()
				if clocks {
					w.second()
				}
			})
		}
		next := watchIdle
		if w.sink.busy.Load() {
			next = watchBusy
		}
		timer.Reset(next)
	}
}

// ShowAndRun shows the window and runs the screen until it is closed. Main goroutine only.
func (w *Window) ShowAndRun() {
	w.win.ShowAndRun()
	w.closed.Store(true)
}

// SetCloseIntercept sets what happens instead of closing; f runs on the screen's goroutine.
func (w *Window) SetCloseIntercept(f func()) { w.win.SetCloseIntercept(f) }

// Ready is closed after the first frame was painted. A window that never gets there has no usable display.
func (w *Window) Ready() <-chan struct{} { return w.ready }

// Raise brings the window to the front.
func (w *Window) Raise() {
	w.do(func() {
		w.win.Show()
		w.win.RequestFocus()
	})
}

// Close ends ShowAndRun without asking.
func (w *Window) Close() {
	w.do(func() {
		w.closed.Store(true)
		w.app.Quit()
	})
}

// Show shows v. Every verdict is drawn, in order; see gate.
func (w *Window) Show(v station.View) {
	w.do(func() {
		w.hear(v)
		w.gate.show(v)
	})
}

// hear plays the tone as soon as the verdict is known: the ear is quicker than a frame.
func (w *Window) hear(v station.View) {
	tone := sound.None
	if v.Verdict != nil && v.VerdictSeq != w.heard {
		tone = lookOf(*v.Verdict).tone
	}
	if v.Err != "" && v.Err != w.heardErr {
		tone = sound.Refused
	}
	w.heard, w.heardErr = v.VerdictSeq, v.Err
	if tone != sound.None && w.o.Sound != nil {
		w.o.Sound.Play(tone)
	}
}

// apply puts a view on the screen; called by the gate.
func (w *Window) apply(v station.View) {
	before := w.view
	w.view = v
	w.showPrompt()
	w.strip.operator(v)
	w.equipment.Supervisor(v.Supervisor)
	w.orders.Supervisor(v.Supervisor)
	w.shop.Supervisor(v.Supervisor)
	w.bench.Show(v)
	w.handoff.Show(v)
	w.showVerdict() // after the bench: it knows whether its question stands
	w.follow(before, v)
}

// follow brings the screen in front that belongs to what just happened: the mode's own when the mode changed or work went
// on by a scan, wherever somebody was looking.
func (w *Window) follow(before, v station.View) {
	news := v.Verdict != nil && v.VerdictSeq != before.VerdictSeq
	worked := news && v.Verdict.Scan != "" && v.Verdict.Code.Accepted() && v.Verdict.Class != fulfillment.ClassBadge
	if t := modeTab(v.Mode); w.tab != t && (t != modeTab(before.Mode) || worked) {
		w.choose(t)
	}
	if news && w.tab == tabOrders {
		w.orders.Load()
	}
	if news && w.tab == tabHandoff {
		w.handoff.LoadMissing()
	}
}

func modeTab(m fulfillment.Mode) tab {
	if m == fulfillment.ModeHandoff {
		return tabHandoff
	}
	return tabBench
}

// navigate is a touch on the rail. Bench and dock are modes: the station is asked, and the screen follows its answer, so
// that nobody looks at one screen while scans are judged by the other's rules.
func (w *Window) navigate(t tab) {
	mode := modeTab(w.view.Mode)
	switch {
	case t == tabBench && mode != tabBench:
		w.codes.put("PB:MODE:PACK", w.o.Command)
	case t == tabHandoff && mode != tabHandoff:
		w.codes.put("PB:MODE:HANDOFF", w.o.Command)
	default:
		w.choose(t)
	}
}

func (w *Window) choose(t tab) {
	if w.tab == tabOrders && t != tabOrders {
		w.orders.Clear() // who comes back looks for something else
	}
	w.tab = t
	w.looking.Store(t == tabOrders)
	w.nav.set(t)
	for i, s := range w.screens {
		if tab(i) == t {
			s.Show()
		} else {
			s.Hide()
		}
	}
	w.handoff.Visible(t == tabHandoff)
	w.equipment.Front(t == tabEquipment)
	switch t {
	case tabBench:
		w.bench.LoadQueue()
	case tabOrders:
		w.orders.Load()
	}
	w.showPrompt()
	w.frame.Container.Refresh()
	w.guard()
}

// second brings clocks up to date, and every 20th time the lists in sight.
func (w *Window) second() {
	w.ticks++
	lists := w.ticks%20 == 0
	w.strip.sync(w.sync, w.o.Now())
	w.listen()
	if w.banner.over != text.Over(w.view, w.prompt.why, w.o.Now()) {
		w.showVerdict()
	}
	switch w.tab {
	case tabBench:
		w.bench.Tick()
		if lists {
			w.bench.LoadQueue()
		}
	case tabHandoff:
		w.handoff.Tick()
		if lists {
			w.handoff.LoadMissing()
		}
	case tabOrders:
		w.orders.Tick()
		if lists {
			w.orders.Load()
		}
	case tabEquipment:
		w.equipment.Tick()
	case tabShop:
		w.shop.Tick()
	}
}

// drawn tells the program that the verdict of v was on the screen.
func (w *Window) drawn(v station.View) {
	if w.o.Drawn != nil && v.Verdict != nil {
		w.o.Drawn(v, text.ViewLine(v))
	}
}
