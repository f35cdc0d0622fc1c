package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// stage is everything of one run: the shop, the devices, the program, and what we know of it.
type stage struct {
	opt     options
	say     *say
	shop    *shop
	kit     *equipment
	program *program
	trace   *trace
	screen  *screen
	grams   map[string]int // weight of a unit of each SKU

	ready func(context.Context) error // called when the shop stands and nothing was read from it yet; nil: nothing is to do

	tracing sync.WaitGroup
	stop    context.CancelFunc
}

// newStage makes the folder for the results. One that already has something in it is refused: two runs in one folder
// would share the program's data.
func newStage(o options, out io.Writer) (*stage, error) {
	if there, err := os.ReadDir(o.out); err == nil && len(there) > 0 {
		return nil, fmt.Errorf("the folder %s is not empty; name another with --out: %w", o.out, errUsage)
	}
	for _, dir := range []string{o.out, filepath.Join(o.out, "screens"), filepath.Join(o.out, "labels")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("folder for the results: %w", err)
		}
	}
	return &stage{opt: o, say: newSay(out), screen: &screen{dir: filepath.Join(o.out, "screens")}, stop: func() {}}, nil
}

func (s *stage) file(name string) string { return filepath.Join(s.opt.out, name) }

// set starts everything, in the order in which a seller would: the shop, the devices, the catalogue, the connection, the
// labels bought elsewhere, and the window last.
func (s *stage) set(ctx context.Context) error {
	var err error
	s.say.step("demo", "results go to %s", s.opt.out)
	if s.shop, err = startShop(ctx, s.opt, filepath.Join(s.opt.bin, "sandbox"), s.file("sandbox.log")); err != nil {
		return err
	}
	s.say.step("shop", "Seller Center of a %s shop with %d orders: %s", s.opt.market, s.opt.orders, s.shop.AdminURL)
	if s.ready != nil {
		if err := s.ready(ctx); err != nil {
			return err
		}
	}
	if s.kit, err = newEquipment(s.file("devices")); err != nil {
		return err
	}
	p := s.kit.ports()
	s.say.step("devices", "scanner %s, scale %s", p.Scanner, p.Scale)
	s.say.step("devices", "label printer %s, camera %s", p.Printer, p.Camera)
	s.program, err = newProgram(filepath.Join(s.opt.bin, "packbench"), s.file("data"), s.opt.market, s.shop.access, p)
	if err != nil {
		return err
	}
	if s.opt.autopilot { // it knows where the buttons are
		s.program.env = append(s.program.env, "FYNE_SCALE=1")
	}
	if err := s.stock(ctx); err != nil {
		return err
	}
	ctx, s.stop = context.WithCancel(ctx)
	s.trace = newTrace(s.program.trace)
	s.tracing.Go(func() {
		if err := s.trace.Run(ctx); err != nil {
			s.say.problem("%v", err)
		}
	})
	if err := s.program.open(s.file("packbench.log")); err != nil {
		return err
	}
	if err := s.screen.find(ctx, s.program.window, 90*time.Second); err != nil && s.opt.autopilot {
		return err
	}
	s.say.step("bench", "the window is open")
	return nil
}

// stock fills the program from the command line: products, connection, orders, labels.
func (s *stage) stock(ctx context.Context) error {
	list, err := s.shop.save(ctx, s.file("imports"), "products.csv")
	if err != nil {
		return err
	}
	if s.grams, err = weights(list); err != nil {
		return err
	}
	if _, err := s.program.run(ctx, "products", "import", list); err != nil {
		return err
	}
	s.say.step("import", "%d products with barcodes and weights", len(s.grams))
	if _, err := s.program.run(ctx, "shop", "connect", "--auth-code", s.shop.AuthCode); err != nil {
		return err
	}
	s.say.step("connect", "the shop is connected")
	if err := s.settle(ctx, "orders read"); err != nil {
		return err
	}
	labels, n, err := s.shop.saveLabels(ctx, s.file("imports"))
	if err != nil {
		return err
	}
	if n > 0 {
		if _, err := s.program.run(ctx, "orders", "import", labels); err != nil {
			return err
		}
	}
	s.say.step("import", "%d labels that the seller bought elsewhere", n)
	return s.settle(ctx, "platform labels arranged and fetched")
}

// settle synchronises until there is nothing left to do.
func (s *stage) settle(ctx context.Context, done string) error {
	results := 0
	for range 8 {
		lines, err := s.program.sync(ctx)
		if err != nil {
			return err
		}
		results += len(lines)
		open, err := s.program.outbox(ctx)
		if err != nil {
			return err
		}
		waiting := 0
		for _, row := range open {
			if row.State != "parked" { // a person's, not the next sync's
				waiting++
			}
		}
		if waiting == 0 && len(lines) == 0 {
			break
		}
	}
	s.say.step("sync", "%s (%d results)", done, results)
	return nil
}

// close ends the program, then the devices, then the shop.
func (s *stage) close() error {
	var err error
	if s.program != nil && s.program.window != nil {
		err = s.program.window.stop(30 * time.Second)
	}
	s.stop()
	s.tracing.Wait()
	if s.kit != nil {
		err = errors.Join(err, s.kit.close())
	}
	if s.shop != nil {
		err = errors.Join(err, s.shop.proc.stop(10*time.Second))
	}
	return err
}
