package scanner

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"packbench/devices"
	"packbench/devices/serialport"
	"packbench/fulfillment"
)

// SerialConfig describes a scanner on a serial port (a COM port, or a USB scanner in CDC mode).
type SerialConfig struct {
	Port   string // path or COM name; also the scanner's identity
	Baud   int    // bits per second; 0: 9600
	Prefix string // taken off the front of every code if it is there
	// IdleGap ends a code when no byte has come for so long, for scanners set to send no suffix. 0: 150 ms; negative: only
	// a suffix ends a code.
	IdleGap time.Duration
	// Repeat drops a code that is identical to the one before it, byte for byte, and arrives within this time of it: some
	// scanners send twice on one trigger. Two units of one product are scanned by a person at least 200 ms apart, so 30 ms
	// is safe. 0: off, every code counts.
	Repeat time.Duration
}

const defaultIdleGap = 150 * time.Millisecond

// Serial reads one serial scanner.
type Serial struct {
	cfg    SerialConfig
	out    func(context.Context, fulfillment.Scan) error
	report devices.Report
	log    *slog.Logger
	last   Code
	lastAt time.Time
}

// NewSerial returns a driver that gives every code to out, in order, and waits for out to take it: while it waits the codes
// stay in the port's own buffer. Nothing happens before Run.
func NewSerial(cfg SerialConfig, out func(context.Context, fulfillment.Scan) error, report devices.Report, log *slog.Logger) *Serial {
	if cfg.IdleGap == 0 {
		cfg.IdleGap = defaultIdleGap
	}
	return &Serial{cfg: cfg, out: out, report: report, log: log}
}

// Run reads until ctx ends and then returns nil. It opens the port again by itself whenever it goes or is not there.
// Call it once at a time.
func (s *Serial) Run(ctx context.Context) error {
	who := devices.Health{Kind: devices.Scanner, ID: s.cfg.Port, Transport: "serial"}
	c := serialport.Config{Port: s.cfg.Port, Baud: s.cfg.Baud}
	return serialport.Keep(ctx, c, who, "scanner", s.report, s.log, s.serve)
}

func (s *Serial) serve(ctx context.Context, p *serialport.Port, l *serialport.Line) error {
	l.Say(devices.Ready, "Ready to scan.")
	// A new decoder for every opening: a frame that was cut by an unplug must not lead the next code.
	d := NewDecoder(s.cfg.Prefix)
	buf := make([]byte, 1024)
	for {
		// Without a frame begun there is nothing to time: the read sleeps until a byte comes or the port is closed.
		wait := time.Duration(0)
		if d.Pending() && s.cfg.IdleGap > 0 {
			wait = s.cfg.IdleGap
		}
		if err := p.SetReadTimeout(wait); err != nil {
			return err
		}
		n, err := p.Read(buf)
		if err != nil {
			return err
		}
		codes := d.Feed(buf[:n])
		if n == 0 && wait > 0 {
			if c, ok := d.Flush(); ok {
				codes = append(codes, c)
			}
		}
		at := time.Now()
		for _, c := range codes {
			s.give(ctx, c, at)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// give hands one code on. out fails only where the station is stopping or could not take the scan; the scanner reads on.
func (s *Serial) give(ctx context.Context, c Code, at time.Time) {
	if s.cfg.Repeat > 0 && c == s.last && at.Sub(s.lastAt) <= s.cfg.Repeat {
		s.log.Info("Scanner sent one code twice", "port", s.cfg.Port)
		return
	}
	s.last, s.lastAt = c, at
	if err := s.out(ctx, newScan(c, at, s.cfg.Port)); err != nil && ctx.Err() == nil {
		s.log.Error("Scan not taken", "port", s.cfg.Port, "error", err)
	}
}

func newScan(c Code, at time.Time, device string) fulfillment.Scan {
	return fulfillment.Scan{ID: newID(), Code: c.Text, AIM: c.AIM, At: at.UTC(), Device: device}
}

// newID is a UUIDv7. It can only fail if the system has no random numbers; nothing in the program works then.
func newID() string { return uuid.Must(uuid.NewV7()).String() }
