package orders

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image/color"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// card is one order with its papers, in the place of the list. A button that cannot work is grey and says why below it.
type card struct {
	object   *fyne.Container
	id       *widgets.Text
	state    *widgets.Text
	icon     *widgets.Icon
	why      *widgets.Text
	box      *widgets.Button // turns to the next parcel of the order; hidden where there is one
	tracking *widgets.Text
	slip     *act
	own      *act
	inside   *contents
	desk     *fyne.Container // the papers, in the place of inside
	turnOver *widgets.Button // changes the two
	asked    bool            // the papers are in front

	o      Options
	order  fulfillment.OrderSummary // none: the card is closed
	line   Line
	papers Paperwork
	known  bool // papers are this order's
	err    error
	at     int       // the parcel
	since  time.Time // when card and list changed places: the second of two quick touches was meant for the other
}

// act is one paper: its button, and below it what it does, why it cannot be done, or what became of it.
type act struct {
	object *fyne.Container
	button *widgets.Button
	icon   *widgets.Icon
	words  *widgets.Text
	panel  *widgets.Panel
	sure   widgets.Sure
	busy   bool
	said   string // what became of the last touch; empty: nothing was touched
	failed bool
}

func newAct(tap func()) *act {
	a := &act{icon: widgets.NewIcon("dash", widgets.Soft, 30), words: widgets.NewText(20, false, widgets.Ink).Fit(13, 6)}
	a.button = widgets.NewButton("", "", widgets.White, widgets.Blue, tap).Large()
	a.panel = widgets.NewPanel(widgets.Paper, 12, 10, widgets.Row(10, widgets.Fix(a.icon, 30), widgets.Grow(a.words, 1)))
	a.object = widgets.Column(6, widgets.Fix(a.button, 72), widgets.Grow(a.panel.Container, 1))
	return a
}

func newCard(o Options, closed func()) *card {
	c := &card{o: o, id: widgets.NewText(26, true, widgets.Ink).Fit(14, 1), state: widgets.NewText(22, true, widgets.Ink).Fit(13, 1), icon: widgets.NewIcon("", widgets.Clear, 28),
		why: widgets.NewText(20, false, widgets.Ink).Fit(13, 2), tracking: widgets.NewText(20, false, widgets.Soft).Fit(13, 1)}
	c.box = widgets.NewButton("box", "", widgets.Ink, widgets.Card, c.turn)
	c.slip, c.own = newAct(c.printSlip), newAct(c.makeLabel)
	shut := widgets.NewButton("cross", text.T("card.close"), widgets.White, widgets.Navy, closed)
	again := widgets.NewText(widgets.SizeBody, true, widgets.Ink).Fit(12, 3)
	again.Set(text.T("card.again"))
	note := widgets.NewPanel(widgets.BluePale, 12, 6, widgets.Row(10, widgets.Fix(widgets.NewIcon("note", widgets.Blue, 28), 28), widgets.Grow(again, 1)))
	c.turnOver = widgets.NewButton("document", "", widgets.White, widgets.Blue, func() {
		c.asked = !c.asked
		c.show(c.o.Now())
	})
	head := widgets.Row(10, widgets.Grow(c.id, 5), widgets.Fix(c.icon, 28), widgets.Grow(c.state, 4), widgets.Grow(c.tracking, 5), widgets.Fix(c.box, 130), widgets.Fix(c.turnOver, 150), widgets.Fix(shut, 130))
	c.inside = newContents(o)
	c.desk = widgets.Column(8, widgets.Grow(widgets.Row(14, widgets.Grow(c.slip.object, 1), widgets.Grow(c.own.object, 1)), 1), widgets.Fix(note.Container, 78))
	c.desk.Hide()
	c.object = widgets.NewCard(widgets.Column(8, widgets.Fix(head, widgets.TouchSize), widgets.Fix(c.why, 44),
		widgets.Grow(c.inside.object, 1), widgets.Grow(c.desk, 1))).Container
	c.object.Hide()
	return c
}

func (c *card) open() bool { return c.order.ID != "" }

func (c *card) close() {
	c.order = fulfillment.OrderSummary{}
	c.papers, c.known, c.err, c.at, c.since = Paperwork{}, false, nil, 0, c.o.Now()
}

func (c *card) bounced() bool { return c.o.Now().Sub(c.since).Abs() < swapPause }

// set opens the card of an order.
func (c *card) set(o fulfillment.OrderSummary) {
	c.close()
	c.order = o
	for _, a := range []*act{c.slip, c.own} {
		a.sure.Drop()
		a.busy, a.said = false, ""
	}
	c.asked = false
	c.inside.begin()
	c.look()
}

// update takes the order's news from the list.
func (c *card) update(all []fulfillment.OrderSummary, line func(fulfillment.OrderSummary) Line) {
	if !c.open() {
		return
	}
	if i := slices.IndexFunc(all, func(o fulfillment.OrderSummary) bool { return o.ID == c.order.ID }); i >= 0 {
		c.order = all[i]
	}
	c.line = line(c.order)
}

// look asks what papers the order can have.
func (c *card) look() {
	if !c.open() || c.o.Papers == nil {
		return
	}
	id := c.order.ID
	c.o.Background("papers", func(ctx context.Context) func() {
		p, err := c.o.Papers.Look(ctx, id)
		return func() {
			if c.order.ID == id {
				c.papers, c.err, c.known = p, err, true
				c.at = min(c.at, max(0, len(p.Boxes)-1))
				c.show(c.o.Now())
			}
		}
	})
}

func (c *card) turn() {
	if n := len(c.papers.Boxes); n > 0 {
		c.at = (c.at + 1) % n
		c.own.sure.Drop()
		c.own.said = ""
		c.show(c.o.Now())
	}
}

func (c *card) parcel() (b Box, ok bool) {
	if c.at < len(c.papers.Boxes) {
		return c.papers.Boxes[c.at], true
	}
	return b, false
}

func (c *card) show(now time.Time) {
	if !c.open() {
		return
	}
	c.id.Set(text.Visible(string(c.order.ID)))
	c.state.Set(c.line.State)
	icon, ink := "orders", widgets.Soft
	switch {
	case c.line.Stopped:
		icon, ink = "hand", widgets.Bad
	case c.line.Careful:
		icon, ink = "bang", widgets.WarnInk
	case c.line.Finished:
		icon, ink = "check", widgets.Good
	}
	c.icon.Set(icon, ink, widgets.Clear, false)
	by := text.T("due.none")
	if c.line.DueAt != "" {
		by = text.T("due.by", "at", c.line.DueAt)
	}
	about := text.T("card.sub", "by", by, "carrier", cmp.Or(c.line.Carrier, text.T("bench.nocarrier")), "units", c.line.Units)
	if c.line.Why != "" {
		about = c.line.Why + "  ·  " + about
	}
	if c.line.With != "" {
		about = c.line.With + "  ·  " + about
	}
	c.why.Set(about)
	b, ok := c.parcel()
	if !ok {
		b.OwnWhy = text.T("card.noparcel")
	}
	c.tracking.Set(text.Code(string(b.Tracking)))
	n := len(c.papers.Boxes)
	c.box.Set("box", text.T("card.box", "i", fmt.Sprint(c.at+1), "n", fmt.Sprint(n)), widgets.Ink, widgets.Card)
	moved := widgets.ShowOnly(c.box, n > 1)
	moved = widgets.ShowOnly(c.desk, c.asked) || moved
	if widgets.ShowOnly(c.inside.object, !c.asked) || moved {
		c.object.Refresh()
	}
	c.showInside(b.Items, ok, now)
	queue := text.Visible(c.papers.Queue)
	c.slip.show(now, "note", "card.slip", c.whyNot(c.papers.SlipWhy), text.T("card.slip.hint", "queue", queue))
	c.own.show(now, "label", "card.own", c.whyNot(b.OwnWhy), text.T("card.own.hint", "tracking", text.Code(string(b.Tracking))))
}

// showInside shows the items of the parcel in front, of all that was ordered where there is none, and the history.
func (c *card) showInside(items []fulfillment.Item, parcel bool, now time.Time) {
	icon, word := "document", "card.papers"
	if c.asked {
		icon, word = "box", "card.contents"
	}
	c.turnOver.Set(icon, text.T(word), widgets.White, widgets.Blue)
	if !parcel {
		items = c.papers.Loose
	}
	why := c.whyNot("")
	if why == "" {
		why = text.T("card.noitems")
	}
	c.inside.set(items, c.papers.Events, why, now)
}

// whyNot is why a paper cannot be made now.
func (c *card) whyNot(why string) string {
	switch {
	case c.o.Papers == nil:
		return text.T("card.none")
	case c.err != nil:
		return text.Err(c.err)
	case !c.known:
		return text.T("card.wait")
	}
	return text.Advice(why)
}

func (a *act) show(now time.Time, icon, key, why, hint string) {
	word, fill, ink := text.T(key), widgets.Blue, widgets.White
	if a.sure.Armed(now) {
		word, fill, ink = text.T("cmd.confirm", "cmd", word), widgets.Warn, widgets.Ink
	}
	a.button.Set(icon, word, ink, fill)
	a.button.Enable(!a.busy && why == "")
	words, shape, colour, plate := hint, "arrow", widgets.Blue, widgets.Paper
	switch {
	case a.busy:
		words, shape, colour = a.said, "wait", widgets.Soft
	case a.said != "" && a.failed:
		words, shape, colour, plate = a.said, "bang", widgets.Bad, widgets.BadPale
	case a.said != "":
		words, shape, colour, plate = a.said, "check", widgets.Good, widgets.GoodPale
	case why != "":
		words, shape, colour, plate = why, "hand", widgets.WarnInk, widgets.WarnPale
	}
	a.words.Set(words)
	a.icon.Set(shape, colour, widgets.Clear, false)
	a.panel.Paint(plate, color.NRGBA{}, 0)
}

// printSlip prints one slip at a touch; while it is on its way the button is deaf.
func (c *card) printSlip() {
	if !c.open() || c.slip.busy || c.bounced() {
		return
	}
	id, queue := c.order.ID, text.Visible(c.papers.Queue)
	c.begin(c.slip, text.T("card.slip.busy", "queue", queue))
	c.o.Background("slip:"+string(id), func(ctx context.Context) func() {
		err := c.o.Papers.PrintSlip(ctx, id)
		return func() {
			said := text.T("card.slip.done", "queue", queue, "at", text.Clock(c.o.Now(), c.o.Now()))
			if err != nil {
				said = text.T("card.slip.failed", "why", whole(err))
			}
			c.end(c.slip, id, said, err)
		}
	})
}

// makeLabel is touched twice: the label stays the parcel's.
func (c *card) makeLabel() {
	b, ok := c.parcel()
	if !c.open() || !ok || c.own.busy || c.bounced() {
		return
	}
	if !c.own.sure.Ask(c.o.Now()) {
		c.show(c.o.Now())
		return
	}
	id := c.order.ID
	c.begin(c.own, text.T("card.own.busy"))
	c.o.Background("own label:"+string(id), func(ctx context.Context) func() {
		err := c.o.Papers.OwnLabel(ctx, id, b.ID)
		return func() {
			key := "card.own.pack"
			if b.Rung.AtLeast(fulfillment.RungVerified) {
				key = "card.own.scan"
			}
			said := text.T(key, "at", text.Clock(c.o.Now(), c.o.Now()))
			if err != nil {
				said = text.T("card.own.failed", "why", whole(err))
			}
			c.end(c.own, id, said, err)
		}
	})
}

func (c *card) begin(a *act, words string) {
	a.busy, a.said, a.failed = true, words, false
	c.show(c.o.Now())
}

// end says what became of it, where its order is still in front.
func (c *card) end(a *act, id fulfillment.OrderID, said string, err error) {
	if c.order.ID != id {
		return
	}
	a.busy, a.said, a.failed = false, said, err != nil
	c.look()
	c.show(c.o.Now())
}

// whole is an error with all that a person can do about it; text.Err has room for a headline's cause only.
func whole(err error) string {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, fulfillment.ErrNotFound) {
		return text.Err(err)
	}
	return text.Advice(err.Error())
}
