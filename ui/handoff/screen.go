package handoff

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Options are what the screen needs of the window. Missing, Manifests and Camera may be nil.
type Options struct {
	Command    func(code string)
	Background widgets.Background
	Missing    func(ctx context.Context) ([]fulfillment.OrderSummary, error)
	Manifests  Manifests // the sealed ones; nil: they are not shown
	Camera     Frames
	Now        func() time.Time
}

// Screen is the dock screen. Its methods are called on the screen's goroutine, Run excepted.
type Screen struct {
	Object fyne.CanvasObject

	o       Options
	view    station.View
	live    *liveView
	last    *lastCard
	cards   *cardList
	missing *missingCard
	seal    *sealBar
	dock    *fyne.Container // what is going on, or in its place sealed
	sealed  *sealedPage
	look    *widgets.Button // changes the two
	photo   *widgets.Button
	undo    *widgets.Button
	sure    widgets.Sure // of undo
	seq     uint64
	listed  []fulfillment.OrderSummary
	err     error
}

// New returns the screen without parcels.
func New(o Options) *Screen {
	s := &Screen{o: o, live: newLiveView(o.Camera), last: newLastCard(), missing: newMissingCard()}
	s.seal = newSealBar(o.Command, o.Now)
	s.cards = newCardList(s.seal.begin)
	s.photo = widgets.NewButton("camera", text.T("cmd.PHOTO"), widgets.Ink, widgets.Card, func() { o.Command("PB:PHOTO") })
	s.undo = widgets.NewButton("undo", text.T("cmd.UNDO"), widgets.Ink, widgets.Card, s.takeOff)
	left := widgets.Column(10, widgets.Grow(s.live.object, 1), widgets.Fix(s.last.object, 118))
	s.sealed = newSealedPage(o)
	s.look = widgets.NewButton("document", "", widgets.Ink, widgets.Card, func() { s.turn(!s.sealed.object.Visible()) })
	s.look.Enable(o.Manifests != nil)
	s.dock = widgets.Row(12, widgets.Grow(left, 9), widgets.Grow(s.cards.object, 10), widgets.Grow(s.missing.object, 8))
	s.Object = widgets.Column(10, widgets.Grow(s.dock, 1), widgets.Grow(s.sealed.object, 1),
		widgets.Fix(s.seal.question.Container, questionHeight),
		widgets.Fix(widgets.Row(10, widgets.Fix(s.photo, 150), widgets.Fix(s.undo, 170), widgets.Fix(s.look, 150), widgets.Grow(s.seal.object, 1)), 68))
	s.seal.resized = func() {
		if s.seal.question.Container.Visible() {
			s.turn(false) // who is asked sees what it is about
		}
		s.Object.Refresh()
	}
	s.Show(station.View{})
	s.turn(false)
	return s
}

// Equip tells whether there is a camera now; it has no effect where Options.Camera is nil.
func (s *Screen) Equip(camera bool) {
	s.live.equip(camera)
	s.photo.Enable(ModelOf(s.view, s.o.Now()).Last != nil && s.live.has)
}

// Show draws the view.
func (s *Screen) Show(v station.View) {
	s.view = v
	m := ModelOf(v, s.o.Now())
	s.cards.set(m)
	s.last.set(m.Last)
	s.seal.set(m)
	s.photo.Enable(m.Last != nil && s.live.has)
	s.undo.Enable(m.Parcels+m.TakeOff > 0)
	if len(v.Manifests) == 0 || v.VerdictSeq != s.seq {
		s.sure.Drop() // the first touch was meant for another parcel
		if v.VerdictSeq != s.seq {
			s.turn(false) // work goes on
		}
		s.seq = v.VerdictSeq
	}
	s.tickUndo()
	s.showMissing()
}

// turn shows the sealed manifests, or what is going on.
func (s *Screen) turn(sealed bool) {
	word := "sealed.open"
	if sealed {
		word = "sealed.close"
		s.seal.drop() // a question about what is not in sight
		s.sealed.load()
	}
	s.look.Set("document", text.T(word), widgets.Ink, widgets.Card)
	widgets.ShowOnly(s.sealed.object, sealed)
	if widgets.ShowOnly(s.dock, !sealed) {
		s.Object.Refresh()
	}
}

func (s *Screen) showMissing() {
	m := ModelOf(s.view, s.o.Now())
	s.missing.set(Missing(s.listed, s.view), s.err, s.o.Missing != nil, cmp.Or(text.Visible(s.view.CarrierName), s.view.Carrier), m.Parcels, m.Off)
}

// Visible tells whether the screen is in front; the camera's picture is drawn only then.
func (s *Screen) Visible(on bool) {
	s.live.visible.Store(on)
	if on {
		s.LoadMissing()
	}
}

// Tick brings what depends on the time up to date; call it about once a second.
func (s *Screen) Tick() {
	s.cards.set(ModelOf(s.view, s.o.Now())) // ages grow
	s.seal.tick()
	s.tickUndo()
}

// takeOff asks twice: the parcel scanned last comes off its manifest.
func (s *Screen) takeOff() {
	if s.sure.Ask(s.o.Now()) {
		s.o.Command("PB:UNDO")
	}
	s.tickUndo()
}

func (s *Screen) tickUndo() {
	word, fill := text.T("handoff.undo"), widgets.Card
	if s.sure.Armed(s.o.Now()) {
		word, fill = text.T("cmd.confirm", "cmd", text.T("cmd.UNDO")), widgets.Warn
	}
	s.undo.Set("undo", word, widgets.Ink, fill)
}

// LoadMissing reads anew which packed parcels are on no manifest; call it after a scan and about every 20 seconds.
func (s *Screen) LoadMissing() {
	if s.o.Missing == nil {
		return
	}
	s.o.Background("handoff missing", func(ctx context.Context) func() {
		list, err := s.o.Missing(ctx)
		return func() {
			s.err = err
			if err == nil {
				s.listed = list
			}
			s.showMissing()
		}
	})
}

// Run draws the camera until ctx ends. post runs a function on the screen's goroutine.
func (s *Screen) Run(ctx context.Context, post func(func())) { s.live.run(ctx, post, s.o.Now) }

// lastCard shows the parcel scanned last.
type lastCard struct {
	object   *fyne.Container
	tracking *widgets.Text
	order    *widgets.Text
	photos   *widgets.Text
	title    *widgets.Text
}

func newLastCard() *lastCard {
	l := &lastCard{title: widgets.NewText(widgets.SizeSmall, false, widgets.Soft), tracking: widgets.NewText(28, true, widgets.Ink).Fit(16, 1),
		order: widgets.NewText(widgets.SizeBody, false, widgets.Soft).Fit(12, 1), photos: widgets.NewText(36, true, widgets.Ink).Fit(20, 1).Centred()}
	l.title.Set(text.T("handoff.last"))
	label := widgets.NewText(widgets.SizeSmall, false, widgets.Soft).Centred()
	label.Set(text.T("handoff.photo"))
	l.object = widgets.NewCard(widgets.Row(10,
		widgets.Grow(widgets.Column(0, widgets.Fix(l.title, 22), widgets.Grow(l.tracking, 1), widgets.Fix(l.order, 26)), 1),
		widgets.Fix(widgets.Column(0, widgets.Fix(label, 22), widgets.Grow(l.photos, 1)), 76))).Container
	return l
}

func (l *lastCard) set(p *Last) {
	if p == nil {
		l.tracking.Set("–")
		l.order.Set(text.T("handoff.empty"))
		l.photos.Set("–")
		return
	}
	l.tracking.Set(p.Tracking)
	words := p.Carrier + "  ·  " + p.Order
	if p.Weight != "" {
		words += "  ·  " + p.Weight
	}
	l.order.Set(words)
	l.photos.Set(fmt.Sprint(p.Photos))
}
