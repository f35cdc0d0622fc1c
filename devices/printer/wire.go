package printer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"packbench/devices"
)

// ErrTrouble means that the printer says that a person must do something.
var ErrTrouble = errors.New("printer needs a person")

// Failure is a sentence for the operator with its cause.
type Failure struct {
	Text  string
	Cause error
}

func (f *Failure) Error() string { return f.Text }
func (f *Failure) Unwrap() error { return f.Cause }

// wire is one connection to the printer.
type wire struct {
	conn   net.Conn
	cfg    NetworkConfig
	speech *speech
	in     inquiry
	// ctx ends the wire: its deadline is put into the past, for good.
	ctx  context.Context
	stop func() bool
	// half is set while a job is cut off: what the system still holds of it must not go out.
	half bool
}

// dial connects. It calls last when there is a socket, before it connects it; a name that has several addresses may need several
// sockets, at the same time even. The time that last takes is not the printer's.
func (n *Network) dial(ctx context.Context, last func() error) (*wire, error) {
	within, giveUp := context.WithCancel(ctx)
	defer giveUp()
	patience := time.AfterFunc(n.cfg.Timeouts.Dial, giveUp)
	defer patience.Stop()
	d := net.Dialer{KeepAlive: -1, Control: func(string, string, syscall.RawConn) error {
		patience.Stop()
		err := last()
		patience.Reset(n.cfg.Timeouts.Dial)
		return err
	}}
	conn, err := d.DialContext(within, "tcp", n.addr)
	if err != nil {
		if within.Err() != nil && ctx.Err() == nil {
			err = fmt.Errorf("%w after %s", os.ErrDeadlineExceeded, n.cfg.Timeouts.Dial)
		}
		return nil, absent(n.cfg.Address, err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		// A small buffer here makes "written" mean nearly "taken by the printer".
		_ = tcp.SetWriteBuffer(4096)
	}
	w := &wire{conn: conn, cfg: n.cfg, speech: &n.speech, in: inquiry{language: n.cfg.Language}, ctx: ctx}
	w.stop = context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return w, nil
}

func absent(address string, err error) error {
	text := fmt.Sprintf("The printer at %s does not answer. Check that it is switched on and that its network cable is in.", address)
	if errors.Is(err, syscall.ECONNREFUSED) {
		text = fmt.Sprintf("The printer at %s takes no jobs. Switch it on; if it is on, another computer may be printing on it.", address)
	}
	return &Failure{Text: text, Cause: fmt.Errorf("dial %s: %w: %w", address, devices.ErrAbsent, err)}
}

// close ends the connection. A job that was cut off is thrown away with it, so that its rest cannot arrive later.
func (w *wire) close() {
	w.stop()
	if tcp, ok := w.conn.(*net.TCPConn); ok && w.half {
		_ = tcp.SetLinger(0)
	}
	_ = w.conn.Close()
}

// deadline sets the time for the next read and write, unless the wire has been ended.
func (w *wire) deadline(d time.Duration) {
	_ = w.conn.SetDeadline(time.Now().Add(d))
	if w.ctx.Err() != nil {
		_ = w.conn.SetDeadline(time.Unix(1, 0))
	}
}

const (
	// chunk is how much is written at once; progress is watched between chunks.
	chunk = 2048
	// loose is how much may be unacknowledged when the tail is sent. TCP acknowledges every second segment at once and may
	// wait with the last; so this much says nothing, and waiting for less would cost up to 200 ms with some printers.
	loose = 2 * 1460
)

// job sends a whole job. Its last tail bytes, without which no complete label comes out, are held back until the printer has
// taken what is before them. sent are the bytes that the printer's side is known to have taken, as far as the system tells.
func (w *wire) job(job []byte, tail int) (sent int, complete bool, err error) {
	body := job[:max(0, len(job)-tail)]
	w.half = true
	n, err := w.write(body)
	if err == nil {
		err = w.drained(loose)
	}
	if err != nil {
		if left, ok := outstanding(w.conn); ok {
			n = max(0, n-left)
		}
		return n, false, w.broken(err, n, len(job))
	}
	m, err := w.write(job[n:])
	n += m
	if n < len(job) {
		return n, false, w.broken(err, n, len(job))
	}
	w.half = false
	return n, true, nil
}

var errStall = fmt.Errorf("no byte taken: %w", devices.ErrTimeout)

// write sends p for as long as the printer goes on taking bytes, however slowly.
func (w *wire) write(p []byte) (sent int, err error) {
	before, _ := outstanding(w.conn)
	for sent < len(p) {
		w.deadline(w.cfg.Timeouts.Stall)
		n, err := w.conn.Write(p[sent:min(len(p), sent+chunk)])
		sent += n
		now, ok := outstanding(w.conn)
		switch {
		case err == nil, w.timeout(err) && (n > 0 || ok && now < before):
		case w.timeout(err):
			return sent, errStall
		default:
			return sent, err
		}
		before = now
	}
	return sent, nil
}

func (w *wire) timeout(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) && w.ctx.Err() == nil
}

// drained waits until the printer's side has acknowledged all but so many bytes. Where the system does not tell, it does
// not wait.
func (w *wire) drained(but int) error {
	before, moved := -1, time.Now()
	for wait := 100 * time.Microsecond; ; wait = min(2*wait, 20*time.Millisecond) {
		left, ok := outstanding(w.conn)
		if !ok || left <= but {
			return nil
		}
		if before < 0 || left < before {
			before, moved = left, time.Now()
		}
		if time.Since(moved) >= w.cfg.Timeouts.Stall {
			return errStall
		}
		select {
		case <-w.ctx.Done():
			return w.ctx.Err()
		case <-time.After(wait):
		}
	}
}

func (w *wire) broken(err error, sent, total int) error {
	f := &Failure{Cause: fmt.Errorf("send job to %s, %d of %d bytes: %w", w.cfg.Address, sent, total, err)}
	switch {
	case w.ctx.Err() != nil:
		f.Text = "Printing was broken off because the program is stopping. No whole label came out."
		f.Cause = fmt.Errorf("%w: %w", w.ctx.Err(), f.Cause)
	case errors.Is(err, devices.ErrTimeout):
		f.Text = fmt.Sprintf("The printer at %s stopped in the middle of a label. Look at its display.", w.cfg.Address)
	default:
		f.Text = fmt.Sprintf("The printer at %s broke off in the middle of a label. Check its power and network cable.", w.cfg.Address)
		f.Cause = fmt.Errorf("%w: %w", devices.ErrUnplugged, f.Cause)
	}
	return f
}

// taken waits until the printer's side has all bytes, for printers that cannot be asked. Errors mean that a label may have
// come out.
func (w *wire) taken() error {
	err := w.drained(0)
	if err == nil {
		// A printer that went away in the middle answers with a reset; one that is well says nothing or closes.
		w.deadline(50 * time.Millisecond)
		_, err = w.conn.Read(make([]byte, 64))
		if errors.Is(err, io.EOF) || w.timeout(err) {
			err = nil
		}
	}
	if err != nil {
		return &Failure{Text: fmt.Sprintf("The printer at %s took the label and then broke off. See whether the label came out.", w.cfg.Address),
			Cause: fmt.Errorf("finish job on %s: %w: %w", w.cfg.Address, devices.ErrUnplugged, err)}
	}
	return nil
}

// ready asks how the printer feels and, the first time that it is well, what it is.
func (w *wire) ready() error {
	err := w.status(w.cfg.Timeouts.Status, false)
	if err == nil && w.speech.unknown() {
		m, ok := w.identify(w.cfg.Timeouts.Status)
		if ok || w.ctx.Err() == nil {
			w.speech.heard(m)
		}
	}
	return err
}

// identify asks the printer what it is; ok is false if it does not say.
func (w *wire) identify(patience time.Duration) (m Model, ok bool) {
	if q, can := w.cfg.Language.(interface{ AskModel() []byte }); can {
		// Whatever is wrong here is told by the next question about its status.
		_ = w.question(q.AskModel(), patience, func() bool { return w.in.model.Name != "" })
	}
	return w.in.model, w.in.model.Name != ""
}

// status finds out whether the printer can print; after a job the answer comes from behind it.
func (w *wire) status(patience time.Duration, after bool) error {
	err := askWhole(wireAsker{w, patience, after}, "printer at "+w.cfg.Address, after)
	if _, said := errors.AsType[*Failure](err); err == nil || said {
		return err
	}
	return w.silent(err)
}

// wireAsker asks within a time.
type wireAsker struct {
	w        *wire
	patience time.Duration
	after    bool
}

// ask asks one question after the other until the printer answers. Where after is set only an answer to this question counts,
// which shows that everything before it was read.
func (a wireAsker) ask() (_ Answer, words []byte, err error) {
	in, done := &a.w.in, a.w.in.wanted(a.after)
	for _, question := range a.w.speech.questions() {
		if err = a.w.question(question, a.patience, done); err == nil {
			a.w.speech.answered(in.words)
			return in.last, in.words, nil
		}
		if !a.w.timeout(err) {
			break
		}
	}
	return Answer{}, nil, err
}

func (a wireAsker) cancel() { a.w.cancel() }

// cancel throws away what the printer holds of a job, where its language can; whether that worked its status tells.
func (w *wire) cancel() {
	if c, ok := w.cfg.Language.(canceller); ok {
		_, _ = w.write(c.Cancel())
	}
}

// question asks one and waits for the answer that is wanted. While the printer is still taking bytes the time does not run. A
// question that was taken and not answered ends with os.ErrDeadlineExceeded.
func (w *wire) question(q []byte, patience time.Duration, done func() bool) error {
	w.in.ask(q)
	if _, err := w.write(q); err != nil {
		return err
	}
	buf := make([]byte, 512)
	left, _ := outstanding(w.conn)
	end := time.Now().Add(patience)
	for !done() {
		enough, wait := w.in.enough(), time.Until(end)
		if enough {
			wait = min(wait, 50*time.Millisecond)
		}
		w.deadline(min(wait, 250*time.Millisecond))
		n, err := w.conn.Read(buf)
		w.in.hear(buf[:n])
		now, known := outstanding(w.conn)
		switch {
		case done():
		case enough && n == 0:
			w.in.settle()
		case err == nil && len(w.in.said) < maxAnswer && time.Now().Before(end):
		case w.timeout(err) && known && now < left:
			end = time.Now().Add(patience)
		case w.timeout(err) && time.Now().Before(end):
		case err == nil:
			return errNonsense
		default:
			return err
		}
		left = now
	}
	return nil
}

var errNonsense = fmt.Errorf("it says much, and nothing about its status: %w", devices.ErrTimeout)

// maxAnswer bounds what is kept of a far end that talks without answering; the longest real answer is below 100 bytes.
const maxAnswer = 4096

func troubled(a Answer, said []byte) error {
	if a.Trouble != "" {
		return &Failure{Text: a.Trouble, Cause: fmt.Errorf("%w: it says %.120q", ErrTrouble, said)}
	}
	return nil
}

func (w *wire) silent(err error) error {
	cause := fmt.Errorf("ask %s for its status: %w", w.cfg.Address, devices.ErrTimeout)
	if err != nil && !w.timeout(err) && !errors.Is(err, errNonsense) {
		cause = fmt.Errorf("ask %s for its status: %w: %w", w.cfg.Address, devices.ErrUnplugged, err)
	}
	if w.ctx.Err() != nil {
		cause = fmt.Errorf("%w: %w", w.ctx.Err(), cause)
	}
	return &Failure{Text: fmt.Sprintf("The printer at %s is there but does not say that it is ready. Look whether it is open, out of labels or paused, and that it is set to %s.",
		w.cfg.Address, strings.ToUpper(w.cfg.Language.Name())), Cause: cause}
}
