package widgets

import (
	"image"

	"fyne.io/fyne/v2/canvas"
	"golang.org/x/image/draw"
)

// NewPicture returns an empty picture that is fitted into its place.
func NewPicture() *canvas.Image {
	p := &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleSmooth}
	return p
}

// Shrink returns img fitted into w×h dots, or img itself where it fits already. It is meant for the background: textures
// as large as a photo would slow every frame.
func Shrink(img image.Image, w, h int) image.Image {
	b := img.Bounds()
	if b.Dx() <= w && b.Dy() <= h {
		return img
	}
	f := min(float64(w)/float64(b.Dx()), float64(h)/float64(b.Dy()))
	small := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(b.Dx())*f)), max(1, int(float64(b.Dy())*f))))
	draw.ApproxBiLinear.Scale(small, small.Bounds(), img, b, draw.Src, nil)
	return small
}
