package handoff

import (
	"fmt"
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// missingCard lists packed parcels that nobody has scanned here.
type missingCard struct {
	object *fyne.Container
	plate  *widgets.Panel
	icon   *widgets.Icon
	title  *widgets.Text
	more   *widgets.Text
	stack  *widgets.RowStack
	rows   []*missingRow
	list   []fulfillment.OrderSummary
}

type missingRow struct {
	box         *fyne.Container
	plate       *widgets.Panel // red behind one that must come out
	id, carrier *widgets.Text
}

func newMissingCard() *missingCard {
	c := &missingCard{icon: widgets.NewIcon("check", widgets.Good, 30), title: widgets.NewText(20, true, widgets.Ink).Fit(14, 2),
		more: widgets.NewText(widgets.SizeSmall, true, widgets.Soft)}
	items := []widgets.Item{widgets.Fix(widgets.Row(10, widgets.Fix(c.icon, 32), widgets.Grow(c.title, 1)), 50)}
	c.stack = widgets.NewRowStack(58)
	c.stack.Resized = c.show
	items = append(items, widgets.Grow(c.stack.Object, 1), widgets.Fix(c.more, 24))
	c.plate = widgets.NewCard(widgets.Column(2, items...))
	c.object = c.plate.Container
	return c
}

// set shows the list, below those that are on the manifests and must come off; carrier is the one that the handoff is narrowed
// to, whose parcels alone are in both. on parcels are on the manifests and may leave. Only a handoff with something on it and
// nothing amiss is green.
func (c *missingCard) set(list []fulfillment.OrderSummary, err error, known bool, carrier string, on int, off []fulfillment.OrderSummary) {
	if err != nil {
		list = nil
	}
	all, miss := text.T("handoff.all"), text.T("handoff.miss")
	out := takeOut(list) + len(off)
	if carrier != "" {
		all, miss = text.T("handoff.all.of", "carrier", carrier), text.T("handoff.miss.of", "carrier", carrier)
	}
	switch {
	case err != nil:
		c.head("bang", widgets.WarnInk, text.T("handoff.err"), widgets.WarnPale)
	case !known:
		c.head("dash", widgets.Soft, text.T("handoff.err"), widgets.Card)
	case out > 0:
		words := text.T("handoff.takeout", "n", fmt.Sprint(out))
		if rest := len(list) - takeOut(list); rest > 0 {
			words += fmt.Sprintf("  ·  %s: %d", miss, rest)
		}
		c.head("octagon", widgets.Bad, words, widgets.BadPale)
	case len(list) == 0 && on == 0:
		c.head("dash", widgets.Soft, text.T("handoff.none"), widgets.Card)
	case len(list) == 0:
		c.head("check", widgets.Good, all, widgets.GoodPale)
	default:
		c.head("bang", widgets.WarnInk, fmt.Sprintf("%s: %d", miss, len(list)), widgets.WarnPale)
	}
	c.list = slices.Concat(off, list)
	c.show()
}

// show draws as many orders as fit.
func (c *missingCard) show() {
	n := min(len(c.list), c.stack.Fits())
	for len(c.rows) < n {
		r := newMissingRow()
		c.rows = append(c.rows, r)
		c.stack.Object.Add(r.box)
	}
	for i, r := range c.rows {
		if i < n {
			r.set(c.list[i])
		}
		widgets.ShowOnly(r.box, i < n)
	}
	more := ""
	if rest := len(c.list) - n; rest > 0 {
		more = text.T("handoff.more", "n", fmt.Sprint(rest))
	}
	c.more.Set(more)
}

func newMissingRow() *missingRow {
	r := &missingRow{id: widgets.NewText(widgets.SizeBody, true, widgets.Ink).Fit(12, 1), carrier: widgets.NewText(17, false, widgets.Soft).Fit(11, 1)}
	r.plate = widgets.NewPanel(widgets.Clear, 8, 2, widgets.Column(0, widgets.Fix(r.id, 26), widgets.Grow(r.carrier, 1)))
	r.box = widgets.Column(0, widgets.Fix(canvas.NewRectangle(widgets.Line), 1), widgets.Grow(r.plate.Container, 1), widgets.Space(2))
	return r
}

// set shows one parcel; red is one that must come out of the pile.
func (r *missingRow) set(o fulfillment.OrderSummary) {
	id := text.Code(string(o.ID))
	if o.Boxes > 1 {
		id += "  ·  " + text.T("handoff.box", "box", fmt.Sprint(o.Box), "boxes", fmt.Sprint(o.Boxes))
	}
	words, ink, soft, fill := text.Visible(o.Carrier)+"  ·  "+text.Code(string(o.Tracking)), widgets.Ink, widgets.Soft, widgets.Clear
	if o.Stop != "" {
		words, ink, soft, fill = text.T("handoff.out."+string(o.Stop))+"  ·  "+text.Code(string(o.Tracking)), widgets.White, widgets.White, widgets.Bad
	}
	r.carrier.Bold = o.Stop != ""
	r.plate.Paint(fill, widgets.Clear, 0)
	r.id.Colour(ink)
	r.carrier.Colour(soft)
	r.id.Set(id)
	r.carrier.Set(words)
}

// takeOut counts the parcels that must come out of the pile.
func takeOut(list []fulfillment.OrderSummary) int {
	n := 0
	for _, o := range list {
		if o.Stop != "" {
			n++
		}
	}
	return n
}

func (c *missingCard) head(icon string, ink color.NRGBA, words string, fill color.NRGBA) {
	c.icon.Set(icon, ink, widgets.Clear, false)
	c.title.Set(words)
	title := widgets.Ink
	if ink == widgets.Bad {
		title = ink
	}
	c.title.Colour(title)
	c.plate.Paint(fill, widgets.Line, 1)
}
