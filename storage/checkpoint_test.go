package storage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// scans records n commits of the bench that write the whole bench each.
func scans(t *testing.T, s *Store, o fulfillment.Order, n int) {
	t.Helper()
	for i := range n {
		record(t, s, station.Commit{Bench: fulfillment.Bench{Operator: fmt.Sprint(i)}, Packages: o.Packages, Events: event(fulfillment.EventOrderOpened, o)})
	}
}

// A scan folds no log: the file stays as it is over more commits than fill it, and RunCheckpoints folds it beside the bench. What was
// committed is there after the log was cut off behind it.
func TestNoScanFoldsTheLog(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	o := testOrder("1", "MUG")
	pull(t, s, o)
	touched := func() time.Time {
		t.Helper()
		info, err := os.Stat(filepath.Join(dir, dbName))
		if err != nil {
			t.Fatal(err)
		}
		return info.ModTime()
	}
	if err := s.checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := touched()
	scans(t, s, o, 400)
	var pages int
	if info, err := os.Stat(filepath.Join(dir, dbName+"-wal")); err != nil || info.Size() < walPages*pageSize {
		t.Fatalf("the log is too short to prove anything: %v, %v", info, err)
	} else {
		pages = int(info.Size() / pageSize)
	}
	if !touched().Equal(before) {
		t.Fatalf("a commit has folded the log of %d pages", pages)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.RunCheckpoints(ctx) }()
	for end := time.Now().Add(20 * time.Second); touched().Equal(before); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nobody has folded the log")
		}
	}
	scans(t, s, o, foldAfter+1)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := s.checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	copied := t.TempDir() // the file without its log: everything must be in it
	data, err := os.ReadFile(filepath.Join(dir, dbName))
	if err == nil {
		err = os.WriteFile(filepath.Join(copied, dbName), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := openTest(t, copied)
	if n, err := c.VerifyChain(t.Context(), "PACK-01"); n != 400+foldAfter+1 || err != nil {
		t.Errorf("%d events in the file, %v", n, err)
	}
}
