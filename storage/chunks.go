package storage

import (
	"context"
	"time"

	"packbench/storage/internal/queries"
)

const (
	// A chunk ends at the first of these. A scan waits for one chunk at most: in this process by its turn at the writer, in
	// another one because SQLite asks for the lock at least every 50 ms while it has waited for less than 228 ms.
	chunkItems = 200
	chunkTime  = 80 * time.Millisecond
	// chunkPause is how long the writer is free between two chunks: longer than SQLite waits between two such questions.
	chunkPause = 60 * time.Millisecond
)

// chunks is a long piece of writing, divided so that nobody waits for all of it. One item is never divided.
type chunks struct {
	n     int
	ready func(ctx context.Context, i int) error                     // before the transaction: flushes files; may be nil
	save  func(ctx context.Context, q *queries.Queries, i int) error // inside it; an error takes the chunk back
	done  func(i int)                                                // the item is on the disk
}

// inChunks writes the items in their order. Every chunk is durable before the next begins; after an error or the end of
// ctx those for which done was called are stored, and no other.
func (s *Store) inChunks(ctx context.Context, c chunks) error {
	ready := 0
	for from := 0; from < c.n; {
		if from > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(chunkPause):
			}
		}
		end := min(from+chunkItems, c.n)
		for ; ready < end && c.ready != nil; ready++ {
			if err := c.ready(ctx, ready); err != nil {
				return err
			}
		}
		to, err := s.saveChunk(ctx, c, from, end)
		if err != nil {
			return err
		}
		for ; from < to; from++ {
			c.done(from)
		}
	}
	return nil
}

// saveChunk writes items until end or until the time is over, at least one, and returns the first that is not written.
func (s *Store) saveChunk(ctx context.Context, c chunks, from, end int) (to int, err error) {
	var took time.Duration
	err = s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		begin := time.Now()
		for to = from; to < end && (to == from || time.Since(begin) < chunkTime); to++ {
			if err := c.save(ctx, q, to); err != nil {
				return err
			}
		}
		last, some := s.pending[s.opt.Station]
		if some {
			if err := indexEvents(ctx, q, s.opt.Station, last.seq, 2*chunkItems); err != nil {
				return err
			}
		}
		took = time.Since(begin)
		return nil
	})
	if s.opt.onChunk != nil {
		s.opt.onChunk(took)
	}
	return to, err
}
