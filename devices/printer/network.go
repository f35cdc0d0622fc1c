package printer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"packbench/devices"
	"packbench/fulfillment"
)

// StatusPolicy says what the printer's word about itself is worth.
type StatusPolicy string

const (
	// StatusRequired: nothing is printed while the printer does not say that it is ready, and a job counts as printed only
	// when the printer has answered after it. Zebra printers do not answer while they are open or out of labels, so
	// silence is trouble.
	StatusRequired StatusPolicy = ""
	// StatusOff: for printers that never answer; NewNetwork takes it for languages that have no question. That a label came out is then only as sure as TCP is.
	StatusOff StatusPolicy = "off"
)

// NetworkConfig describes a printer on the network.
type NetworkConfig struct {
	Address  string // host or host:port; without a port 9100. Also the printer's identity
	Role     string // label or document
	Language Language
	Media    fulfillment.Media
	Status   StatusPolicy
	Timeouts Timeouts
}

// Timeouts; zero values mean the defaults.
type Timeouts struct {
	Dial   time.Duration // until the printer takes the connection; 2 s
	Stall  time.Duration // without the printer taking one byte of a job; 5 s
	Status time.Duration // until the answer to a question about its status; 2 s
	After  time.Duration // until the answer to one after the job's last byte was taken; 5 s
	Poll   time.Duration // between two looks at a ready printer; 4 s
	Retry  time.Duration // between two looks at a printer in trouble; 1 s
	Fresh  time.Duration // how long "ready" is believed without asking again before a job; 5 s, above Poll
}

func (t Timeouts) withDefaults() Timeouts {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	def(&t.Dial, 2*time.Second)
	def(&t.Stall, 5*time.Second)
	def(&t.Status, 2*time.Second)
	def(&t.After, 5*time.Second)
	def(&t.Poll, 4*time.Second)
	def(&t.Retry, time.Second)
	def(&t.Fresh, t.Poll+time.Second)
	return t
}

// Network prints on one printer over TCP.
//
// Every job and every look has a connection of its own: label printers serve one at a time, and a connection kept open
// would lock out other computers and be dropped by the printer when idle. Opening one costs a fraction of a millisecond on
// a local network. What would cost is asking for its status before each job; Run keeps the answer fresh instead, so that the first
// bytes on a new connection are the job's.
type Network struct {
	cfg    NetworkConfig
	addr   string
	report devices.Report
	log    *slog.Logger

	line chan struct{} // holds one token: whoever has it may have a connection
	poke chan struct{}

	mu       sync.Mutex
	goodAt   time.Time // when the printer last said that it is ready; zero: not since the last trouble
	said     devices.Health
	breakOff context.CancelFunc // ends the look that has the line, if one has
}

// NewNetwork returns a driver. Nothing is dialled before Run or Print.
func NewNetwork(cfg NetworkConfig, report devices.Report, log *slog.Logger) *Network {
	cfg.Timeouts = cfg.Timeouts.withDefaults()
	if cfg.Language == nil {
		cfg.Language = ZPL{}
	}
	if cfg.Language.Ask() == nil {
		cfg.Status = StatusOff
	}
	n := &Network{cfg: cfg, addr: cfg.Address, report: report, log: log, line: make(chan struct{}, 1), poke: make(chan struct{}, 1)}
	if _, _, err := net.SplitHostPort(cfg.Address); err != nil {
		n.addr = net.JoinHostPort(cfg.Address, "9100")
	}
	return n
}

// Media is the stock in the printer, as set.
func (n *Network) Media() fulfillment.Media { return n.cfg.Media }

// Poke makes Run look at the printer now. It never blocks.
func (n *Network) Poke() {
	select {
	case n.poke <- struct{}{}:
	default:
	}
}

// Run looks after the printer's health until ctx ends and then returns nil. Print works without it, a little slower.
func (n *Network) Run(ctx context.Context) error {
	for {
		n.look(ctx)
		wait := n.cfg.Timeouts.Retry
		if n.ready() {
			wait = n.cfg.Timeouts.Poll
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-n.poke:
		case <-t.C:
		}
		t.Stop()
	}
}

func (n *Network) ready() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.said.State == devices.Ready
}

// take waits for the line; a look gives way to a job.
func (n *Network) take(ctx context.Context) error {
	select {
	case n.line <- struct{}{}:
		return nil
	default:
	}
	n.mu.Lock()
	if n.breakOff != nil {
		n.breakOff()
	}
	n.mu.Unlock()
	select {
	case n.line <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the printer's line: %w", ctx.Err())
	}
}

func (n *Network) give() { <-n.line }

// look asks the printer once how it feels. If a job has the line it does nothing: the job will tell.
func (n *Network) look(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !n.takeForLook(cancel) {
		return
	}
	err := n.ask(ctx)
	if ctx.Err() == nil {
		n.tell(err)
	}
	n.mu.Lock()
	n.breakOff = nil
	n.mu.Unlock()
	n.give()
}

// takeForLook takes the line if it is free, in one step with the way to take it back.
func (n *Network) takeForLook(breakOff context.CancelFunc) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	select {
	case n.line <- struct{}{}:
		n.breakOff = breakOff
		return true
	default:
		return false
	}
}

func (n *Network) ask(ctx context.Context) error {
	c, err := n.dial(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	if n.cfg.Status == StatusOff {
		return nil
	}
	return c.status(n.cfg.Timeouts.Status)
}

// fresh reports whether the printer's last word was "ready" and is not too old.
func (n *Network) fresh() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.goodAt.IsZero() && time.Since(n.goodAt) <= n.cfg.Timeouts.Fresh
}

// tell keeps and reports what an attempt has shown: nil is ready.
func (n *Network) tell(err error) {
	h := devices.Health{Kind: devices.Printer, ID: n.cfg.Address, Role: n.cfg.Role, Transport: "network",
		State: devices.Ready, Text: "Ready to print."}
	if err != nil {
		h.State, h.Text = devices.Attention, err.Error()
		if errors.Is(err, devices.ErrAbsent) {
			h.State = devices.Absent
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	n.goodAt = time.Time{}
	if err == nil {
		n.goodAt = now
	}
	if n.said.Same(h) {
		return
	}
	if err != nil {
		n.log.Warn("Printer in trouble", "printer", n.cfg.Address, "error", errors.Unwrap(err), "text", h.Text)
	}
	n.said = h
	h.At = now.UTC()
	// Under the lock, so that listeners hear the changes in the order in which they were found; a Report does not block.
	n.report(h)
}

// Print sends one label. It may be called concurrently; jobs go one after the other. The error is a sentence for the
// operator and wraps the cause: devices.ErrAbsent, devices.ErrTimeout, devices.ErrUnplugged, ErrTrouble or ErrMedia.
//
// Without Complete, no whole label can have come out, whatever Sent is: the end of the job was never given to the network
// (ESC/POS prints as it reads, so a piece may hang out). With Complete and an error a label may have come out.
func (n *Network) Print(ctx context.Context, b fulfillment.Bitmap) (fulfillment.PrintResult, error) {
	if err := fits(b, n.cfg.Media); err != nil {
		return fulfillment.PrintResult{}, err
	}
	job := n.cfg.Language.Encode(b, n.cfg.Media, 1)
	res := fulfillment.PrintResult{Total: len(job)}
	if err := n.take(ctx); err != nil {
		return res, err
	}
	defer n.give()
	res, err := n.send(ctx, job)
	if err == nil || ctx.Err() == nil {
		n.tell(err)
	}
	if err != nil {
		n.Poke() // so that Run goes over to looking often
	}
	return res, err
}

func (n *Network) send(ctx context.Context, job []byte) (fulfillment.PrintResult, error) {
	res := fulfillment.PrintResult{Total: len(job)}
	c, err := n.dial(ctx)
	if err != nil {
		return res, err
	}
	defer c.close()
	if n.cfg.Status == StatusRequired && !n.fresh() {
		if err := c.status(n.cfg.Timeouts.Status); err != nil {
			return res, err
		}
	}
	if res.Sent, res.Complete, err = c.job(job, n.cfg.Language.Tail(job)); err != nil {
		return res, err
	}
	if n.cfg.Status == StatusOff {
		return res, c.taken()
	}
	return res, c.status(n.cfg.Timeouts.After)
}

// ErrMedia means that the picture has not the size of the labels in the printer.
var ErrMedia = errors.New("picture and media differ")

func fits(b fulfillment.Bitmap, m fulfillment.Media) error {
	w, h := m.Dots()
	if b.W != w || b.H != h || b.DPI != m.DPI || b.Stride != (w+7)/8 || len(b.Bits) != b.Stride*h || h == 0 {
		return &Failure{Text: fmt.Sprintf("The label is made for other paper (%d×%d dots) than is set for this printer (%d×%d dots). Check the size in the equipment settings.", b.W, b.H, w, h), Cause: ErrMedia}
	}
	return nil
}
