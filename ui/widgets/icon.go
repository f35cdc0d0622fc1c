package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"packbench/assets"
)

var iconCache = map[string]fyne.Resource{} // screen's goroutine only

// IconResource is a drawn icon in a colour.
func IconResource(name string, colour color.NRGBA) fyne.Resource {
	key := name + hex(colour) + ".svg"
	if r, ok := iconCache[key]; ok {
		return r
	}
	r := fyne.NewStaticResource(key, assets.Icon(name, hex(colour)))
	iconCache[key] = r
	return r
}

// Icon is a vector shape, on a round or square plate where Plate is not transparent.
type Icon struct {
	widget.BaseWidget
	name   string
	colour color.NRGBA
	plate  color.NRGBA
	side   float32
	square bool
	img    *canvas.Image
	back   *canvas.Rectangle
}

// NewIcon returns the named icon, side units wide and high.
func NewIcon(name string, colour color.NRGBA, side float32) *Icon {
	i := &Icon{name: name, colour: colour, side: side, back: canvas.NewRectangle(color.Transparent)}
	i.img = canvas.NewImageFromResource(IconResource(name, colour))
	i.img.FillMode = canvas.ImageFillContain
	i.ExtendBaseWidget(i)
	return i
}

// Set changes shape and colours. A transparent plate draws none; a square plate tells attention from a round "ready"
// also without colour.
func (i *Icon) Set(name string, colour, plate color.NRGBA, square bool) {
	if name == i.name && colour == i.colour && plate == i.plate && square == i.square {
		return
	}
	i.name, i.colour, i.plate, i.square = name, colour, plate, square
	i.img.Resource = IconResource(name, colour)
	i.back.FillColor = plate
	i.img.Refresh()
	i.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer { return &iconRenderer{i} }

type iconRenderer struct{ i *Icon }

func (r *iconRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(r.i.side) }

func (r *iconRenderer) Layout(size fyne.Size) {
	i := r.i
	side := min(size.Width, size.Height)
	at := fyne.NewPos((size.Width-side)/2, (size.Height-side)/2)
	i.back.CornerRadius = side / 2
	if i.square {
		i.back.CornerRadius = side / 6
	}
	i.back.Move(at)
	i.back.Resize(fyne.NewSquareSize(side))
	inset := float32(0)
	if i.plate.A > 0 {
		inset = side * 0.2
	}
	i.img.Move(at.AddXY(inset, inset))
	i.img.Resize(fyne.NewSquareSize(side - 2*inset))
}

func (r *iconRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.i.back, r.i.img} }

func (r *iconRenderer) Refresh() {
	r.Layout(r.i.Size())
	r.i.back.Refresh()
}

func (r *iconRenderer) Destroy() {}
