package handoff

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"packbench/ui/text"
	"packbench/ui/widgets"
)

// cardList shows the open manifests, fullest first.
type cardList struct {
	object *fyne.Container
	title  *widgets.Text
	only   *widgets.Text
	empty  *widgets.Text
	more   *widgets.Text
	stack  *widgets.RowStack
	rows   []*cardRow
	cards  []Card
	seal   func(code string) // asks about the manifest of one carrier
}

type cardRow struct {
	*widgets.Panel
	carrier, since, count *widgets.Text
	seal                  *widgets.Button
	row                   *fyne.Container
	code                  string
}

func newCardList(seal func(code string)) *cardList {
	c := &cardList{seal: seal, title: widgets.NewText(widgets.SizeTitle, true, widgets.Ink).Fit(14, 1), only: widgets.NewText(widgets.SizeBody, true, widgets.Blue).Fit(12, 1).Right(),
		empty: widgets.NewText(widgets.SizeTitle, false, widgets.Soft).Fit(15, 2), more: widgets.NewText(widgets.SizeSmall, false, widgets.Soft)}
	c.title.Set(text.T("handoff.open"))
	c.empty.Set(text.T("handoff.empty"))
	items := []widgets.Item{widgets.Fix(widgets.Row(8, widgets.Grow(c.title, 3), widgets.Grow(c.only, 2)), 34), widgets.Fix(c.empty, 60)}
	c.stack = widgets.NewRowStack(86)
	c.stack.Resized = c.show
	items = append(items, widgets.Grow(c.stack.Object, 1), widgets.Fix(c.more, 22))
	c.object = widgets.NewCard(widgets.Column(7, items...)).Container
	return c
}

func (c *cardList) set(m Model) {
	only := ""
	if m.Carrier != "" {
		only = text.T("handoff.only", "carrier", m.Carrier)
	}
	c.only.Set(only)
	c.cards = m.Cards
	if widgets.ShowOnly(c.empty, len(m.Cards) == 0) {
		c.object.Refresh()
	}
	c.show()
}

// show draws as many cards as fit.
func (c *cardList) show() {
	n := min(len(c.cards), c.stack.Fits())
	for len(c.rows) < n {
		r := newCardRow(c.seal)
		c.rows = append(c.rows, r)
		c.stack.Object.Add(widgets.Column(0, widgets.Grow(r.Container, 1), widgets.Space(8)))
	}
	for i, r := range c.rows {
		if i < n {
			r.set(c.cards[i])
		}
		widgets.ShowOnly(c.stack.Object.Objects[i], i < n)
	}
	more := ""
	if rest := len(c.cards) - n; rest > 0 {
		more = text.T("handoff.more", "n", fmt.Sprint(rest))
	}
	c.more.Set(more)
}

func newCardRow(seal func(code string)) *cardRow {
	r := &cardRow{carrier: widgets.NewText(28, true, widgets.Ink).Fit(16, 2), since: widgets.NewText(widgets.SizeSmall, false, widgets.Soft).Fit(11, 1),
		count: widgets.NewText(48, true, widgets.Blue).Fit(22, 1).Right()}
	r.seal = widgets.NewButton("seal", text.T("seal.one"), widgets.White, widgets.Navy, func() { seal(r.code) }).Upright()
	words := widgets.Column(0, widgets.Grow(widgets.Row(6, widgets.Grow(r.carrier, 1), widgets.Fix(r.count, 76)), 1), widgets.Fix(r.since, 22))
	r.row = widgets.Row(12, widgets.Grow(words, 1), widgets.Fix(r.seal, 74))
	r.Panel = widgets.NewPanel(widgets.Card, 10, 4, r.row)
	return r
}

func (r *cardRow) set(card Card) {
	r.carrier.Set(card.Carrier)
	since, ink := card.Since, widgets.Soft
	if card.Known != "" {
		since = card.Known + "  ·  " + since // where the room is short the age stays
	}
	if card.LeftOff > 0 {
		since += "  ·  " + fmt.Sprint(card.LeftOff) + " " + text.T("handoff.off")
	}
	if n := len(card.TakeOff); n > 0 {
		since, ink = text.T("handoff.takeoff", "n", fmt.Sprint(n), "parcels", strings.Join(card.TakeOff, ", ")), widgets.Bad
	}
	r.since.Colour(ink)
	r.since.Set(since)
	r.count.Set(fmt.Sprint(card.Count))
	r.code = card.Code
	if widgets.ShowOnly(r.seal, card.Code != "") {
		r.row.Refresh()
	}
	switch {
	case len(card.TakeOff) > 0:
		r.Paint(widgets.BadPale, widgets.Bad, 3)
		r.count.Colour(widgets.Ink)
	case card.Sealing:
		r.Paint(widgets.BluePale, widgets.Blue, 2)
		r.count.Colour(widgets.Blue)
	default:
		r.Paint(widgets.Paper, widgets.Line, 1)
		r.count.Colour(widgets.Soft)
	}
}
