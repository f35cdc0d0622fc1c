package zpl

import (
	"math"

	"packbench/fulfillment"
)

// mask is what one field draws, before it is put on the label: one byte a dot, 1 is ink.
type mask struct {
	w, h int
	dots []byte
	// up is how far the baseline is below the top; the whole height for everything but text.
	up int
	// lift is how far what stands above the origin reaches (an interpretation line above its bars).
	lift int
	// white: the ink is paper-coloured (^GB…,W).
	white bool
}

// maxDots bounds one mask, budget the work on a document, in dots: a hostile file must not keep a bench waiting.
const (
	maxDots = 20_000_000
	budget  = 150_000_000
)

func newMask(w, h int) *mask {
	w, h = max(w, 0), max(h, 0)
	if w > 32_000 || h > 32_000 || w*h > maxDots {
		return nil
	}
	return &mask{w: w, h: h, up: h, dots: make([]byte, w*h)}
}

func (m *mask) set(x, y int) {
	if x >= 0 && y >= 0 && x < m.w && y < m.h {
		m.dots[y*m.w+x] = 1
	}
}

func (m *mask) fill(x0, y0, x1, y1 int, v byte) {
	for y := max(y0, 0); y < min(y1, m.h); y++ {
		row := m.dots[y*m.w : (y+1)*m.w]
		for x := max(x0, 0); x < min(x1, m.w); x++ {
			row[x] = v
		}
	}
}

// turned returns the mask in ^FW's orientations: N as it is, R a quarter turn clockwise, I half, B three quarters.
func (m *mask) turned(o byte) *mask {
	if o == 'N' {
		return m
	}
	t := &mask{w: m.h, h: m.w, up: m.up, white: m.white, dots: make([]byte, len(m.dots))}
	if o == 'I' {
		t.w, t.h = m.w, m.h
	}
	for y := range m.h {
		for x := range m.w {
			if m.dots[y*m.w+x] == 0 {
				continue
			}
			switch o {
			case 'R':
				t.set(m.h-1-y, x)
			case 'I':
				t.set(m.w-1-x, m.h-1-y)
			case 'B':
				t.set(y, m.w-1-x)
			}
		}
	}
	return t
}

// corner is where the top left of a mask goes that was turned as o and stands on the baseline or bottom left x, y (^FT).
func (m *mask) corner(o byte, w, h, x, y int) (int, int) {
	below := h - m.up // of the mask before it was turned
	switch o {
	case 'R':
		return x - below, y
	case 'I':
		return x - w, y - below
	case 'B':
		return x - m.up, y - w
	}
	return x, y - m.up
}

// page is the label under work.
type page struct {
	b       fulfillment.Bitmap
	outside bool // ink fell off the stock
	inked   bool // something was drawn
}

// put draws a mask at x, y: black is added, white is taken away, reverse turns what is there round.
func (p *page) put(m *mask, x, y int, reverse bool) {
	for dy := range m.h {
		row := m.dots[dy*m.w : (dy+1)*m.w]
		for dx, v := range row {
			if v == 0 {
				continue
			}
			px, py := x+dx, y+dy
			if px < 0 || py < 0 || px >= p.b.W || py >= p.b.H {
				p.outside = p.outside || !m.white
				continue
			}
			at, bit := py*p.b.Stride+px>>3, byte(0x80)>>(px&7)
			switch {
			case reverse:
				p.b.Bits[at] ^= bit
			case m.white:
				p.b.Bits[at] &^= bit
			default:
				p.b.Bits[at] |= bit
			}
			p.inked = p.inked || !m.white
		}
	}
}

// upsideDown turns the finished label by half (^POI).
func (p *page) upsideDown() {
	t := fulfillment.NewBitmap(p.b.W, p.b.H, p.b.DPI)
	for y := range p.b.H {
		for x := range p.b.W {
			if p.b.Black(x, y) {
				t.SetBlack(p.b.W-1-x, p.b.H-1-y)
			}
		}
	}
	p.b = t
}

// box is ^GB: width, height and thickness in dots, and a rounding of 0 to 8 eighths of half the shorter side.
func box(w, h, thick, rounding int) *mask {
	w, h = max(w, thick), max(h, thick)
	m := newMask(w, h)
	if m == nil {
		return nil
	}
	if rounding == 0 {
		m.fill(0, 0, w, h, 1)
		m.fill(thick, thick, w-thick, h-thick, 0)
		return m
	}
	r := float64(min(w, h)) / 2 * float64(rounding) / 8
	for y := range h {
		for x := range w {
			if inRound(x, y, 0, 0, w, h, r) && !inRound(x, y, thick, thick, w-thick, h-thick, max(0, r-float64(thick))) {
				m.dots[y*w+x] = 1
			}
		}
	}
	return m
}

// inRound reports whether the middle of a dot is inside a rectangle with round corners.
func inRound(x, y, x0, y0, x1, y1 int, r float64) bool {
	if x < x0 || y < y0 || x >= x1 || y >= y1 {
		return false
	}
	if r == 0 {
		return true
	}
	px, py := float64(x)+0.5, float64(y)+0.5
	cx := min(max(px, float64(x0)+r), float64(x1)-r)
	cy := min(max(py, float64(y0)+r), float64(y1)-r)
	return (px-cx)*(px-cx)+(py-cy)*(py-cy) <= r*r
}

// ellipse is ^GE, and ^GC with equal sides.
func ellipse(w, h, thick int) *mask {
	m := newMask(w, h)
	if m == nil {
		return nil
	}
	inside := func(px, py, a, b float64) bool {
		return a > 0 && b > 0 && px*px/(a*a)+py*py/(b*b) <= 1
	}
	a, b := float64(w)/2, float64(h)/2
	for y := range h {
		for x := range w {
			px, py := float64(x)+0.5-a, float64(y)+0.5-b
			if inside(px, py, a, b) && !inside(px, py, a-float64(thick), b-float64(thick)) {
				m.dots[y*w+x] = 1
			}
		}
	}
	return m
}

// diagonal is ^GD: a line through a box of w × h, thick dots wide measured along a row, leaning right or left.
func diagonal(w, h, thick int, right bool) *mask {
	m := newMask(w+thick, h)
	if m == nil {
		return nil
	}
	for y := range h {
		at := float64(y) * float64(w) / float64(max(1, h))
		if right {
			at = float64(w) - at
		}
		from := int(math.Round(at))
		m.fill(from, y, from+thick, y+1, 1)
	}
	return m
}

// mask of a stored picture, mx by my times as large.
func (p picture) mask(mx, my int) *mask {
	if p.stride == 0 {
		return nil
	}
	rows := len(p.bits) / p.stride
	m := newMask(p.stride*8*mx, rows*my)
	if m == nil {
		return nil
	}
	for y := range m.h {
		row := p.bits[y/my*p.stride:]
		for x := range m.w {
			if at := x / mx; row[at>>3]&(0x80>>(at&7)) != 0 {
				m.dots[y*m.w+x] = 1
			}
		}
	}
	return m
}
