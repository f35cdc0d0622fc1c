package printer

import (
	"bytes"
	"fmt"
	"strings"

	"packbench/fulfillment"
)

// TSPL is TSC's language, which most inexpensive label printers speak (Rollo, Munbyn, Xprinter, Gprinter, HPRT and others).
type TSPL struct {
	GapMM int // between two labels on the roll, millimetres; 0: 3, below 0: stock without gaps
}

// Name is "tspl".
func (TSPL) Name() string { return "tspl" }

// Encode returns the size of the label and of the gap, CLS, the picture as BITMAP at 0,0 and PRINT (TSPL/TSPL2 programming
// manual; mode 0 overwrites, 0 is black). Darkness and speed stay as they are set at the printer. The line end before
// ends whatever an unfinished command left.
func (t TSPL) Encode(b fulfillment.Bitmap, m fulfillment.Media, copies int) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "\r\nSIZE %d mm,%d mm\r\nGAP %d mm,0\r\nCLS\r\nBITMAP 0,0,%d,%d,0,", m.WidthMM, m.HeightMM, gap(t.GapMM), b.Stride, b.H)
	out.Write(inverted(b))
	fmt.Fprintf(&out, "\r\nPRINT 1,%d\r\n", copies)
	return out.Bytes()
}

// Tail is the whole PRINT: of a cut one, the line end that the next job begins with would make a label.
func (TSPL) Tail(job []byte) int { return len(job) - bytes.LastIndex(job, []byte("PRINT ")) }

// Ask is ESC ! ?, which is answered at once, in one byte.
func (TSPL) Ask() []byte { return []byte("\x1b!?") }

// Cancel is ESC ! . (cancel all printing files).
func (TSPL) Cancel() []byte { return []byte("\x1b!.") }

// Read reads the byte. Its bits are those of the TSPL manual's table of <ESC>!?; a bit that is not in it is trouble.
func (TSPL) Read(answer []byte) Answer {
	if len(answer) == 0 {
		return Answer{}
	}
	// An answer that was late is followed by the one to this question.
	v := answer[len(answer)-1]
	var say []string
	for _, bit := range tsplTrouble {
		if v&bit.mask != 0 {
			say = append(say, bit.text)
		}
	}
	return Answer{Trouble: strings.Join(say, " "), Enough: true, Whole: true}
}

const tsplPrinting = 0x20 // no trouble

var tsplTrouble = []struct {
	mask byte
	text string
}{
	{0x01, "The label printer is open. Close it."},
	{0x02, "The labels are jammed. Open the label printer and take the jammed label out."},
	{0x04, "The label printer is out of labels. Load labels."},
	{0x08, "The label printer is out of ribbon. Load a ribbon."},
	{0x10, "The label printer is paused. Press its pause button."},
	{0xFF &^ (0x1F | tsplPrinting), "The label printer reports an error. Look at its display or lamp, then switch it off and on."},
}
