package printer

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"packbench/devices"
	"packbench/devices/usb"
)

// printerInterfaces: the bidirectional protocol first (USB printer class 1.1, 4.2.1).
var printerInterfaces = []usb.Interface{
	{Class: usb.ClassPrinter, SubClass: 1, Protocol: 2},
	{Class: usb.ClassPrinter, SubClass: 1, Protocol: usb.Any},
}

// Class requests (USB printer class 1.1, 4.2).
const (
	classIn, classOut = 0xA1, 0x21
	getDeviceID       = 0
	getPortStatus     = 1
	softReset         = 2
)

// portStatus is the byte of GET_PORT_STATUS: bit 5 paper empty, bit 4 selected, bit 3 no error. Printers that cannot tell
// send 0x18, and some 0x00; so only "paper empty" is worth something by itself.
type portStatus byte

func (p portStatus) paperOut() bool { return p&0x20 != 0 }

// usbWire is one claim of the printer. It belongs to whoever has the desk's line.
type usbWire struct {
	d      usb.Device
	t      Timeouts
	speech *speech
	in     *inquiry
	ctx    context.Context // of this turn
	used   bool            // something was read in this claim
}

func (w *usbWire) request(typ, req uint8, index uint16, data []byte) (int, error) {
	ctx, cancel := context.WithTimeout(w.ctx, w.t.Status)
	defer cancel()
	return w.d.Control(ctx, usb.Request{Type: typ, Request: req, Index: index}, data)
}

func (w *usbWire) number() uint16 { return uint16(w.d.Info().Number) }

func (w *usbWire) portStatus() (portStatus, error) {
	var b [1]byte
	n, err := w.request(classIn, getPortStatus, w.number(), b[:])
	if err == nil && n == 0 {
		err = errors.New("empty port status")
	}
	return portStatus(b[0]), err
}

// reset throws away what the printer holds of a job. Printers that do not know the request are found out by their status.
func (w *usbWire) reset() {
	w.in.said = nil
	if _, ok := w.d.(*serialDevice); ok {
		if c, ok := w.speech.set.(canceller); ok {
			_, _ = w.write(c.Cancel())
		}
		return
	}
	_, _ = w.request(classOut, softReset, w.number(), nil)
}

// deviceID asks for the IEEE 1284 device ID; here the interface stands in the high byte of the index.
func (w *usbWire) deviceID() (map[string]string, error) {
	b := make([]byte, 1024)
	n, err := w.request(classIn, getDeviceID, w.number()<<8, b)
	if err != nil {
		return nil, err
	}
	return ParseDeviceID(b[:n])
}

// ParseDeviceID reads an IEEE 1284 device ID: its length in two bytes, high byte first, counting themselves, then
// "KEY:value;" pairs. Long keys become the short ones: MFG, CMD, MDL.
func ParseDeviceID(b []byte) (map[string]string, error) {
	if len(b) < 2 {
		return nil, fmt.Errorf("device ID of %d bytes", len(b))
	}
	n := int(binary.BigEndian.Uint16(b))
	if n < 2 || n > len(b) {
		return nil, fmt.Errorf("device ID says %d bytes and has %d", n, len(b))
	}
	id := make(map[string]string)
	short := map[string]string{"MANUFACTURER": "MFG", "COMMAND SET": "CMD", "MODEL": "MDL"}
	for pair := range strings.SplitSeq(string(b[2:n]), ";") {
		key, value, ok := strings.Cut(pair, ":")
		key = strings.ToUpper(strings.TrimSpace(key))
		if s, long := short[key]; long {
			key = s
		}
		if ok && key != "" {
			id[key] = strings.TrimSpace(value)
		}
	}
	return id, nil
}

// usbChunk is how much is given to the system at once: a whole label. Of a transfer that is broken off the system tells how much
// the printer has taken, so progress is seen as well as with small ones, which would let the bus wait in between.
const usbChunk = 1 << 20

// job sends a whole job. Its last tail bytes, without which no complete label comes out, are given only when the printer has
// taken what is before them: USB tells exactly. complete means that the end was given, or that it cannot be known.
func (w *usbWire) job(job []byte, tail int) (sent int, complete bool, err error) {
	body := max(0, len(job)-tail)
	if sent, err = w.write(job[:body]); err != nil {
		return sent, false, err
	}
	n, err := w.write(job[body:])
	if err == nil {
		return len(job), true, nil
	}
	// A printer that took no byte of the end in time has not got it. One that went away, or refused it, may have.
	late := errors.Is(err, devices.ErrTimeout) || w.ctx.Err() != nil
	return body + n, n > 0 || !late, err
}

// write sends p for as long as the printer goes on taking bytes, however slowly.
func (w *usbWire) write(p []byte) (sent int, err error) { return w.writeWithin(p, w.t.Stall) }

// writeWithin gives up when the printer takes no byte for so long.
func (w *usbWire) writeWithin(p []byte, stall time.Duration) (sent int, err error) {
	for sent < len(p) {
		ctx, cancel := context.WithTimeout(w.ctx, stall)
		n, err := w.d.Write(ctx, p[sent:min(len(p), sent+usbChunk)])
		cancel()
		sent += n
		switch {
		case w.ctx.Err() != nil && sent < len(p):
			return sent, fmt.Errorf("%w: %w", w.ctx.Err(), devices.ErrTimeout)
		case err == nil && n == 0:
			return sent, errStall
		case err == nil, n > 0 && errors.Is(err, devices.ErrTimeout):
		default:
			return sent, err
		}
	}
	return sent, nil
}

// status asks how the printer feels, by one question after the other until it answers. Answers to questions that nobody waited for
// may come first. Where after is set only an answer to this question counts, which shows that everything before it was read;
// otherwise the last that comes.
func (w *usbWire) status(patience time.Duration, after bool) (a Answer, said []byte, err error) {
	if err := w.drain(); err != nil {
		return a, nil, err
	}
	done := w.in.wanted(after)
	for _, question := range w.speech.questions() {
		if err = w.question(question, patience, done); err == nil {
			w.speech.answered(w.in.words)
			return w.in.last, w.in.words, nil
		}
		if !errors.Is(err, errSilent) {
			break
		}
	}
	return Answer{}, nil, err
}

// errSilent: the question was taken and not answered.
var errSilent = fmt.Errorf("no answer: %w", devices.ErrTimeout)

// identify asks the printer what it is, first itself and then its port, where a name without firmware stands.
func (w *usbWire) identify(patience time.Duration) Model {
	w.in.model = Model{}
	if q, ok := w.speech.set.(interface{ AskModel() []byte }); ok {
		// Whatever is wrong here is told by the next question about its status.
		_ = w.question(q.AskModel(), patience, func() bool { return w.in.model.Name != "" })
	}
	if w.in.model.Name != "" {
		return w.in.model
	}
	id, err := w.deviceID()
	if err != nil {
		return Model{}
	}
	return Model{Name: id["MDL"]}
}

// settle is how long the line must be quiet until answers to older questions are waited for no more, though they may come later.
const settle = 250 * time.Millisecond

// question asks one and waits until the answer that is wanted has come, and for others as long as they come.
func (w *usbWire) question(q []byte, patience time.Duration, done func() bool) error {
	// A printer that draws a label may read the question late: that is part of its answer's time.
	end := time.Now().Add(patience)
	w.in.ask(q) // before it is written: a piece of it that was taken may be answered, too
	if _, err := w.writeWithin(q, max(patience, w.t.Stall)); err != nil {
		return err
	}
	for {
		enough, wait := w.in.enough(), time.Until(end)
		switch {
		case done() && !w.in.pending():
			return nil
		case done():
			wait = min(wait, settle)
		case enough:
			wait = min(wait, 50*time.Millisecond)
		}
		n, err := w.listen(wait)
		switch {
		case err != nil:
			return err
		case n > 0 && len(w.in.said) > maxAnswer:
			w.in.said = nil
			return errNonsense
		case n == 0 && enough:
			w.in.settle()
		case n == 0 && done():
			return nil
		case !done() && !time.Now().Before(end):
			return fmt.Errorf("%d bytes and no status: %w", len(w.in.said), errSilent)
		}
	}
}

// listen hears what the printer says; 0 when the time is over.
func (w *usbWire) listen(wait time.Duration) (n int, err error) {
	ctx, cancel := context.WithTimeout(w.ctx, max(wait, time.Millisecond))
	defer cancel()
	packet := max(1, w.d.Info().PacketIn) // a packet that does not fit is an error, so a whole number of them
	buf := make([]byte, (512+packet-1)/packet*packet)
	for {
		n, err = w.d.Read(ctx, buf)
		w.in.hear(buf[:n])
		switch {
		case w.ctx.Err() != nil:
			return n, w.ctx.Err()
		case n > 0 || errors.Is(err, devices.ErrTimeout):
			return n, nil
		case err != nil:
			return n, err
		}
		select { // empty transfers must not take the processor
		case <-ctx.Done():
			return 0, w.ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

// drain hears what was answered to earlier questions, and in a new claim what is there without any.
func (w *usbWire) drain() error {
	for range 64 {
		if w.used && len(w.in.open) == 0 && len(w.in.said) == 0 {
			return nil
		}
		w.used = true
		if n, err := w.listen(5 * time.Millisecond); err != nil || n == 0 {
			return err
		}
	}
	return nil
}

// clear waits before a job until no older question can be answered behind it any more. Only of a printer that does not say what
// it is an answer that takes longer than those after jobs may take is given up.
func (w *usbWire) clear() error {
	if err := w.catchUp(); err != nil && !errors.Is(err, errSilent) {
		return err
	}
	for w.in.pending() {
		n, err := w.listen(50 * time.Millisecond)
		if err != nil {
			return err
		}
		if n == 0 {
			w.in.giveUp(w.t.After)
		}
	}
	return nil
}

// catchUp asks the printer, if answers about its status may still come, what it is: when it says so it is past all of them.
func (w *usbWire) catchUp() error {
	if err := w.drain(); err != nil || !w.in.pending() {
		return err
	}
	q, ok := w.speech.set.(interface{ AskModel() []byte })
	if !ok {
		return nil
	}
	err := w.question(q.AskModel(), w.t.Status, func() bool { return !w.in.pending() })
	if errors.Is(err, errSilent) {
		w.in.giveUp(4 * w.t.After) // or such a printer would be asked with every look
	}
	return err
}
