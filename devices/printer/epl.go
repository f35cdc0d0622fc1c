package printer

import (
	"bytes"
	"fmt"

	"packbench/fulfillment"
)

// EPL is Eltron's page language EPL2, of older desktop printers (LP 2844 and its kin).
type EPL struct {
	GapMM int // between two labels on the roll, millimetres; 0: 3, below 0: stock without gaps
}

// Name is "epl".
func (EPL) Name() string { return "epl" }

// Encode returns N, the width and length in dots, the picture as GW at 0,0, and P (EPL2 programmer's guide; 0 is black). The
// comma before the picture's bytes is needed although the guide's syntax line leaves it out. The line end before ends
// whatever an unfinished command left.
func (e EPL) Encode(b fulfillment.Bitmap, m fulfillment.Media, copies int) []byte {
	var out bytes.Buffer
	w, h := m.Dots()
	length := fmt.Sprintf("Q%d,%d", h, (gap(e.GapMM)*m.DPI*10+127)/254)
	if e.GapMM < 0 {
		length = fmt.Sprintf("Q%d,0", h)
	}
	fmt.Fprintf(&out, "\nN\nq%d\n%s\nGW0,0,%d,%d,", w, length, b.Stride, b.H)
	out.Write(inverted(b))
	fmt.Fprintf(&out, "\nP%d\n", copies)
	return out.Bytes()
}

// Tail is the whole P.
func (EPL) Tail(job []byte) int { return len(job) - bytes.LastIndex(job, []byte("P")) }

// Ask is nothing: EPL printers answer only where error reporting was switched on in their settings, and in forms that
// differ by model. They are printed to without asking.
func (EPL) Ask() []byte { return nil }

// Read is never asked.
func (EPL) Read([]byte) Answer { return Answer{} }
