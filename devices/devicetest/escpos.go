package devicetest

import (
	"fmt"

	"packbench/fulfillment"
)

// escpos reads what Epson's command reference describes, as far as a label printed dot by dot needs it. The paper has no
// end: what was printed from one cut to the next is a label.
type escpos struct {
	media fulfillment.Media
	y     int
	c     *canvas
}

func newESCPOS(m fulfillment.Media) *escpos {
	e := &escpos{media: m}
	e.reset()
	return e
}

func (e *escpos) reset() {
	w, _ := e.media.Dots()
	e.c, e.y = &canvas{b: fulfillment.NewBitmap(w, 1<<12, e.media.DPI)}, 0
}

func (*escpos) begins(c byte) bool { return c != 0x10 }

func (e *escpos) next(buf []byte) (int, outcome) {
	need := func(n int) bool { return len(buf) >= n }
	switch buf[0] {
	case 0x10: // DLE EOT n
		if !need(3) {
			return 0, outcome{}
		}
		if buf[1] != 4 || buf[2] != 2 && buf[2] != 4 {
			return 3, outcome{fault: fmt.Sprintf("question % x", buf[:3])}
		}
		kind := buf[2]
		return 3, outcome{answer: func(f faults, _ bool) []byte { return escposStatus(kind, f) }}
	case 0x1b: // ESC @
		if !need(2) {
			return 0, outcome{}
		}
		if buf[1] != '@' || e.y != 0 {
			return 2, outcome{fault: fmt.Sprintf("% x after %d rows", buf[:2], e.y)}
		}
		return 2, outcome{}
	case 0x1d:
		if !need(2) {
			return 0, outcome{}
		}
		if buf[1] == 'v' {
			return e.raster(buf)
		}
		if !need(4) {
			return 0, outcome{}
		}
		if string(buf[:3]) != "\x1dV\x42" {
			return 4, outcome{fault: fmt.Sprintf("% x is not part of a picture", buf[:4])}
		}
		return 4, e.cut()
	}
	return 1, outcome{fault: fmt.Sprintf("byte %#x outside a command", buf[0])}
}

// raster is GS v 0 m xL xH yL yH data: x in bytes, y in dots, a 1 is black.
func (e *escpos) raster(buf []byte) (int, outcome) {
	if len(buf) < 8 {
		return 0, outcome{}
	}
	stride, rows := int(buf[4])+int(buf[5])<<8, int(buf[6])+int(buf[7])<<8
	if buf[2] != '0' || buf[3] != 0 || stride == 0 || rows == 0 || rows > 255 {
		return 8, outcome{fault: fmt.Sprintf("picture of %d bytes × %d rows, mode %d", stride, rows, buf[3])}
	}
	n := 8 + stride*rows
	if len(buf) < n {
		return 0, outcome{need: n}
	}
	e.c.rows(buf[8:n], stride, 0, e.y, 1)
	e.y += rows
	return n, outcome{}
}

func (e *escpos) cut() outcome {
	b := e.c.b
	b.H = min(e.y, b.H)
	b.Bits = b.Bits[:b.H*b.Stride]
	o := outcome{label: &b, copies: 1, fault: e.c.fault()}
	e.reset()
	return o
}

func escposStatus(kind byte, f faults) []byte {
	v := byte(0x12)
	switch {
	case kind == 2 && f.headOpen:
		v |= 0x04
	case kind == 2 && f.paused: // a button held down
		v |= 0x08
	case kind == 2 && f.paperOut:
		v |= 0x20
	case kind == 4 && f.paperOut:
		v |= 0x60
	}
	return []byte{v}
}
