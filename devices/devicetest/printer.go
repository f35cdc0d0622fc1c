package devicetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net"
	"sync"
	"time"

	"packbench/fulfillment"
)

// Label is one label that came out of a virtual printer.
type Label struct {
	Bitmap fulfillment.Bitmap
	Job    []byte    // the job as received, from ^XA to ^XZ
	First  time.Time // when the job's first byte arrived
	Out    time.Time // when the label came out
}

// Image is the label as a person sees it.
func (l Label) Image() image.Image {
	img := image.NewPaletted(image.Rect(0, 0, l.Bitmap.W, l.Bitmap.H), color.Palette{color.White, color.Black})
	for y := range l.Bitmap.H {
		for x := range l.Bitmap.W {
			if l.Bitmap.Black(x, y) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	return img
}

// PNG is the label as a PNG file.
func (l Label) PNG() ([]byte, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, l.Image()); err != nil {
		return nil, fmt.Errorf("label as PNG: %w", err)
	}
	return b.Bytes(), nil
}

// Printer is a label printer on TCP. It draws what it is sent, answers when it is asked how it feels, and has the faults that real ones have. All
// methods may be called concurrently.
type Printer struct {
	addr  string
	dpi   int
	speak func() dialect // nil: ZPL

	mu         sync.Mutex
	ln         net.Listener // nil while off
	conns      map[net.Conn]bool
	model      string        // the answer to ~HI; empty: none
	changed    chan struct{} // closed and replaced whenever a fault comes or goes
	fault      faults
	received   int // bytes of jobs since the fault was set
	stuck      bool
	power      int // how often it was switched off: what came before is lost
	labels     []Label
	held       []Label  // received while no label could come out
	keeps      bool     // the beginning of a job outlives its connection
	half       *halfJob // that is kept
	incomplete int
	asked      int
	wrong      []string
	closed     bool
}

// halfJob is the beginning of a job in the printer's memory.
type halfJob struct {
	buf   []byte
	first time.Time
}

type faults struct {
	paperOut, headOpen, paused bool
	quiet                      bool // no answer to ~HS while in one of these, as Zebra's own do
	silent                     bool // never an answer to anything
	noHostStatus               bool // never an answer to ~HS
	stuckAfter, resetAfter     int  // bytes of jobs; negative: never
	slow                       int  // bytes a second; 0: at once
	late                       time.Duration
}

var healthy = faults{stuckAfter: -1, resetAfter: -1}

// NewPrinter switches a printer on at a TCP address ("127.0.0.1:0" chooses a port; empty does too). dpi is what it prints
// with. It answers only while Run runs.
func NewPrinter(addr string, dpi int) (*Printer, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	p := &Printer{addr: addr, dpi: dpi, model: "ZD421-203dpi,V93.21.26Z,8,8192KB", fault: healthy, conns: make(map[net.Conn]bool), changed: make(chan struct{})}
	if err := p.On(); err != nil {
		return nil, err
	}
	p.addr = p.ln.Addr().String()
	return p, nil
}

// Address is host:port, the same after Off and On.
func (p *Printer) Address() string { return p.addr }

// On switches the printer on again.
func (p *Printer) On() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ln != nil || p.closed {
		return nil
	}
	lc := net.ListenConfig{Control: smallWindow, KeepAlive: -1}
	ln, err := lc.Listen(context.Background(), "tcp", p.addr)
	if err != nil {
		return fmt.Errorf("switch the printer on: %w", err)
	}
	p.ln = ln
	p.broadcast()
	return nil
}

// Off switches the printer off: connections break, what was received and not printed is lost.
func (p *Printer) Off() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.off()
}

func (p *Printer) off() {
	if p.ln != nil {
		_ = p.ln.Close()
		p.ln = nil
	}
	for c := range p.conns {
		reset(c)
	}
	p.held, p.stuck, p.half = nil, false, nil
	p.power++
	p.broadcast()
}

func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// broadcast wakes whoever waits for a change; mu is held.
func (p *Printer) broadcast() {
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *Printer) set(f func(*faults)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.fault)
	p.received = 0
	if p.fault.stuckAfter < 0 {
		p.stuck = false
	}
	if !p.fault.hindered() {
		p.comeOut()
	}
	p.broadcast()
}

func (f faults) hindered() bool { return f.paperOut || f.headOpen || f.paused }

// comeOut prints what waited; mu is held.
func (p *Printer) comeOut() {
	for _, l := range p.held {
		l.Out = time.Now()
		p.labels = append(p.labels, l)
	}
	p.held = nil
}

// Clear ends every fault but Off. Labels that waited come out.
func (p *Printer) Clear() { p.set(func(f *faults) { *f = healthy }) }

// PaperOut takes the labels out, or puts new ones in.
func (p *Printer) PaperOut(on bool) { p.set(func(f *faults) { f.paperOut = on }) }

// HeadOpen opens or closes the printer.
func (p *Printer) HeadOpen(on bool) { p.set(func(f *faults) { f.headOpen = on }) }

// Pause presses the pause button.
func (p *Printer) Pause(on bool) { p.set(func(f *faults) { f.paused = on }) }

// QuietInTrouble makes the printer leave ~HS unanswered while it is open, paused or out of labels, as Zebra's own do.
func (p *Printer) QuietInTrouble(on bool) { p.set(func(f *faults) { f.quiet = on }) }

// SetModel is what the printer answers to ~HI, "model,firmware,dots per mm,memory"; empty: nothing, as some clones.
func (p *Printer) SetModel(answer string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.model = answer
}

// KeepsHalf makes the printer keep the beginning of a job that was cut off: what comes on the next connection goes on with it, as
// on printers whose port is one stream of bytes behind the network card.
func (p *Printer) KeepsHalf(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keeps, p.half = on, nil
}

// NoHostStatus makes the printer answer ~HQES and not ~HS.
func (p *Printer) NoHostStatus(on bool) { p.set(func(f *faults) { f.noHostStatus = on }) }

// Silent makes the printer never answer, as some clones.
func (p *Printer) Silent(on bool) { p.set(func(f *faults) { f.silent = on }) }

// AnswersLate makes every answer come so much later than the question was read; in ZPL only.
func (p *Printer) AnswersLate(by time.Duration) { p.set(func(f *faults) { f.late = by }) }

// StuckAfter makes the printer take no more bytes, and answer nothing, after so many bytes of jobs from now on.
func (p *Printer) StuckAfter(n int) { p.set(func(f *faults) { f.stuckAfter = n }) }

// ResetAfter makes the printer break the connection after so many bytes of jobs from now on.
func (p *Printer) ResetAfter(n int) { p.set(func(f *faults) { f.resetAfter = n }) }

// Slow makes the printer take so many bytes a second; 0: as many as come.
func (p *Printer) Slow(bytesPerSecond int) { p.set(func(f *faults) { f.slow = bytesPerSecond }) }

// Labels are the labels that came out, oldest first.
func (p *Printer) Labels() []Label {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Label(nil), p.labels...)
}

// Incomplete is how many jobs began and did not end.
func (p *Printer) Incomplete() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.incomplete
}

// Asked is how many times the printer was asked for its status.
func (p *Printer) Asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// Complaints are what the printer was sent and should not have been.
func (p *Printer) Complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.wrong...)
}

// Run prints until ctx ends; then it switches the printer off and returns nil.
func (p *Printer) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	stop := context.AfterFunc(ctx, p.close)
	defer func() { stop(); p.close() }()
	for ctx.Err() == nil {
		p.mu.Lock()
		ln, changed := p.ln, p.changed
		p.mu.Unlock()
		if ln == nil {
			select {
			case <-ctx.Done():
			case <-changed:
			}
			continue
		}
		c, err := ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			continue
		}
		if err != nil {
			return fmt.Errorf("accept a job: %w", err)
		}
		p.mu.Lock()
		if p.ln == ln {
			p.conns[c] = true
		} else {
			reset(c) // switched off in this moment
		}
		p.mu.Unlock()
		wg.Go(func() { p.serve(ctx, c) })
	}
	return nil
}

func (p *Printer) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.off()
}

func (p *Printer) serve(ctx context.Context, c net.Conn) {
	zpl := newReader(p, c)
	defer zpl.speaking.Wait()
	var r interface {
		take(p []byte) bool
		inJob() bool
		leave() // mu is held
	} = zpl
	if p.speak != nil {
		r = &rasterReader{p: p, c: c, speak: p.speak(), power: p.powered()}
	}
	defer func() {
		p.mu.Lock()
		if r.inJob() {
			p.incomplete++
			r.leave()
		}
		delete(p.conns, c)
		p.mu.Unlock()
		_ = c.Close()
	}()
	buf := make([]byte, 512)
	for {
		n := p.mayRead(ctx, len(buf))
		if n == 0 {
			return
		}
		n, err := c.Read(buf[:n])
		if n > 0 && !r.take(buf[:n]) {
			reset(c)
			return
		}
		if err != nil {
			return // closed or reset by the other side, or switched off
		}
	}
}

func (p *Printer) powered() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.power
}

// mayRead waits while the printer is stuck, or slow, and returns how many bytes may be read; 0: it is switched off.
func (p *Printer) mayRead(ctx context.Context, most int) int {
	for ctx.Err() == nil {
		p.mu.Lock()
		stuck, slow, changed := p.stuck, p.fault.slow, p.changed
		p.mu.Unlock()
		if !stuck && slow == 0 {
			return most
		}
		tick := (<-chan time.Time)(nil)
		n := min(most, max(1, slow/50))
		if !stuck {
			tick = time.After(time.Duration(n) * time.Second / time.Duration(slow))
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-tick:
			return n
		}
	}
	return 0
}
