package devicetest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// PrinterDriver is what the station and the program need of a label printer.
type PrinterDriver interface {
	Media() fulfillment.Media
	Print(ctx context.Context, b fulfillment.Bitmap) (fulfillment.PrintResult, error)
	Prepare(b fulfillment.Bitmap)
	Run(ctx context.Context) error
	Poke()
}

// PrinterEnd is the printer's side of a transport.
type PrinterEnd interface {
	On() error
	Off()
	PaperOut(on bool)
	HeadOpen(on bool)
	Pause(on bool)
	QuietInTrouble(on bool)
	Silent(on bool)
	StuckAfter(n int)
	ResetAfter(n int)
	Slow(bytesPerSecond int)
	Clear()
	Labels() []Label
	Incomplete() int
	Complaints() []string
}

// RunPrinter is what every label printer transport must do. open makes a printer that is switched on, and its driver, not
// running. The driver's time limits should be short (stall and status below a second), or the suite takes long.
func RunPrinter(t *testing.T, open func(t *testing.T, report devices.Report) (PrinterEnd, PrinterDriver)) {
	tests := []printingTest{
		{"prints every dot of every label once", printsExactly},
		{"a label made ready ahead is the same label", printsPrepared},
		{"prints without Run", func(t *testing.T, p *printing) { p.prints(t, 1, 1) }},
		{"says ready, and what is the matter", printsHealth},
		{"prints nothing while a person is needed", printsNothingInTrouble},
		{"prints nothing on a printer that does not answer", printsNothingUnanswered},
		{"certainly nothing came out of a printer that is off", printsOff},
		{"a job that is cut off certainly did not come out", printsCut},
		{"a printer that gets stuck did not print", printsStuck},
		{"a slow printer is not a stuck one", printsSlow},
		{"an answer that is late is not one to a later question", printsLate},
		{"trouble behind the last byte may mean a label", printsMaybe},
		{"a refused transfer is cleared and is no label", printsStalled},
		{"a cable that is pulled in any moment", printsUnplugged},
		{"refuses a picture of another size", printsOtherSize},
		{"gives up when it is told to", printsCancelled},
		{"prints one after the other", printsConcurrently},
	}
	runPrinting(t, open, tests)
}

type printingTest struct {
	name string
	run  func(t *testing.T, p *printing)
}

func runPrinting(t *testing.T, open func(t *testing.T, report devices.Report) (PrinterEnd, PrinterDriver), tests []printingTest) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &printing{states: NewInbox[devices.Health]()}
			p.end, p.drv = open(t, p.states.Put)
			tt.run(t, p)
			for _, c := range p.end.Complaints() {
				t.Error("the printer complains: ", c)
			}
		})
	}
}

type printing struct {
	end    PrinterEnd
	drv    PrinterDriver
	states *Inbox[devices.Health]
}

func (p *printing) run(t *testing.T) {
	t.Helper()
	start(t, "the printer's Run", p.drv.Run)
}

// prints prints one label and checks that it is the n-th that came out, dot by dot.
func (p *printing) prints(t *testing.T, seed, n int) {
	t.Helper()
	want := Checkerboard(p.drv.Media(), seed)
	res, err := p.drv.Print(t.Context(), want)
	if err != nil || !res.Complete || res.Sent != res.Total || res.Total == 0 {
		t.Fatalf("Print = %+v, %v", res, err)
	}
	labels := p.end.Labels()
	if len(labels) != n {
		t.Fatalf("%d labels came out, want %d", len(labels), n)
	}
	got := labels[n-1].Bitmap
	if got.W != want.W || got.H != want.H || !bytes.Equal(got.Bits, want.Bits) {
		t.Fatalf("the label that came out (%d×%d) is not the one printed (%d×%d)", got.W, got.H, want.W, want.H)
	}
}

// fails prints one label that must not come out; sent and complete say how far it must have gone.
func (p *printing) fails(t *testing.T, complete bool, cause error) fulfillment.PrintResult {
	t.Helper()
	res, err := p.drv.Print(t.Context(), Checkerboard(p.drv.Media(), 3))
	if err == nil || res.Complete != complete {
		t.Fatalf("Print = %+v, %v, want an error and Complete %v", res, err, complete)
	}
	if cause != nil && !errors.Is(err, cause) {
		t.Errorf("error %q does not wrap %q", err, cause)
	}
	return res
}

func printsExactly(t *testing.T, p *printing) {
	p.run(t)
	health(t, p.states, devices.Ready)
	for i := range 5 {
		p.prints(t, i, i+1)
	}
	if p.end.Incomplete() != 0 {
		t.Error("a job was not complete")
	}
}

func printsHealth(t *testing.T, p *printing) {
	p.run(t)
	health(t, p.states, devices.Ready)
	trouble := []struct {
		word string
		set  func(bool)
	}{{"out of labels", p.end.PaperOut}, {"open", p.end.HeadOpen}, {"paused", p.end.Pause}, {"does not say", p.end.Silent}}
	for _, tr := range trouble {
		tr.set(true)
		p.drv.Poke()
		health(t, p.states, devices.Attention, tr.word)
		tr.set(false) // it must find that by itself
		health(t, p.states, devices.Ready)
	}
	p.end.Off()
	p.drv.Poke()
	health(t, p.states, devices.Absent)
	if err := p.end.On(); err != nil {
		t.Fatal(err)
	}
	health(t, p.states, devices.Ready)
}

func printsNothingInTrouble(t *testing.T, p *printing) {
	for _, quiet := range []bool{false, true} {
		p.end.QuietInTrouble(quiet)
		p.end.PaperOut(true)
		if res := p.fails(t, false, nil); res.Sent != 0 {
			t.Errorf("%d bytes were sent to a printer without labels", res.Sent)
		}
		// Where the transport knows the reason without an answer, the sentence is the same and not told again.
		if said := p.states.All(); len(said) == 0 || said[len(said)-1].State != devices.Attention {
			t.Errorf("the printer was said to be %+v", said)
		}
		p.end.PaperOut(false)
	}
	if n := len(p.end.Labels()); n != 0 {
		t.Errorf("%d labels came out", n)
	}
	p.prints(t, 1, 1)
	health(t, p.states, devices.Ready)
}

func printsNothingUnanswered(t *testing.T, p *printing) {
	p.end.Silent(true)
	if res := p.fails(t, false, devices.ErrTimeout); res.Sent != 0 {
		t.Errorf("%d bytes were sent to a printer that does not answer", res.Sent)
	}
	health(t, p.states, devices.Attention)
	p.end.Silent(false)
	p.prints(t, 1, 1)
}

func printsOff(t *testing.T, p *printing) {
	p.end.Off()
	if res := p.fails(t, false, devices.ErrAbsent); res.Sent != 0 || res.Total == 0 {
		t.Errorf("result %+v of a printer that is off", res)
	}
	health(t, p.states, devices.Absent)
	if err := p.end.On(); err != nil {
		t.Fatal(err)
	}
	p.prints(t, 1, 1)
}

func printsCut(t *testing.T, p *printing) {
	p.prints(t, 1, 1)
	for _, after := range []int{0, 5000} {
		p.end.ResetAfter(after)
		res := p.fails(t, false, devices.ErrUnplugged)
		if res.Sent >= res.Total {
			t.Errorf("result %+v of a job cut off after %d bytes", res, after)
		}
		p.end.Clear()
	}
	p.prints(t, 2, 2)
}

func printsStuck(t *testing.T, p *printing) {
	p.prints(t, 1, 1)
	p.end.StuckAfter(3000)
	res := p.fails(t, false, devices.ErrTimeout)
	if res.Sent == 0 || res.Sent >= res.Total {
		t.Errorf("result %+v of a job that got stuck", res)
	}
	health(t, p.states, devices.Attention)
	p.end.Clear()
	// What the printer still holds of the first job must not become a label.
	p.prints(t, 2, 2)
	eventually(t, "the cut job to be seen", func() bool { return p.end.Incomplete() == 1 })
}

func printsSlow(t *testing.T, p *printing) {
	p.end.Slow(150_000)
	p.prints(t, 1, 1)
}

// late ends answer so much later than they are asked.
type late interface{ AnswersLate(by time.Duration) }

func printsLate(t *testing.T, p *printing) {
	end, can := p.end.(late)
	if !can {
		t.Skip("this printer answers in time")
	}
	p.run(t)
	health(t, p.states, devices.Ready)
	for i, by := range []time.Duration{300 * time.Millisecond, 0, 700 * time.Millisecond, 0} {
		end.AnswersLate(by)
		came := len(p.end.Labels())
		if res, err := p.drv.Print(t.Context(), Checkerboard(p.drv.Media(), i)); err != nil || !res.Complete || len(p.end.Labels()) != came+1 {
			t.Errorf("answers %v late: Print = %+v, %v, and %d labels came out", by, res, err, len(p.end.Labels())-came)
		}
		p.drv.Poke()
	}
}

// stalling ends have endpoints that can refuse transfers.
type stalling interface {
	StallAfter(n int)
	StallAnswers()
}

func printsStalled(t *testing.T, p *printing) {
	end, can := p.end.(stalling)
	if !can {
		t.Skip("nothing can refuse a transfer on this way")
	}
	label := Checkerboard(p.drv.Media(), 3) // that of fails
	res, err := p.drv.Print(t.Context(), label)
	if err != nil {
		t.Fatal(err)
	}
	came := 1
	// Of a job whose end was refused nobody knows; before that its end was not sent.
	for after, unknown := range map[int]bool{0: false, 3000: false, res.Total - 3: true, res.Total - 1: true} {
		end.StallAfter(after)
		if res := p.fails(t, unknown, usb.ErrStall); res.Sent != after {
			t.Errorf("refused after %d bytes: %+v", after, res)
		}
		came++
		p.prints(t, 10+came, came)
	}
	end.StallAnswers()
	if res, err = p.drv.Print(t.Context(), label); err == nil {
		t.Errorf("without an answer: %+v", res)
	}
	if res.Complete { // refused behind the job
		came++
	}
	p.prints(t, 20, came+1)
}

func printsUnplugged(t *testing.T, p *printing) {
	end, can := p.end.(interface{ UnplugIn(moment string) })
	if !can {
		t.Skip("this way has no such moments")
	}
	for i, moment := range []string{"control", "claim", "end", "answer"} {
		end.UnplugIn(moment)
		came := len(p.end.Labels())
		maybe := moment == "end" || moment == "answer"
		res, err := p.drv.Print(t.Context(), Checkerboard(p.drv.Media(), 3))
		if !errors.Is(err, devices.ErrUnplugged) && !errors.Is(err, devices.ErrAbsent) || res.Complete != maybe || !maybe && res.Sent != 0 {
			t.Errorf("unplugged in %s: Print = %+v, %v", moment, res, err)
		}
		health(t, p.states, devices.Absent)
		if err := p.end.On(); err != nil {
			t.Fatal(err)
		}
		if res, err := p.drv.Print(t.Context(), Checkerboard(p.drv.Media(), 10+i)); err != nil || !res.Complete {
			t.Fatalf("after a cable that was pulled in %s: Print = %+v, %v", moment, res, err)
		}
		if n := len(p.end.Labels()) - came; n != 1 && (n != 2 || !maybe) {
			t.Errorf("unplugged in %s: %d labels came out", moment, n)
		}
	}
}

func printsMaybe(t *testing.T, p *printing) {
	p.run(t)
	health(t, p.states, devices.Ready)
	p.prints(t, 1, 1)
	p.end.PaperOut(true) // not seen yet: the last word was ready
	p.fails(t, true, nil)
	health(t, p.states, devices.Attention, "out of labels")
	p.end.PaperOut(false) // the printer kept the job
	eventually(t, "the kept label", func() bool { return len(p.end.Labels()) == 2 })
}

func printsOtherSize(t *testing.T, p *printing) {
	m := p.drv.Media()
	w, h := m.Dots()
	for _, b := range []fulfillment.Bitmap{{}, fulfillment.NewBitmap(w+8, h, m.DPI), fulfillment.NewBitmap(w, h-1, m.DPI), fulfillment.NewBitmap(w, h, m.DPI+97)} {
		if res, err := p.drv.Print(t.Context(), b); err == nil || res.Sent != 0 {
			t.Errorf("Print of %d×%d = %+v, %v", b.W, b.H, res, err)
		}
	}
	if n := len(p.end.Labels()); n != 0 {
		t.Errorf("%d labels came out", n)
	}
}

func printsCancelled(t *testing.T, p *printing) {
	first := time.Now()
	p.prints(t, 1, 1)
	p.end.StuckAfter(3000)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	res, err := p.drv.Print(ctx, Checkerboard(p.drv.Media(), 3))
	if !errors.Is(err, context.DeadlineExceeded) || res.Complete {
		t.Errorf("Print = %+v, %v, want it to say that it was told to stop", res, err)
	}
	took := time.Since(began)
	if took > 5*time.Second {
		t.Errorf("giving up took %v", took)
	}
	t.Logf("the label before took %v, giving up took %v", began.Sub(first), took)
	p.end.Clear()
}

func printsConcurrently(t *testing.T, p *printing) {
	p.run(t)
	done := make(chan error)
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range 4 {
		wg.Go(func() {
			res, err := p.drv.Print(context.Background(), Checkerboard(p.drv.Media(), i))
			if err == nil && !res.Complete {
				err = errors.New("not complete")
			}
			done <- err
		})
		p.drv.Poke()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := len(p.end.Labels()); n != 4 {
		t.Errorf("%d labels came out, want 4", n)
	}
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(Patience); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %v for %s", Patience, what)
		}
	}
}
