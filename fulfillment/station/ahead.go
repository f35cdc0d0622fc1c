package station

import (
	"context"
	"log/slog"

	"packbench/fulfillment"
)

// Encoder is a label printer that can make a job ahead.
type Encoder interface {
	Media() fulfillment.Media
	// Prepare makes the job of a label that will probably be printed next.
	Prepare(b fulfillment.Bitmap)
}

// Ahead makes the label of the parcel in hand ready while its items are scanned: proved, in memory, and encoded. After the last
// item only the commit and the printer are waited for. What it cannot make ready is made at print, where the packer hears of it.
type Ahead struct {
	labels  Labels
	printer Encoder
	log     *slog.Logger
	next    chan labelInHand
	seen    labelInHand // owned by Show
}

// labelInHand is a label and what it must be the label of.
type labelInHand struct {
	label fulfillment.Hash
	of    fulfillment.Shipment
}

// NewAhead returns an Ahead; Run starts it.
func NewAhead(labels Labels, printer Encoder, log *slog.Logger) *Ahead {
	return &Ahead{labels: labels, printer: printer, log: log, next: make(chan labelInHand, 1)}
}

// Show looks whether another parcel is in hand, or has got a label. It never blocks. One goroutine calls it: the station's.
func (a *Ahead) Show(v View) {
	var now labelInHand
	if p := v.Parcel; p != nil && p.Package.Label != "" {
		now = labelInHand{p.Package.Label, shipmentOf(p.Order, p.Package)}
	}
	if now == a.seen {
		return
	}
	a.seen = now
	select {
	case <-a.next: // nobody needs that one any more
	default:
	}
	if now.label != "" {
		a.next <- now
	}
}

// Run makes labels ready until ctx ends.
func (a *Ahead) Run(ctx context.Context) error {
	for {
		select {
		case l := <-a.next:
			a.prepare(ctx, l)
		case <-ctx.Done():
			return nil
		}
	}
}

func (a *Ahead) prepare(ctx context.Context, l labelInHand) {
	proof, bitmap, err := a.labels.Proved(ctx, l.label, l.of, a.printer.Media())
	switch {
	case err != nil && ctx.Err() == nil:
		a.log.Warn("Label was not made ready ahead", "label", l.label, "err", err)
	case err == nil && proof.Verdict == fulfillment.LabelPrint:
		a.printer.Prepare(bitmap)
	}
}

func shipmentOf(o fulfillment.Order, p fulfillment.Package) fulfillment.Shipment {
	return fulfillment.Shipment{Tracking: p.Tracking, Carrier: p.Carrier, Market: o.Market}
}
