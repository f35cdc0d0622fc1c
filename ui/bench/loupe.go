package bench

import (
	"image"
	"image/draw"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// dotPixels is how many pixels of the screen a dot of the printer takes, each way: a bar of one dot can be told from one of two.
const dotPixels = 2

// loupe shows a part of a label dot for dot, without smoothing; dragging moves it. It takes no focus and knows no keys.
type loupe struct {
	widget.BaseWidget
	shown  *canvas.Image
	label  image.Image
	corner image.Point // of the part in sight, dots
	rest   fyne.Delta  // dragged less than a dot
	scale  func() float32
	tap    func()
}

func newLoupe(scale func() float32, tap func()) *loupe {
	l := &loupe{shown: &canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScalePixels}, scale: scale, tap: tap}
	l.ExtendBaseWidget(l)
	return l
}

// set shows the middle of the label's upper edge, where its barcodes' numbers stand.
func (l *loupe) set(label image.Image) {
	l.label, l.rest = label, fyne.Delta{}
	l.corner = image.Pt((label.Bounds().Dx()-l.dots().X)/2, 0)
	l.draw()
}

// dots is how many dots fit into the widget.
func (l *loupe) dots() image.Point {
	per := dotPixels / l.scale()
	return image.Pt(max(1, int(l.Size().Width/per)), max(1, int(l.Size().Height/per)))
}

func (l *loupe) draw() {
	if l.label == nil {
		return
	}
	b, n := l.label.Bounds(), l.dots()
	l.corner.X = max(0, min(l.corner.X, b.Dx()-n.X))
	l.corner.Y = max(0, min(l.corner.Y, b.Dy()-n.Y))
	out := image.NewGray(image.Rect(0, 0, n.X, n.Y))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, l.label, b.Min.Add(l.corner), draw.Src)
	l.shown.Image = out
	l.shown.Refresh()
}

// Resize implements fyne.CanvasObject.
func (l *loupe) Resize(s fyne.Size) {
	l.BaseWidget.Resize(s)
	l.draw()
}

// Tapped implements fyne.Tappable.
func (l *loupe) Tapped(*fyne.PointEvent) { l.tap() }

// Dragged implements fyne.Draggable.
func (l *loupe) Dragged(ev *fyne.DragEvent) {
	per := dotPixels / l.scale()
	l.rest.DX, l.rest.DY = l.rest.DX-ev.Dragged.DX, l.rest.DY-ev.Dragged.DY
	step := image.Pt(int(l.rest.DX/per), int(l.rest.DY/per))
	l.rest.DX, l.rest.DY = l.rest.DX-float32(step.X)*per, l.rest.DY-float32(step.Y)*per
	l.corner = l.corner.Add(step)
	l.draw()
}

// DragEnd implements fyne.Draggable.
func (l *loupe) DragEnd() { l.rest = fyne.Delta{} }

// CreateRenderer implements fyne.Widget.
func (l *loupe) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.shown) }
