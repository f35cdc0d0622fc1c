package scale

import (
	"context"
	"log/slog"
	"time"

	"packbench/devices"
	"packbench/fulfillment"
)

// teller gives out weights: every change, and the same again as a heartbeat. It belongs to one opening of a scale.
type teller struct {
	heartbeat time.Duration
	out       func(context.Context, fulfillment.Weight) error
	log       *slog.Logger
	id        string
	last      fulfillment.Weight
}

func (t *teller) weight(ctx context.Context, w fulfillment.Weight) {
	same := !t.last.At.IsZero() && w.Grams == t.last.Grams && w.Stable == t.last.Stable
	if same && w.At.Sub(t.last.At) < t.heartbeat {
		return
	}
	t.last = w
	if err := t.out(ctx, w); err != nil && ctx.Err() == nil {
		t.log.Error("Weight not taken", "port", t.id, "error", err)
	}
}

// words say what an answer means for the operator, whatever the transport.
func words(a Answer) (devices.State, string) {
	switch a {
	case Over:
		return devices.Attention, "There is more on the scale than it can weigh. Take the parcel off."
	case Under:
		return devices.Attention, "The scale reads below zero. Empty it, check that its plate lies right, and press zero."
	case Faulty:
		return devices.Attention, "The scale finds a fault in itself. Switch it off and on, empty; if it says so again it needs service."
	}
	return devices.Ready, "Ready to weigh."
}
