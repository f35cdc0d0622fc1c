package bench

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"packbench/ui/text"
	"packbench/ui/widgets"
)

// factsPanel is the right side: order and clock, carrier, weight, note, label.
type factsPanel struct {
	object    *fyne.Container
	order     *widgets.Text
	boxOf     *widgets.Text
	boxPlate  *widgets.Panel
	due       *widgets.Text
	dueAt     *widgets.Text
	known     *widgets.Text
	clock     *widgets.Icon
	duePlate  *widgets.Panel
	carrier   *widgets.Text
	tracking  *widgets.Text
	weight    *widgets.Text
	weightOf  *widgets.Text
	allowed   *widgets.Text
	scale     *widgets.Icon
	weightBox *widgets.Panel
	box       *widgets.Text
	print     *widgets.Text
	noLabel   *widgets.Text
	label     *canvas.Image
	finding   *widgets.Text
	strip     *fyne.Container
	found     *widgets.Panel // over the label: a rule it breaks, or that it will not print
	note      *widgets.Text
	notePlate *widgets.Panel
	orderCard *widgets.Panel
	details   *fyne.Container
	orderRow  *fyne.Container
	zoom      func() // touched: the label large; may be nil
}

func small(words string) *widgets.Text {
	t := widgets.NewText(widgets.SizeSmall, false, widgets.Soft).Fit(11, 1)
	t.Set(words)
	return t
}

func newFactsPanel() *factsPanel {
	f := &factsPanel{
		order:    widgets.NewText(26, true, widgets.Ink).Fit(14, 1),
		boxOf:    widgets.NewText(18, true, widgets.White).Fit(12, 1).Centred(),
		due:      widgets.NewText(32, true, widgets.Ink).Fit(20, 1),
		dueAt:    small(""),
		known:    small(""),
		clock:    widgets.NewIcon("clock", widgets.Ink, 40),
		carrier:  widgets.NewText(28, true, widgets.Ink).Fit(15, 2).Within(),
		tracking: widgets.NewText(widgets.SizeBody, false, widgets.Ink).Fit(12, 2).Within(),
		weight:   widgets.NewText(72, true, widgets.Ink).Fit(18, 1).Within(),
		weightOf: widgets.NewText(20, false, widgets.Soft).Fit(11, 1).Within(),
		allowed:  widgets.NewText(30, true, widgets.Ink).Fit(12, 1).Within(),
		scale:    widgets.NewIcon("scale", widgets.Soft, 30),
		box:      small(""),
		print:    widgets.NewText(widgets.SizeBody, true, widgets.Soft).Fit(12, 1).Centred(),
		noLabel:  widgets.NewText(widgets.SizeSmall, false, widgets.Soft).Fit(11, 3).Centred(),
		label:    widgets.NewPicture(),
		finding:  widgets.NewText(widgets.SizeSmall, true, widgets.WarnInk).Fit(11, 3).Centred(),
		note:     widgets.NewText(20, true, widgets.Ink).Fit(13, 3),
	}
	f.noLabel.Set(text.T("bench.nolabel"))
	f.duePlate = widgets.NewPanel(widgets.Card, 10, 4, widgets.Row(10, widgets.Fix(f.clock, 40),
		widgets.Grow(widgets.Column(0, widgets.Grow(f.due, 1), widgets.Fix(f.dueAt, 20)), 1)))
	f.boxPlate = widgets.NewPanel(widgets.Navy, 6, 2, f.boxOf)
	f.boxPlate.Paint(widgets.Navy, widgets.Clear, 0)
	f.boxPlate.Hide()
	f.orderRow = widgets.Row(8, widgets.Fix(small(text.T("bench.order")), 46), widgets.Grow(f.order, 1), widgets.Fix(f.boxPlate.Container, 110))
	f.orderCard = widgets.NewCard(widgets.Column(6,
		widgets.Fix(f.orderRow, 32),
		widgets.Fix(f.duePlate.Container, 68),
		widgets.Fix(f.known, 20)))
	f.notePlate = widgets.NewPanel(widgets.WarnPale, 12, 4, widgets.Row(10, widgets.Fix(widgets.NewIcon("note", widgets.WarnInk, 28), 28), widgets.Grow(f.note, 1)))
	f.notePlate.Paint(widgets.WarnPale, widgets.Warn, 3)
	f.notePlate.Hide()
	f.details = f.detailsCard()
	f.object = widgets.Column(6, widgets.Fix(f.orderCard.Container, 150), widgets.Fix(f.notePlate.Container, 60), widgets.Grow(f.details, 1))
	return f
}

func (f *factsPanel) detailsCard() *fyne.Container {
	icon := func(name string) widgets.Item { return widgets.Fix(widgets.NewIcon(name, widgets.Soft, 26), 26) }
	f.weightBox = widgets.NewPanel(widgets.Paper, 8, 2, widgets.Column(0, widgets.Item{Object: widgets.Row(8, widgets.Fix(f.scale, 30), widgets.Grow(f.weight, 1)), Basis: 58, Grow: 3},
		widgets.Item{Object: f.allowed, Basis: 22, Grow: 0.5}, widgets.Item{Object: f.weightOf, Basis: 16, Grow: 0.3}))
	left := widgets.Column(2,
		widgets.Item{Object: widgets.Row(10, icon("handoff"), widgets.Grow(f.carrier, 1)), Basis: 20, Grow: 1},
		widgets.Item{Object: widgets.Row(6, widgets.Grow(f.tracking, 1), widgets.Fix(f.box, 76)), Basis: 18, Grow: 0.5},
		widgets.Item{Object: f.weightBox.Container, Basis: 100, Grow: 3}) // with a note the smallest bench leaves 142 for all of it
	paper := canvas.NewRectangle(widgets.Paper)
	paper.CornerRadius = 6
	f.found = widgets.NewPanel(widgets.WarnPale, 6, 4, f.finding)
	f.found.Hide()
	f.strip = widgets.Column(0, widgets.Grow(container.NewWithoutLayout(), 1), widgets.Fix(f.found.Container, 54))
	label := widgets.NewTouch(container.NewStack(paper, f.noLabel, f.label, f.strip), func() {
		if f.zoom != nil {
			f.zoom()
		}
	})
	right := widgets.Column(2, widgets.Grow(label, 1), widgets.Fix(f.print, 24))
	card := widgets.NewPanel(widgets.Card, 14, 6, widgets.Row(12, widgets.Grow(left, 1), widgets.Fix(right, 140)))
	card.Paint(widgets.Card, widgets.Line, 1)
	return card.Container
}

// set shows the facts.
func (f *factsPanel) set(x Facts) {
	f.weight.Set(x.Weight)
	of := x.WeightOf
	if x.Goods != "" {
		of = x.Goods + "  ·  " + of
	}
	f.weightOf.Set(of)
	f.allowed.Set(x.Range)
	f.paintWeight(x.Fit)
	box := ""
	if x.Box != "" {
		box = text.T("bench.box") + " " + x.Box
	}
	f.box.Set(box)
	if widgets.ShowOnly(f.box, box != "") {
		f.details.Refresh()
	}
	f.order.Set(x.Order)
	f.boxOf.Set(x.BoxOf)
	if widgets.ShowOnly(f.boxPlate.Container, x.BoxOf != "") {
		f.orderRow.Refresh()
	}
	f.due.Set(x.Due)
	f.dueAt.Set(x.DueAt)
	known := x.Known
	if x.Shop != "" {
		known = x.Shop + "  ·  " + known
	}
	f.known.Set(known)
	f.carrier.Set(x.Carrier)
	f.tracking.Set(x.Tracking)
	f.print.Set(x.Print)
	ink := widgets.Soft
	if x.PrintTrouble {
		ink = widgets.Bad
	}
	f.print.Colour(ink)
	f.paintDue(x.Urgency)
	f.note.Set(x.Note)
	if widgets.ShowOnly(f.notePlate.Container, x.Note != "") {
		f.object.Refresh()
	}
}

// paintWeight says by shape and colour whether the parcel weighs what it may.
func (f *factsPanel) paintWeight(fit Fit) {
	fill, ink, soft, icon := widgets.Paper, widgets.Ink, widgets.Soft, "scale"
	switch fit {
	case Fits:
		fill, ink, soft, icon = widgets.Good, widgets.White, widgets.White, "check"
	case Off:
		fill, ink, soft, icon = widgets.Bad, widgets.White, widgets.White, "cross"
	}
	f.weightBox.Paint(fill, widgets.Clear, 0)
	f.scale.Set(icon, soft, widgets.Clear, false)
	f.weight.Colour(ink)
	f.allowed.Colour(ink)
	f.weightOf.Colour(soft)
}

func (f *factsPanel) paintDue(u text.Urgency) {
	fill, ink, icon := widgets.Paper, widgets.Ink, "clock"
	switch u {
	case text.Late:
		fill, ink, icon = widgets.Bad, widgets.White, "bang"
	case text.Soon:
		fill, ink = widgets.Warn, widgets.Ink
	}
	f.duePlate.Paint(fill, widgets.Clear, 0)
	f.due.Colour(ink)
	f.dueAt.Colour(ink)
	f.clock.Set(icon, ink, color.NRGBA{}, false)
}

// setFinding says what is the matter with the label; empty: nothing.
func (f *factsPanel) setFinding(words string, bad bool) {
	ink, fill, edge := widgets.WarnInk, widgets.WarnPale, widgets.Warn
	if bad {
		ink, fill, edge = widgets.White, widgets.Bad, widgets.Bad
	}
	f.finding.Set(words)
	f.finding.Colour(ink)
	f.found.Paint(fill, edge, 2)
	if widgets.ShowOnly(f.found.Container, words != "") {
		f.strip.Refresh()
	}
}

// setLabel shows the label's picture; nil takes it away.
func (f *factsPanel) setLabel(img image.Image) {
	f.label.Image = img
	f.label.Refresh()
	widgets.ShowOnly(f.noLabel, img == nil)
}
