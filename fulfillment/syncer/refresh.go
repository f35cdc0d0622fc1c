package syncer

import (
	"context"
	"fmt"

	"packbench/fulfillment"
)

// Refresh reads orders anew and stores what the platform says of them: the last look before a manifest is sealed. It may
// be called beside Run, from any goroutine; ctx bounds how long the caller is ready to wait. An error means that the
// stored knowledge is as old as it was.
func (s *Syncer) Refresh(ctx context.Context, ids []fulfillment.OrderID) error {
	if !s.Status().Online {
		return fulfillment.ErrOffline
	}
	orders, err := s.read(ctx, ids)
	if err != nil {
		return fmt.Errorf("reading %d orders before the seal: %w", len(ids), err)
	}
	_, err = s.keep(ctx, orders, noCursor)
	return err
}
