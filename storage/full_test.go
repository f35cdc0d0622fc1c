package storage

import (
	"errors"
	"strings"
	"testing"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// fillUp records scans with large bodies until the disk is full, and returns how many were acknowledged.
func fillUp(t *testing.T, s *Store, o fulfillment.Order) (acked int64) {
	t.Helper()
	big := strings.Repeat("x", 20_000)
	for range 5_000 {
		err := s.Record(t.Context(), station.Commit{Station: "PACK-01", At: t0,
			Events: []fulfillment.EventDraft{{Kind: fulfillment.EventItemScanned, OrderID: o.ID, Body: map[string]string{"big": big}}}})
		if errors.Is(err, ErrDiskFull) {
			return acked
		}
		if err != nil {
			t.Fatalf("got %v, want %v", err, ErrDiskFull)
		}
		acked++
	}
	t.Fatal("the disk never became full")
	return 0
}

func checkAcked(t *testing.T, s *Store, acked int64) {
	t.Helper()
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if n, err := s.VerifyChain(t.Context(), "PACK-01"); n != acked || err != nil {
		t.Errorf("stored: got %d, %v, acknowledged %d", n, err, acked)
	}
}

// The same without a file system of our own: SQLite's page limit ends in the very same error.
func TestFullDatabase(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG")
	pull(t, s, o)
	if _, err := s.one.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 1500"); err != nil {
		t.Fatal(err)
	}
	acked := fillUp(t, s, o)
	checkAcked(t, s, acked)
	if _, err := s.one.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 100000"); err != nil {
		t.Fatal(err)
	}
	record(t, s, station.Commit{Events: event(fulfillment.EventItemScanned, o)})
	checkAcked(t, s, acked+1)
}
