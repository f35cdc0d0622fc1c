package widgets

import (
	"fmt"
	"image/color"
	"math"
	"regexp"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"packbench/assets"
)

// iconCache belongs to the screen's goroutine. Its size is bounded by icons × colours × sizes.
var iconCache = map[string]fyne.Resource{}

// iconGrid is the width of the grid that the icons are drawn on.
const iconGrid = 24

var strokeWidth = regexp.MustCompile(`stroke-width="([0-9.]+)"`)

// iconResource is a drawn icon in a colour for side dots. The toolkit's SVG reader scales paths but not the width of
// strokes, so each size gets its own.
func iconResource(name string, colour color.NRGBA, side float32) fyne.Resource {
	side = max(1, float32(math.Round(float64(side))))
	key := fmt.Sprintf("%s%s-%.0f.svg", name, hex(colour), side)
	if r, ok := iconCache[key]; ok {
		return r
	}
	svg := strokeWidth.ReplaceAllFunc(assets.Icon(name, hex(colour)), func(m []byte) []byte {
		width, err := strconv.ParseFloat(string(strokeWidth.FindSubmatch(m)[1]), 32)
		if err != nil {
			return m
		}
		return fmt.Appendf(nil, `stroke-width="%.2f"`, width*float64(side)/iconGrid)
	})
	r := fyne.NewStaticResource(key, svg)
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

// NewIcon returns the named icon, side units wide and high; an empty name draws nothing.
func NewIcon(name string, colour color.NRGBA, side float32) *Icon {
	i := &Icon{name: name, colour: colour, side: side, back: canvas.NewRectangle(color.Transparent), img: &canvas.Image{FillMode: canvas.ImageFillContain}}
	i.ExtendBaseWidget(i)
	return i
}

// Set changes shape and colours. A transparent plate draws none; a square plate tells attention from a round "ready"
// also without colour. An empty name draws nothing.
func (i *Icon) Set(name string, colour, plate color.NRGBA, square bool) {
	if name == i.name && colour == i.colour && plate == i.plate && square == i.square {
		return
	}
	i.name, i.colour, i.plate, i.square = name, colour, plate, square
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
	r.draw(side - 2*inset)
}

// draw chooses the drawing for its size in dots.
func (r *iconRenderer) draw(side float32) {
	i := r.i
	if i.name == "" || i.colour.A == 0 {
		i.img.Hide()
		return
	}
	i.img.Show()
	if c := fyne.CurrentApp().Driver().CanvasForObject(i); c != nil {
		side *= c.Scale()
	}
	if res := iconResource(i.name, i.colour, side); i.img.Resource != res {
		i.img.Resource = res
		i.img.Refresh()
	}
}

func (r *iconRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.i.back, r.i.img} }

func (r *iconRenderer) Refresh() {
	r.i.back.FillColor = seen(r.i.plate)
	r.Layout(r.i.Size())
	r.i.back.Refresh()
}

func (r *iconRenderer) Destroy() {}
