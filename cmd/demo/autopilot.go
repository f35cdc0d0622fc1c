package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"packbench/fulfillment"
)

// autopilot is a working day: packing, with the network gone for a while, then the dock, then the accounts.
func (s *stage) autopilot(ctx context.Context) error {
	st, err := s.shop.state(ctx)
	if err != nil {
		return err
	}
	p := newPacker(s)
	for _, o := range st.Orders {
		p.sheets = append(p.sheets, s.sheetOf(o))
	}
	if err := p.awake(ctx); err != nil {
		return err
	}
	base := s.trace.mark()
	if err := p.packAll(ctx); err != nil {
		return err
	}
	d := &dock{packer: p, off: map[string]string{}}
	if err := d.work(ctx); err != nil {
		return err
	}
	if err := d.stragglers(ctx); err != nil {
		return err
	}
	if err := p.papers(ctx, d); err != nil {
		return err
	}
	if err := p.account(ctx, d, base); err != nil {
		return err
	}
	if n := len(s.say.all()); n > 0 {
		return fmt.Errorf("%w: %d problems, see above", errShort, n)
	}
	return nil
}

// wakeUp changes nothing at a bench that packs already.
const wakeUp = "PB:MODE:PACK"

// awake scans wakeUp until the bench answers: the window is up before the scanner is.
func (p *packer) awake(ctx context.Context) error {
	for range 20 {
		from := p.trace.mark()
		if err := p.kit.scanner.Scan(wakeUp); err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		_, err := p.trace.await(ctx, from, 3*time.Second, "first verdict", func(j judged) bool { return j.Verdict == fulfillment.CommandDone })
		if err == nil {
			p.say.step("bench", "scans are judged")
			pause(ctx, time.Second) // a second one may still be on its way
			return nil
		}
		if !errors.Is(err, errSilent) {
			return err
		}
		if p.program.window.ended() {
			return fmt.Errorf("the program ended: %w; see %s", p.program.window.err, p.program.window.log.Name())
		}
	}
	return fmt.Errorf("the bench judges no scans, see %s", p.program.window.log.Name())
}

// packAll packs every order of the shop, good or not, and afterwards those that became free meanwhile. In the middle
// third the network is gone.
func (p *packer) packAll(ctx context.Context) error {
	n := len(p.sheets)
	for i, sh := range p.sheets {
		switch i {
		case n / 3:
			if err := p.shop.fault(ctx, "offline", "", 0); err != nil {
				return err
			}
			p.say.step("network", "the Seller Center cannot be reached any more; packing goes on")
		case n/3 + max(1, n/3):
			if err := p.shop.online(ctx); err != nil {
				return err
			}
			p.say.step("network", "the Seller Center is back")
		}
		if err := p.pack(ctx, sh); err != nil {
			return fmt.Errorf("order %s: %w", sh.ID, err)
		}
		if i == n/3+1 {
			if err := p.once(ctx, "offline"); err != nil {
				return err
			}
		}
	}
	if err := p.late(ctx); err != nil {
		return err
	}
	if k := len(p.packed); k > 0 {
		if _, err := p.must(ctx, p.packed[k-1].order, fulfillment.AlreadyPacked); err != nil {
			return err
		}
		p.say.step("mistake", "an order that is packed already: refused")
	}
	return nil
}

// late packs orders that became free after the bench first saw them.
func (p *packer) late(ctx context.Context) error {
	for range 3 {
		st, err := p.shop.state(ctx)
		if err != nil {
			return err
		}
		var free []sheet
		p.notYet = map[string]bool{}
		for _, o := range st.Orders {
			if o.goes() && !p.has(o.ID) {
				free = append(free, p.sheetOf(o))
			}
			p.notYet[o.ID] = !o.goes()
		}
		if len(free) == 0 {
			return nil
		}
		pause(ctx, 8*time.Second) // some polls
		for _, sh := range free {
			p.say.step("order", "%s is free now", sh.ID)
			if err := p.pack(ctx, sh); err != nil {
				return fmt.Errorf("order %s: %w", sh.ID, err)
			}
		}
	}
	return nil
}
