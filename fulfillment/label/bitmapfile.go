package label

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"

	"packbench/fulfillment"
)

// The file in which a proved bitmap is kept: "PKB1", width, height and dots per inch as big-endian uint32, then the
// rows of the bitmap as they are. Equal bitmaps make equal files, so that the file's hash names the picture.
const (
	bitmapMagic  = "PKB1"
	bitmapHeader = len(bitmapMagic) + 3*4
)

// MarshalBitmap returns the bitmap as a file.
func MarshalBitmap(b fulfillment.Bitmap) []byte {
	out := make([]byte, 0, bitmapHeader+len(b.Bits))
	out = append(out, bitmapMagic...)
	for _, n := range []int{b.W, b.H, b.DPI} {
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	return append(out, b.Bits...)
}

// UnmarshalBitmap reads what MarshalBitmap wrote. It refuses anything else, so that nothing but a whole picture of the
// stated size reaches a printer.
func UnmarshalBitmap(data []byte) (fulfillment.Bitmap, error) {
	if len(data) < bitmapHeader || string(data[:len(bitmapMagic)]) != bitmapMagic {
		return fulfillment.Bitmap{}, errors.New("reading a stored label picture: not such a file")
	}
	word := func(i int) int { return int(binary.BigEndian.Uint32(data[len(bitmapMagic)+4*i:])) }
	b := fulfillment.Bitmap{W: word(0), H: word(1), DPI: word(2)}
	if b.W < 1 || b.H < 1 || b.W > MaxPixels/b.H || b.DPI < 1 || b.DPI > 4800 {
		return fulfillment.Bitmap{}, fmt.Errorf("reading a stored label picture: %d × %d dots at %d dpi is out of range", b.W, b.H, b.DPI)
	}
	b.Stride = (b.W + 7) / 8
	b.Bits = data[bitmapHeader:]
	if len(b.Bits) != b.Stride*b.H {
		return fulfillment.Bitmap{}, fmt.Errorf("reading a stored label picture: %d bytes for %d × %d dots", len(b.Bits), b.W, b.H)
	}
	if pad := byte(0xFF) >> ((b.W-1)&7 + 1); pad != 0 {
		for y := range b.H {
			if b.Bits[(y+1)*b.Stride-1]&pad != 0 {
				return fulfillment.Bitmap{}, errors.New("reading a stored label picture: dots beyond its right edge")
			}
		}
	}
	return b, nil
}

var paper = color.Palette{color.Gray{Y: 255}, color.Gray{Y: 0}}

// Preview returns the bitmap as a picture for the screen, one pixel a dot.
func Preview(b fulfillment.Bitmap) image.Image {
	img := image.NewPaletted(image.Rect(0, 0, b.W, b.H), paper)
	for y := range b.H {
		row := b.Bits[y*b.Stride : (y+1)*b.Stride]
		pix := img.Pix[y*img.Stride : y*img.Stride+b.W]
		for x := range pix {
			pix[x] = row[x>>3] >> (7 - x&7) & 1
		}
	}
	return img
}
