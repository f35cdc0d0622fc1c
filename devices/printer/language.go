package printer

import (
	"fmt"
	"strings"

	"packbench/fulfillment"
)

// Language encodes a picture for a printer and knows how such printers are asked how they feel. Implementations may be used
// concurrently.
type Language interface {
	// Name is the word of the settings.
	Name() string
	// Encode returns one complete job of so many copies. The picture has the size of the media.
	Encode(b fulfillment.Bitmap, m fulfillment.Media, copies int) []byte
	// Tail is how many bytes at the end of such a job must be missing so that certainly no complete label comes out.
	Tail(job []byte) int
	// Ask is the question about the printer's status; nil where printers of this language are not asked.
	Ask() []byte
	// Read reads what has come of the answer. It never takes trouble for ready; a part of an answer is not Enough.
	Read(answer []byte) Answer
}

// canceller is a language with a command that throws away what the printer holds of a job and that is obeyed at once, wherever
// it stands.
type canceller interface{ Cancel() []byte }

// Answer is what a printer has said of itself so far.
type Answer struct {
	Trouble string // what a person must do before a label can come out, a sentence; empty: it is ready
	Enough  bool   // all that says something about printing is there
	Whole   bool   // nothing more will come
}

// ParseLanguage reads the word of the settings: "zpl", "tspl", "epl" or "escpos", each with what is usual in it.
func ParseLanguage(name string) (Language, error) {
	switch strings.ToLower(name) {
	case "zpl":
		return ZPL{}, nil
	case "tspl":
		return TSPL{}, nil
	case "epl":
		return EPL{}, nil
	case "escpos":
		return ESCPOS{}, nil
	}
	return nil, fmt.Errorf("printer language %q: use zpl, tspl, epl or escpos", name)
}

// usualGap is the distance between two labels on the roll, in millimetres, that printers come set to.
const usualGap = 3

// gap is the distance as sent: 0 is the usual one, below 0 is stock without gaps.
func gap(mm int) int {
	if mm == 0 {
		return usualGap
	}
	return max(0, mm)
}

// inverted returns the picture for languages in which 0 is black: every bit turned, so that what is beyond the right edge,
// which is 0 in a Bitmap, becomes 1: white.
func inverted(b fulfillment.Bitmap) []byte {
	out := make([]byte, b.Stride*b.H)
	for i := range out {
		out[i] = ^b.Bits[i]
	}
	return out
}
