package handoff

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

const cardRows = 4

// cardList shows the open manifests, fullest first.
type cardList struct {
	object *fyne.Container
	title  *widgets.Text
	only   *widgets.Text
	empty  *widgets.Text
	more   *widgets.Text
	rows   []*cardRow
}

type cardRow struct {
	*widgets.Panel
	carrier, since, count *widgets.Text
}

func newCardList() *cardList {
	c := &cardList{title: widgets.NewText(widgets.SizeTitle, true, widgets.Ink).Fit(14, 1), only: widgets.NewText(widgets.SizeBody, true, widgets.Blue).Fit(12, 1).Right(),
		empty: widgets.NewText(widgets.SizeTitle, false, widgets.Soft).Fit(15, 2), more: widgets.NewText(widgets.SizeSmall, false, widgets.Soft)}
	c.title.Set(text.T("handoff.open"))
	c.empty.Set(text.T("handoff.empty"))
	items := []widgets.Item{widgets.Fix(widgets.Row(8, widgets.Grow(c.title, 3), widgets.Grow(c.only, 2)), 34), widgets.Fix(c.empty, 60)}
	for range cardRows {
		r := &cardRow{carrier: widgets.NewText(28, true, widgets.Ink).Fit(15, 1), since: widgets.NewText(widgets.SizeSmall, false, widgets.Soft).Fit(11, 1),
			count: widgets.NewText(48, true, widgets.Blue).Fit(22, 1).Right()}
		r.Panel = widgets.NewPanel(widgets.Card, 12, 4, widgets.Row(8,
			widgets.Grow(widgets.Column(0, widgets.Grow(r.carrier, 1), widgets.Fix(r.since, 22)), 1), widgets.Fix(r.count, 96)))
		r.Hide()
		c.rows = append(c.rows, r)
		items = append(items, widgets.Fix(r.Container, 78))
	}
	items = append(items, widgets.Fix(c.more, 22))
	c.object = widgets.NewCard(widgets.Column(7, items...)).Container
	return c
}

func (c *cardList) set(m Model) {
	only := ""
	if m.Carrier != "" {
		only = text.T("handoff.only", "carrier", m.Carrier)
	}
	c.only.Set(only)
	changed := show(c.empty, len(m.Cards) == 0)
	for i, r := range c.rows {
		changed = show(r.Container, i < len(m.Cards)) || changed
		if i < len(m.Cards) {
			r.set(m.Cards[i])
		}
	}
	more := ""
	if n := len(m.Cards) - len(c.rows); n > 0 {
		more = text.T("handoff.more", "n", fmt.Sprint(n))
	}
	c.more.Set(more)
	if changed {
		c.object.Refresh()
	}
}

func (r *cardRow) set(card Card) {
	r.carrier.Set(card.Carrier)
	since := card.Since
	if card.LeftOff > 0 {
		since += "  ·  " + fmt.Sprint(card.LeftOff) + " " + text.T("handoff.off")
	}
	r.since.Set(since)
	r.count.Set(fmt.Sprint(card.Count))
	if card.Sealing {
		r.Paint(widgets.BluePale, widgets.Blue, 2)
		r.count.Colour(widgets.Blue)
	} else {
		r.Paint(widgets.Paper, widgets.Line, 1)
		r.count.Colour(widgets.Soft)
	}
}

const missingRows = 6

// missingCard lists packed parcels that nobody has scanned here.
type missingCard struct {
	object *fyne.Container
	plate  *widgets.Panel
	icon   *widgets.Icon
	title  *widgets.Text
	more   *widgets.Text
	rows   []*missingRow
}

type missingRow struct {
	box         *fyne.Container
	id, carrier *widgets.Text
}

func newMissingCard() *missingCard {
	c := &missingCard{icon: widgets.NewIcon("check", widgets.Good, 30), title: widgets.NewText(20, true, widgets.Ink).Fit(14, 2),
		more: widgets.NewText(widgets.SizeSmall, true, widgets.Soft)}
	items := []widgets.Item{widgets.Fix(widgets.Row(10, widgets.Fix(c.icon, 32), widgets.Grow(c.title, 1)), 50)}
	for range missingRows {
		r := &missingRow{id: widgets.NewText(widgets.SizeBody, true, widgets.Ink).Fit(12, 1), carrier: widgets.NewText(widgets.SizeSmall, false, widgets.Soft).Fit(11, 1)}
		line := canvas.NewRectangle(widgets.Line)
		r.box = widgets.Column(0, widgets.Fix(line, 1), widgets.Grow(r.id, 3), widgets.Grow(r.carrier, 2))
		r.box.Hide()
		c.rows = append(c.rows, r)
		items = append(items, widgets.Fix(r.box, 46))
	}
	items = append(items, widgets.Fix(c.more, 24))
	c.plate = widgets.NewCard(widgets.Column(2, items...))
	c.object = c.plate.Container
	return c
}

func (c *missingCard) set(list []fulfillment.OrderSummary, err error, known bool) {
	switch {
	case err != nil:
		c.head("bang", widgets.WarnInk, text.T("handoff.err"), widgets.WarnPale)
		list = nil
	case !known:
		c.head("dash", widgets.Soft, text.T("handoff.err"), widgets.Card)
	case len(list) == 0:
		c.head("check", widgets.Good, text.T("handoff.all"), widgets.GoodPale)
	default:
		c.head("bang", widgets.WarnInk, fmt.Sprintf("%s: %d", text.T("handoff.miss"), len(list)), widgets.WarnPale)
	}
	changed := false
	for i, r := range c.rows {
		changed = show(r.box, i < len(list)) || changed
		if i < len(list) {
			r.id.Set(text.Code(string(list[i].ID)))
			r.carrier.Set(text.Visible(list[i].Carrier) + "  ·  " + text.Code(string(list[i].Tracking)))
		}
	}
	more := ""
	if n := len(list) - len(c.rows); n > 0 {
		more = text.T("handoff.more", "n", fmt.Sprint(n))
	}
	c.more.Set(more)
	if changed {
		c.object.Refresh()
	}
}

func (c *missingCard) head(icon string, ink color.NRGBA, words string, fill color.NRGBA) {
	c.icon.Set(icon, ink, widgets.Clear, false)
	c.title.Set(words)
	c.plate.Paint(fill, widgets.Line, 1)
}
