package label

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"packbench/fulfillment"
)

// decodePNG reads the picture as grey on white, with its size checked before any pixel is decoded.
func decodePNG(document []byte) (grey *image.Gray, err error) {
	defer func() {
		if r := recover(); r != nil {
			grey, err = nil, badDocument("The label picture is damaged. Download the label again.")
		}
	}()
	config, err := png.DecodeConfig(bytes.NewReader(document))
	if err != nil {
		return nil, badDocument("The label picture is damaged and cannot be opened. Download the label again.")
	}
	if config.Width < 1 || config.Height < 1 || config.Width > MaxPixels/config.Height {
		return nil, badDocument("The label picture has %d × %d pixels, more than any label. Download the label again.", config.Width, config.Height)
	}
	img, err := png.Decode(bytes.NewReader(document))
	if err != nil {
		return nil, badDocument("The label picture is damaged and cannot be opened. Download the label again.")
	}
	return toGrey(img), nil
}

// toGrey lays the picture on white paper.
func toGrey(img image.Image) *image.Gray {
	b := img.Bounds()
	if g, ok := img.(*image.Gray); ok && b.Min == (image.Point{}) {
		return g
	}
	grey := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.NRGBAModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA)
			lum := (299*int(c.R) + 587*int(c.G) + 114*int(c.B)) / 1000
			grey.Pix[y*grey.Stride+x] = uint8((lum*int(c.A) + 255*(255-int(c.A))) / 255)
		}
	}
	return grey
}

// drawPNG puts a picture on the stock without resampling: dot for dot, or by a whole number of dots a pixel or pixels a
// dot, where the size then is the stock's within sizeSlack.
func drawPNG(document []byte, media fulfillment.Media) ([]Page, error) {
	grey, err := decodePNG(document)
	if err != nil {
		return nil, err
	}
	sw, sh := media.Dots()
	if paperSized(grey.Rect.Dx(), grey.Rect.Dy(), media) {
		w, h := grey.Rect.Dx(), grey.Rect.Dy()
		b, _ := cut(grey.Pix, grey.Stride, w, h, 0, sheetSize{w, h, media.DPI})
		if pages := apart(b, media); pages != nil {
			return pages, nil
		}
	}
	var page Page
	if w, h := grey.Rect.Dx(), grey.Rect.Dy(); (w > h) != (sw > sh) && !nearStock(float64(w), float64(h), sw, sh) {
		grey = quarterTurn(grey)
		page.Notes = append(page.Notes, "The picture lies across the stock: it was turned by 90°.")
	}
	w, h := grey.Rect.Dx(), grey.Rect.Dy()
	for n := 1; n <= 6; n++ {
		up, down := float64(n), 1/float64(n)
		switch {
		case nearStock(float64(w)*up, float64(h)*up, sw, sh):
			grey = enlarge(grey, n)
		case nearStock(float64(w)*down, float64(h)*down, sw, sh):
			grey = reduce(grey, n)
		default:
			continue
		}
		if n > 1 {
			page.Notes = append(page.Notes, fmt.Sprintf("The picture has %d × %d pixels for %d × %d dots: it was scaled by a whole factor of %d.", w, h, sw, sh, n))
		}
		left := max(0, (grey.Rect.Dx()-sw)/2)
		bitmap, outside := cut(grey.Pix, grey.Stride, grey.Rect.Dx(), grey.Rect.Dy(), left, sheetSize{sw, sh, media.DPI})
		if outside {
			return nil, badDocument("The label picture has ink outside the stock of %d × %d mm. Ask for the label as PDF.", media.WidthMM, media.HeightMM)
		}
		page.Bitmap = bitmap
		return []Page{page}, nil
	}
	return nil, badDocument("The label picture has %d × %d pixels, the stock of %d × %d mm at %d dpi has %d × %d dots; scaling it would spoil the barcodes. Ask for the label as PDF.",
		w, h, media.WidthMM, media.HeightMM, media.DPI, sw, sh)
}

// sizeSlack is how far a picture's size may be off the stock's: 4×6 inch against 102 × 152 mm, or a dot of rounding.
const sizeSlack = 0.02

func nearStock(w, h float64, sw, sh int) bool {
	near := func(got float64, want int) bool {
		return math.Abs(got-float64(want)) <= max(1, sizeSlack*float64(want))
	}
	return near(w, sw) && near(h, sh)
}

// quarterTurn turns clockwise.
func quarterTurn(src *image.Gray) *image.Gray {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dst := image.NewGray(image.Rect(0, 0, h, w))
	for y := range h {
		for x := range w {
			dst.Pix[x*dst.Stride+h-1-y] = src.Pix[y*src.Stride+x]
		}
	}
	return dst
}

func enlarge(src *image.Gray, n int) *image.Gray {
	if n == 1 {
		return src
	}
	dst := image.NewGray(image.Rect(0, 0, src.Rect.Dx()*n, src.Rect.Dy()*n))
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			dst.Pix[y*dst.Stride+x] = src.Pix[y/n*src.Stride+x/n]
		}
	}
	return dst
}

// reduce averages n × n grey pixels to one before the threshold.
func reduce(src *image.Gray, n int) *image.Gray {
	dst := image.NewGray(image.Rect(0, 0, src.Rect.Dx()/n, src.Rect.Dy()/n))
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			sum := 0
			for dy := range n {
				for _, v := range src.Pix[(y*n+dy)*src.Stride+x*n:][:n] {
					sum += int(v)
				}
			}
			dst.Pix[y*dst.Stride+x] = uint8(sum / (n * n))
		}
	}
	return dst
}
