package storage

import (
	"context"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// Head is the last event of a station's chain; 0 and an empty hash for a station without events. It is on the disk: who keeps it somewhere
// else would find the chain cut off otherwise once the power has failed.
func (s *Store) Head(ctx context.Context, station string) (int64, fulfillment.Hash, error) {
	h, err := readHead(ctx, s.qr, station)
	if err == nil && s.one != nil {
		err = s.flush()
	}
	return h.seq, h.hash, explain(err, "read the end of the chain of %s", station)
}

// EventHash is the hash of one event; fulfillment.ErrNotFound if the chain has none of that number.
func (s *Store) EventHash(ctx context.Context, station string, seq int64) (fulfillment.Hash, error) {
	rows, err := s.qr.EventsAfter(ctx, queries.EventsAfterParams{Station: station, Seq: seq - 1, Limit: 1})
	if err != nil {
		return "", explain(err, "read event %d of %s", seq, station)
	}
	if len(rows) == 0 || rows[0].Seq != seq {
		return "", fulfillment.ErrNotFound
	}
	return fulfillment.Hash(rows[0].Hash), nil
}
