package shop

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"net/http"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// png renders the label as SHIPPING_LABEL_PICTURE: black on white, A6 at 203 dots per inch.
func (l labelSheet) png() ([]byte, error) {
	mm := func(v float64) int { return int(math.Round(v / dotMM)) }
	img := image.NewGray(image.Rect(0, 0, mm(a6Width), mm(a6Height)))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	c := &pngCanvas{img: img}
	if err := l.draw(c); err != nil {
		return nil, err
	}
	if c.err != nil {
		return nil, fmt.Errorf("drawing the label picture: %w", c.err)
	}
	return encodePNG(img)
}

func encodePNG(img image.Image) ([]byte, error) {
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, fmt.Errorf("writing a PNG: %w", err)
	}
	return out.Bytes(), nil
}

type pngCanvas struct {
	img *image.Gray
	err error
}

func (c *pngCanvas) rect(x, y, w, h float64) {
	px := func(v float64) int { return int(math.Round(v / dotMM)) }
	r := image.Rect(px(x), px(y), px(x+w), max(px(y)+1, px(y+h)))
	draw.Draw(c.img, r, image.Black, image.Point{}, draw.Src)
}

func (c *pngCanvas) text(x, y, points float64, bold bool, text, alt string) {
	if !latin1(text) {
		text = alt
	}
	ttf := goregular.TTF
	if bold {
		ttf = gobold.TTF
	}
	parsed, err := opentype.Parse(ttf)
	if err != nil {
		c.err = err
		return
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: points, DPI: 203, Hinting: font.HintingFull})
	if err != nil {
		c.err = err
		return
	}
	d := font.Drawer{Dst: c.img, Src: image.Black, Face: face, Dot: fixed.P(int(x/dotMM), int(y/dotMM))}
	d.DrawString(text)
}

// pictureSize is the width and height of a product picture in pixels.
const pictureSize = 240

// serveImage is GET /img/{seller_sku}.png: a small drawing of the product.
func (s *Server) serveImage(c *call) reply {
	sku, ok := strings.CutSuffix(strings.TrimPrefix(c.r.URL.Path, "/img/"), ".png")
	p := s.first().product(sku)
	if !ok || p == nil {
		return reply{status: http.StatusNotFound, header: http.Header{"Content-Type": {"text/plain"}}, body: []byte("no such picture\n")}
	}
	data, err := encodePNG(drawProduct(p))
	if err != nil {
		return reply{status: http.StatusInternalServerError, header: http.Header{}, body: nil}
	}
	return reply{status: http.StatusOK, body: data,
		header: http.Header{"Content-Type": {"image/png"}, "Cache-Control": {"max-age=86400"}}}
}

// part of a drawing: a box or an ellipse in percent of the picture, in the product's colour, darker or lighter.
type shapePart struct {
	round      bool
	x, y, w, h int
	shade      int // added to each channel
	white      bool
}

var shapes = map[string][]shapePart{
	"mug":    {{true, 58, 32, 30, 36, -30, false}, {true, 64, 39, 18, 22, 0, true}, {false, 22, 25, 50, 52, 0, false}, {true, 22, 18, 50, 14, 40, false}},
	"shirt":  {{false, 32, 22, 36, 60, 0, false}, {false, 12, 22, 76, 18, 15, false}, {true, 41, 14, 18, 16, 0, true}},
	"bottle": {{false, 43, 8, 14, 12, -50, false}, {true, 34, 16, 32, 24, 0, false}, {false, 34, 28, 32, 62, 0, false}, {false, 38, 34, 5, 50, 50, false}},
	"candle": {{false, 26, 40, 48, 46, 0, false}, {true, 26, 34, 48, 12, 25, false}, {false, 49, 24, 2, 14, -90, false}, {true, 46, 12, 8, 15, 60, false}},
	"book":   {{false, 24, 14, 54, 72, 0, false}, {false, 24, 14, 9, 72, -45, false}, {false, 42, 28, 28, 10, 90, false}},
	"pen":    {{false, 20, 26, 60, 8, 0, false}, {false, 20, 46, 60, 8, 60, false}, {false, 20, 66, 60, 8, -25, false}, {true, 76, 27, 10, 6, -60, false}},
	"lamp":   {{false, 47, 40, 6, 42, -70, false}, {true, 28, 78, 44, 10, -70, false}, {true, 24, 14, 52, 36, 0, false}, {true, 34, 34, 32, 14, 25, false}},
	"cable":  {{true, 18, 18, 64, 64, 0, false}, {true, 27, 27, 46, 46, 0, true}, {false, 44, 74, 12, 18, 70, false}},
	"box":    {{false, 28, 12, 44, 76, 0, false}, {false, 34, 18, 32, 4, 80, false}, {true, 46, 76, 8, 7, 90, false}},
	"soap":   {{true, 14, 30, 72, 42, 0, false}, {true, 24, 38, 52, 26, 20, false}},
	"toy":    {{true, 22, 12, 18, 26, 0, false}, {true, 60, 12, 18, 26, 0, false}, {true, 24, 22, 52, 46, 10, false}, {true, 34, 62, 32, 30, 0, false}, {true, 38, 38, 7, 8, -200, false}, {true, 55, 38, 7, 8, -200, false}, {true, 46, 50, 9, 8, -160, false}},
	"sheet":  {{false, 22, 12, 56, 76, 0, false}, {true, 30, 20, 16, 16, 90, false}, {true, 54, 20, 16, 16, -80, false}, {true, 30, 44, 16, 16, -120, false}, {true, 54, 44, 16, 16, 60, false}, {true, 42, 66, 16, 16, -40, false}},
	"gift":   {{false, 18, 36, 64, 50, 0, false}, {false, 14, 28, 72, 12, 25, false}, {false, 45, 28, 10, 58, 90, false}, {true, 30, 12, 20, 18, 90, false}, {true, 50, 12, 20, 18, 90, false}},
}

func drawProduct(p *product) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, pictureSize, pictureSize))
	paper := color.RGBA{246, 244, 240, 255}
	draw.Draw(img, img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	for _, s := range shapes[p.shape] {
		ink := paper
		if !s.white {
			ink = color.RGBA{shade(p.paint.R, s.shade), shade(p.paint.G, s.shade), shade(p.paint.B, s.shade), 255}
		}
		r := image.Rect(s.x, s.y, s.x+s.w, s.y+s.h)
		for y := r.Min.Y * pictureSize / 100; y < r.Max.Y*pictureSize/100; y++ {
			for x := r.Min.X * pictureSize / 100; x < r.Max.X*pictureSize/100; x++ {
				if !s.round || inEllipse(float64(x)*100/pictureSize, float64(y)*100/pictureSize, s) {
					img.SetRGBA(x, y, ink)
				}
			}
		}
	}
	return img
}

func inEllipse(x, y float64, s shapePart) bool {
	dx := (x - float64(s.x) - float64(s.w)/2) / (float64(s.w) / 2)
	dy := (y - float64(s.y) - float64(s.h)/2) / (float64(s.h) / 2)
	return dx*dx+dy*dy <= 1
}

func shade(v uint8, by int) uint8 { return uint8(min(255, max(0, int(v)+by))) }
