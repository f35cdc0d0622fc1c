package label

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	"packbench/fulfillment"
)

// PDFium widens every filled rectangle to whole pixels. At the printer's own resolution that makes each bar of a barcode
// about a dot too wide, which scanners refuse once the print head has added its own. Drawing whole pages finer costs
// several times as much, so the page is drawn at its own resolution, and only where bars are seen drawn again, four times
// finer across them.

// finer is how many times.
const finer = 4

// patch is a part of a drawn page that is drawn again, nx times finer across and ny times down. Of a strip, whose rows are
// all equal, only one row is.
type patch struct {
	box
	nx, ny int
	strip  bool
}

// canvas is the part that is to be drawn.
func (p patch) canvas() box {
	if p.strip {
		middle := (p.y0 + p.y1) / 2
		return box{p.x0, middle, p.x1, middle + 1}
	}
	return p.box
}

const (
	seekStep    = 8  // dots between the rows that are looked at
	leastBars   = 12 // the shortest Code 128 has 13
	leastEqual  = 3  // rows looked at, all equal, make bars: 16 dots, lower than any barcode; letters do not stay equal for so long
	mostPatches = 60
)

// patches finds what looks like barcodes: stretches of many bars that stay the same for some rows, the same lying on its
// side, stretches that are as dark as a stacked code, and dark squares.
func patches(b fulfillment.Bitmap) []patch {
	var found []patch
	add := func(r box, nx, ny int) {
		r.x0, r.x1 = r.x0&^7, min(b.W, (r.x1+7)&^7) // whole bytes
		inside := func(p patch) bool {
			return r.x0 >= p.x0-8 && r.x1 <= p.x1+8 && r.y0 >= p.y0-8 && r.y1 <= p.y1+8
		}
		if slices.ContainsFunc(found, inside) || len(found) >= mostPatches {
			return
		}
		if strips := barStrips(b, r); ny == 1 && strips != nil {
			found = append(found, strips...)
			return
		}
		found = append(found, patch{box: r, nx: nx, ny: ny})
	}
	for _, r := range barred(b, seekStep, b.DPI) {
		if r.equal {
			add(widen(b, r.box), finer, 1)
		} else {
			add(grown(b, r.box, 4, seekStep), finer, finer)
		}
	}
	for _, r := range barred(everyEighthColumn(b), 1, b.DPI) {
		if r.equal {
			add(grown(b, box{r.y0 * 8, r.x0, min(b.W, r.y1*8), r.x1}, 8, 4), 1, finer)
		}
	}
	for _, r := range squares(b) {
		add(grown(b, r, 4, 4), finer, finer)
	}
	return found
}

// barStrips divides a linear barcode into strips of equal rows. Nil: something beside the bars changes too often.
func barStrips(b fulfillment.Bitmap, r box) (strips []patch) {
	row := func(y int) []byte { return b.Bits[y*b.Stride+r.x0/8 : y*b.Stride+(r.x1+7)/8] }
	const least = 6
	covered := 0
	for y := r.y0; y < r.y1; {
		from := y
		for y++; y < r.y1 && bytes.Equal(row(y), row(from)); y++ {
		}
		if y-from >= least {
			strips = append(strips, patch{box{r.x0, from, r.x1, y}, finer, 1, true})
			covered += y - from
		}
	}
	if covered*5 < (r.y1-r.y0)*4 {
		return nil
	}
	return strips
}

func grown(b fulfillment.Bitmap, r box, dx, dy int) box {
	return box{max(0, r.x0-dx), max(0, r.y0-dy), min(b.W, r.x1+dx), min(b.H, r.y1+dy)}
}

// widen extends a box of bars to where they end, so that no bar is drawn half one way and half the other.
func widen(b fulfillment.Bitmap, r box) box {
	row := func(y int) []byte { return b.Bits[y*b.Stride+r.x0/8 : y*b.Stride+(r.x1+7)/8] }
	for r.y0 > 0 && bytes.Equal(row(r.y0-1), row(r.y0)) {
		r.y0--
	}
	for r.y1 < b.H && bytes.Equal(row(r.y1), row(r.y1-1)) {
		r.y1++
	}
	return grown(b, r, 4, 1)
}

// barredBox is a stretch of rows with bars at the same place.
type barredBox struct {
	box
	equal bool // the rows are the same: a linear barcode
	rows  int
	same  int // rows equal to the one before, at most in succession
	now   int
	black int // dots in the rows looked at
}

// barred follows groups of bars from row to row. Rows are step apart.
func barred(b fulfillment.Bitmap, step, dpi int) []barredBox {
	var open, done []barredBox
	runs := make([]int, 0, b.W)
	var groups []box
	for y := step / 2; y < b.H; y += step {
		runs = appendRuns(runs[:0], b, y)
		groups = barGroups(groups[:0], runs, dpi)
		var next []barredBox
		for _, g := range groups {
			next = append(next, follow(open, b, g, y, step))
		}
		for _, o := range open {
			if o.y1 != 0 { // not followed
				done = keep(done, o)
			}
		}
		open = next
	}
	for _, o := range open {
		done = keep(done, o)
	}
	return done
}

// follow continues one of the open boxes with a group of row y, or begins a new one. A box that was continued gets y1 = 0.
func follow(open []barredBox, b fulfillment.Bitmap, g box, y, step int) barredBox {
	black := blackIn(b, box{g.x0, y, g.x1, y + 1})
	for i := range open {
		o := &open[i]
		if o.y1 == 0 || abs(o.x0-g.x0) > 8 || abs(o.x1-g.x1) > 8 {
			continue
		}
		n := *o
		o.y1 = 0
		n.x0, n.x1 = min(n.x0, g.x0), max(n.x1, g.x1)
		lo, hi := n.x0/8, (n.x1+7)/8
		if bytes.Equal(b.Bits[y*b.Stride+lo:y*b.Stride+hi], b.Bits[(y-step)*b.Stride+lo:(y-step)*b.Stride+hi]) {
			n.now++
			n.same = max(n.same, n.now)
		} else {
			n.now = 1
		}
		n.y1, n.rows, n.black = y+1, n.rows+1, n.black+black
		return n
	}
	return barredBox{box: box{g.x0, y, g.x1, y + 1}, rows: 1, now: 1, same: 1, black: black}
}

func abs(v int) int {
	if v < 0 {
		return -v
	}
	return v
}

// keep takes a box that is bars: equal rows, or as dark as a stacked code and higher than a line of text.
func keep(done []barredBox, o barredBox) []barredBox {
	switch {
	case o.same >= leastEqual:
		// Where the rows change now and then it is a stacked code, whose edges lie both ways.
		o.equal = o.same*2 > o.rows
	case o.rows < 4 || o.black*5 < o.rows*(o.x1-o.x0)*2:
		return done
	}
	return append(done, o)
}

// barGroups finds stretches of a row with many bars and no wide white between them.
func barGroups(groups []box, runs []int, dpi int) []box {
	gap := dpi * 35 / 254 // 3.5 mm: four modules of the widest barcodes
	x, from, end, bars := 0, 0, 0, 0
	flush := func() {
		if bars >= leastBars {
			groups = append(groups, box{from, 0, end, 1})
		}
		bars = 0
	}
	for i, n := range runs {
		if i%2 == 0 {
			if n > gap {
				flush()
			}
		} else {
			if bars == 0 {
				from = x
			}
			bars++
			end = x + n
		}
		x += n
	}
	flush()
	return groups
}

// everyEighthColumn is the picture lying on its side, of each eight columns only one.
func everyEighthColumn(b fulfillment.Bitmap) fulfillment.Bitmap {
	t := fulfillment.NewBitmap(b.H, b.Stride, b.DPI)
	for y := range b.H {
		bit, at := byte(0x80)>>(y&7), y>>3
		row := b.Bits[y*b.Stride : (y+1)*b.Stride]
		i := 0
		for ; i+8 <= len(row); i += 8 {
			for v := binary.LittleEndian.Uint64(row[i:]) & 0x0808080808080808; v != 0; v &= v - 1 {
				t.Bits[(i+bits.TrailingZeros64(v)>>3)*t.Stride+at] |= bit
			}
		}
		for ; i < len(row); i++ {
			if row[i]&0x08 != 0 {
				t.Bits[i*t.Stride+at] |= bit
			}
		}
	}
	return t
}

// blackIn counts the black dots of a part.
func blackIn(b fulfillment.Bitmap, r box) int {
	n := 0
	first, last := byte(0xFF)>>(r.x0&7), byte(0xFF)<<(7-(r.x1-1)&7)
	lo, hi := r.x0>>3, (r.x1-1)>>3
	for y := r.y0; y < r.y1; y++ {
		row := b.Bits[y*b.Stride:]
		for i := lo; i <= hi; i++ {
			v := row[i]
			if i == lo {
				v &= first
			}
			if i == hi {
				v &= last
			}
			n += bits.OnesCount8(v)
		}
	}
	return n
}

// sharpen puts a part that was drawn finer in its place. Each dot is decided by how much of it is covered. The right and
// lower halves weigh a little more (33 to 31), so that an edge in the middle of a dot falls to the same side everywhere:
// lines neither grow nor vanish by it.
func sharpen(b fulfillment.Bitmap, p patch, grey []byte, stride int) {
	width := (p.x1 - p.x0) * p.nx
	if p.strip {
		stride = 0 // the one row stands for all
	}
	rows := func(y int) []byte { return grey[(y-p.y0)*p.ny*stride:][:(p.ny-1)*stride+width] }
	for y := p.y0; y < p.y1; y++ {
		lo, hi := y*b.Stride+p.x0/8, y*b.Stride+(p.x1+7)/8
		if y > p.y0 && bytes.Equal(rows(y), rows(y-1)) { // bars go on for hundreds of rows
			copy(b.Bits[lo:hi], b.Bits[lo-b.Stride:hi-b.Stride])
			continue
		}
		clear(b.Bits[lo:hi])
		for x := p.x0; x < p.x1; x++ {
			if covered(rows(y)[(x-p.x0)*p.nx:], stride, p.nx, p.ny) {
				b.Bits[y*b.Stride+x>>3] |= 0x80 >> (x & 7)
			}
		}
	}
}

// covered reports whether nx × ny pixels, nx being 1 or finer, are black by half.
func covered(grey []byte, stride, nx, ny int) bool {
	const light, heavy = 31, 33
	half := func(v uint32) uint32 { return v&0xFF + v>>8&0xFF }
	dark, all := uint32(0), uint32(0) // of 255 each, weighed
	for dy := range ny {
		weight := uint32(light)
		if dy*2 >= ny {
			weight = heavy
		}
		if nx == finer {
			ink := ^binary.LittleEndian.Uint32(grey[dy*stride:])
			dark += weight * (light*half(ink) + heavy*half(ink>>16))
			all += weight * (light + heavy) * 2
		} else {
			dark += weight * uint32(255-grey[dy*stride])
			all += weight
		}
	}
	return dark >= all*(256-threshold)
}
