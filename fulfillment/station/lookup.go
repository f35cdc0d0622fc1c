package station

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"packbench/fulfillment"
)

func (s *Station) orderOf(ctx context.Context, id fulfillment.OrderID, into **fulfillment.Order) error {
	o, err := s.o.Store.Order(ctx, id)
	if errors.Is(err, fulfillment.ErrNotFound) {
		return nil
	}
	*into = &o
	return err
}

// lookUp asks the store what a scan may mean.
func (s *Station) lookUp(ctx context.Context, sc fulfillment.Scan, in *fulfillment.Input) error {
	cmd, arg, isCommand := fulfillment.ParseCommand(sc.Code)
	switch {
	case isCommand && cmd == fulfillment.CmdUser:
		for _, op := range s.o.Operators {
			if op.Badge == arg {
				in.Member = &op
			}
		}
		return nil
	case isCommand && cmd == fulfillment.CmdSeal:
		in.Unchecked = !s.lastLook(ctx)
		return s.staged(ctx, in)
	case isCommand && cmd == fulfillment.CmdUndo && s.bench.Mode == fulfillment.ModeHandoff:
		return s.staged(ctx, in)
	case isCommand && cmd == fulfillment.CmdNextBox && s.bench.Parcel == nil && s.bench.Last != "":
		var err error
		in.Found, err = s.o.Store.Find(ctx, string(s.bench.Last), nil)
		return err
	case isCommand && cmd == fulfillment.CmdCarrier && s.o.Carriers != nil:
		var err error
		in.Carriers, err = s.carriers(ctx)
		return err
	case isCommand || len(sc.Code) > fulfillment.MaxScan:
		return nil
	}
	for _, op := range s.o.Operators { // a badge may carry its number alone
		if op.Badge == sc.Code {
			in.Member = &op
		}
	}
	return s.find(ctx, sc, in)
}

// Names is the order whose number, package or parcel has the code; empty where the code is a command, a badge, a product or
// unknown. It changes nothing, reads no bench, and may be called by any goroutine.
func (s *Station) Names(ctx context.Context, sc fulfillment.Scan) (fulfillment.OrderID, error) {
	badge := func(op fulfillment.Operator) bool { return op.Badge == sc.Code }
	if strings.HasPrefix(sc.Code, "PB:") || len(sc.Code) > fulfillment.MaxScan || sc.Retail() || slices.ContainsFunc(s.o.Operators, badge) {
		return "", nil
	}
	var in fulfillment.Input
	if err := s.find(ctx, sc, &in); err != nil || in.Found.Order == nil || len(in.Found.SKUs) > 0 {
		return "", err
	}
	return in.Found.Order.ID, nil
}

// find looks for the code as it was read, then for the other forms in which a product's number may be known.
func (s *Station) find(ctx context.Context, sc fulfillment.Scan, in *fulfillment.Input) error {
	if !sc.Retail() { // a product's barcode is never bound as a carrier's label
		in.Match = s.o.Candidates(sc.Code)
	}
	for i, code := range sc.ItemCodes() {
		match := in.Match
		if i > 0 {
			match = nil
		}
		found, err := s.o.Store.Find(ctx, code, match)
		if err != nil {
			return err
		}
		if i == 0 {
			in.Found = found
		} else if len(found.SKUs) > 0 {
			in.Found.SKUs, in.Found.Products = found.SKUs, found.Products
		}
		if in.Found.Order != nil && !sc.Retail() || len(in.Found.SKUs) > 0 {
			break
		}
	}
	return nil
}

// carriers are never nil: a shop without a parcel knows that it has no carrier.
func (s *Station) carriers(ctx context.Context) ([]string, error) {
	names, err := s.o.Carriers(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the carriers: %w", err)
	}
	if names == nil {
		names = []string{}
	}
	return names, nil
}

// staged reads every order on an open manifest anew: the seal is the last gate.
func (s *Station) staged(ctx context.Context, in *fulfillment.Input) error {
	in.Staged = map[fulfillment.OrderID]fulfillment.Order{}
	for _, m := range s.bench.Open {
		for _, p := range m.Parcels {
			if _, ok := in.Staged[p.OrderID]; ok || p.LeftOff {
				continue
			}
			o, err := s.o.Store.Order(ctx, p.OrderID)
			if err != nil && !errors.Is(err, fulfillment.ErrNotFound) {
				return err
			}
			in.Staged[p.OrderID] = o
		}
	}
	for _, o := range slices.Collect(maps.Values(in.Staged)) { // how old the knowledge of each is counts, too
		for _, c := range o.With {
			if _, ok := in.Staged[c.ID]; !ok {
				in.Staged[c.ID] = c
			}
		}
	}
	return nil
}

// sealPatience is the one wait for the network at the bench: a parcel that leaves cannot be called back.
const sealPatience = 4 * time.Second

// lastLook reads the platform's orders on the open manifests anew, if that can be done quickly; false where it cannot.
func (s *Station) lastLook(ctx context.Context) bool {
	if s.o.Refresh == nil {
		return true // no Seller Center: the age of what is known tells
	}
	var ids []fulfillment.OrderID
	for _, m := range s.bench.Open {
		for _, p := range m.Parcels {
			if !p.LeftOff {
				ids = append(append(ids, p.OrderID), p.With...)
			}
		}
	}
	if len(ids) == 0 {
		return true
	}
	look, cancel := context.WithTimeout(ctx, sealPatience)
	defer cancel()
	if err := s.o.Refresh(look, ids); err != nil {
		s.o.Log.Warn("Sealed without a fresh look at the Seller Center", "err", err)
		return false
	}
	return true
}
