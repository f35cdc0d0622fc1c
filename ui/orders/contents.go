package orders

import (
	"context"
	"fmt"
	"image"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// contents is what lies in a parcel and what happened to the order, newest first. Both scroll.
type contents struct {
	object  *fyne.Container
	items   *fyne.Container
	history *fyne.Container
	goods   *container.Scroll
	events  *container.Scroll
	noItems *widgets.Text
	none    *widgets.Text
	rows    []*goodsRow
	steps   []*stepRow

	o        Options
	pictures map[string]image.Image // of the items in sight; nil: asked for
}

// Heights of the rows, and the scroll bar's width, in units.
const (
	goodsHeight = 76
	stepHeight  = 46
	barWidth    = 16
)

// piled lays the visible rows one under the other, and leaves room for the bar.
type piled float32

func (p piled) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		if o.Visible() {
			o.Move(fyne.NewPos(0, y))
			o.Resize(fyne.NewSize(max(0, size.Width-barWidth), float32(p)))
			y += float32(p)
		}
	}
}

func (p piled) MinSize(objects []fyne.CanvasObject) fyne.Size {
	n := 0
	for _, o := range objects {
		if o.Visible() {
			n++
		}
	}
	return fyne.NewSize(120, float32(n)*float32(p))
}

func newContents(o Options) *contents {
	c := &contents{o: o, items: container.New(piled(goodsHeight)), history: container.New(piled(stepHeight)), pictures: map[string]image.Image{},
		noItems: widgets.NewText(20, false, widgets.Soft).Fit(13, 3), none: widgets.NewText(20, false, widgets.Soft).Fit(13, 3)}
	c.goods, c.events = container.NewVScroll(c.items), container.NewVScroll(c.history)
	part := func(icon, title string, notice *widgets.Text, list fyne.CanvasObject) fyne.CanvasObject {
		head := widgets.NewText(widgets.SizeBody, true, widgets.Ink).Fit(13, 1)
		head.Set(text.T(title))
		return widgets.NewPanel(widgets.Paper, 12, 8, widgets.Column(4, widgets.Fix(widgets.Row(8, widgets.Fix(widgets.NewIcon(icon, widgets.Soft, 24), 24), widgets.Grow(head, 1)), 26),
			widgets.Fix(notice, 60), widgets.Grow(list, 1))).Container
	}
	c.object = widgets.Row(14, widgets.Grow(part("box", "card.items", c.noItems, c.goods), 6), widgets.Grow(part("clock", "card.history", c.none, c.events), 5))
	return c
}

// begin forgets another order's pictures and goes to the top.
func (c *contents) begin() {
	c.pictures = map[string]image.Image{}
	c.goods.ScrollToTop()
	c.events.ScrollToTop()
}

// set shows items and events; why is said where there are no items.
func (c *contents) set(items []fulfillment.Item, events []fulfillment.Event, why string, now time.Time) {
	for len(c.rows) < len(items) {
		r := newGoodsRow()
		c.rows = append(c.rows, r)
		c.items.Add(r.object)
	}
	moved := false
	for i, r := range c.rows {
		if i < len(items) {
			r.set(items[i], c.picture(items[i].Image))
		}
		moved = widgets.ShowOnly(r.object, i < len(items)) || moved
	}
	told := historyOf(events)
	for len(c.steps) < len(told) {
		r := newStepRow()
		c.steps = append(c.steps, r)
		c.history.Add(r.object)
	}
	for i, r := range c.steps {
		if i < len(told) {
			r.set(told[i], now)
		}
		moved = widgets.ShowOnly(r.object, i < len(told)) || moved
	}
	c.noItems.Set(why)
	nothing := text.T("card.history.none")
	if why == text.T("card.wait") {
		nothing = why
	}
	c.none.Set(nothing)
	moved = widgets.ShowOnly(c.noItems, len(items) == 0) || moved
	if widgets.ShowOnly(c.none, len(told) == 0) || moved {
		c.object.Refresh()
		c.goods.Refresh()
		c.events.Refresh()
	}
}

// historyOf are the events that a person asks about, newest first.
func historyOf(events []fulfillment.Event) []fulfillment.Event {
	out := slices.DeleteFunc(slices.Clone(events), func(e fulfillment.Event) bool { return text.Happened(e.Kind) == "" })
	slices.Reverse(out)
	return out
}

// picture is what is known of a picture; the first look at it asks for it.
func (c *contents) picture(url string) image.Image {
	known, asked := c.pictures[url]
	if asked || url == "" || c.o.Picture == nil {
		return known
	}
	c.pictures[url] = nil
	c.o.Background("picture:"+url, func(ctx context.Context) func() {
		img, err := c.o.Picture(ctx, url)
		if err != nil {
			return nil // the place stays empty; the bench says what is wrong with pictures
		}
		img = widgets.Shrink(img, 128, 128)
		return func() {
			if _, still := c.pictures[url]; still {
				c.pictures[url] = img
				for _, r := range c.rows {
					if r.url == url {
						r.show(img)
					}
				}
			}
		}
	})
	return nil
}

// goodsRow is one item.
type goodsRow struct {
	object             *fyne.Container
	words              *fyne.Container
	url                string
	picture            *canvas.Image
	blank              *widgets.Icon
	name, variant, sku *widgets.Text
	count              *widgets.Text
}

func newGoodsRow() *goodsRow {
	r := &goodsRow{picture: widgets.NewPicture(), blank: widgets.NewIcon("picture", widgets.Line, 40), name: widgets.NewText(19, true, widgets.Ink).Fit(13, 2),
		variant: widgets.NewText(18, true, widgets.Violet).Fit(13, 1), sku: widgets.NewText(14, false, widgets.Soft).Fit(11, 1), count: widgets.NewText(24, true, widgets.Ink).Fit(14, 1).Right()}
	r.words = widgets.Column(0, widgets.Grow(r.name, 3), widgets.Grow(r.variant, 2), widgets.Fix(r.sku, 18))
	r.object = widgets.Column(0, widgets.Grow(widgets.Row(10, widgets.Fix(container.NewStack(container.NewCenter(r.blank), r.picture), 64), widgets.Grow(r.words, 1), widgets.Fix(r.count, 84)), 1),
		widgets.Space(4), widgets.Fix(canvas.NewRectangle(widgets.Line), 1), widgets.Space(3))
	return r
}

func (r *goodsRow) set(it fulfillment.Item, picture image.Image) {
	r.url = it.Image
	r.name.Set(text.Visible(it.Name))
	if it.Name == "" {
		r.name.Set(text.Code(string(it.SKU)))
	}
	r.variant.Set(text.Visible(it.Variant))
	if widgets.ShowOnly(r.variant, it.Variant != "") {
		r.words.Refresh()
	}
	sku := text.Code(string(it.SKU))
	if it.Bundle != "" {
		sku += "  ·  " + text.T("card.part", "bundle", text.Code(string(it.Bundle)))
	}
	r.sku.Set(sku)
	r.count.Set(text.T("card.verified", "got", fmt.Sprint(it.Got), "need", fmt.Sprint(it.Need)))
	ink := widgets.Ink
	if it.Got >= it.Need {
		ink = widgets.Good
	}
	r.count.Colour(ink)
	r.show(picture)
}

func (r *goodsRow) show(picture image.Image) {
	if r.picture.Image != picture {
		r.picture.Image = picture
		r.picture.Refresh()
	}
	widgets.ShowOnly(r.blank, picture == nil)
}

// stepRow is one event.
type stepRow struct {
	object            *fyne.Container
	words             *fyne.Container
	at, what, by, sub *widgets.Text
}

func newStepRow() *stepRow {
	r := &stepRow{at: widgets.NewText(15, false, widgets.Soft).Fit(11, 2), what: widgets.NewText(18, true, widgets.Ink).Fit(13, 1), by: widgets.NewText(14, false, widgets.Soft).Fit(11, 2).Right(),
		sub: widgets.NewText(13, false, widgets.Soft).Fit(11, 1)}
	r.words = widgets.Column(0, widgets.Grow(r.what, 4), widgets.Grow(r.sub, 3))
	r.object = widgets.Column(0, widgets.Grow(widgets.Row(10, widgets.Fix(r.at, 92), widgets.Grow(r.words, 3), widgets.Grow(r.by, 1)), 1), widgets.Fix(canvas.NewRectangle(widgets.Line), 1), widgets.Space(2))
	return r
}

func (r *stepRow) set(e fulfillment.Event, now time.Time) {
	r.at.Set(text.Clock(e.At, now))
	what, ink, sub := text.Happened(e.Kind), widgets.Ink, text.Visible(fulfillment.Detail(e))
	if off, by := text.OffWeight(fulfillment.OffWeightOf(e)); off != "" {
		what, ink, sub = off, widgets.WarnInk, by+"  ·  "+sub
	}
	r.what.Set(what)
	r.what.Colour(ink)
	r.by.Set(text.Visible(e.Operator))
	r.sub.Set(sub)
	if widgets.ShowOnly(r.sub, sub != "") {
		r.words.Refresh()
	}
}
