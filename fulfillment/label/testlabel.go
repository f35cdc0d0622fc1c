package label

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"github.com/boombuler/barcode/code128"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"packbench/fulfillment"
)

// TestLabelCode is the barcode of the printer's test label. It is no command, order or product, so scanning it does
// nothing but prove that it can be scanned.
const TestLabelCode = "PACKBENCH-TEST-1234567890"

// TestLabel draws the label for setting a printer up: a frame at the edge of the stock (is the size right, does it
// drift), rulers in millimetres (is the scale right), lines of one to four dots (is the head sound), and a barcode.
func TestLabel(media fulfillment.Media) fulfillment.Bitmap {
	w, h := media.Dots()
	b := fulfillment.NewBitmap(w, h, media.DPI)
	mm := func(v float64) int { return int(v*float64(media.DPI)/25.4 + 0.5) }
	line := max(2, mm(0.3))
	fill(b, 0, 0, w, line)
	fill(b, 0, h-line, w, h)
	fill(b, 0, 0, line, h)
	fill(b, w-line, 0, w, h)
	ruler(b, w, mm, media.WidthMM, func(at, length int) { fill(b, at, line, at+2, line+length) })
	ruler(b, h, mm, media.HeightMM, func(at, length int) { fill(b, line, at, line+length, at+2) })
	left, y := mm(9), mm(10)
	text := func(points float64, s string) {
		y += mm(points * 0.3528 * 1.3)
		drawText(b, left, y, points, s)
	}
	text(14, "Packbench test label")
	text(9, fmt.Sprintf("%d × %d mm, %d dpi, %d × %d dots", media.WidthMM, media.HeightMM, media.DPI, w, h))
	text(9, "The frame must be whole on all four sides.")
	text(9, "The rulers count millimetres: measure them.")
	y += mm(3)
	module := max(1, min((w-2*left)/(len(TestLabelCode)*11+35+20), mm(0.4)))
	drawBars(b, TestLabelCode, left, y, module, mm(12))
	y += mm(12)
	text(8, TestLabelCode)
	y += mm(3)
	for n := 1; n <= 4; n++ {
		for x := left; x+n <= min(left+mm(60), w-mm(4)); x += 2 * n {
			fill(b, x, y, x+n, y+mm(4))
		}
		y += mm(6)
	}
	return b
}

// ruler calls mark for every millimetre along a side, longer every five and ten.
func ruler(b fulfillment.Bitmap, dots int, mm func(float64) int, length int, mark func(at, length int)) {
	for i := 1; i < length; i++ {
		size := mm(1.5)
		switch {
		case i%10 == 0:
			size = mm(4)
		case i%5 == 0:
			size = mm(2.5)
		}
		if at := mm(float64(i)); at+2 < dots {
			mark(at, size)
		}
	}
}

// fill makes a rectangle black, x1 and y1 outside it.
func fill(b fulfillment.Bitmap, x0, y0, x1, y1 int) {
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			b.SetBlack(x, y)
		}
	}
}

func dark(c color.Color) bool {
	r, _, _, _ := c.RGBA()
	return r < 0x8000
}

// drawBars draws a Code 128 with modules of a whole number of dots, after ten modules of white.
func drawBars(b fulfillment.Bitmap, text string, x, y, module, height int) {
	code, err := code128.Encode(text)
	if err != nil {
		return // only constants come here
	}
	for i := range code.Bounds().Dx() {
		if dark(code.At(i, 0)) {
			fill(b, x+(10+i)*module, y, x+(11+i)*module, y+height)
		}
	}
}

// drawText writes one line with its baseline at y; x, y in dots.
func drawText(b fulfillment.Bitmap, x, y int, points float64, s string) {
	face, err := opentype.NewFace((*sfnt.Font)(regular), &opentype.FaceOptions{Size: points, DPI: float64(b.DPI), Hinting: font.HintingFull})
	if err != nil {
		return // only for sizes that are not a number
	}
	defer face.Close()
	width := font.MeasureString(face, s).Ceil()
	m := face.Metrics()
	rise := m.Ascent.Ceil()
	ink := image.NewGray(image.Rect(0, 0, width+2, rise+m.Descent.Ceil()))
	draw.Draw(ink, ink.Rect, image.White, image.Point{}, draw.Src)
	(&font.Drawer{Dst: ink, Src: image.Black, Face: face, Dot: fixed.P(0, rise)}).DrawString(s)
	for dy := range ink.Rect.Dy() {
		for dx := range ink.Rect.Dx() {
			if ink.Pix[dy*ink.Stride+dx] < threshold {
				b.SetBlack(x+dx, y-rise+dy)
			}
		}
	}
}
