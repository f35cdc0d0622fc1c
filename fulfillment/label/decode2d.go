package label

import (
	"encoding/binary"
	"math/bits"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/datamatrix"
	qrmulti "github.com/makiuchi-d/gozxing/multi/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode/detector"

	"packbench/fulfillment"
)

// matrixSource hands a bitmap that is already black and white to gozxing.
type matrixSource struct {
	gozxing.LuminanceSourceBase
	matrix *gozxing.BitMatrix
}

func (m *matrixSource) GetLuminanceSource() gozxing.LuminanceSource { return nil }
func (m *matrixSource) GetBlackRow(y int, row *gozxing.BitArray) (*gozxing.BitArray, error) {
	return m.matrix.GetRow(y, row), nil
}
func (m *matrixSource) GetBlackMatrix() (*gozxing.BitMatrix, error)               { return m.matrix, nil }
func (m *matrixSource) CreateBinarizer(gozxing.LuminanceSource) gozxing.Binarizer { return m }

func binaryBitmap(matrix *gozxing.BitMatrix) *gozxing.BinaryBitmap {
	source := &matrixSource{matrix: matrix}
	source.Width, source.Height = matrix.GetWidth(), matrix.GetHeight()
	bitmap, _ := gozxing.NewBinaryBitmap(source) // fails for nil only
	return bitmap
}

func bitMatrix(b fulfillment.Bitmap) *gozxing.BitMatrix {
	matrix, err := gozxing.NewBitMatrix(b.W, b.H)
	if err != nil {
		return nil
	}
	copyInto(matrix, b, box{0, 0, b.W, b.H}, 0)
	return matrix
}

// copyInto sets the matrix' dots from the part of b inside r, margin dots from the matrix' corner.
func copyInto(matrix *gozxing.BitMatrix, b fulfillment.Bitmap, r box, margin int) {
	for y := r.y0; y < r.y1; y++ {
		row := b.Bits[y*b.Stride : (y+1)*b.Stride]
		for i := r.x0 / 8; i < (r.x1+7)/8; i++ {
			for v := row[i]; v != 0; v &= v - 1 {
				x := i*8 + 7 - bits.TrailingZeros8(v)
				if x >= r.x0 && x < r.x1 {
					matrix.Set(x-r.x0+margin, y-r.y0+margin)
				}
			}
		}
	}
}

// maxFinders bounds the corner marks of QR codes that are combined with each other; a code has three. The search tries
// every three of them, so that a picture full of marks would keep it busy for hours.
const maxFinders = 30

// finderLimit makes gozxing give up at too many corner marks. It has no other way out than a panic, which the caller
// recovers.
func finderLimit() map[gozxing.DecodeHintType]interface{} {
	found := 0
	return map[gozxing.DecodeHintType]interface{}{
		gozxing.DecodeHintType_NEED_RESULT_POINT_CALLBACK: gozxing.ResultPointCallback(func(p gozxing.ResultPoint) {
			if _, ok := p.(*detector.FinderPattern); !ok {
				return
			}
			if found++; found > maxFinders {
				panic("too many corner marks")
			}
		}),
	}
}

// qrCodes reads all QR codes of the picture. gozxing may also panic by itself on patterns that only look like a code;
// such a picture has no QR code.
func qrCodes(matrix *gozxing.BitMatrix) (found []string) {
	defer func() { _ = recover() }()
	if matrix == nil {
		return nil
	}
	results, err := qrmulti.NewQRCodeMultiReader().DecodeMultiple(binaryBitmap(matrix), finderLimit())
	if err != nil {
		return nil
	}
	for _, r := range results {
		found = append(found, r.GetText())
	}
	return found
}

// squareSymbols cuts out what is isolated and about square, and tries it as Data Matrix and QR: gozxing finds a Data
// Matrix only in the middle of a picture, and misses some QR codes among text.
func squareSymbols(b fulfillment.Bitmap) []string {
	var found texts
	for _, r := range squares(b) {
		found.add(readSquare(b, r)...)
	}
	return found.list
}

func readSquare(b fulfillment.Bitmap, r box) (found []string) {
	defer func() { _ = recover() }()
	const margin = 12
	matrix, err := gozxing.NewBitMatrix(r.x1-r.x0+2*margin, r.y1-r.y0+2*margin)
	if err != nil {
		return nil
	}
	copyInto(matrix, b, r, margin)
	bitmap := binaryBitmap(matrix)
	if result, err := datamatrix.NewDataMatrixReader().DecodeWithoutHints(bitmap); err == nil {
		return []string{result.GetText()}
	}
	if result, err := qrcode.NewQRCodeReader().Decode(bitmap, finderLimit()); err == nil {
		return []string{result.GetText()}
	}
	return nil
}

// box is a rectangle in dots, x1 and y1 outside.
type box struct{ x0, y0, x1, y1 int }

const (
	cell       = 8 // dots; ink closer than one to two cells belongs together
	maxSquares = 40
)

// squares returns the bounding boxes of connected ink that could be a 2D symbol: 5 to 60 mm, about square, a fifth to
// four fifths black.
func squares(b fulfillment.Bitmap) []box {
	g := inkCells(b)
	var found []box
	for y := range g.h {
		for x, row := 0, g.row(y); x < g.w; x++ {
			if !row[x] {
				continue
			}
			area := g.flood(x, y)
			r := box{area.x0 * cell, area.y0 * cell, min(area.x1*cell, b.W), min(area.y1*cell, b.H)}
			if !squareSized(r, b.DPI, 2*cell) { // most are letters and lines
				continue
			}
			if r = tighten(b, r); couldBeSquareSymbol(b, r) && len(found) < maxSquares {
				found = append(found, r)
			}
		}
	}
	return found
}

// cells are the squares of cell × cell dots that have ink, with a border of empty ones around, so that every cell has eight
// neighbours.
type cells struct {
	w, h, stride int
	ink          []bool
	stack        []int32
}

func (g *cells) row(y int) []bool { return g.ink[(y+1)*g.stride+1:][:g.w] }

func inkCells(b fulfillment.Bitmap) *cells {
	g := &cells{w: b.Stride, h: (b.H + cell - 1) / cell}
	g.stride = g.w + 2
	g.ink = make([]bool, g.stride*(g.h+2))
	any := make([]byte, b.Stride) // of cell rows
	for y := range g.h {
		rows := b.Bits[y*cell*b.Stride : min((y+1)*cell, b.H)*b.Stride]
		copy(any, rows)
		for rows = rows[b.Stride:]; len(rows) > 0; rows = rows[b.Stride:] {
			i := 0
			for ; i+8 <= len(any); i += 8 {
				binary.LittleEndian.PutUint64(any[i:], binary.LittleEndian.Uint64(any[i:])|binary.LittleEndian.Uint64(rows[i:]))
			}
			for ; i < len(any); i++ {
				any[i] |= rows[i]
			}
		}
		for x, marks := 0, g.row(y); x < len(any); x++ {
			marks[x] = any[x] != 0
		}
	}
	return g
}

// flood clears the cells connected to x, y and returns their bounding box in cells.
func (g *cells) flood(x, y int) box {
	area := box{x, y, x + 1, y + 1}
	start := int32((y+1)*g.stride + x + 1)
	g.ink[start] = false
	g.stack = append(g.stack[:0], start)
	near := [...]int32{int32(-g.stride - 1), int32(-g.stride), int32(-g.stride + 1), -1, 1, int32(g.stride - 1), int32(g.stride), int32(g.stride + 1)}
	for len(g.stack) > 0 {
		c := g.stack[len(g.stack)-1]
		g.stack = g.stack[:len(g.stack)-1]
		x, y := int(c)%g.stride-1, int(c)/g.stride-1
		area = box{min(area.x0, x), min(area.y0, y), max(area.x1, x+1), max(area.y1, y+1)}
		for _, d := range near {
			if n := c + d; g.ink[n] {
				g.ink[n] = false
				g.stack = append(g.stack, n)
			}
		}
	}
	return area
}

// tighten shrinks the box to its ink.
func tighten(b fulfillment.Bitmap, r box) box {
	for r.y0 < r.y1 && blackIn(b, box{r.x0, r.y0, r.x1, r.y0 + 1}) == 0 {
		r.y0++
	}
	for r.y0 < r.y1 && blackIn(b, box{r.x0, r.y1 - 1, r.x1, r.y1}) == 0 {
		r.y1--
	}
	for r.x0 < r.x1 && blackIn(b, box{r.x0, r.y0, r.x0 + 1, r.y1}) == 0 {
		r.x0++
	}
	for r.x0 < r.x1 && blackIn(b, box{r.x1 - 1, r.y0, r.x1, r.y1}) == 0 {
		r.x1--
	}
	return r
}

func couldBeSquareSymbol(b fulfillment.Bitmap, r box) bool {
	w, h := r.x1-r.x0, r.y1-r.y0
	if !squareSized(r, b.DPI, 0) {
		return false
	}
	black := blackIn(b, r)
	return black*5 > w*h && black*5 < 4*w*h
}

// squareSized reports whether the box has a 2D symbol's size, up to slack dots more.
func squareSized(r box, dpi, slack int) bool {
	w, h := r.x1-r.x0, r.y1-r.y0
	smallest, largest := 5*dpi*10/254, 60*dpi*10/254
	return min(w, h) >= smallest && max(w, h) <= largest+slack && (max(w, h)-slack)*4 <= min(w, h)*5
}
