package ui

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"packbench/devices"
	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/ui/orders"
	"packbench/ui/sound"
	"packbench/ui/widgets"
)

type listed struct{ err error }

func (l listed) ListOrders(context.Context, string, int) ([]fulfillment.OrderSummary, error) {
	return []fulfillment.OrderSummary{{ID: "576461413038785752", Rung: fulfillment.RungToPack, Units: 2, Carrier: "UPS"}}, l.err
}

type heard struct{ tones []sound.Tone }

func (h *heard) Play(t sound.Tone) { h.tones = append(h.tones, t) }

func newTestWindow(t *testing.T, o Options) *Window {
	t.Helper()
	a := test.NewTempApp(t)
	o.Station = "PACK-01"
	w := New(a, o)
	w.win.Resize(fyne.NewSize(1366, 768))
	t.Cleanup(w.win.Close)
	return w
}

func inHand() *fulfillment.Parcel {
	return &fulfillment.Parcel{
		Order:   fulfillment.Order{ID: "576461413038785752", Source: fulfillment.SourcePlatform, BuyerMessage: strings.Repeat("Please wrap it well. ", 20)},
		Package: fulfillment.Package{ID: "p1", Carrier: "UPS", Label: "abc"},
		Items:   []fulfillment.Item{{SKU: "MUG", Name: strings.Repeat("Stoneware mug ", 20), Need: 2, Got: 1, Fragile: true, Gift: true, DangerousGood: true}, {SKU: "BALL", Need: 1}},
	}
}

func TestTitle(t *testing.T) {
	if got := newTestWindow(t, Options{}).win.Title(); got != "Packbench — PACK-01" {
		t.Errorf("title %q", got)
	}
}

func TestVerdictIsDrawnThenTold(t *testing.T) {
	var told []string
	ears := &heard{}
	w := newTestWindow(t, Options{Sound: ears, Drawn: func(v station.View, text string) { told = append(told, fmt.Sprint(v.VerdictSeq, " ", text)) }})
	select {
	case <-w.Ready():
		t.Fatal("ready before the first frame")
	default:
	}
	w.Show(station.View{Parcel: inHand(), VerdictSeq: 1, Verdict: &fulfillment.Verdict{Code: fulfillment.WrongItem, Name: "Ball", OrderID: "5"}})
	w.Show(station.View{Parcel: inHand(), VerdictSeq: 2, Verdict: &fulfillment.Verdict{Code: fulfillment.ItemOK, Name: "Mug", Got: 1, Need: 2}})
	if len(told) != 0 {
		t.Fatalf("told before it was painted: %q", told)
	}
	if got := w.banner.head.Words(); got != "STOP – wrong item" {
		t.Errorf("the banner says %q", got)
	}
	for range 3 {
		w.win.Canvas().Capture()
	}
	want := []string{"1 STOP – wrong item. Ball is not in order 5: put it back.", "2 Right item – 1 of 2. Mug"}
	if !slices.Equal(told, want) {
		t.Errorf("got %q, want %q", told, want)
	}
	if !slices.Equal(ears.tones, []sound.Tone{sound.Refused, sound.Accepted}) {
		t.Errorf("heard %v", ears.tones)
	}
	select {
	case <-w.Ready():
	default:
		t.Error("not ready after the first frame")
	}
}

func TestErrorIsShownAndHeardOnceAndNeverTold(t *testing.T) {
	told := 0
	ears := &heard{}
	w := newTestWindow(t, Options{Sound: ears, Drawn: func(station.View, string) { told++ }})
	for range 3 {
		w.Show(station.View{Err: "the disk is full"})
	}
	w.win.Canvas().Capture()
	if got := w.banner.detail.Words(); got != "The disk is full." {
		t.Errorf("the banner says %q", got)
	}
	if told != 0 || len(ears.tones) != 1 {
		t.Errorf("told %d times, heard %v", told, ears.tones)
	}
}

func TestBannerStaysInSightOnEveryScreen(t *testing.T) {
	w := newTestWindow(t, Options{})
	told := 0
	w.gate.drawn = func(station.View) { told++ }
	for i := range tabNames {
		w.choose(tab(i))
		w.Show(station.View{VerdictSeq: uint64(i + 1), Verdict: &fulfillment.Verdict{Code: fulfillment.UnknownCode, Scan: "X"}})
		w.win.Canvas().Capture()
		if told != i+1 {
			t.Errorf("on %s the verdict was not drawn", tabNames[i])
		}
	}
}

// Nothing that a scanner's keys could press, tick, choose or fill may be on any screen, except two fields that tell a scan
// from typing: the orders' search and the shop's pasted code.
func TestNothingTakesTheScannersKeys(t *testing.T) {
	w := newTestWindow(t, Options{})
	w.Show(station.View{Parcel: inHand(), Manifests: []fulfillment.Manifest{{Carrier: "UPS", Parcels: []fulfillment.ManifestParcel{{OrderID: "1"}}}}})
	w.ShowHealth([]devices.Health{{Kind: devices.Scanner, State: devices.Ready}})
	found := 0
	walk(w.win.Content(), func(o fyne.CanvasObject) {
		switch o.(type) {
		case *widget.Button, *widget.Check, *widget.Select, *widget.List, *widget.Table, *widget.RadioGroup:
			t.Errorf("a stock %T is on the screen", o)
		}
		if f, ok := o.(fyne.Focusable); ok && f != fyne.Focusable(w.sink) {
			if _, ok := o.(*orders.SearchField); !ok {
				t.Errorf("%T takes the focus", o)
			}
			found++
		}
	})
	if found != 2 {
		t.Errorf("%d fields found: the walk does not see the screens", found)
	}
}

// walkShown leaves out what is hidden, with all that is in it.
func walkShown(o fyne.CanvasObject, f func(fyne.CanvasObject)) {
	if !o.Visible() {
		return
	}
	f(o)
	for _, c := range parts(o) {
		walkShown(c, f)
	}
}

func parts(o fyne.CanvasObject) []fyne.CanvasObject {
	switch x := o.(type) {
	case *fyne.Container:
		return x.Objects
	case fyne.Widget:
		return test.WidgetRenderer(x).Objects()
	}
	return nil
}

func walk(o fyne.CanvasObject, f func(fyne.CanvasObject)) {
	f(o)
	for _, c := range parts(o) {
		walk(c, f)
	}
}

// An order is looked up while the list is in front, and only then; who leaves the list leaves the search.
func TestTheSearchStaysOnItsPage(t *testing.T) {
	w := newTestWindow(t, Options{})
	w.Find("1001")
	if w.Looking() || w.orders.Search.Text != "" {
		t.Errorf("looked up %q on another page", w.orders.Search.Text)
	}
	w.choose(tabOrders)
	w.Find("1001")
	if !w.Looking() || w.orders.Search.Text != "1001" {
		t.Errorf("in the field: %q", w.orders.Search.Text)
	}
	w.choose(tabOrders)
	if w.orders.Search.Text != "1001" {
		t.Error("a touch of the page in front ends the search")
	}
	w.choose(tabShop)
	if w.Looking() || w.orders.Search.Text != "" {
		t.Errorf("the search %q outlives the page", w.orders.Search.Text)
	}
}

func TestTargetsAreLargeEnoughForGloves(t *testing.T) {
	w := newTestWindow(t, Options{})
	w.Show(station.View{Parcel: inHand()})
	w.ShowSync(SyncStatus{Configured: true, Parked: 1, Outbox: []OutboxLine{{ID: "row", State: fulfillment.OutboxParked}}})
	buttons := 0
	for i := range tabNames {
		w.choose(tab(i))
		walkShown(w.win.Content(), func(o fyne.CanvasObject) {
			if b, ok := o.(*widgets.Button); ok && b.Visible() && b.Size().Width > 0 {
				buttons++
				if s := b.Size(); s.Width < 56 || s.Height < 56 {
					t.Errorf("button %q is %v", b.Word(), s)
				}
			}
		})
	}
	if buttons < 10 {
		t.Errorf("only %d buttons were looked at", buttons)
	}
}

func TestContentFitsASmallScreen(t *testing.T) {
	w := newTestWindow(t, Options{})
	w.Show(station.View{Parcel: inHand()})
	if m := w.win.Content().MinSize(); m.Width > 1366 || m.Height > 700 {
		t.Errorf("the window wants %v", m)
	}
}

func TestKeysBecomeCodesInOrder(t *testing.T) {
	var mu sync.Mutex
	var got []string
	note := func(s string) { mu.Lock(); got = append(got, s); mu.Unlock() }
	w := newTestWindow(t, Options{Scan: note, Command: note})
	c := w.win.Canvas()
	if c.Focused() != fyne.Focusable(w.sink) {
		t.Fatalf("%T has the keyboard", c.Focused())
	}
	typeKeys := func(code string) {
		for _, r := range code {
			c.Focused().TypedRune(r)
		}
		c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	}
	typeKeys("LOT 42 B")
	c.Unfocus() // something took the keyboard away: the sink takes it back
	w.guard()
	typeKeys("5770001")
	w.sink.TypedRune('0')
	w.sink.TypedRune('1')
	w.sink.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyRightBracket, Modifier: fyne.KeyModifierControl})
	w.sink.TypedRune('7')
	w.sink.TypedKey(&fyne.KeyEvent{Name: fyne.KeyTab})
	w.navigate(tabHandoff) // asks the station
	deliver(t, w, func() int { mu.Lock(); defer mu.Unlock(); return len(got) }, 4)
	if want := []string{"LOT 42 B", "5770001", "01\x1d7", "PB:MODE:HANDOFF"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if w.tab != tabBench {
		t.Error("the screen did not wait for the station's answer")
	}
}

// deliver runs the window's delivery of codes until n have come.
func deliver(t *testing.T, w *Window, count func() int, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); w.codes.run(ctx) }()
	for count() < n && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-done
}

func TestSearchFieldKeepsTheKeyboardOnlyInSight(t *testing.T) {
	var mu sync.Mutex
	var got []string
	w := newTestWindow(t, Options{Scan: func(s string) { mu.Lock(); got = append(got, s); mu.Unlock() }})
	w.choose(tabOrders)
	c := w.win.Canvas()
	c.Focus(w.orders.Search)
	w.guard()
	if c.Focused() != fyne.Focusable(w.orders.Search) {
		t.Fatal("the search field lost the keyboard in sight")
	}
	test.Type(w.orders.Search, "LOT 42 B")
	w.orders.Search.TypedKey(&fyne.KeyEvent{Name: fyne.KeyTab})
	if w.orders.Search.Text != "" {
		t.Errorf("the scan stayed in the field: %q", w.orders.Search.Text)
	}
	w.guard()
	if c.Focused() != fyne.Focusable(w.sink) {
		t.Error("after a scan the field keeps the keyboard")
	}
	c.Focus(w.orders.Search)
	w.choose(tabBench)
	if c.Focused() != fyne.Focusable(w.sink) {
		t.Error("out of sight the field keeps the keyboard")
	}
	deliver(t, w, func() int { mu.Lock(); defer mu.Unlock(); return len(got) }, 1)
	if !slices.Equal(got, []string{"LOT 42 B"}) {
		t.Errorf("the scan in the field became %q", got)
	}
}

func TestScreenFollowsTheWork(t *testing.T) {
	w := newTestWindow(t, Options{})
	w.choose(tabEquipment)
	w.Show(station.View{VerdictSeq: 1, Verdict: &fulfillment.Verdict{Code: fulfillment.UnknownCode, Scan: "X"}})
	w.win.Canvas().Capture()
	if w.tab != tabEquipment {
		t.Error("a refused scan took the screen away")
	}
	w.Show(station.View{VerdictSeq: 2, Verdict: &fulfillment.Verdict{Code: fulfillment.OrderOpened, Scan: "1"}, Parcel: inHand()})
	w.win.Canvas().Capture()
	if w.tab != tabBench {
		t.Error("work began and the bench is not in front")
	}
	w.Show(station.View{VerdictSeq: 2, Mode: fulfillment.ModeHandoff})
	if w.tab != tabHandoff {
		t.Error("the mode changed and the dock is not in front")
	}
}

func TestRunLoadsAndStops(t *testing.T) {
	pictures := make(chan string, 9)
	w := newTestWindow(t, Options{Orders: listed{errors.New("locked")}, Missing: func(context.Context) ([]fulfillment.OrderSummary, error) { return nil, nil },
		Picture: func(_ context.Context, url string) (image.Image, error) {
			pictures <- url
			return image.NewRGBA(image.Rect(0, 0, 2, 2)), nil
		},
		LabelPreview: func(context.Context, fulfillment.Parcel) (Label, error) {
			pictures <- "label"
			return Label{}, errors.New("none")
		}})
	p := inHand()
	p.Items[0].Image = "mug.png"
	w.Show(station.View{Parcel: p})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); w.back.run(ctx) }()
	seen := map[string]bool{}
	for len(seen) < 2 {
		select {
		case s := <-pictures:
			seen[s] = true
		case <-time.After(10 * time.Second):
			t.Fatalf("only %v was asked for", seen)
		}
	}
	cancel()
	<-done
}

func TestNothingTouchesAClosedWindow(t *testing.T) {
	w := newTestWindow(t, Options{})
	w.Close()
	w.Show(station.View{VerdictSeq: 1, Verdict: &fulfillment.Verdict{Code: fulfillment.Cancelled}})
	w.ShowHealth(nil)
	w.ShowSync(SyncStatus{Configured: true})
	if w.view.VerdictSeq != 0 || w.sync.Configured {
		t.Error("a closed window was changed")
	}
}
