package printer

import (
	"context"
	"log/slog"
	"time"

	"packbench/devices"
	"packbench/devices/serialport"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// SerialConfig describes a label printer on a serial line. Printer and line must hand-shake by XON and XOFF, as label printers
// are delivered: a label is larger than what they can keep.
type SerialConfig struct {
	Port     string // path or COM name; also the printer's identity
	Baud     int    // bits per second; 0: 9600. A label of 20 kB takes 20 s at 9600 and 2 s at 115200
	Role     string // label or document
	Language Language
	Media    fulfillment.Media
	Status   StatusPolicy
	Timeouts Timeouts // Dial is not used
}

// Serial prints on one printer on a serial line. What "taken" means is weaker than on USB: up to four kilobytes may wait in the
// system's and the line's own buffers.
type Serial struct{ *cabled }

// NewSerial returns a driver. Nothing is opened before Run or Print.
func NewSerial(cfg SerialConfig, report devices.Report, log *slog.Logger) *Serial {
	if cfg.Baud == 0 {
		cfg.Baud = 9600
	}
	c := &cabled{place: "printer at " + cfg.Port, cable: "serial cable", speech: speech{set: cfg.Language, long: true}, media: cfg.Media, policy: cfg.Status, t: cfg.Timeouts}
	again := serialport.Reopener{Config: serialport.Config{Port: cfg.Port, Baud: cfg.Baud, Deadlines: true}}
	c.claim = func(context.Context) (usb.Device, error) { // whoever has the line
		p, err := again.Open()
		if err != nil {
			return nil, err
		}
		return &serialDevice{p: p, baud: cfg.Baud}, nil
	}
	c.words = func(err error) string {
		_, text := serialport.Words("printer", cfg.Port, err)
		return text
	}
	c.begin(devices.Health{ID: cfg.Port, Role: cfg.Role, Transport: "serial"}, report, log)
	return &Serial{c}
}

// serialDevice is a serial line as a usb.Device without control requests. It belongs to one goroutine.
type serialDevice struct {
	p     *serialport.Port
	baud  int
	inbox []byte // came while something was sent
	held  bool   // the printer has said XOFF and not yet XON
	free  time.Time
}

const (
	xon  = 0x11
	xoff = 0x13
	// serialChunk may still go out after the printer's XOFF; printers say it with more room than that.
	serialChunk = 128
	serialTick  = 20 * time.Millisecond
)

func (d *serialDevice) Info() usb.Info { return usb.Info{PacketIn: 64, PacketOut: 64} }

// Control is refused: there is none on a serial line.
func (d *serialDevice) Control(context.Context, usb.Request, []byte) (int, error) {
	return 0, usb.ErrStall
}

func (d *serialDevice) Close() error { return d.p.Close() }

// listen waits up to a moment for bytes, obeys XON and XOFF, and keeps the others.
func (d *serialDevice) listen(wait time.Duration) error {
	if err := d.p.SetReadTimeout(max(wait, time.Millisecond)); err != nil {
		return err
	}
	var buf [256]byte
	n, err := d.p.Read(buf[:])
	for _, b := range buf[:n] {
		switch b {
		case xon:
			d.held = false
		case xoff:
			d.held = true
		default:
			d.inbox = append(d.inbox, b)
		}
	}
	return err
}

func (d *serialDevice) Read(ctx context.Context, p []byte) (int, error) {
	for len(d.inbox) == 0 {
		wait := serialTick
		if end, ok := ctx.Deadline(); ok {
			wait = min(wait, time.Until(end))
		}
		if ctx.Err() != nil {
			return 0, usb.Ended(ctx)
		}
		if err := d.listen(wait); err != nil {
			return 0, err
		}
	}
	n := copy(p, d.inbox)
	d.inbox = d.inbox[n:]
	return n, nil
}

// Write gives the line no more than it can carry, so that what was written has nearly gone out.
func (d *serialDevice) Write(ctx context.Context, p []byte) (sent int, err error) {
	for sent < len(p) {
		if ctx.Err() != nil {
			return sent, usb.Ended(ctx)
		}
		if wait := time.Until(d.free); wait > 0 || d.held {
			if err := d.listen(min(max(wait, time.Millisecond), serialTick)); err != nil {
				return sent, err
			}
			continue
		}
		n, err := d.p.WriteContext(ctx, p[sent:min(len(p), sent+serialChunk)])
		sent += n
		if err != nil && ctx.Err() != nil {
			return sent, usb.Ended(ctx)
		}
		if err != nil {
			return sent, err
		}
		const bitsAByte = 10 // with start and stop
		d.free = time.Now().Add(time.Duration(n) * bitsAByte * time.Second / time.Duration(d.baud))
	}
	return sent, nil
}
