package bench

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

const queueRows = 6

// queueCard is what the empty bench shows: the orders that are due first.
type queueCard struct {
	*fyne.Container
	title  *widgets.Text
	empty  *widgets.Text
	weight *widgets.Text // live, so that the scale is seen to work
	rows   []*queueRow
	list   []fulfillment.OrderSummary
}

type queueRow struct {
	box     *fyne.Container
	icon    *widgets.Icon
	due     *widgets.Text
	id      *widgets.Text
	units   *widgets.Text
	carrier *widgets.Text
}

func newQueueCard() *queueCard {
	q := &queueCard{title: widgets.NewText(widgets.SizeTitle, true, widgets.Ink), empty: widgets.NewText(widgets.SizeTitle, false, widgets.Soft).Fit(16, 2)}
	q.weight = widgets.NewText(widgets.SizeTitle, true, widgets.Ink).Fit(15, 1).Right()
	items := []widgets.Item{widgets.Fix(widgets.Row(12, widgets.Fix(widgets.NewIcon("orders", widgets.Ink, 26), 26), widgets.Grow(q.title, 1),
		widgets.Fix(widgets.NewIcon("scale", widgets.Soft, 28), 28), widgets.Fix(q.weight, 260)), 40), widgets.Fix(q.empty, 60)}
	q.empty.Hide()
	for range queueRows {
		r := newQueueRow()
		q.rows = append(q.rows, r)
		items = append(items, widgets.Grow(r.box, 1))
	}
	q.Container = widgets.NewCard(widgets.Column(0, items...)).Container
	return q
}

func newQueueRow() *queueRow {
	r := &queueRow{icon: widgets.NewIcon("clock", widgets.Soft, 26),
		due: widgets.NewText(30, true, widgets.Ink).Fit(15, 1), id: widgets.NewText(28, true, widgets.Ink).Fit(13, 1),
		units: widgets.NewText(24, false, widgets.Ink).Fit(13, 1), carrier: widgets.NewText(24, false, widgets.Soft).Fit(13, 1)}
	line := canvas.NewRectangle(widgets.Line)
	cells := widgets.Row(14, widgets.Fix(r.icon, 28), widgets.Grow(r.due, 5), widgets.Grow(r.id, 6), widgets.Grow(r.units, 6), widgets.Grow(r.carrier, 4))
	r.box = widgets.Column(0, widgets.Fix(line, 1), widgets.Grow(cells, 1))
	r.box.Hide()
	return r
}

func (q *queueCard) setWeight(f Facts) {
	words := f.Weight
	if f.NoScale {
		words = f.WeightOf
	}
	if f.Tare != "" {
		words = text.T("bench.tare", "weight", words, "g", f.Tare)
	}
	q.weight.Set(words)
}

// set shows the list, or that it could not be read.
func (q *queueCard) set(title string, list []fulfillment.OrderSummary, err error, now time.Time) {
	q.list = list
	if err != nil {
		title = ""
	}
	q.title.Set(title)
	switch {
	case err != nil:
		q.empty.Set(text.T("bench.queue.err"))
	default:
		q.empty.Set(text.T("bench.queue.no"))
	}
	widgets.ShowOnly(q.empty, len(list) == 0)
	q.tick(now)
	q.Refresh()
}

func (q *queueCard) tick(now time.Time) {
	changed := false
	for i, r := range q.rows {
		changed = widgets.ShowOnly(r.box, i < len(q.list)) || changed
		if i >= len(q.list) {
			continue
		}
		o := q.list[i]
		words, u := text.Due(o.ShipBy, now)
		r.due.Set(words)
		r.id.Set(text.Code(string(o.ID)))
		r.units.Bold = o.Rung != fulfillment.RungToPack
		r.units.Set(State(o))
		r.carrier.Set(text.Visible(o.Carrier))
		icon, ink := Urgent(u)
		r.icon.Set(icon, ink, widgets.Clear, false)
		if u == text.NoDeadline || u == text.InTime {
			ink = widgets.Ink
		}
		r.due.Colour(ink)
	}
	if changed {
		q.Refresh()
	}
}

// Urgent is the shape and ink of a deadline in a list.
func Urgent(u text.Urgency) (icon string, ink color.NRGBA) {
	switch u {
	case text.Late:
		return "bang", widgets.Bad
	case text.Soon:
		return "clock", widgets.WarnInk
	case text.InTime:
		return "clock", widgets.Soft
	}
	return "dash", widgets.Soft
}
