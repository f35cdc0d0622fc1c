package setup

import (
	"image"
	"image/color"
	"image/draw"

	"fyne.io/fyne/v2/canvas"
)

// quiet is the white on either side of a barcode, in modules: ISO/IEC 15417 asks for ten.
const quiet = 10

// newBarcode draws a code of one dot a module, without quiet zone, in whatever place it gets.
func newBarcode(code image.Image) *canvas.Raster {
	r := canvas.NewRaster(func(w, h int) image.Image { return drawBarcode(code, w, h) })
	r.ScaleMode = canvas.ImageScalePixels
	return r
}

// drawBarcode is the code in the middle of w by h pixels with its quiet zones, each module the same number of whole pixels wide.
// Where not even one pixel is left for each it is white: bars that are squeezed are read wrongly or not at all.
func drawBarcode(code image.Image, w, h int) image.Image {
	pic := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(pic, pic.Bounds(), image.White, image.Point{}, draw.Src)
	if code == nil {
		return pic
	}
	b := code.Bounds()
	dots := w / (b.Dx() + 2*quiet)
	left := (w - b.Dx()*dots) / 2
	for i := range b.Dx() {
		if color.GrayModel.Convert(code.At(b.Min.X+i, b.Min.Y)).(color.Gray).Y < 0x80 {
			draw.Draw(pic, image.Rect(left+i*dots, 0, left+(i+1)*dots, h), image.Black, image.Point{}, draw.Src)
		}
	}
	return pic
}
