package bench

import (
	"fmt"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"packbench/ui/text"
	"packbench/ui/widgets"
)

// itemList shows rows one under the other. Few rows are drawn large; the row to scan next is always in sight.
type itemList struct {
	object *fyne.Container // the list and, below it, what is out of sight
	scroll *container.Scroll
	more   *widgets.Text
	count  int
	inner  *fyne.Container
	lay    *rowLayout
	rows   []*itemRow
}

func newItemList() *itemList {
	l := &itemList{lay: &rowLayout{height: rowSmall}}
	l.inner = container.New(l.lay)
	l.scroll = container.NewVScroll(l.inner)
	l.lay.view = l.scroll.Size
	l.more = widgets.NewText(widgets.SizeBody, true, widgets.WarnInk).Fit(13, 1)
	l.object = widgets.Column(0, widgets.Grow(l.scroll, 1), widgets.Fix(l.more, 24))
	l.scroll.OnScrolled = func(fyne.Position) { l.tellMore() }
	return l
}

// Row heights in units: one or two items get room to be seen from further away.
const (
	rowLarge = 160
	rowSmall = 114
	rowGap   = 8

	usualView = 420 // height of the list in a window of 1366×768
)

// set shows rows; picture gives the picture known for an address, nil for none.
func (l *itemList) set(rows []Row, picture func(url string) image.Image) {
	for len(l.rows) < len(rows) {
		l.rows = append(l.rows, newItemRow())
	}
	scale := widgets.Scale(l.scroll.Size().Height / usualView)
	height := rowSmall * scale
	if len(rows) <= 2 {
		height = rowLarge * scale
	}
	changed := l.lay.height != height || len(l.inner.Objects) != len(rows)
	l.lay.height = height
	next := -1
	for i, row := range rows {
		l.rows[i].set(row, picture(row.Image), len(rows) <= 2, scale)
		if row.Next {
			next = i
		}
	}
	if changed {
		l.inner.Objects = l.inner.Objects[:0]
		for _, r := range l.rows[:len(rows)] {
			l.inner.Objects = append(l.inner.Objects, r.Container)
		}
		l.inner.Refresh()
		l.scroll.Refresh()
	}
	l.count = len(rows)
	l.reveal(next)
	l.tellMore()
}

// below is how many lines are not seen whole under the lower edge.
func (l *itemList) below() int {
	seen := int((l.scroll.Offset.Y + l.scroll.Size().Height + rowGap) / (l.lay.height + rowGap))
	return max(0, l.count-seen)
}

// tellMore says what is out of sight: a packer who sees four full lines must not believe that they are all.
func (l *itemList) tellMore() {
	words := ""
	if n := l.below(); n > 0 {
		words = text.T("bench.below", "lines", fmt.Sprint(l.count), "n", fmt.Sprint(n))
	}
	l.more.Set(words)
}

// reveal scrolls so that row i is seen whole, with the row before it where there is room.
func (l *itemList) reveal(i int) {
	if i < 0 {
		return
	}
	step := l.lay.height + rowGap
	top, bottom := float32(i)*step, float32(i)*step+l.lay.height
	at, view := l.scroll.Offset.Y, l.scroll.Size().Height
	switch {
	case top < at:
		at = max(0, top-step/2)
	case bottom > at+view:
		at = bottom - view + step/3
	default:
		return
	}
	l.scroll.ScrollToOffset(fyne.NewPos(0, at))
}

// rowLayout leaves room for the scroll bar where there is one.
type rowLayout struct {
	height float32
	view   func() fyne.Size
}

func (r *rowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := size.Width
	if size.Height > r.view().Height+rowGap {
		width -= 16
	}
	for i, o := range objects {
		o.Move(fyne.NewPos(0, float32(i)*(r.height+rowGap)))
		o.Resize(fyne.NewSize(width, r.height))
	}
}

func (r *rowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(200, float32(len(objects))*(r.height+rowGap))
}
