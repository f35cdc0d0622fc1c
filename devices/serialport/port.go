package serialport

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"go.bug.st/serial"

	"packbench/devices"
)

// Config says which port and how to talk on it.
type Config struct {
	// Port is a path, such as /dev/ttyACM0 or COM3, or vendor:product or vendor:product:serial of a USB device, which is found
	// whatever its path is. A symbolic link may come and go with the device.
	Port     string
	Baud     int    // bits per second; 0: 9600
	DataBits int    // 7 or 8; 0: 8
	Parity   Parity // empty: none
	// Deadlines lets WriteContext give up on a line that takes nothing.
	Deadlines bool
}

// Parity of a character.
type Parity string

const (
	ParityNone Parity = ""
	ParityEven Parity = "even"
	ParityOdd  Parity = "odd"
)

func (c Config) mode() *serial.Mode {
	m := &serial.Mode{BaudRate: c.Baud, DataBits: c.DataBits, StopBits: serial.OneStopBit}
	if m.BaudRate == 0 {
		m.BaudRate = 9600
	}
	if m.DataBits == 0 {
		m.DataBits = 8
	}
	switch c.Parity {
	case ParityEven:
		m.Parity = serial.EvenParity
	case ParityOdd:
		m.Parity = serial.OddParity
	}
	return m
}

// Port is one open line. Read and SetReadTimeout belong to one goroutine, Write to one; Close may be called by anyone, any
// number of times, and wakes a blocked Read.
type Port struct {
	name string
	line serial.Port
	out  *os.File // the line once more, for writing with a deadline; nil: there is none
	// closing tells our own Close from a pulled cable: the library reports both as "port has been closed".
	closing atomic.Bool
}

// Open opens the port. The error wraps devices.ErrAbsent, ErrBusy or ErrDenied where that is the cause.
func Open(c Config) (*Port, error) {
	if want, ok := parseIdentity(c.Port); ok {
		path, err := want.find()
		if err != nil {
			return nil, fmt.Errorf("open serial port %s: %w", c.Port, err)
		}
		c.Port = path
	}
	var out *os.File
	if c.Deadlines {
		// Before the library's opening, which lets nobody else in.
		out = openWriter(c.Port)
	}
	line, err := serial.Open(c.Port, c.mode())
	if err != nil {
		if out != nil {
			_ = out.Close()
		}
		return nil, fmt.Errorf("open serial port %s: %w", c.Port, openCause(err))
	}
	p := &Port{name: c.Port, line: line, out: out}
	// Many scanners and scales send only while both lines are up. Ports without modem lines (ptys, some USB bridges)
	// answer ENOTTY; that is no reason not to listen.
	_ = line.SetDTR(true)
	_ = line.SetRTS(true)
	return p, nil
}

// openCause gives the library's error one of our causes. Its PortError has no Unwrap for most codes, so both are kept.
func openCause(err error) error {
	var pe *serial.PortError
	if errors.As(err, &pe) {
		switch pe.Code() {
		case serial.PortBusy:
			return fmt.Errorf("%w: %w", devices.ErrBusy, err)
		case serial.PermissionDenied:
			return fmt.Errorf("%w: %w", devices.ErrDenied, err)
		case serial.PortNotFound:
			return fmt.Errorf("%w: %w", devices.ErrAbsent, err)
		case serial.InvalidSerialPort:
			// The node was there and stopped answering while it was being set up: the cable is going out or coming in.
			if s := err.Error(); strings.Contains(s, syscall.EIO.Error()) {
				return fmt.Errorf("%w: %w", devices.ErrUnplugged, err)
			}
		}
		return err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENXIO), errors.Is(err, syscall.ENODEV):
		return fmt.Errorf("%w: %w", devices.ErrAbsent, err)
	case errors.Is(err, syscall.EIO):
		return fmt.Errorf("%w: %w", devices.ErrUnplugged, err)
	}
	return err
}

// ErrClosed is returned by Read and Write after our own Close.
var ErrClosed = errors.New("serial port was closed by this program")

// Read waits for bytes: n == 0 with a nil error means that the read timeout passed. The error wraps devices.ErrUnplugged
// when the device has gone, or is ErrClosed.
func (p *Port) Read(b []byte) (int, error) {
	n, err := p.line.Read(b)
	return n, p.cause("read", err)
}

// Write sends bytes; errors as for Read.
func (p *Port) Write(b []byte) (int, error) {
	n, err := p.line.Write(b)
	return n, p.cause("write", err)
}

// WriteContext sends bytes and gives up with ctx, if the port was opened with Deadlines and the system can; the error then
// wraps os.ErrDeadlineExceeded. n is how many the system has taken.
func (p *Port) WriteContext(ctx context.Context, b []byte) (n int, err error) {
	if p.out == nil {
		return p.Write(b)
	}
	if err := p.out.SetWriteDeadline(time.Time{}); err != nil {
		return 0, p.cause("write", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = p.out.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	n, err = p.out.Write(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return n, fmt.Errorf("write serial port %s: %w", p.name, err)
	}
	return n, p.cause("write", err)
}

func (p *Port) cause(did string, err error) error {
	if err == nil {
		return nil
	}
	if p.closing.Load() {
		return ErrClosed
	}
	// Whatever breaks an open line is, to a person, a cable that came out: EIO, ENODEV, ENXIO, "port has been closed".
	return fmt.Errorf("%s serial port %s: %w: %w", did, p.name, devices.ErrUnplugged, err)
}

// SetReadTimeout makes the following Reads return after d without a byte; 0 or less waits for ever.
func (p *Port) SetReadTimeout(d time.Duration) error {
	if d <= 0 {
		d = serial.NoTimeout
	}
	if err := p.line.SetReadTimeout(d); err != nil {
		return fmt.Errorf("set read timeout of %s: %w", p.name, err)
	}
	return nil
}

// DropOutput throws away what the far end has not taken yet.
func (p *Port) DropOutput() error {
	return p.cause("flush", p.line.ResetOutputBuffer())
}

// Close closes the line and wakes Read.
func (p *Port) Close() error {
	if p.closing.Swap(true) {
		return nil
	}
	if p.out != nil {
		_ = p.out.Close()
	}
	if err := p.line.Close(); err != nil {
		return fmt.Errorf("close serial port %s: %w", p.name, err)
	}
	return nil
}
