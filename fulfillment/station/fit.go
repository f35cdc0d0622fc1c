package station

import (
	"context"

	"packbench/fulfillment"
)

// Fitted are the devices that the bench has to work with.
type Fitted struct{ Scale, Printer, Camera bool }

// fitting is a change of them, and who waits until it counts.
type fitting struct {
	now  Fitted
	done chan struct{}
}

// Fit tells what the bench works with from now on. When it returns no rule counts on what is not there any more.
func (s *Station) Fit(ctx context.Context, f Fitted) error {
	x := &fitting{f, make(chan struct{})}
	if err := s.send(ctx, message{fitted: x}); err != nil {
		return err
	}
	select {
	case <-x.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fit takes over what the bench works with. A weight of a scale that was taken away is nobody's. For a printer that has come the
// parcel in hand is looked at anew: it may wait for nothing else.
func (s *Station) fit(ctx context.Context, x *fitting) {
	defer close(x.done)
	p := &s.o.Policy
	printer := x.now.Printer && !p.HasPrinter
	p.HasScale, p.HasPrinter, p.HasCamera = x.now.Scale, x.now.Printer, x.now.Camera
	if !p.HasScale {
		s.scale = fulfillment.Weight{}
	}
	s.show(nil)
	if hand := s.bench.Parcel; printer && hand != nil {
		s.handle(ctx, message{changed: hand.Order.ID})
	}
}
