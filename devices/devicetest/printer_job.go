package devicetest

import (
	"bytes"
	"fmt"
	"net"
	"sync"
	"time"
)

// reader is one connection of a virtual printer.
type reader struct {
	p     *Printer
	c     net.Conn
	power int    // of the printer when the connection began
	buf   []byte // not yet understood, or the job so far
	job   bool
	first time.Time
	// Answers that are late wait here for those before them.
	speaking sync.WaitGroup
	spoken   chan struct{}
}

// newReader goes on with the job that a connection before has left, if the printer keeps it.
func newReader(p *Printer, c net.Conn) *reader {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := &reader{p: p, c: c, power: p.power}
	if h := p.half; h != nil {
		r.buf, r.job, r.first, p.half = h.buf, true, h.first, nil
	}
	return r
}

func (r *reader) inJob() bool { return r.job }

// leave keeps the job that has begun for the next connection; mu is held.
func (r *reader) leave() {
	if r.p.keeps && r.power == r.p.power {
		r.p.half = &halfJob{buf: r.buf, first: r.first}
	}
}

// take reads bytes one by one, as a printer's parser does; false: break the connection.
func (r *reader) take(p []byte) bool {
	for _, b := range p {
		r.buf = append(r.buf, b)
		if r.job && !r.count() {
			return false
		}
		switch {
		case bytes.HasSuffix(r.buf, []byte("~HS")):
			// Obeyed at once, wherever it stands.
			r.buf = r.buf[:len(r.buf)-3]
			r.answer()
		case bytes.HasSuffix(r.buf, []byte("~HQES")):
			r.buf = r.buf[:len(r.buf)-5]
			r.answerErrors()
		case bytes.HasSuffix(r.buf, []byte("~HI")):
			r.buf = r.buf[:len(r.buf)-3]
			r.answerModel()
		case bytes.HasSuffix(r.buf, []byte("~JA")):
			r.cancel()
		case !r.job && bytes.Equal(r.buf, []byte("^")):
			r.first = time.Now()
		case !r.job && bytes.HasSuffix(r.buf, []byte("^XA")):
			r.junk(r.buf[:len(r.buf)-3])
			r.buf, r.job = []byte("^XA"), true
			if r.first.IsZero() {
				r.first = time.Now()
			}
			if !r.countStart() {
				return false
			}
		case r.job && bytes.HasSuffix(r.buf, []byte("^XZ")) && !binaryField(r.buf):
			r.finish()
		case !r.job && len(r.buf) > 256:
			r.junk(r.buf)
			r.buf = nil
		}
	}
	return true
}

// binaryField reports whether the job stands within a ^GFB picture: its bytes are counted and mean nothing, an end of a format
// among them included.
func binaryField(job []byte) bool {
	at := bytes.LastIndex(job, []byte("^GFB,"))
	if at < 0 {
		return false
	}
	var n, total, row int
	if _, err := fmt.Sscanf(string(job[at:min(len(job), at+40)]), "^GFB,%d,%d,%d,", &n, &total, &row); err != nil {
		return false
	}
	head := len(fmt.Sprintf("^GFB,%d,%d,%d,", n, total, row))
	return len(job) < at+head+n
}

// cancel throws the job away that has begun, and those that have not come out.
func (r *reader) cancel() {
	p := r.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.job {
		p.incomplete++
	}
	r.buf, r.job, r.first, p.held = nil, false, time.Time{}, nil
}

func (r *reader) junk(p []byte) {
	if p = bytes.TrimSpace(p); len(p) > 0 {
		r.complain(fmt.Sprintf("bytes outside a job: %.40q", p))
	}
}

func (r *reader) complain(text string) {
	r.p.mu.Lock()
	defer r.p.mu.Unlock()
	r.p.wrong = append(r.p.wrong, text)
}

// countStart counts the three bytes of ^XA, which became a job only with the last of them.
func (r *reader) countStart() bool {
	for range len("^XA") {
		if !r.count() {
			return false
		}
	}
	return true
}

// count counts one byte of a job and lets the faults that wait for it happen. A stuck printer stops here, in the middle.
func (r *reader) count() bool {
	p := r.p
	p.mu.Lock()
	p.received++
	if p.fault.resetAfter >= 0 && p.received > p.fault.resetAfter {
		p.mu.Unlock()
		return false
	}
	if p.fault.stuckAfter >= 0 && p.received > p.fault.stuckAfter {
		p.stuck = true
	}
	for p.stuck && p.power == r.power {
		changed := p.changed
		p.mu.Unlock()
		<-changed // Off and the end of Run change, too
		p.mu.Lock()
	}
	on := p.power == r.power
	p.mu.Unlock()
	return on
}

func (r *reader) finish() {
	text := string(r.buf)
	l := Label{Job: r.buf, First: r.first}
	r.buf, r.job, r.first = nil, false, time.Time{}
	p := r.p
	b, copies, faults := drawLabel(text, p.dpi)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.power != r.power {
		return // switched off while it drew
	}
	p.wrong = append(p.wrong, faults...)
	if b.W == 0 {
		return
	}
	l.Bitmap = b
	for range copies {
		p.held = append(p.held, l)
	}
	if !p.fault.hindered() {
		p.comeOut()
	}
}

// answer sends the three strings of ~HS as Zebra's printers do.
func (r *reader) answer() {
	p := r.p
	p.mu.Lock()
	f, formats := p.fault, len(p.held)
	p.asked++
	p.mu.Unlock()
	if f.silent || f.noHostStatus || f.quiet && f.hindered() {
		return
	}
	bit := map[bool]int{true: 1}
	job := bit[r.job]
	text := fmt.Sprintf("\x02030,%d,%d,1245,%03d,0,0,%d,000,0,0,0\x03\r\n\x02000,0,%d,0,0,2,4,0,%08d,1,000\x03\r\n\x021234,0\x03\r\n",
		bit[f.paperOut], bit[f.paused], formats, job, bit[f.headOpen], formats)
	r.say(text)
}

func (r *reader) say(text string) {
	r.p.mu.Lock()
	late := r.p.fault.late
	r.p.mu.Unlock()
	if late > 0 {
		at, before, spoken := time.Now().Add(late), r.spoken, make(chan struct{})
		r.spoken = spoken
		r.speaking.Go(func() {
			defer close(spoken)
			time.Sleep(time.Until(at))
			if before != nil {
				<-before
			}
			_ = r.c.SetWriteDeadline(time.Now().Add(time.Minute)) // it has room for what nobody takes
			_, _ = r.c.Write([]byte(text))
		})
		return
	}
	_ = r.c.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = r.c.Write([]byte(text))
}

// answerErrors answers ~HQES; the lower group of bits has the troubles (ZPL programming guide, ~HQ).
func (r *reader) answerErrors() {
	r.p.mu.Lock()
	f := r.p.fault
	r.p.mu.Unlock()
	if f.silent {
		return
	}
	bit := map[bool]int{true: 1}
	errors := bit[f.paperOut] | bit[f.headOpen]<<2 | bit[f.paused]<<16
	r.say(fmt.Sprintf("\x02\r\n\r\nPRINTER STATUS            \r\n   ERRORS:          %d 00000000 %08X  \r\n   WARNINGS:        0 00000000 00000000   \r\n\x03",
		bit[errors != 0], errors))
}

// answerModel answers ~HI.
func (r *reader) answerModel() {
	r.p.mu.Lock()
	model, silent := r.p.model, r.p.fault.silent
	r.p.mu.Unlock()
	if model != "" && !silent {
		r.say("\x02" + model + "\x03\r\n")
	}
}
