package camera

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
)

// Crop is the part of the picture that is kept, in thousandths of its width and height from its top left corner: what is
// beside the packing table is nobody's business. The zero value is the whole picture, which stays as the camera sent it.
type Crop struct{ X, Y, W, H int }

// NewCrop checks the part: it must have a size and lie in the picture.
func NewCrop(x, y, w, h int) (Crop, error) {
	c := Crop{x, y, w, h}
	if x < 0 || y < 0 || w <= 0 || h <= 0 || x+w > 1000 || y+h > 1000 {
		return Crop{}, fmt.Errorf("crop %d, %d, %d, %d: want left, top, width and height in thousandths of the picture", x, y, w, h)
	}
	return c, nil
}

func (c Crop) all() bool { return c == Crop{} || c == Crop{W: 1000, H: 1000} }

// jpegQuality of pictures that are coded here; cameras use about as much.
const jpegQuality = 90

// apply cuts the part out and codes it anew.
func (c Crop) apply(pic []byte) ([]byte, error) {
	if c.all() {
		return pic, nil
	}
	img, err := jpeg.Decode(bytes.NewReader(pic))
	if err != nil {
		return nil, fmt.Errorf("crop the picture: %w", err)
	}
	b := img.Bounds()
	at := func(n, size int) int { return n * size / 1000 }
	part := image.Rect(at(c.X, b.Dx()), at(c.Y, b.Dy()), at(c.X+c.W, b.Dx()), at(c.Y+c.H, b.Dy())).Add(b.Min)
	if part.Dx() < 1 || part.Dy() < 1 {
		return nil, fmt.Errorf("crop the picture: nothing is left of %d×%d dots", b.Dx(), b.Dy())
	}
	out := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Draw(out, out.Bounds(), img, part.Min, draw.Src)
	return encode(out)
}

func encode(img image.Image) ([]byte, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, fmt.Errorf("code the picture: %w", err)
	}
	return out.Bytes(), nil
}
