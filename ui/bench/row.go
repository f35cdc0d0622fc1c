package bench

import (
	"fmt"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"packbench/ui/text"
	"packbench/ui/widgets"
)

// itemRow draws one Row. Rows are kept and changed in place.
type itemRow struct {
	*widgets.Panel
	row     Row
	bar     *canvas.Rectangle
	arrow   *widgets.Icon
	picture *canvas.Image
	blank   *widgets.Icon
	name    *widgets.Text
	variant *widgets.Text
	sub     *widgets.Text
	words   *fyne.Container
	chips   *fyne.Container
	count   *widgets.Text
	tick    *widgets.Icon
}

func newItemRow() *itemRow {
	r := &itemRow{
		bar:     canvas.NewRectangle(widgets.Clear),
		arrow:   widgets.NewIcon("arrow", widgets.Blue, 30),
		picture: widgets.NewPicture(),
		blank:   widgets.NewIcon("picture", widgets.Line, 60),
		name:    widgets.NewText(26, true, widgets.Ink).Fit(18, 2),
		variant: widgets.NewText(28, true, widgets.Violet).Fit(18, 1),
		sub:     widgets.NewText(widgets.SizeBody, false, widgets.Soft).Fit(13, 1),
		chips:   container.NewStack(),
		count:   widgets.NewText(54, true, widgets.Ink).Fit(26, 1).Right(),
		tick:    widgets.NewIcon("check", widgets.White, 44),
	}
	r.chips.Hide()
	r.words = widgets.Column(2, widgets.Grow(r.name, 1), widgets.Grow(r.variant, 1), widgets.Fix(widgets.Row(10, widgets.Own(r.chips), widgets.Grow(r.sub, 1)), 26))
	body := widgets.Row(10,
		widgets.Fix(container.NewStack(r.bar, container.NewCenter(r.arrow)), 36),
		widgets.Square(container.NewStack(container.NewCenter(r.blank), r.picture)),
		widgets.Grow(r.words, 1),
		widgets.Fix(r.count, 160),
		widgets.Fix(container.NewCenter(r.tick), 54))
	r.Panel = widgets.NewPanel(widgets.Card, 6, 8, body)
	return r
}

// set shows row with the picture that is known for it, nil for none. A large row is read from further away; scale is that of
// the window.
func (r *itemRow) set(row Row, picture image.Image, large bool, scale float32) {
	chips := fmt.Sprint(r.row.Marks) != fmt.Sprint(row.Marks)
	r.row = row
	r.name.Max, r.name.Lines, r.count.Max, r.variant.Max = 26*scale, 2, 54*scale, 28*scale
	if large {
		r.name.Max, r.name.Lines, r.count.Max, r.variant.Max = 32*scale, 3, 60*scale, 40*scale
	}
	if row.Variant != "" { // the variant takes the room of a line
		r.name.Lines--
		if !large {
			r.name.Max, r.variant.Max = 24*scale, 26*scale
		}
	}
	r.name.Set(row.Name)
	r.variant.Set(row.Variant)
	if widgets.ShowOnly(r.variant, row.Variant != "") {
		r.words.Refresh()
	}
	r.sub.Set(row.Sub)
	r.count.Set(fmt.Sprintf("%d / %d", row.Got, row.Need))
	if row.Out {
		r.count.Set(fmt.Sprintf("– %d", row.Got))
	}
	r.paint(row)
	if chips {
		r.setChips(row.Marks)
	}
	if r.picture.Image != picture {
		r.picture.Image = picture
		r.picture.Refresh()
	}
	if picture != nil {
		r.blank.Hide()
	} else {
		r.blank.Show()
	}
}

func (r *itemRow) paint(row Row) {
	switch {
	case row.Out:
		r.Paint(widgets.BadPale, widgets.Bad, 4)
		r.name.Colour(widgets.Ink)
		r.variant.Colour(widgets.Violet)
		r.count.Colour(widgets.Bad)
		r.tick.Set("", widgets.Clear, widgets.Clear, false)
		r.arrow.Hide()
		r.picture.Translucency = 0
	case row.Done:
		r.Paint(widgets.GoodPale, widgets.GoodPale, 1)
		r.name.Colour(widgets.Soft)
		r.variant.Colour(widgets.Soft)
		r.count.Colour(widgets.Good)
		r.tick.Set("check", widgets.White, widgets.Good, false)
		r.arrow.Hide()
		r.picture.Translucency = 0.5
	case row.Next:
		r.Paint(widgets.BluePale, widgets.Blue, 4)
		r.name.Colour(widgets.Ink)
		r.variant.Colour(widgets.Violet)
		r.count.Colour(widgets.Blue)
		r.tick.Set("", widgets.Clear, widgets.Clear, false)
		r.arrow.Show()
		r.picture.Translucency = 0
	default:
		r.Paint(widgets.Card, widgets.Line, 1)
		r.name.Colour(widgets.Ink)
		r.variant.Colour(widgets.Violet)
		r.count.Colour(widgets.Ink)
		r.tick.Set("", widgets.Clear, widgets.Clear, false)
		r.arrow.Hide()
		r.picture.Translucency = 0
	}
}

func (r *itemRow) setChips(marks []Mark) {
	r.chips.Objects = nil
	var items []widgets.Item
	for _, m := range marks {
		c := markChip(m)
		items = append(items, widgets.Fix(c.Container, c.Width()))
	}
	r.chips.Hide()
	if len(items) > 0 {
		r.chips.Objects = []fyne.CanvasObject{widgets.Row(8, items...)}
		r.chips.Show()
	}
	r.Container.Refresh()
}

func markChip(m Mark) *widgets.Chip {
	switch m {
	case TakeOut:
		return widgets.NewChip("bang", text.T("mark.out"), widgets.White, widgets.Bad)
	case DangerousGood:
		return widgets.NewChip("hazard", text.T("mark.danger"), widgets.Ink, widgets.Warn)
	case Fragile:
		return widgets.NewChip("fragile", text.T("mark.fragile"), widgets.White, widgets.Bad)
	default:
		return widgets.NewChip("gift", text.T("mark.gift"), widgets.Violet, widgets.VioletPle)
	}
}
