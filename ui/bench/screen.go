package bench

import (
	"context"
	"fmt"
	"image"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Orders lists orders for the empty bench.
type Orders interface {
	ListOrders(ctx context.Context, query string, limit int) ([]fulfillment.OrderSummary, error)
}

// Options are what the screen needs of the window. Every function but Command and Background may be nil.
type Options struct {
	Command      func(code string)
	Background   widgets.Background
	Orders       Orders
	Picture      func(ctx context.Context, url string) (image.Image, error)
	LabelPreview func(ctx context.Context, p fulfillment.Parcel) (Label, error)
	// LabelAhead is told what speaks against printing the label in hand, before the packer comes to it; empty: nothing. never: no
	// person's word lets it print.
	LabelAhead func(words string, never bool)
	Asking     func(bool) // hears when the question why another label is wanted, with its answers, comes in sight and goes
	ApplyScan  bool       // a label on the parcel must be scanned back
	Now        func() time.Time
}

// Screen is the packing screen. Its methods are called on the screen's goroutine.
type Screen struct {
	Object fyne.CanvasObject

	o        Options
	view     station.View
	offline  func(shop string) time.Time // see Shops
	named    func(shop string) string    // see Shops
	items    *itemList
	facts    *factsPanel
	queue    *queueCard
	commands *commandBar
	parcel   *fyne.Container
	pictures map[string]image.Image // nil value: asked for, or not to be had
	preview  string                 // what the label picture was asked for
	shown    Label                  // the label in the small picture; without a picture: none
	zoom     *zoom
	work     *fyne.Container // everything but the large label
}

// New returns the screen with an empty bench.
func New(o Options) *Screen {
	s := &Screen{o: o, pictures: map[string]image.Image{}}
	s.items, s.facts, s.queue = newItemList(), newFactsPanel(), newQueueCard()
	s.commands = newCommandBar(o.Command, o.Now)
	s.commands.asking = o.Asking
	s.parcel = container.New(parcelLayout{}, s.items.object, s.facts.object)
	s.parcel.Hide()
	s.work = widgets.Column(10, widgets.Grow(container.NewStack(s.parcel, s.queue.Container), 1), widgets.Fix(s.commands.object, widgets.TouchSize))
	s.zoom = newZoom(s.zoomOut, o.Command)
	s.facts.zoom = s.zoomIn
	s.Object = container.NewStack(s.work, s.zoom.object)
	s.Show(station.View{})
	return s
}

// parcelLayout lays the items beside the facts; on a large screen, which is read from further away, the facts are larger, too.
type parcelLayout struct{}

// Layout implements fyne.Layout.
func (parcelLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	const gap, least = 12, 404
	facts := max(least, size.Width*0.34)
	o[0].Resize(fyne.NewSize(size.Width-gap-facts, size.Height))
	o[1].Move(fyne.NewPos(size.Width-facts, 0))
	o[1].Resize(fyne.NewSize(facts, size.Height))
}

// MinSize implements fyne.Layout.
func (parcelLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(600, 100) }

// Show draws the view.
func (s *Screen) Show(v station.View) {
	opened := (v.Parcel == nil) != (s.view.Parcel == nil)
	if v.VerdictSeq != s.view.VerdictSeq { // a scan needs the whole screen
		s.zoomOut()
	}
	s.view = v
	if v.Parcel != nil {
		s.items.set(Rows(*v.Parcel), s.picture)
	}
	if opened {
		s.swap(v.Parcel != nil)
	}
	s.label(v)
	s.setFacts()
	s.commands.set(v)
	s.askToConfirm()
	s.labelAhead()
}

func (s *Screen) labelAhead() {
	if s.o.LabelAhead != nil {
		s.o.LabelAhead(text.LabelAhead(s.view.Parcel, s.shown.Verdict))
	}
}

func (s *Screen) setFacts() {
	var offline time.Time
	if s.view.Parcel != nil && s.offline != nil {
		offline = s.offline(s.view.Parcel.Order.Shop)
	}
	f := FactsOf(s.view, offline, s.o.Now())
	if s.view.Parcel != nil && s.named != nil {
		f.Shop = s.named(s.view.Parcel.Order.Shop)
	}
	s.facts.set(f)
	s.queue.setWeight(f)
}

// swap puts the items or the queue in front.
func (s *Screen) swap(parcel bool) {
	if parcel {
		s.parcel.Show()
		s.queue.Hide()
		return
	}
	s.parcel.Hide()
	s.items.scroll.ScrollToTop()
	s.queue.Show()
	s.LoadQueue()
}

// Shops tells of the shop of an order (fulfillment.Order.Shop) since when it does not answer, zero: it does; and what it is
// called, empty: there is only one.
func (s *Screen) Shops(offline func(shop string) time.Time, named func(shop string) string) {
	s.offline, s.named = offline, named
	s.Tick()
}

// Tick brings everything that depends on the time up to date; call it about once a second.
func (s *Screen) Tick() {
	s.setFacts()
	s.items.tellMore() // the window may have another size by now
	s.commands.tick()
	s.queue.tick(s.o.Now())
}

// queueRead is how many orders are read for the list of those due first: more than a bench packs in a day.
const queueRead = 300

// LoadQueue reads the waiting orders anew; call it about every 20 seconds while the bench is empty and in sight.
func (s *Screen) LoadQueue() {
	if s.o.Orders == nil || s.view.Parcel != nil {
		return
	}
	s.o.Background("bench queue", func(ctx context.Context) func() {
		list, err := s.o.Orders.ListOrders(ctx, "", queueRead)
		first, n := Waiting(list, queueRows, s.o.ApplyScan)
		key := "bench.queue"
		left := func(o fulfillment.OrderSummary) bool { return o.Rung.AtLeast(fulfillment.RungHandedOver) }
		if len(list) >= queueRead && !slices.ContainsFunc(list, left) { // those that have left are read after all others
			key = "bench.queue.more"
		}
		return func() { s.queue.set(text.T(key, "n", fmt.Sprint(n)), first, err, s.o.Now()) }
	})
}

// maxPictures bounds the pictures kept; a bench sees a few hundred products a day.
const maxPictures = 120

// picture returns the picture if it is known, and asks for it otherwise.
func (s *Screen) picture(url string) image.Image {
	img, known := s.pictures[url]
	if known || url == "" || s.o.Picture == nil {
		return img
	}
	if len(s.pictures) >= maxPictures {
		s.pictures = map[string]image.Image{}
	}
	s.pictures[url] = nil
	s.o.Background("picture:"+url, func(ctx context.Context) func() {
		img, err := s.o.Picture(ctx, url)
		if err != nil || img == nil {
			return nil // the placeholder stays: a missing picture must not hold up a parcel
		}
		img = widgets.Shrink(img, 240, 240)
		return func() {
			s.pictures[url] = img
			if s.view.Parcel != nil {
				s.items.set(Rows(*s.view.Parcel), s.picture)
			}
		}
	})
	return nil
}

// label asks for the label's picture when another label came into hand.
func (s *Screen) label(v station.View) {
	key := ""
	if v.Parcel != nil && v.Parcel.Package.Label != "" {
		key = string(v.Parcel.Package.ID) + string(v.Parcel.Package.Label) + string(v.Parcel.Picture) // a label that could not be proved is drawn anew
	}
	if key == s.preview {
		return
	}
	s.preview, s.shown = key, Label{}
	s.zoomOut()
	s.facts.setLabel(nil)
	s.facts.setFinding("", false)
	if key == "" || s.o.LabelPreview == nil {
		return
	}
	s.askLabel(key, *v.Parcel)
}
