package devicetest

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"packbench/devices"
)

// RunPrinterQueue is what every queue of a print service must do. A queue passes bytes on and does not tell how its printer feels,
// and what it has taken may come out: so a label is either certain, or refused with nothing sent, or a question for a person.
func RunPrinterQueue(t *testing.T, open func(t *testing.T, report devices.Report) (PrinterEnd, PrinterDriver)) {
	runPrinting(t, open, []printingTest{
		{"prints every dot of every label once", printsExactly},
		{"a label made ready ahead is the same label", printsPrepared},
		{"prints without Run", func(t *testing.T, p *printing) { p.prints(t, 1, 1) }},
		{"a slow printer is not a stuck one", printsSlow},
		{"a printer that gets stuck is a question, and the job is taken back", queueStuck},
		{"a printer that is off is a question, and the job is taken back", queueOff},
		{"refuses a picture of another size", printsOtherSize},
		{"gives up when it is told to", queueCancelled},
		{"prints one after the other", printsConcurrently},
	})
}

// once prints a label and checks that it came out once, and that the one which was taken back did not come twice: what a stuck
// printer's network had already may still come.
func (p *printing) once(t *testing.T) {
	t.Helper()
	w := Checkerboard(p.drv.Media(), 2)
	if res, err := p.drv.Print(t.Context(), w); err != nil || !res.Complete {
		t.Fatalf("Print = %+v, %v", res, err)
	}
	back := Checkerboard(p.drv.Media(), 3)
	came := map[bool]int{}
	for _, l := range p.end.Labels()[1:] {
		came[bytes.Equal(l.Bitmap.Bits, w.Bits)]++
		if !bytes.Equal(l.Bitmap.Bits, w.Bits) && !bytes.Equal(l.Bitmap.Bits, back.Bits) {
			t.Error("a label came out that nobody printed")
		}
	}
	if came[true] != 1 || came[false] > 1 {
		t.Errorf("the label came out %d times, the one taken back %d times", came[true], came[false])
	}
}

func queueStuck(t *testing.T, p *printing) {
	p.prints(t, 1, 1)
	p.end.StuckAfter(3000)
	p.fails(t, true, devices.ErrTimeout)
	health(t, p.states, devices.Attention)
	p.end.Clear()
	p.once(t)
}

func queueOff(t *testing.T, p *printing) {
	p.end.Off()
	p.fails(t, true, devices.ErrTimeout)
	health(t, p.states, devices.Attention)
	if err := p.end.On(); err != nil {
		t.Fatal(err)
	}
	p.prints(t, 2, 1)
}

func queueCancelled(t *testing.T, p *printing) {
	p.prints(t, 1, 1)
	p.end.StuckAfter(3000)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if res, err := p.drv.Print(ctx, Checkerboard(p.drv.Media(), 3)); !errors.Is(err, context.DeadlineExceeded) || res.Complete != (res.Sent > 0) {
		t.Errorf("Print = %+v, %v, want it to say that it was told to stop, and whether the queue has the job", res, err)
	}
	p.end.Clear()
	p.once(t)
}
