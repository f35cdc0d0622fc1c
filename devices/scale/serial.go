package scale

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"packbench/devices"
	"packbench/devices/serialport"
	"packbench/fulfillment"
)

// SerialConfig describes a scale on a serial port.
type SerialConfig struct {
	Port      string        // path or COM name; also the scale's identity
	Baud      int           // bits per second; 0: 9600
	Protocol  Protocol      // empty: SICS
	Framing   string        // "7E1" and the like; empty: as the protocol's scales are delivered
	Unit      string        // mg, g, kg, lb or oz: what a Toledo 8217 scale shows, for it does not say; otherwise unused
	Interval  time.Duration // between two questions; 0: 150 ms
	Heartbeat time.Duration // an unchanged weight is told again after this time; 0: 1 s
	Silence   time.Duration // without any answer for so long the scale needs attention; 0: 2 s
}

// SICSConfig describes a scale that speaks MT-SICS on a serial port.
type SICSConfig struct {
	Port      string        // path or COM name; also the scale's identity
	Baud      int           // bits per second; 0: 9600
	Interval  time.Duration // between two questions; 0: 150 ms
	Heartbeat time.Duration // an unchanged weight is told again after this time; 0: 1 s
	Silence   time.Duration // without any answer for so long the scale needs attention; 0: 2 s
}

// Serial polls one scale on a serial port.
type Serial struct {
	cfg    SerialConfig
	speak  dialect
	port   serialport.Config
	out    func(context.Context, fulfillment.Weight) error
	report devices.Report
	log    *slog.Logger
}

// SICS polls one MT-SICS scale.
type SICS = Serial

// NewSICS is NewSerial for MT-SICS, which needs nothing that can be wrong.
func NewSICS(cfg SICSConfig, out func(context.Context, fulfillment.Weight) error, report devices.Report, log *slog.Logger) *SICS {
	c := SerialConfig{Port: cfg.Port, Baud: cfg.Baud, Interval: cfg.Interval, Heartbeat: cfg.Heartbeat, Silence: cfg.Silence}
	return newSerial(c, sics(), serialport.Config{Port: cfg.Port, Baud: cfg.Baud}, out, report, log)
}

// NewSerial returns a driver that gives out every change of weight or steadiness, and the same again as a heartbeat. Over,
// under and silence are told as health and give no weight. Nothing happens before Run. The error names a protocol, framing
// or unit that does not exist.
func NewSerial(cfg SerialConfig, out func(context.Context, fulfillment.Weight) error, report devices.Report, log *slog.Logger) (*Serial, error) {
	d, err := newDialect(cfg.Protocol, cfg.Unit)
	if err != nil {
		return nil, err
	}
	framing := cfg.Framing
	if framing == "" {
		framing = d.framing
	}
	bits, parity, err := ParseFraming(framing)
	if err != nil {
		return nil, err
	}
	port := serialport.Config{Port: cfg.Port, Baud: cfg.Baud, DataBits: bits, Parity: parity}
	return newSerial(cfg, d, port, out, report, log), nil
}

func newSerial(cfg SerialConfig, d dialect, port serialport.Config, out func(context.Context, fulfillment.Weight) error, report devices.Report, log *slog.Logger) *Serial {
	orDefault := func(d *time.Duration, def time.Duration) {
		if *d <= 0 {
			*d = def
		}
	}
	orDefault(&cfg.Interval, 150*time.Millisecond)
	orDefault(&cfg.Heartbeat, time.Second)
	orDefault(&cfg.Silence, 2*time.Second)
	return &Serial{cfg: cfg, speak: d, port: port, out: out, report: report, log: log}
}

// Run weighs until ctx ends and then returns nil. It opens the port again by itself whenever it goes or is not there.
// Call it once at a time.
func (s *Serial) Run(ctx context.Context) error {
	who := devices.Health{Kind: devices.Scale, ID: s.cfg.Port, Transport: "serial"}
	return serialport.Keep(ctx, s.port, who, "scale", s.report, s.log, s.serve)
}

// session is one opening of the port.
type session struct {
	*Serial
	p        *serialport.Port
	l        *serialport.Line
	in       framer
	askedAt  time.Time
	answered bool // since askedAt
	heardAt  time.Time
	tell     teller
}

func (s *Serial) serve(ctx context.Context, p *serialport.Port, l *serialport.Line) error {
	ss := &session{Serial: s, p: p, l: l, in: s.speak.frames(), heardAt: time.Now(),
		tell: teller{heartbeat: s.cfg.Heartbeat, out: s.out, log: s.log, id: s.cfg.Port}}
	buf := make([]byte, 256)
	for {
		if err := ss.ask(); err != nil {
			return err
		}
		if err := p.SetReadTimeout(max(ss.untilNext(), time.Millisecond)); err != nil {
			return err
		}
		n, err := p.Read(buf)
		if err != nil {
			return err
		}
		for _, line := range ss.in.feed(buf[:n]) {
			ss.line(ctx, line)
		}
		if time.Since(ss.heardAt) >= s.cfg.Silence {
			l.Say(devices.Attention, fmt.Sprintf("The scale at %s does not answer. Switch it on and check the cable and the baud rate.", s.cfg.Port))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// untilNext is the time to the next question. A scale that does not answer is asked less often.
func (ss *session) untilNext() time.Duration {
	every := ss.cfg.Interval
	if !ss.answered {
		every = max(every, ss.cfg.Silence/4)
	}
	return every - time.Since(ss.askedAt)
}

// ask asks for the weight now, when it is time.
func (ss *session) ask() error {
	if !ss.askedAt.IsZero() && ss.untilNext() > 0 {
		return nil
	}
	if !ss.answered {
		// Nobody takes the questions: without this they would fill the line, and writing would block for ever.
		if err := ss.p.DropOutput(); err != nil {
			return err
		}
	}
	ss.askedAt, ss.answered = time.Now(), false
	_, err := ss.p.Write([]byte(ss.speak.question))
	return err
}

func (ss *session) line(ctx context.Context, line string) {
	r, err := ss.speak.parse(line)
	ss.answered = true
	if err != nil {
		// Noise keeps the silence running; only what is understood is an answer.
		if time.Since(ss.heardAt) >= ss.cfg.Silence/2 {
			ss.heardAt = time.Now()
			ss.l.Say(devices.Attention, fmt.Sprintf("The scale at %s says something that is not a weight (%v). Set it to %s, and check the baud rate and parity.", ss.cfg.Port, err, ss.speak.name))
		}
		return
	}
	ss.heardAt = time.Now()
	switch r.Answer {
	case Weighed:
		defer ss.tell.weight(ctx, fulfillment.Weight{Grams: r.Grams, Stable: r.Stable, At: ss.heardAt.UTC()}) // after "ready"
	case Refused:
		ss.l.Say(devices.Attention, fmt.Sprintf("The scale at %s does not know the command %q. Set it to %s.", ss.cfg.Port, strings.TrimSpace(ss.speak.question), ss.speak.name))
		return
	}
	ss.l.Say(words(r.Answer))
}
