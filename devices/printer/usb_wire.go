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
	d        usb.Device
	t        Timeouts
	language Language
	speech   *speech
	ctx      context.Context // of this turn
	owed     int             // questions whose answers may still come
	answers  int             // that have come
	said     []byte          // of an answer that has begun
	last     Answer          // the last whole one, and its words
	words    []byte
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
	if _, ok := w.d.(*serialDevice); ok {
		if c, ok := w.language.(canceller); ok {
			_, _ = w.write(c.Cancel())
		}
		w.said = nil
		return
	}
	_, _ = w.request(classOut, softReset, w.number(), nil)
	w.said = nil
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
	// A printer that took no byte of the end in time, or refused it, has not got it. One that went away may have.
	refused := errors.Is(err, devices.ErrTimeout) || errors.Is(err, usb.ErrStall) || w.ctx.Err() != nil
	return body + n, n > 0 || !refused, err
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
	need := w.answers + 1
	if after {
		need += w.owed
	}
	for _, question := range w.speech.questions() {
		if err = w.question(question, patience, need); err == nil {
			w.speech.answered(w.words)
			return w.last, w.words, nil
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
	end := time.Now().Add(patience)
	if _, err := w.writeWithin([]byte("~HI"), patience); err == nil {
		var said []byte
		buf := make([]byte, w.buffer())
		for time.Now().Before(end) && w.ctx.Err() == nil && len(said) < maxAnswer {
			n, err := w.read(buf, time.Until(end))
			said = append(said, buf[:n]...)
			if m, ok := ParseHostIdentification(said); ok {
				return m
			}
			if err != nil && !errors.Is(err, devices.ErrTimeout) {
				break
			}
			if n == 0 {
				time.Sleep(time.Millisecond) // empty transfers must not take the processor
			}
		}
	}
	id, err := w.deviceID()
	if err != nil {
		return Model{}
	}
	return Model{Name: id["MDL"]}
}

// settle is how long the line must be quiet until no answer to an older question is expected any more: a printer that answers one
// answers the others at once.
const settle = 250 * time.Millisecond

// question asks one and waits until so many answers have come, and for those to older questions as long as they come.
func (w *usbWire) question(q []byte, patience time.Duration, need int) error {
	// A printer that draws a label may read the question late: that is part of its answer's time.
	end := time.Now().Add(patience)
	if _, err := w.writeWithin(q, max(patience, w.t.Stall)); err != nil {
		return err
	}
	w.owed++
	buf := make([]byte, w.buffer())
	for {
		enough, done := w.language.Read(w.said), w.answers >= need
		wait := time.Until(end)
		switch {
		case done && w.owed == 0:
			return nil
		case done:
			wait = min(wait, settle)
		case enough.Enough:
			wait = min(wait, 50*time.Millisecond)
		}
		n, err := w.read(buf, max(wait, time.Millisecond))
		w.hear(buf[:n])
		switch {
		case w.ctx.Err() != nil:
			return w.ctx.Err()
		case err != nil && !errors.Is(err, devices.ErrTimeout):
			return err
		case n == 0 && err == nil && time.Now().Before(end):
			time.Sleep(time.Millisecond) // empty transfers must not take the processor
		case n == 0 && enough.Enough:
			w.answer(enough)
		case n == 0 && done:
			w.owed = 0
			return nil
		case n == 0, !time.Now().Before(end) && w.answers < need:
			return fmt.Errorf("%d bytes and no status: %w", len(w.said), errSilent)
		case len(w.said) > maxAnswer:
			w.said = nil
			return errNonsense
		}
	}
}

// hear takes bytes of answers.
func (w *usbWire) hear(p []byte) {
	for _, b := range p {
		w.said = append(w.said, b)
		if a := w.language.Read(w.said); a.Whole {
			w.answer(a)
		}
	}
}

// answer keeps the answer that has come.
func (w *usbWire) answer(a Answer) {
	w.last, w.words, w.said = a, w.said, nil
	w.answers++
	w.owed = max(0, w.owed-1)
}

// buffer is a whole number of packets: a packet that does not fit is an error.
func (w *usbWire) buffer() int {
	packet := max(1, w.d.Info().PacketIn)
	return (512 + packet - 1) / packet * packet
}

func (w *usbWire) read(buf []byte, d time.Duration) (int, error) {
	ctx, cancel := context.WithTimeout(w.ctx, d)
	defer cancel()
	return w.d.Read(ctx, buf)
}

// drain takes in what was answered to earlier questions.
func (w *usbWire) drain() error {
	buf := make([]byte, w.buffer())
	for range 64 {
		if w.owed == 0 && len(w.said) == 0 {
			return nil
		}
		n, err := w.read(buf, 5*time.Millisecond)
		w.hear(buf[:n])
		switch {
		case err != nil && !errors.Is(err, devices.ErrTimeout):
			return err
		case n == 0:
			return nil
		}
	}
	return nil
}
