package devicetest

import (
	"bytes"
	"fmt"
	"net"
	"time"

	"packbench/fulfillment"
)

// dialect is a printer language whose pictures are bytes, as a printer's parser reads it. It belongs to one connection.
type dialect interface {
	// begins reports whether a byte between jobs is the first of one.
	begins(c byte) bool
	// next takes one whole command off the front: n is its length, 0 while it is not whole.
	next(buf []byte) (n int, did outcome)
}

// outcome is what a command did.
type outcome struct {
	answer func(f faults, printing bool) []byte // a question
	label  *fulfillment.Bitmap                  // a label is printed
	copies int
	cancel bool   // what has not come out is thrown away
	fault  string // what a picture does not need, or what is wrong
	need   int    // with n == 0: how many bytes the command has, if that is known
}

// NewRasterPrinter switches on a printer that speaks "tspl", "epl" or "escpos". media is its stock: an ESC/POS printer knows
// the width of its paper from it, the others must be told.
func NewRasterPrinter(addr, language string, media fulfillment.Media) (*Printer, error) {
	speak := map[string]func() dialect{
		"tspl":   func() dialect { return &tspl{dpi: media.DPI} },
		"epl":    func() dialect { return &epl{dpi: media.DPI} },
		"escpos": func() dialect { return newESCPOS(media) },
	}[language]
	if speak == nil {
		return nil, fmt.Errorf("a printer that speaks %q: there is none", language)
	}
	p, err := NewPrinter(addr, media.DPI)
	if err != nil {
		return nil, err
	}
	p.speak = speak
	return p, nil
}

// DecodeRaster draws the labels of whole jobs in one of NewRasterPrinter's languages. faults are what a picture does not
// need, and what is left over.
func DecodeRaster(language string, media fulfillment.Media, jobs []byte) (labels []fulfillment.Bitmap, faults []string) {
	p := &Printer{changed: make(chan struct{}), fault: healthy}
	end, other := net.Pipe()
	defer other.Close()
	defer end.Close()
	switch language {
	case "tspl":
		p.speak = func() dialect { return &tspl{dpi: media.DPI} }
	case "epl":
		p.speak = func() dialect { return &epl{dpi: media.DPI} }
	default:
		p.speak = func() dialect { return newESCPOS(media) }
	}
	r := &rasterReader{p: p, c: end, speak: p.speak(), free: true}
	r.take(jobs)
	for _, l := range p.labels {
		labels = append(labels, l.Bitmap)
	}
	if r.inJob() {
		p.wrong = append(p.wrong, fmt.Sprintf("%d bytes are no whole job", len(r.job)))
	}
	return labels, p.wrong
}

// rasterReader is one connection of a printer that speaks a dialect.
type rasterReader struct {
	p     *Printer
	c     net.Conn
	speak dialect
	power int    // of the printer when the connection began
	buf   []byte // not yet understood
	job   []byte // from its first byte
	first time.Time
	need  int  // so many bytes must be there before next is asked again
	free  bool // not a connection: no faults
}

func (r *rasterReader) inJob() bool { return len(r.job) > 0 }

// leave: no printer of these languages keeps a job; their drivers begin each with a command that ends an older one.
func (r *rasterReader) leave() {}

// take reads bytes one by one; false: break the connection.
func (r *rasterReader) take(p []byte) bool {
	for _, b := range p {
		if !r.inJob() && len(r.buf) == 0 && r.speak.begins(b) {
			r.first = time.Now()
			r.job = append(r.job, b)
		} else if r.inJob() {
			r.job = append(r.job, b)
		}
		r.buf = append(r.buf, b)
		if r.inJob() && !r.free && !(&reader{p: r.p, power: r.power}).count() {
			return false
		}
		for len(r.buf) > 0 && len(r.buf) >= r.need {
			n, did := r.speak.next(r.buf)
			r.need = did.need
			if n == 0 {
				break
			}
			r.buf = r.buf[n:]
			r.did(did)
		}
	}
	return true
}

func (r *rasterReader) did(o outcome) {
	p := r.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if o.fault != "" {
		p.wrong = append(p.wrong, o.fault)
	}
	if o.cancel {
		p.held = nil
	}
	if o.label != nil {
		for range min(o.copies, 100) {
			p.held = append(p.held, Label{Bitmap: *o.label, Job: bytes.Clone(r.job), First: r.first})
		}
		r.job = nil
		if !p.fault.hindered() {
			p.comeOut()
		}
	}
	if o.answer != nil {
		p.asked++
		if p.fault.silent || p.fault.quiet && p.fault.hindered() {
			return
		}
		_ = r.c.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = r.c.Write(o.answer(p.fault, len(p.held) > 0))
	}
}

// canvas is a label under work; dots outside it are a fault, as they would be lost.
type canvas struct {
	b    fulfillment.Bitmap
	lost int
}

func (c *canvas) dot(x, y int) {
	if x < 0 || y < 0 || x >= c.b.W || y >= c.b.H {
		c.lost++
		return
	}
	c.b.SetBlack(x, y)
}

// rows draws bytes, the leftmost dot in the highest bit; ink is the value of a black bit.
func (c *canvas) rows(bits []byte, stride, x0, y0 int, ink byte) {
	for i, v := range bits {
		for k := range 8 {
			if v>>(7-k)&1 == ink {
				c.dot(x0+i%stride*8+k, y0+i/stride)
			}
		}
	}
}

func (c *canvas) fault() string {
	if c.lost == 0 {
		return ""
	}
	return fmt.Sprintf("%d black dots outside the label", c.lost)
}

// line is the first line of buf and its length with its end; n is 0 while it is not whole.
func firstLine(buf []byte) (text string, n int) {
	i := bytes.IndexByte(buf, '\n')
	if i < 0 {
		return "", 0
	}
	return string(bytes.TrimRight(buf[:i], "\r")), i + 1
}
