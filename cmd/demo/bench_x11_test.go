package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// mapWatch hears from the display itself when a window appears: asking for it again and again would take processor time
// from the program that is starting. It speaks just enough of the X11 protocol.
type mapWatch struct{ shown chan time.Time }

// Numbers of the X11 protocol.
const (
	xChangeWindowAttributes = 2
	xEventMask              = 1 << 11 // CWEventMask
	xSubstructureNotify     = 1 << 19
	xCreateNotify           = 16
	xMapNotify              = 19
	xConfigureNotify        = 22
)

// least is the width from which on a window is taken for the program's: the toolkit's helpers are a few dots wide.
const least = 400

// watchMaps asks the display of DISPLAY, which must want no authority, to tell of every window.
func watchMaps(b *testing.B) *mapWatch {
	b.Helper()
	number, _, _ := strings.Cut(strings.TrimPrefix(os.Getenv("DISPLAY"), ":"), ".")
	conn, err := net.Dial("unix", "/tmp/.X11-unix/X"+number)
	if err != nil {
		b.Skipf("the display cannot be watched: %v; `go run ./cmd/dev bench` brings one that can", err)
	}
	in := bufio.NewReader(conn)
	root, err := xGreet(conn, in)
	if err != nil {
		_ = conn.Close()
		b.Skipf("the display cannot be watched: %v; `go run ./cmd/dev bench` brings one that can", err)
	}
	ask := []byte{xChangeWindowAttributes, 0, 4, 0}
	for _, v := range []uint32{root, xEventMask, xSubstructureNotify} {
		ask = binary.LittleEndian.AppendUint32(ask, v)
	}
	if _, err := conn.Write(ask); err != nil {
		b.Fatal(err)
	}
	w := &mapWatch{shown: make(chan time.Time, 64)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.read(in)
	}()
	b.Cleanup(func() { _ = conn.Close(); <-done })
	return w
}

// xGreet sets the connection up and returns the first screen's root window.
func xGreet(out io.Writer, in io.Reader) (root uint32, err error) {
	if _, err := out.Write([]byte{'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		return 0, err
	}
	var head [8]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return 0, err
	}
	body := make([]byte, 4*int(binary.LittleEndian.Uint16(head[6:])))
	if _, err := io.ReadFull(in, body); err != nil {
		return 0, err
	}
	if head[0] != 1 {
		return 0, fmt.Errorf("it refused us: %s", strings.Trim(string(body), "\x00\n"))
	}
	vendor, formats := int(binary.LittleEndian.Uint16(body[16:])), int(body[21])
	at := 32 + (vendor+3)/4*4 + 8*formats
	if len(body) < at+4 {
		return 0, errors.New("its greeting is too short")
	}
	return binary.LittleEndian.Uint32(body[at:]), nil
}

// read notes when windows of some width are mapped, until the connection ends.
func (w *mapWatch) read(in io.Reader) {
	width := map[uint32]uint16{}
	var ev [32]byte
	for {
		if _, err := io.ReadFull(in, ev[:]); err != nil {
			return
		}
		id := binary.LittleEndian.Uint32(ev[8:])
		switch ev[0] & 0x7f {
		case xCreateNotify:
			width[id] = binary.LittleEndian.Uint16(ev[16:])
		case xConfigureNotify:
			width[id] = binary.LittleEndian.Uint16(ev[20:])
		case xMapNotify:
			if width[id] >= least {
				select {
				case w.shown <- time.Now():
				default: // nobody asks
				}
			}
		}
	}
}

// forget drops what was heard of before.
func (w *mapWatch) forget() {
	for {
		select {
		case <-w.shown:
		default:
			return
		}
	}
}

// next is when the next window appeared.
func (w *mapWatch) next(b *testing.B, m *measured) time.Time {
	b.Helper()
	select {
	case at := <-w.shown:
		return at
	case <-m.proc.done:
		b.Fatalf("%s ended: %v\n%s", m.name, m.proc.err, tail(m.log, 2000))
	case <-time.After(time.Minute):
		b.Fatalf("%s has shown no window within a minute\n%s", m.name, tail(m.log, 2000))
	}
	return time.Time{}
}
