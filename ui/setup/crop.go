package setup

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Crops are the parts of a picture that can be kept: left, top, width, height in thousandths.
var Crops = []struct {
	Name string // key of its word
	Part [4]int
}{
	{"whole", [4]int{0, 0, 1000, 1000}},
	{"most", [4]int{100, 100, 800, 800}},
	{"middle", [4]int{250, 250, 500, 500}},
	{"left", [4]int{0, 0, 500, 1000}},
	{"right", [4]int{500, 0, 500, 1000}},
}

// CropTurn lets a person choose the part by touch; part is the one that is set now, empty for the whole.
func CropTurn(part []int) Turn {
	t := Turn{Name: "crop"}
	found := len(part) != 4
	for i, c := range Crops {
		t.Values = append(t.Values, text.T("setup.crop."+c.Name))
		if len(part) == 4 && c.Part == [4]int(part) {
			t.At, found = i, true
		}
	}
	if !found { // set by hand: it stays unless another one is chosen
		t.Values, t.At = append(t.Values, text.T("setup.crop.set")), len(Crops)
	}
	return t
}

// CropPart is the part of a word; ok is false for one set by hand.
func CropPart(word string) (part [4]int, ok bool) {
	for _, c := range Crops {
		if text.T("setup.crop."+c.Name) == word {
			return c.Part, true
		}
	}
	return part, false
}

// cropFrame draws the frame of the part that is kept over a picture that is fitted into its place.
type cropFrame struct {
	object  *fyne.Container
	frame   *canvas.Rectangle
	picture func() image.Image
	part    [4]int
}

func newCropFrame(picture func() image.Image) *cropFrame {
	c := &cropFrame{picture: picture, frame: canvas.NewRectangle(color.Transparent)}
	c.frame.StrokeColor, c.frame.StrokeWidth = widgets.Blue, 5
	c.object = &fyne.Container{Layout: c, Objects: []fyne.CanvasObject{c.frame}}
	return c
}

func (c *cropFrame) set(word string) {
	part, ok := CropPart(word)
	c.part = part
	widgets.ShowOnly(c.frame, ok && c.picture() != nil)
	c.object.Refresh()
}

// Layout implements fyne.Layout.
func (c *cropFrame) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	pic := c.picture()
	if pic == nil {
		return
	}
	b := pic.Bounds()
	f := min(size.Width/float32(b.Dx()), size.Height/float32(b.Dy()))
	w, h := float32(b.Dx())*f, float32(b.Dy())*f
	x, y := (size.Width-w)/2, (size.Height-h)/2
	c.frame.Move(fyne.NewPos(x+w*float32(c.part[0])/1000, y+h*float32(c.part[1])/1000))
	c.frame.Resize(fyne.NewSize(w*float32(c.part[2])/1000, h*float32(c.part[3])/1000))
}

// MinSize implements fyne.Layout.
func (c *cropFrame) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
