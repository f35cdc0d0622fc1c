package orders

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// rowHeight is a row's height in units; a row is touched, so it is no lower than a button.
const rowHeight = widgets.TouchSize

// table draws as many lines as fit.
type table struct {
	stack *widgets.RowStack
	lines []*line
	open  func(fulfillment.OrderID)
}

// newTable calls open with the order whose row was touched.
func newTable(open func(fulfillment.OrderID)) *table {
	return &table{stack: widgets.NewRowStack(rowHeight), open: open}
}

func (t *table) set(lines []Line) {
	for len(t.lines) < len(lines) {
		l := newLine()
		l.touch = widgets.NewTouch(l.object, func() { t.open(l.order) })
		t.lines = append(t.lines, l)
		t.stack.Object.Add(l.touch)
	}
	for i, l := range t.lines {
		if i < len(lines) {
			l.set(lines[i], i%2 == 1)
		}
		widgets.ShowOnly(l.touch, i < len(lines))
	}
}

// line draws one Line.
type line struct {
	touch                                 *widgets.Touch
	order                                 fulfillment.OrderID
	object                                *fyne.Container
	stripe                                *canvas.Rectangle
	states                                *fyne.Container
	icon                                  *widgets.Icon
	due, dueAt, id, state, units, carrier *widgets.Text
	tracking, checked, why, shop, with    *widgets.Text
	ids                                   *fyne.Container
	stateIcon                             *widgets.Icon
}

// columns lays one line's cells, or the headings.
func columns(icon, due, id, stateIcon, state, units, carrier, checked, more fyne.CanvasObject) *fyne.Container {
	return widgets.Row(10, widgets.Fix(icon, 26), widgets.Grow(due, 17), widgets.Grow(id, 20), widgets.Fix(stateIcon, 24), widgets.Grow(state, 33),
		widgets.Grow(units, 7), widgets.Grow(carrier, 20), widgets.Grow(checked, 11), widgets.Fix(more, 24))
}

func cell(size float32, bold bool) *widgets.Text {
	return widgets.NewText(size, bold, widgets.Ink).Fit(12, 1)
}

func newHeadings() *fyne.Container {
	h := func(key string) fyne.CanvasObject {
		t := widgets.NewText(widgets.SizeSmall, true, widgets.Soft).Fit(11, 1)
		if key != "" {
			t.Set(text.T(key))
		}
		return t
	}
	return columns(h(""), h("orders.due"), h("orders.id"), h(""), h("orders.state"), h("orders.units"), h("orders.carrier"), h("orders.checked"), h(""))
}

func newLine() *line {
	l := &line{stripe: canvas.NewRectangle(widgets.Paper), icon: widgets.NewIcon("clock", widgets.Soft, 24), stateIcon: widgets.NewIcon("", widgets.Clear, 22),
		due: cell(20, true), dueAt: cell(13, false), id: cell(19, true), state: cell(19, true), units: cell(20, false), carrier: cell(18, false),
		tracking: cell(14, false), checked: cell(15, false), why: widgets.NewText(14, false, widgets.Soft).Fit(11, 2).Top()}
	l.states = widgets.Column(0, widgets.Grow(l.state, 4), widgets.Grow(l.why, 5))
	l.dueAt.Colour(widgets.Soft)
	l.tracking.Colour(widgets.Soft)
	l.checked.Colour(widgets.Soft)
	l.shop = cell(14, false)
	l.shop.Colour(widgets.Soft)
	l.with = cell(14, true)
	l.with.Colour(widgets.Violet)
	l.ids = widgets.Column(0, widgets.Grow(l.id, 3), widgets.Grow(l.with, 2), widgets.Grow(l.shop, 2))
	due := widgets.Column(0, widgets.Grow(l.due, 3), widgets.Grow(l.dueAt, 2))
	carrier := widgets.Column(0, widgets.Grow(l.carrier, 3), widgets.Grow(l.tracking, 2))
	l.object = container.NewStack(l.stripe, columns(l.icon, due, l.ids, l.stateIcon, l.states, l.units, carrier, l.checked, widgets.NewIcon("arrow", widgets.Blue, 22)))
	return l
}

func (l *line) set(x Line, odd bool) {
	fill := widgets.Card
	if odd {
		fill = widgets.Paper
	}
	if l.stripe.FillColor != fill {
		l.stripe.FillColor = fill
		l.stripe.Refresh()
	}
	l.order = x.Order
	l.due.Set(x.Due)
	l.dueAt.Set(x.DueAt)
	l.id.Set(x.ID)
	l.shop.Set(x.Shop)
	l.with.Set(x.With)
	other := widgets.ShowOnly(l.with, x.With != "")
	if widgets.ShowOnly(l.shop, x.Shop != "") || other {
		l.ids.Refresh()
	}
	l.state.Set(x.State)
	l.why.Set(x.Why)
	if widgets.ShowOnly(l.why, x.Why != "") {
		l.states.Refresh()
	}
	l.units.Set(x.Units)
	l.carrier.Set(x.Carrier)
	l.tracking.Set(x.Tracking)
	l.checked.Set(x.Checked)
	switch x.Urgency {
	case text.Late:
		l.icon.Set("bang", widgets.Bad, widgets.Clear, false)
		l.due.Colour(widgets.Bad)
	case text.Soon:
		l.icon.Set("clock", widgets.WarnInk, widgets.Clear, false)
		l.due.Colour(widgets.WarnInk)
	default:
		l.icon.Set("clock", widgets.Line, widgets.Clear, false)
		l.due.Colour(widgets.Ink)
	}
	switch {
	case x.Stopped:
		l.stateIcon.Set("hand", widgets.Bad, widgets.Clear, false)
		l.state.Colour(widgets.Bad)
	case x.Careful:
		l.stateIcon.Set("bang", widgets.WarnInk, widgets.Clear, false)
		l.state.Colour(widgets.WarnInk)
	case x.Finished:
		l.stateIcon.Set("check", widgets.Good, widgets.Clear, false)
		l.state.Colour(widgets.Good)
	default:
		l.stateIcon.Set("", widgets.Clear, widgets.Clear, false)
		l.state.Colour(widgets.Ink)
	}
}
