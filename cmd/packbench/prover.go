package main

import (
	"context"
	"log/slog"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/label"
)

// proofStore finds labels that nobody has proved yet.
type proofStore interface {
	// Unproved are packages with a stored label but no proof of it for this stock, not yet handed over, earliest first.
	Unproved(ctx context.Context, media fulfillment.Media, limit int) ([]fulfillment.Package, error)
	Order(ctx context.Context, id fulfillment.OrderID) (fulfillment.Order, error)
}

// prover proves labels ahead, so that at the last scan the bitmap is ready. It looks for work when it is woken and every
// few seconds, because labels also arrive from an import in another process.
type prover struct {
	store proofStore
	proof *label.Archive
	media func() fulfillment.Media // of the printer in use
	ready func(context.Context, fulfillment.OrderID) error
	log   *slog.Logger
	wake  chan struct{}
}

const proverLook = 3 * time.Second

func newProver(s proofStore, a *label.Archive, m func() fulfillment.Media, ready func(context.Context, fulfillment.OrderID) error, log *slog.Logger) *prover {
	return &prover{store: s, proof: a, media: m, ready: ready, log: log, wake: make(chan struct{}, 1)}
}

// Wake tells that a label was stored. It never blocks.
func (p *prover) Wake() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run proves until ctx ends.
func (p *prover) Run(ctx context.Context) error {
	t := time.NewTicker(proverLook)
	defer t.Stop()
	for {
		p.all(ctx)
		select {
		case <-p.wake:
		case <-t.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// all proves what there is. A label that cannot be proved now is tried again at print, where the packer hears of it.
func (p *prover) all(ctx context.Context) {
	media := p.media()
	todo, err := p.store.Unproved(ctx, media, 50)
	if err != nil {
		p.log.Error("Labels to prove could not be read", "err", err)
		return
	}
	for _, pkg := range todo {
		if ctx.Err() != nil {
			return
		}
		o, err := p.store.Order(ctx, pkg.OrderID)
		if err == nil {
			of := fulfillment.Shipment{Tracking: pkg.Tracking, Carrier: pkg.Carrier, Market: o.Market}
			_, _, err = p.proof.Proved(ctx, pkg.Label, of, media)
		}
		if err != nil {
			p.log.Warn("Label was not proved ahead", "packageID", pkg.ID, "err", err)
			continue
		}
		if err := p.ready(ctx, pkg.OrderID); err != nil {
			return
		}
	}
}
