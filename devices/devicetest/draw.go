package devicetest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// picture draws what a camera over the dock sees: a table, a box with tape, and a line of text. It belongs to one
// goroutine at a time.
type picture struct {
	back *image.RGBA // everything that does not move
	img  *image.RGBA
}

func newPicture(w, h int) *picture {
	p := &picture{back: image.NewRGBA(image.Rect(0, 0, w, h)), img: image.NewRGBA(image.Rect(0, 0, w, h))}
	fill := func(x0, y0, x1, y1 int, c color.RGBA) { // in thousandths of the picture
		r := image.Rect(x0*w/1000, y0*h/1000, x1*w/1000, y1*h/1000)
		draw.Draw(p.back, r, image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(0, 0, 1000, 1000, color.RGBA{58, 62, 66, 255})     // floor
	fill(0, 140, 1000, 1000, color.RGBA{150, 120, 88, 255}) // table
	for y := 140; y < 1000; y += 120 {
		fill(0, y, 1000, y+4, color.RGBA{132, 104, 74, 255})
	}
	fill(250, 330, 750, 850, color.RGBA{196, 158, 108, 255}) // box
	fill(470, 330, 530, 850, color.RGBA{214, 190, 150, 255}) // tape
	fill(560, 400, 720, 600, color.RGBA{245, 245, 240, 255}) // label
	for i := range 24 {
		if i*7%5 < 3 {
			fill(572+i*6, 420, 575+i*6+i%3, 500, color.RGBA{20, 20, 20, 255})
		}
	}
	fill(572, 530, 700, 540, color.RGBA{90, 90, 90, 255})
	fill(572, 555, 660, 565, color.RGBA{90, 90, 90, 255})
	return p
}

// draw returns the picture of a moment; the image is used again by the next call.
func (p *picture) draw(now time.Time, seq int) image.Image {
	copy(p.img.Pix, p.back.Pix)
	w := p.img.Bounds().Dx()
	// A parcel that moves, so that a still picture is seen to be one.
	x := seq * 5 % (w - w/10)
	draw.Draw(p.img, image.Rect(x, p.img.Bounds().Dy()*90/100, x+w/10, p.img.Bounds().Dy()*97/100), image.NewUniform(color.RGBA{176, 134, 84, 255}), image.Point{}, draw.Src)
	p.text(fmt.Sprintf("%s  #%06d", now.UTC().Format("2006-01-02 15:04:05.000"), seq))
	return p.img
}

// text writes one line across the top, as large as fits, white on black.
func (p *picture) text(s string) {
	face := basicfont.Face7x13
	line := image.NewAlpha(image.Rect(0, 0, len(s)*face.Advance, face.Height))
	d := font.Drawer{Dst: line, Src: image.Opaque, Face: face, Dot: fixed.P(0, face.Ascent)}
	d.DrawString(s)
	scale := max(1, p.img.Bounds().Dx()*9/10/line.Rect.Dx())
	at := image.Pt(8, 8)
	draw.Draw(p.img, image.Rect(0, 0, p.img.Rect.Dx(), line.Rect.Dy()*scale+16), image.Black, image.Point{}, draw.Src)
	for y := range line.Rect.Dy() {
		for x := range line.Rect.Dx() {
			if line.AlphaAt(x, y).A > 127 {
				dot := image.Rect(0, 0, scale, scale).Add(at).Add(image.Pt(x*scale, y*scale))
				draw.Draw(p.img, dot, image.White, image.Point{}, draw.Src)
			}
		}
	}
}

// blocks of 8×8 dots, as JPEG codes them, that stand for 32 bits of a picture's number and 64 of its time (nanoseconds since
// 1970), the highest first, black for 0, in rows from the top left corner.
const (
	block     = 8
	bitsSeq   = 32
	bitsTotal = bitsSeq + 64
)

func blockAt(i, width int) image.Rectangle {
	n := width / block
	return image.Rect(i%n*block, i/n*block, i%n*block+block, i/n*block+block)
}

func (p *picture) bits(seq int, now time.Time) {
	for i := range bitsTotal {
		var bit uint64
		if i < bitsSeq {
			bit = uint64(seq) >> (bitsSeq - 1 - i) & 1
		} else {
			bit = uint64(now.UnixNano()) >> (bitsTotal - 1 - i) & 1
		}
		c := color.Gray{Y: uint8(bit) * 255}
		draw.Draw(p.img, blockAt(i, p.img.Bounds().Dx()), image.NewUniform(c), image.Point{}, draw.Src)
	}
}

// readBits is the other way round; ok is false where the blocks are neither black nor white.
func readBits(pic []byte) (seq int, drawn time.Time, ok bool) {
	img, err := jpeg.Decode(bytes.NewReader(pic))
	if err != nil {
		return 0, time.Time{}, false
	}
	var number, nano uint64
	for i := range bitsTotal {
		at := blockAt(i, img.Bounds().Dx()).Min.Add(image.Pt(block/2, block/2))
		y := color.GrayModel.Convert(img.At(at.X, at.Y)).(color.Gray).Y
		if y > 64 && y < 192 {
			return 0, time.Time{}, false
		}
		if i < bitsSeq {
			number = number<<1 | uint64(y>>7)
		} else {
			nano = nano<<1 | uint64(y>>7)
		}
	}
	return int(number), time.Unix(0, int64(nano)), true
}
