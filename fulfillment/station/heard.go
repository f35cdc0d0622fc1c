package station

import (
	"context"
	"time"

	"packbench/fulfillment"
)

// Heard tells that the Seller Center was asked about these orders just now, and that the store knows its answer, also where
// nothing was new: what is shown of their age must be true. It is cheap for orders that are not on this bench.
func (s *Station) Heard(ctx context.Context, ids []fulfillment.OrderID) error {
	return s.send(ctx, message{heard: ids})
}

// hear reads the orders in hand and on open manifests anew.
func (s *Station) hear(ctx context.Context, ids []fulfillment.OrderID) error {
	news := false
	for _, id := range ids {
		if !s.here(id) {
			continue
		}
		var o *fulfillment.Order
		if err := s.orderOf(ctx, id, &o); err != nil {
			return err
		}
		if o == nil {
			continue
		}
		news = true
		if p := s.bench.Parcel; p != nil && p.Order.ID == id {
			if err := s.apply(ctx, fulfillment.Input{Changed: o}); err != nil {
				return err
			}
			continue
		}
		s.noteChecked(*o)
	}
	if news {
		s.show(nil)
	}
	return nil
}

// here reports whether an order is in hand or on an open manifest.
func (s *Station) here(id fulfillment.OrderID) bool {
	if p := s.bench.Parcel; p != nil && p.Order.ID == id {
		return true
	}
	for _, m := range s.bench.Open {
		for _, p := range m.Parcels {
			if p.OrderID == id && !p.LeftOff {
				return true
			}
		}
	}
	return false
}

func (s *Station) noteChecked(o fulfillment.Order) {
	if o.Source == fulfillment.SourcePlatform {
		s.checked[o.ID] = o.CheckedAt
	}
}

// noteInput learns from what a turn was told.
func (s *Station) noteInput(in fulfillment.Input) {
	for _, o := range []*fulfillment.Order{in.Found.Order, in.Changed} {
		if o != nil {
			s.noteChecked(*o)
		}
	}
	for _, o := range in.Staged {
		s.noteChecked(o)
	}
}

// restoreChecked reads how old the knowledge about the parcels on open manifests is.
func (s *Station) restoreChecked(ctx context.Context) {
	for _, m := range s.bench.Open {
		for _, p := range m.Parcels {
			var o *fulfillment.Order
			if err := s.orderOf(ctx, p.OrderID, &o); err != nil || o == nil {
				continue // its age is not shown then; the seal asks again
			}
			s.noteChecked(*o)
		}
	}
}

// checkedHere is a copy for the view, of the platform's orders on open manifests; what is not here any more is forgotten.
func (s *Station) checkedHere() map[fulfillment.OrderID]time.Time {
	out := map[fulfillment.OrderID]time.Time{}
	for _, m := range s.bench.Open {
		for _, p := range m.Parcels {
			if at, ok := s.checked[p.OrderID]; ok && !p.LeftOff {
				out[p.OrderID] = at
			}
		}
	}
	if len(s.checked) > 2*len(out)+64 {
		s.checked = map[fulfillment.OrderID]time.Time{}
		for id, at := range out {
			s.checked[id] = at
		}
	}
	return out
}
