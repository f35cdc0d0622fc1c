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
	*desk
	speech
	encoded
	cfg  NetworkConfig
	addr string
	// dirty: a job was cut off, and what the printer holds of it must be thrown away first. Belongs to whoever has the line.
	dirty bool
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
	n := &Network{cfg: cfg, addr: cfg.Address, speech: speech{set: cfg.Language}}
	who := devices.Health{Kind: devices.Printer, ID: cfg.Address, Role: cfg.Role, Transport: "network"}
	n.desk = newDesk(who, cfg.Timeouts, n.ask, report, log)
	n.left = n.forget
	if _, _, err := net.SplitHostPort(cfg.Address); err != nil {
		n.addr = net.JoinHostPort(cfg.Address, "9100")
	}
	return n
}

// Media is the stock in the printer, as set.
func (n *Network) Media() fulfillment.Media { return n.cfg.Media }

// Run looks after the printer's health until ctx ends and then returns nil. Print works without it, a little slower.
func (n *Network) Run(ctx context.Context) error {
	n.watch(ctx)
	return nil
}

func (n *Network) ask(ctx context.Context) error {
	c, err := n.dial(ctx, func() error { return nil })
	if err != nil {
		return err
	}
	defer c.close()
	if n.cfg.Status == StatusOff {
		return nil
	}
	return c.ready()
}

// Print sends one label. It may be called concurrently; jobs go one after the other. The error is a sentence for the
// operator and wraps the cause: devices.ErrAbsent, devices.ErrTimeout, devices.ErrUnplugged, ErrTrouble or ErrMedia.
//
// Without Complete, no whole label can have come out, whatever Sent is: the end of the job was never given to the network
// (ESC/POS prints as it reads, so a piece may hang out). With Complete and an error a label may have come out.
func (n *Network) Print(ctx context.Context, b fulfillment.Bitmap) (fulfillment.PrintResult, error) {
	return n.PrintAfter(ctx, b, func() error { return nil })
}

// PrintAfter is Print that calls last, once at most, when all is ready and before the first packet to the printer. It waits for last as
// long as that takes, with the printer's line taken. An error of last is returned as it is: nothing was sent.
func (n *Network) PrintAfter(ctx context.Context, b fulfillment.Bitmap, last func() error) (fulfillment.PrintResult, error) {
	if err := fits(b, n.cfg.Media); err != nil {
		return fulfillment.PrintResult{}, err
	}
	made := n.job(b)
	if err := n.take(ctx); err != nil {
		return made.res, err
	}
	defer n.give()
	var refused error
	res, err := n.send(ctx, b, sync.OnceValue(func() error {
		refused = last()
		return refused
	}))
	if refused != nil {
		return made.res, refused
	}
	if err == nil || ctx.Err() == nil {
		n.tell(err)
	}
	if err != nil {
		n.Poke() // so that Run goes over to looking often
	}
	return res, err
}

// job is the picture's job in the language that is known now.
func (n *Network) job(b fulfillment.Bitmap) job { return n.of(n.language(), n.cfg.Media, b) }

// Prepare makes the job of a label that will be printed soon, so that Print finds it made. It may be called concurrently and does
// not wait for the printer. A picture of another size is left to Print, which refuses it.
func (n *Network) Prepare(b fulfillment.Bitmap) {
	if fits(b, n.cfg.Media) == nil {
		n.job(b)
	}
}

// send sends a picture as a job; last is called before the dial.
func (n *Network) send(ctx context.Context, b fulfillment.Bitmap, last func() error) (fulfillment.PrintResult, error) {
	made := n.job(b)
	res := made.res
	c, err := n.dial(ctx, last)
	if err != nil {
		return res, err
	}
	defer c.close()
	if n.dirty {
		// Not every printer forgets it with the connection, or can tell that it has not.
		c.cancel()
		n.dirty = false
	}
	if n.cfg.Status == StatusRequired && !n.fresh() {
		if err := c.ready(); err != nil {
			return res, err
		}
		made = n.job(b) // it may have told its model
		res = made.res
	}
	if res.Sent, res.Complete, err = c.job(made.bytes, n.cfg.Language.Tail(made.bytes)); err != nil {
		n.dirty = true // how much of it has arrived is not certain
		return res, err
	}
	if n.cfg.Status == StatusOff {
		return res, c.taken()
	}
	return res, c.status(n.cfg.Timeouts.After, true)
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
