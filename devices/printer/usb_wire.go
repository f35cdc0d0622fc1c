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
	stale    bool            // an answer that was not waited for may still come
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
		w.stale = true
		return
	}
	_, _ = w.request(classOut, softReset, w.number(), nil)
	w.stale = true
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

// status asks how the printer feels, by one question after the other until it answers.
func (w *usbWire) status(patience time.Duration) (a Answer, said []byte, err error) {
	for _, question := range w.speech.questions() {
		if a, said, err = w.question(question, patience); err == nil {
			w.speech.answered(said)
			return a, said, nil
		}
		if !errors.Is(err, errSilent) {
			break
		}
	}
	return a, said, err
}

// errSilent: the question was taken and not answered.
var errSilent = fmt.Errorf("no answer: %w", devices.ErrTimeout)

// identify asks the printer what it is, first itself and then its port, where a name without firmware stands.
func (w *usbWire) identify(patience time.Duration) Model {
	w.stale = true
	end := time.Now().Add(patience)
	if _, err := w.writeWithin([]byte("~HI"), patience); err == nil {
		var said []byte
		buf := make([]byte, w.buffer())
		for time.Now().Before(end) && w.ctx.Err() == nil && len(said) < maxAnswer {
			n, err := w.read(buf, time.Until(end))
			said = append(said, buf[:n]...)
			if m, ok := ParseHostIdentification(said); ok {
				w.stale = false
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

// question asks one and waits for the answer.
func (w *usbWire) question(q []byte, patience time.Duration) (a Answer, said []byte, err error) {
	if w.stale {
		if err := w.drain(); err != nil {
			return a, nil, err
		}
	}
	w.stale = true
	// A printer that draws a label may read the question late: that is part of its answer's time.
	end := time.Now().Add(patience)
	if _, err := w.writeWithin(q, max(patience, w.t.Stall)); err != nil {
		return a, nil, err
	}
	buf := make([]byte, w.buffer())
	for {
		if a = w.language.Read(said); a.Whole {
			w.stale = false
			return a, said, nil
		}
		wait := time.Until(end)
		if a.Enough {
			wait = min(wait, 50*time.Millisecond)
		}
		n, err := w.read(buf, max(wait, time.Millisecond))
		said = append(said, buf[:n]...)
		switch {
		case a.Enough && n == 0:
			return a, said, nil
		case w.ctx.Err() != nil:
			return a, said, w.ctx.Err()
		case err != nil && !errors.Is(err, devices.ErrTimeout):
			return a, said, err
		case err != nil && n == 0, !time.Now().Before(end):
			return a, said, fmt.Errorf("%d bytes and no status: %w", len(said), errSilent)
		case len(said) > maxAnswer:
			return a, said, errNonsense
		case n == 0:
			time.Sleep(time.Millisecond) // empty transfers must not take the processor
		}
	}
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

// drain throws away what was answered to an earlier question.
func (w *usbWire) drain() error {
	buf := make([]byte, w.buffer())
	for range 64 {
		n, err := w.read(buf, 5*time.Millisecond)
		switch {
		case err != nil && !errors.Is(err, devices.ErrTimeout):
			return err
		case n == 0:
			return nil
		}
	}
	return nil
}
