package storage

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// smallDisk is a real file system of 24 MB where that may be mounted; grow makes it larger.
func smallDisk(t *testing.T) (dir string, grow func()) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("a file system to fill cannot be mounted here (%v); the page limit test stands in for it", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir, func() {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
			t.Fatal(err)
		}
	}
}

// On a full disk a scan is refused with a sentence, what was acknowledged stays, and work goes on once there is room.
func TestFullDisk(t *testing.T) {
	dir, grow := smallDisk(t)
	s, err := Open(t.Context(), filepath.Join(dir, "data"), Options{Station: "PACK-01"})
	if err != nil {
		t.Fatal(err)
	}
	o := testOrder("100", "MUG")
	pull(t, s, o)
	if err := os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 8<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	acked := fillUp(t, s, o)
	if _, err := s.Put(t.Context(), make([]byte, 24<<20)); !errors.Is(err, ErrDiskFull) {
		t.Errorf("a photo on a full disk: got %v, want %v", err, ErrDiskFull)
	}
	checkAcked(t, s, acked)
	grow()
	record(t, s, station.Commit{Events: event(fulfillment.EventItemScanned, o)})
	checkAcked(t, s, acked+1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, filepath.Join(dir, "data"))
	checkAcked(t, s, acked+1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
