package main

import (
	"context"
	"strings"

	"packbench/fulfillment"
)

// moment is when in the packing of an order a mistake is made.
type moment int

const (
	beforeItem moment = iota
	afterItem
	beforeApply
)

// slip is one kind of mistake that packers make, and what the bench must say to it. Each is made count times, in the
// first orders that allow it, at most one at each moment of an order.
type slip struct {
	name  string
	at    moment
	count int
	// code is what is scanned; empty: this order and piece do not allow the mistake.
	code func(p *packer, sh sheet, piece int) string
	want fulfillment.VerdictCode
	// again: the bench has taken a piece back, which must be scanned once more.
	again bool
	shot  string // name of a picture of the first one
}

func slips() []*slip {
	first := func(code string) func(*packer, sheet, int) string {
		return func(_ *packer, _ sheet, piece int) string {
			if piece != 0 {
				return ""
			}
			return code
		}
	}
	return []*slip{
		{name: "one too many", at: afterItem, count: 1, want: fulfillment.TooMany, code: oneTooMany},
		{name: "wrong item", at: beforeItem, count: 1, want: fulfillment.WrongItem, code: wrongItem, shot: "wrong-item"},
		{name: "undo", at: afterItem, count: 1, want: fulfillment.CommandDone, again: true,
			code: func(_ *packer, sh sheet, piece int) string {
				if piece != 0 || len(sh.units) < 2 {
					return ""
				}
				return "PB:UNDO"
			}},
		{name: "a code that nobody knows", at: beforeItem, count: 1, want: fulfillment.UnknownCode, code: first("4006381333931-X")},
		{name: "4 kB of nonsense", at: beforeItem, count: 1, want: fulfillment.UnknownCode, code: first(strings.Repeat("0123456789ABCDEF", 256))},
		{name: "a command that does not exist", at: beforeItem, count: 1, want: fulfillment.UnknownCode, code: first("PB:EXPLODE")},
		{name: "another order while one is open", at: beforeItem, count: 1, want: fulfillment.Refused, code: anotherOrder},
		{name: "another parcel's label", at: beforeApply, count: 2, want: fulfillment.WrongLabel,
			code: func(p *packer, _ sheet, _ int) string {
				if len(p.packed) == 0 {
					return ""
				}
				return p.packed[len(p.packed)-1].tracking
			}},
	}
}

// wrongItem is something from another shelf: goods that the order does not contain.
func wrongItem(p *packer, sh sheet, piece int) string {
	if piece != 0 {
		return ""
	}
	for _, other := range p.sheets {
		for _, u := range other.units {
			if !sh.contains(u.code) {
				return u.code
			}
		}
	}
	return ""
}

func (sh sheet) contains(code string) bool {
	for _, l := range sh.Lines {
		for _, b := range l.Barcodes {
			if b == code {
				return true
			}
		}
	}
	return false
}

// oneTooMany is possible once all pieces of a SKU are scanned and others are not.
func oneTooMany(_ *packer, sh sheet, piece int) string {
	if piece == len(sh.units)-1 {
		return ""
	}
	for _, u := range sh.units[piece+1:] {
		if u.sku == sh.units[piece].sku {
			return ""
		}
	}
	return sh.units[piece].code
}

func anotherOrder(p *packer, sh sheet, piece int) string {
	if piece != 0 {
		return ""
	}
	for _, other := range p.sheets {
		if other.ID != sh.ID && other.MayShip && !p.has(other.ID) {
			return other.ID
		}
	}
	return ""
}

// slip makes a mistake that belongs to this moment, if there is one left and none was made at this moment of the order.
func (p *packer) slip(ctx context.Context, at moment, sh sheet, piece int) error {
	for _, s := range p.slips {
		if s.at != at || s.count == 0 || p.slipped[at] == sh.ID {
			continue
		}
		code := s.code(p, sh, piece)
		if code == "" {
			continue
		}
		s.count--
		p.slipped[at] = sh.ID
		j, err := p.must(ctx, code, s.want)
		if err != nil {
			return err
		}
		p.say.step("mistake", "%s: %s – %s", s.name, j.Verdict, j.Text)
		if s.shot != "" {
			if err := p.shot(ctx, s.shot); err != nil {
				return err
			}
			s.shot = ""
		}
		if s.again && j.Accepted {
			if _, err := p.must(ctx, sh.units[piece].code, fulfillment.ItemOK); err != nil {
				return err
			}
		}
		return nil
	}
	return nil
}
