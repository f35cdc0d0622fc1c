//go:build unix

package storage

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Nobody is at the other end of the pipe: an open that reads it would never return.
func TestOpenRefusesAPipe(t *testing.T) {
	s := openTest(t, t.TempDir())
	pull(t, s, testOrder("100", "MUG"))
	backup := filepath.Join(t.TempDir(), "b")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, dbName), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, Options{Station: "PACK-01"}); !errors.Is(err, ErrNotDatabase) || !strings.Contains(err.Error(), "pipe") {
		t.Errorf("got %v", err)
	}
	if _, err := Restore(t.Context(), backup, dir); err != nil {
		t.Errorf("restore over it: %v", err)
	}
}
