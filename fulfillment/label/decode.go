package label

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"

	"packbench/fulfillment"
)

// Decode reads every barcode it can find on the bitmap: Code 128 in all four directions, QR, Data Matrix. FNC1 inside a
// Code 128 is GS (0x1D); the AIM identifier is left out. Each text is returned once, Code 128 first. It holds no state
// and may be called concurrently.
//
// PDF417, MaxiCode and Aztec are not read; a label that has only those cannot be verified.
func Decode(b fulfillment.Bitmap) []string {
	return decodeUntil(b, nil).list
}

// decodeUntil stops before the slow searches once proven says that what was read is enough. QR codes are always looked
// for, because a link in one is a finding even on a label that is proved.
func decodeUntil(b fulfillment.Bitmap, proven func([]string) bool) (found texts) {
	if b.W < 1 || b.H < 1 {
		return found
	}
	code128Rows(b, &found)
	enough := func() bool { return proven != nil && proven(found.list) }
	if !enough() {
		code128Rows(turned(b), &found)
	}
	found.add(qrCodes(bitMatrix(b))...)
	if !enough() {
		found.add(squareSymbols(b)...)
	}
	return found
}

// texts is a set that keeps the order of arrival.
type texts struct {
	list []string
	seen map[string]bool
	// eleven is the width in dots of eleven modules of a Code 128, of the widest where a text stands there several times.
	eleven map[string]int
}

func (t *texts) addBars(text string, eleven int) {
	t.add(text)
	if t.eleven == nil {
		t.eleven = map[string]int{}
	}
	t.eleven[text] = max(t.eleven[text], eleven)
}

func (t *texts) add(more ...string) {
	for _, s := range more {
		if s == "" || t.seen[s] {
			continue
		}
		if t.seen == nil {
			t.seen = map[string]bool{}
		}
		t.seen[s] = true
		t.list = append(t.list, s)
	}
}

// rowDecoder is the part of gozxing's Code 128 reader that reads one row. Its picture reader returns one symbol a call
// and gives up at the first start pattern that leads nowhere, so rows and start patterns are searched here.
type rowDecoder interface {
	DecodeRow(rowNumber int, row *gozxing.BitArray, hints map[gozxing.DecodeHintType]interface{}) (*gozxing.Result, error)
}

var gs1Hints = map[gozxing.DecodeHintType]interface{}{gozxing.DecodeHintType_ASSUME_GS1: true}

const (
	rowStep  = 4 // dots between the rows looked at: 0.5 mm at 203 dpi, far less than any bar's height
	maxTries = 4000
)

// span is a stretch of a row that was already read.
type span struct {
	from, to int
	text     string
}

// code128Rows reads Code 128 lying along the rows, in both directions.
func code128Rows(b fulfillment.Bitmap, found *texts) {
	decoder := oned.NewCode128Reader().(rowDecoder)
	var last []span // what the row before read: the same bars go on for many rows
	tries := 0
	runs := make([]int, 0, b.W)
	for y := rowStep / 2; y < b.H && tries < maxTries; y += rowStep {
		runs = appendRuns(runs[:0], b, y)
		var here []span
		for _, start := range startPatterns(runs) {
			if s, ok := alreadyRead(last, start); ok && sameRow(b, y, y-rowStep, s.from, s.to) {
				here = append(here, s)
				continue
			}
			if _, ok := alreadyRead(here, start); ok {
				continue
			}
			tries++
			text, from, to, ok := readCode128(decoder, b, y, start)
			if ok {
				found.addBars(text, start.width)
				here = append(here, span{from, to, text})
			}
		}
		last = here
	}
}

func alreadyRead(spans []span, at patternStart) (span, bool) {
	for _, s := range spans {
		if at.x >= s.from-2 && at.x < s.to+2 {
			return s, true
		}
	}
	return span{}, false
}

// sameRow reports whether two rows are equal between from and to.
func sameRow(b fulfillment.Bitmap, y1, y2, from, to int) bool {
	lo, hi := max(0, from)/8, min(b.Stride, to/8+1)
	return y2 >= 0 && lo < hi && string(b.Bits[y1*b.Stride+lo:y1*b.Stride+hi]) == string(b.Bits[y2*b.Stride+lo:y2*b.Stride+hi])
}

// readCode128 reads the symbol that begins (or, mirrored, ends) at start.
func readCode128(decoder rowDecoder, b fulfillment.Bitmap, y int, start patternStart) (text string, from, to int, ok bool) {
	quiet := start.width // at least half of this must be white before the start
	n := b.W + 2*quiet
	row := gozxing.NewBitArray(n)
	lo, hi := start.x, b.W
	if start.mirrored {
		lo, hi = 0, start.x+start.width
	}
	for x := lo; x < hi; x++ {
		if !b.Black(x, y) {
			continue
		}
		if start.mirrored {
			row.Set(quiet + hi - 1 - x)
		} else {
			row.Set(quiet + x - lo)
		}
	}
	result, err := decoder.DecodeRow(y, row, gs1Hints)
	if err != nil {
		return "", 0, 0, false
	}
	length := start.width * (len(result.GetRawBytes())*11 + 2) / 11
	from, to = start.x, start.x+length
	if start.mirrored {
		from, to = hi-length, hi
	}
	return code128Text(result), from, to, true
}

// code128Text undoes two habits of the reader. It writes "]C1" for a leading FNC1, and it takes a check symbol with the
// value 102, which is the value of FNC1, for data and appends a GS. The codewords tell both from real text.
func code128Text(result *gozxing.Result) string {
	const fnc1 = 102
	text, words := result.GetText(), result.GetRawBytes() // start, data…, check, stop
	if len(words) < 4 {
		return ""
	}
	if words[len(words)-2] == fnc1 {
		text = strings.TrimSuffix(text, "\x1d")
	}
	if words[1] == fnc1 {
		text = strings.TrimPrefix(text, "]C1")
	}
	if !utf8.ValidString(text) { // FNC4: Latin-1
		runes := make([]rune, len(text))
		for i := range len(text) {
			runes[i] = rune(text[i])
		}
		text = string(runes)
	}
	return text
}

// patternStart is a place in a row where a Code 128 may begin.
type patternStart struct {
	x, width int // dots; width of the pattern's 11 modules
	mirrored bool
}

// startWidths are the start patterns A, B and C: bar, space, bar, space, bar, space in modules (ISO/IEC 15417). An
// upside-down symbol has its start pattern, mirrored, at the right end.
var startWidths = [...][6]int{
	{2, 1, 1, 4, 1, 2},
	{2, 1, 1, 2, 1, 4},
	{2, 1, 1, 2, 3, 2},
}

// appendRuns appends the lengths of white and black stretches of row y, white first (0 if the row begins black).
func appendRuns(runs []int, b fulfillment.Bitmap, y int) []int {
	row := b.Bits[y*b.Stride : (y+1)*b.Stride]
	black, length := false, 0
	for x := 0; x < b.W; {
		if x&7 == 0 && x+8 <= b.W {
			if v := row[x>>3]; v == 0 && !black || v == 0xFF && black {
				length += 8
				x += 8
				continue
			}
		}
		if (row[x>>3]&(0x80>>(x&7)) != 0) != black {
			runs = append(runs, length)
			black, length = !black, 0
		}
		length++
		x++
	}
	return append(runs, length)
}

// startPatterns finds where bars look like a start pattern with white before it, from both ends.
func startPatterns(runs []int) []patternStart {
	var starts []patternStart
	x := 0
	for i, run := range runs {
		if i%2 == 1 && i+5 < len(runs) {
			w := [6]int(runs[i : i+6])
			if width, ok := isStart(w, runs[i-1], i == 1); ok {
				starts = append(starts, patternStart{x: x, width: width})
			}
		}
		x += run
		// From the right: the last bar of a mirrored start pattern ends here.
		if i%2 == 1 && i >= 6 {
			w := [6]int{runs[i], runs[i-1], runs[i-2], runs[i-3], runs[i-4], runs[i-5]}
			after := 0
			if i+1 < len(runs) {
				after = runs[i+1]
			}
			if width, ok := isStart(w, after, i+2 >= len(runs)); ok {
				starts = append(starts, patternStart{x: x - width, width: width, mirrored: true})
			}
		}
	}
	return starts
}

// isStart compares six widths with the start patterns: each within 0.7 module, as the reader does, and white of five
// modules before it, or the picture's edge.
func isStart(w [6]int, white int, edge bool) (width int, ok bool) {
	total := 0
	for _, n := range w {
		total += n
	}
	if total < 11 || (!edge && white*11 < total*5) {
		return 0, false
	}
	for _, p := range startWidths {
		fits := true
		for i, n := range w {
			if diff := n*11 - p[i]*total; diff*10 > 7*total || -diff*10 > 7*total {
				fits = false
				break
			}
		}
		if fits {
			return total, true
		}
	}
	return 0, false
}

// turned returns the bitmap a quarter turn clockwise, for reading only.
func turned(b fulfillment.Bitmap) fulfillment.Bitmap {
	t := fulfillment.NewBitmap(b.H, b.W, b.DPI)
	for y := range b.H {
		row := b.Bits[y*b.Stride : (y+1)*b.Stride]
		tx := b.H - 1 - y
		at, bit := tx>>3, byte(0x80)>>(tx&7)
		for i, v := range row {
			for ; v != 0; v &= v - 1 {
				// The lowest set bit is the rightmost dot of the eight.
				x := i*8 + 7 - bits.TrailingZeros8(v)
				t.Bits[x*t.Stride+at] |= bit
			}
		}
	}
	return t
}
