package orders

import (
	"context"
	"fmt"
	"image"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Lister reads orders. query is words of an order id, tracking number, SKU or name; empty means all.
type Lister interface {
	ListOrders(ctx context.Context, query string, limit int) ([]fulfillment.OrderSummary, error)
}

// Options are what the screen needs of the window. Orders may be nil.
type Options struct {
	Scan       func(code string) // a code handed over by the search field
	Background widgets.Background
	Orders     Lister
	// Story reads why an order stands where it stands; nil: reasons are told by the holds alone.
	Story func(ctx context.Context, id fulfillment.OrderID) (fulfillment.Story, error)
	// Answer takes a supervisor's answer to a request to cancel; it must not block, and nil drops it.
	Answer func(fulfillment.CancelAnswer)
	Papers Papers // of one order; nil: there are none
	// Picture reads a product's picture, cached by the caller; nil: there are none.
	Picture func(ctx context.Context, url string) (image.Image, error)
	Now     func() time.Time
}

// limit bounds a list: who looks for more searches.
const limit = 500

// Screen is the list of orders. Its methods are called on the screen's goroutine.
type Screen struct {
	Object fyne.CanvasObject
	Search *SearchField

	o       Options
	all     []fulfillment.OrderSummary // as read
	day     []fulfillment.OrderSummary // what all is without a search: the counters and the requests are of these
	named   func(shop string) string   // see Shops
	list    []fulfillment.OrderSummary // those of all that the filter lets through
	only    sort                       // what is shown only; everything: all
	filter  [sorts]*widgets.Button     // one for each but everything
	story   map[fulfillment.OrderID]told
	query   string
	first   int
	table   *table
	request *requestCard
	card    *card
	body    *fyne.Container // the list
	page    *widgets.Text
	counts  *widgets.Text
	notice  *widgets.Text
	clear   *widgets.Button // of the search
	up      *widgets.Button
	down    *widgets.Button
	loaded  bool
	err     error
}

// New returns the screen without orders; nothing is read before Load.
func New(o Options) *Screen {
	s := &Screen{o: o, request: newRequestCard(o.Now, o.Answer), page: widgets.NewText(widgets.SizeBody, true, widgets.Ink).Fit(12, 2).Centred(),
		counts: widgets.NewText(20, true, widgets.Bad).Fit(13, 2).Right(), notice: widgets.NewText(widgets.SizeTitle, false, widgets.Soft).Fit(14, 3).Centred()}
	s.Search = NewSearchField(text.T("orders.search"), o.Now, s.searched, o.Scan)
	s.clear = widgets.NewButton("cross", "", widgets.Ink, widgets.Card, s.Clear)
	s.only = everything
	s.story = map[fulfillment.OrderID]told{}
	for f := range s.filter {
		s.filter[f] = widgets.NewButton(sortIcons[f], "", widgets.Ink, widgets.Card, func() { s.toggle(sort(f)) })
	}
	s.up = widgets.NewButton("up", "", widgets.Ink, widgets.Card, func() { s.turn(-1) })
	s.down = widgets.NewButton("down", "", widgets.Ink, widgets.Card, func() { s.turn(1) })
	s.table = newTable(s.open)
	s.card = newCard(o, s.closeCard)
	s.table.stack.Resized = s.show
	head := widgets.Row(8, widgets.Fix(widgets.NewIcon("search", widgets.Soft, 32), 32), widgets.Item{Object: s.Search, Basis: 220, Grow: 2}, widgets.Fix(s.clear, widgets.TouchSize), widgets.Fix(s.filter[unlabelled], 152), widgets.Fix(s.filter[shelved], 100),
		widgets.Fix(s.filter[gone], 100), widgets.Grow(s.counts, 3),
		widgets.Fix(s.up, 70), widgets.Fix(s.page, 104), widgets.Fix(s.down, 70))
	s.body = widgets.NewCard(widgets.Column(0, widgets.Fix(newHeadings(), 24), widgets.Fix(s.notice, 90), widgets.Grow(s.table.stack.Object, 1))).Container
	s.Object = widgets.Column(8, widgets.Fix(head, widgets.TouchSize), widgets.Own(s.request.object), widgets.Grow(s.body, 1), widgets.Grow(s.card.object, 1))
	s.request.resized = s.Object.Refresh
	s.show()
	return s
}

// Load reads the orders anew; call it when the screen comes in front, after a scan, and about every 20 seconds.
func (s *Screen) Load() { s.read(true) }

// read reads what the search finds, and with it the day where that is another list.
func (s *Screen) read(day bool) {
	if s.o.Orders == nil {
		return
	}
	query := s.query
	s.o.Background("orders", func(ctx context.Context) func() {
		list, err := s.o.Orders.ListOrders(ctx, query, limit)
		whole := list
		if err == nil && day && query != "" {
			whole, err = s.o.Orders.ListOrders(ctx, "", limit)
		}
		return func() {
			if err == nil && (day || query == "") {
				s.day = Sort(whole)
			}
			if query != s.query { // a newer question is on its way
				return
			}
			s.loaded, s.err = true, err
			if err == nil {
				s.all = Sort(list)
				s.sieve()
				s.card.look()
			}
			s.show()
		}
	})
}

// Tick brings the times up to date; call it about once a second while the screen is in front.
func (s *Screen) Tick() { s.show() }

func (s *Screen) searched(query string) {
	s.query, s.first = query, 0
	s.closeCard()
	s.clear.Enable(query != "")
	s.read(false)
}

// Shops tells what the shop of an order (fulfillment.Order.Shop) is called, empty: there is only one.
func (s *Screen) Shops(named func(shop string) string) {
	s.named = named
	s.show()
}

// Clear ends the search and closes the card: everything is listed again.
func (s *Screen) Clear() {
	s.closeCard()
	s.Search.Clear()
}

// Find shows the order as a search for it does, whatever was filtered before.
func (s *Screen) Find(id fulfillment.OrderID) {
	s.only = everything
	s.closeCard()
	s.Search.Clear()
	s.Search.SetText(string(id))
}

// open puts the card of an order in the place of the list.
func (s *Screen) open(id fulfillment.OrderID) {
	i := slices.IndexFunc(s.list, func(o fulfillment.OrderSummary) bool { return o.ID == id })
	if i < 0 || s.card.bounced() {
		return
	}
	s.card.set(s.list[i])
	s.front()
}

func (s *Screen) closeCard() {
	if s.card.open() {
		s.card.close()
		s.front()
	}
}

// front shows the card or the list.
func (s *Screen) front() {
	on := s.card.open()
	widgets.ShowOnly(s.body, !on)
	widgets.ShowOnly(s.card.object, on)
	s.show()
	s.Object.Refresh()
}

func (s *Screen) turn(pages int) {
	s.first += pages * s.table.stack.Fits()
	s.show()
}

func (s *Screen) show() {
	now := s.o.Now()
	from, to := Page(len(s.list), s.first, s.table.stack.Fits())
	s.first = from
	lines := make([]Line, 0, to-from)
	for _, o := range s.list[from:to] {
		l := LineOf(o, s.storyOf(o), now)
		if s.named != nil {
			l.Shop = s.named(o.Shop)
		}
		lines = append(lines, l)
	}
	s.table.set(lines)
	s.card.update(s.all, func(o fulfillment.OrderSummary) Line { return LineOf(o, s.storyOf(o), now) })
	s.card.show(now)
	came := s.request.set(s.day)
	if s.card.open() { // one order is in front
		came = widgets.ShowOnly(s.request.object, false) || came
	}
	if came {
		s.Object.Refresh()
	}
	key := "orders.page"
	switch {
	case len(s.list) >= limit:
		key = "orders.more"
	case s.query != "":
		key = "orders.found"
	}
	page := ""
	if len(s.list) > 0 {
		page = text.T(key, "from", fmt.Sprint(from+1), "to", fmt.Sprint(to), "n", fmt.Sprint(len(s.list)))
	}
	s.page.Set(page)
	s.clear.Enable(s.query != "")
	s.up.Enable(from > 0)
	s.down.Enable(to < len(s.list))
	s.showFilter()
	s.showCounts(now)
	s.showNotice()
}

func (s *Screen) showCounts(now time.Time) {
	late, soon := Counts(s.day, now)
	words, ink := "", widgets.WarnInk
	if soon > 0 {
		words = text.T("orders.soon", "n", fmt.Sprint(soon))
	}
	if late > 0 {
		ink = widgets.Bad
		if words != "" {
			words = "  ·  " + words
		}
		words = text.T("orders.late", "n", fmt.Sprint(late)) + words
	}
	s.counts.Set(words)
	s.counts.Colour(ink)
}

func (s *Screen) showNotice() {
	words := ""
	switch {
	case s.err != nil:
		words = text.T("orders.err", "why", text.Err(s.err))
	case s.o.Orders == nil || s.loaded && len(s.list) == 0 && s.query == "" && s.only == everything:
		words = text.T("orders.none")
	case s.loaded && len(s.list) == 0 && s.only == unlabelled:
		words = text.T("orders.unlabelled.none")
	case s.loaded && len(s.list) == 0 && s.only != everything:
		words = text.T("orders.none")
	case s.loaded && len(s.list) == 0:
		words = text.T("orders.nomatch", "query", text.Code(s.query))
	case !s.loaded:
		words = text.T("orders.wait")
	}
	s.notice.Set(words)
	if widgets.ShowOnly(s.notice, words != "") {
		s.Object.Refresh()
	}
}
