package secrets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"packbench/storage/internal/filelock"
)

const (
	lockName  = "secrets.lock"
	lockEvery = 20 * time.Millisecond // between two tries for a lock that another process holds
	writeWait = 10 * time.Second      // longest wait of a write for the writes of other processes
)

// Lock keeps other goroutines and other processes on this data folder out of whatever has the same name until unlock is
// called. The system gives it back when the process ends. Errors: the folder's, or ctx's.
func (s *Store) Lock(ctx context.Context, name string) (unlock func(), err error) {
	return lockFile(ctx, filepath.Join(s.dir, "secrets-"+name+".lock"))
}

func lockFile(ctx context.Context, name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("take turns on the secrets: %w", err)
	}
	t := time.NewTicker(lockEvery)
	defer t.Stop()
	for {
		held, err := filelock.TryLock(f)
		switch {
		case err != nil:
			return nil, fmt.Errorf("take turns on the secrets: %w", errors.Join(err, f.Close()))
		case !held:
			return func() { _ = f.Close() }, nil // closing gives the lock back
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), f.Close())
		case <-t.C:
		}
	}
}
