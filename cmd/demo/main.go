package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// options of one run.
type options struct {
	autopilot bool
	market    string
	orders    int
	boxes     int // orders of two packages
	seed      uint64
	speed     float64
	out       string // folder for pictures, labels, documents and logs
	bin       string // folder with packbench and sandbox
	pace      time.Duration
}

// errUsage is wrong usage: exit code 2.
var errUsage = errors.New("usage")

// errShort says that the run went through and the result is not what it must be: exit code 1, already told.
var errShort = errors.New("the run did not end as it must")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func parseOptions(args []string, errw io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	f.SetOutput(errw)
	f.BoolVar(&o.autopilot, "autopilot", false, "pack and hand over everything by itself; exit 1 if anything was shipped that must not be, twice, or not at all")
	f.StringVar(&o.market, "market", "GB", "market of the sandbox shop: GB, US or VN")
	f.IntVar(&o.orders, "orders", 60, "orders in the shop; the first traps come with 2, all of them with 30")
	f.Uint64Var(&o.seed, "seed", 1, "the same seed makes the same shop")
	f.Float64Var(&o.speed, "speed", 1, "how much faster the shop's time runs")
	f.StringVar(&o.out, "out", "", "folder for screenshots, labels, documents and logs (default: demo-TIME beside this program)")
	f.StringVar(&o.bin, "bin", "", "folder with packbench and sandbox (default: beside this program)")
	f.DurationVar(&o.pace, "pace", 150*time.Millisecond, "pause between two scans of the autopilot")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, fmt.Errorf("%w: %w", err, errUsage)
	}
	o.market = strings.ToUpper(o.market)
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("unexpected %q: %w", f.Arg(0), errUsage)
	case o.orders < 2 || o.orders > 5000:
		return o, fmt.Errorf("%d orders: choose 2 to 5000: %w", o.orders, errUsage)
	case o.pace < minPace:
		return o, fmt.Errorf("a pace of %s: choose %s or more, or two scans count as one: %w", o.pace, minPace, errUsage)
	}
	if o.bin == "" {
		self, err := os.Executable()
		if err != nil {
			return o, fmt.Errorf("finding the programs beside this one: %w", err)
		}
		o.bin = filepath.Dir(self)
	}
	if o.out == "" {
		o.out = filepath.Join(o.bin, "demo-"+time.Now().Format("20060102-150405"))
	}
	var err error
	if o.out, err = filepath.Abs(o.out); err != nil {
		return o, fmt.Errorf("folder %s: %w", o.out, err)
	}
	return o, nil
}

// run sets the stage, plays, and puts everything away again.
func run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) (err error) {
	opt, err := parseOptions(args, errw)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := newStage(opt, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.set(ctx); err != nil {
		return err
	}
	if opt.autopilot {
		return s.autopilot(ctx)
	}
	return s.person(ctx, in)
}
