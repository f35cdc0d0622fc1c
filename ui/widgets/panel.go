package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Panel is a coloured plate with a border and one child inside a padding. It is not itself an object to be laid out:
// Container is.
type Panel struct {
	Container *fyne.Container
	plate     *canvas.Rectangle
}

// NewPanel returns a plate around child; pad is the padding across and down in units.
func NewPanel(fill color.NRGBA, padX, padY float32, child fyne.CanvasObject) *Panel {
	p := &Panel{plate: canvas.NewRectangle(seen(fill))}
	p.plate.CornerRadius = RadiusCard
	p.Container = &fyne.Container{Layout: &inset{padX, padY}, Objects: []fyne.CanvasObject{p.plate, child}}
	return p
}

// NewCard is a white plate with a thin border.
func NewCard(child fyne.CanvasObject) *Panel {
	p := NewPanel(Card, 14, 10, child)
	p.plate.StrokeColor, p.plate.StrokeWidth = Line, 1
	return p
}

// Show and Hide show or hide the plate with its child.
func (p *Panel) Show() { p.Container.Show() }
func (p *Panel) Hide() { p.Container.Hide() }

// Square takes the rounding off; it returns p.
func (p *Panel) Square() *Panel { p.plate.CornerRadius = 0; return p }

// seen is c, or for a colour that cannot be seen the one that the toolkit does not draw at all: without a graphics card a plate
// costs as much as a visible one, with every picture of a live camera.
func seen(c color.NRGBA) color.Color {
	if c.A == 0 {
		return color.Transparent
	}
	return c
}

// Paint changes fill and border; a stroke of 0 draws none.
func (p *Panel) Paint(fill, border color.NRGBA, stroke float32) {
	if p.plate.FillColor == seen(fill) && p.plate.StrokeColor == color.Color(border) && p.plate.StrokeWidth == stroke {
		return
	}
	p.plate.FillColor, p.plate.StrokeColor, p.plate.StrokeWidth = seen(fill), border, stroke
	p.plate.Refresh()
}

// inset lays the first object over the whole place and the others inside the padding.
type inset struct{ x, y float32 }

func (l *inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for i, o := range objects {
		if i == 0 {
			o.Move(fyne.NewPos(0, 0))
			o.Resize(size)
			continue
		}
		o.Move(fyne.NewPos(l.x, l.y))
		o.Resize(fyne.NewSize(max(0, size.Width-2*l.x), max(0, size.Height-2*l.y)))
	}
}

func (l *inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var m fyne.Size
	for _, o := range objects[1:] {
		m = m.Max(o.MinSize())
	}
	return m.AddWidthHeight(2*l.x, 2*l.y)
}

// Chip is a small plate with an icon and a word.
type Chip struct {
	*Panel
	icon *Icon
	text *Text
}

// NewChip returns a chip; height is about 30 units.
func NewChip(icon, word string, ink, fill color.NRGBA) *Chip {
	c := &Chip{icon: NewIcon(icon, ink, 20), text: NewText(SizeSmall, true, ink)}
	c.text.Set(word)
	c.Panel = NewPanel(fill, 8, 4, Row(6, Fix(c.icon, 20), Grow(c.text, 1)))
	c.plate.CornerRadius = 6
	return c
}

// Width is how wide the chip must be for its word.
func (c *Chip) Width() float32 {
	return fyne.MeasureText(c.text.words, SizeSmall, fyne.TextStyle{Bold: true}).Width + 20 + 6 + 16 + 2
}

// Set changes icon, word and colours.
func (c *Chip) Set(icon, word string, ink, fill color.NRGBA) {
	c.icon.Set(icon, ink, Clear, false)
	c.text.Set(word)
	c.text.Colour(ink)
	c.Paint(fill, Clear, 0)
}
