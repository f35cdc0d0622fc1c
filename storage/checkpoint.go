package storage

import (
	"context"
	"fmt"
	"time"
)

const (
	// foldAfter is after how many transactions the log is folded into the file beside the bench: about half of walPages.
	foldAfter = 50
	// foldByForce is how many pages the log may grow to before whoever commits folds it: only where nobody folds it beside the bench,
	// or never gets to the end of it because something is always written.
	foldByForce = 8 * walPages
	// foldPatience is how long a fold waits for another process that folds.
	foldPatience = time.Second
)

// RunCheckpoints folds SQLite's write-ahead log into the database from time to time, until ctx ends. Without it a commit does that,
// as often as not a scan's, which then waits for two more flushes. It takes no lock that a scan needs: a passive checkpoint runs beside
// readers and the writer. What is durable does not depend on it, for a commit is in the flushed log. Call it once.
func (s *Store) RunCheckpoints(ctx context.Context) error {
	if s.one == nil {
		return errReadOnlyStore
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.fold:
		}
		if err := s.checkpoint(ctx); err != nil && ctx.Err() == nil {
			s.opt.Log.Warn("The log could not be folded into the database; a later commit does it", "err", err)
		}
	}
}

// checkpoint folds what no reader needs any more, on a connection of its own.
func (s *Store) checkpoint(ctx context.Context) error {
	var busy, pages, done int
	err := s.folder.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &done)
	if err == nil {
		s.opt.Log.Debug("The log was folded into the database", "pages", pages, "folded", done)
	}
	return explain(err, "fold the log of the database in %s", s.dir)
}

// openFolder opens the connection that folds the log, and takes the work off the one that writes.
func (s *Store) openFolder(ctx context.Context, path string) (err error) {
	s.folder, err = openPool(path, fmt.Sprintf("mode=rw&_synchronous=FULL&_busy_timeout=%d", foldPatience.Milliseconds()), 1)
	if err != nil {
		return err
	}
	var pages int
	return s.one.conn.QueryRowContext(ctx, fmt.Sprintf("PRAGMA wal_autocheckpoint=%d", foldByForce)).Scan(&pages)
}

// committed counts a transaction. The caller has its turn.
func (s *Store) committed() {
	if s.unfolded++; s.unfolded < foldAfter {
		return
	}
	s.unfolded = 0
	s.foldSoon()
}

// foldSoon wakes RunCheckpoints. It never blocks.
func (s *Store) foldSoon() {
	select {
	case s.fold <- struct{}{}:
	default:
	}
}
