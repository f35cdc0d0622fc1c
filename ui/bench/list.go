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
	height := l.rowHeight(len(rows), scale)
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

// rowHeight is how high each of n rows is. Three or more are as high as lets whole rows fill the view: of a row that is cut in
// half a packer cannot read how many are needed.
func (l *itemList) rowHeight(n int, scale float32) float32 {
	usual, view := rowSmall*scale, l.scroll.Size().Height
	if n <= 2 || view < usual { // not laid out yet
		if n <= 2 {
			usual = rowLarge * scale
		}
		return usual
	}
	fits := int((view+rowGap)/(usual+rowGap) + 0.2) // a little lower than usual rather than one row fewer
	whole := float32(int((view+rowGap)/float32(max(1, fits)) - rowGap))
	if n <= fits {
		return min(usual, whole)
	}
	return whole
}

// above is how many lines are not seen whole over the upper edge.
func (l *itemList) above() int {
	step := l.lay.height + rowGap
	return min(l.count, int((l.scroll.Offset.Y+step-rowGap)/step))
}

// below is how many lines are not seen whole under the lower edge.
func (l *itemList) below() int {
	seen := int((l.scroll.Offset.Y + l.scroll.Size().Height + rowGap) / (l.lay.height + rowGap))
	return max(0, l.count-seen)
}

// tellMore says what is out of sight: a packer who sees four full lines must not believe that they are all.
func (l *itemList) tellMore() {
	words, above, below := "", l.above(), l.below()
	switch {
	case above > 0 && below > 0:
		words = text.T("bench.around", "lines", fmt.Sprint(l.count), "above", fmt.Sprint(above), "n", fmt.Sprint(below))
	case above > 0:
		words = text.T("bench.above", "lines", fmt.Sprint(l.count), "n", fmt.Sprint(above))
	case below > 0:
		words = text.T("bench.below", "lines", fmt.Sprint(l.count), "n", fmt.Sprint(below))
	}
	l.more.Set(words)
}

// reveal scrolls so that row i is seen whole, with the row before it or after it where there is room; no row is cut.
func (l *itemList) reveal(i int) {
	if i < 0 {
		return
	}
	step, view := l.lay.height+rowGap, l.scroll.Size().Height
	top, at := float32(i)*step, l.scroll.Offset.Y
	fits := max(1, int((view+rowGap)/step))
	first := i // row at the upper edge
	switch {
	case top < at:
		first -= min(1, fits-1)
	case top+l.lay.height > at+view:
		first -= max(0, fits-2)
	default:
		return
	}
	l.scroll.ScrollToOffset(fyne.NewPos(0, float32(max(0, min(first, l.count-fits)))*step))
}

// rowLayout leaves room for the scroll bar where there is one.
type rowLayout struct {
	height float32
	view   func() fyne.Size
}

func (r *rowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := size.Width
	if r.MinSize(objects).Height > r.view().Height {
		width -= 16
	}
	for i, o := range objects {
		o.Move(fyne.NewPos(0, float32(i)*(r.height+rowGap)))
		o.Resize(fyne.NewSize(width, r.height))
	}
}

func (r *rowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(200, max(0, float32(len(objects))*(r.height+rowGap)-rowGap))
}
