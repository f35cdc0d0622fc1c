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
	if err := s.Backup(t.Context(), backup, ""); err != nil {
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

// A label_file without an end does not hang the import: it is refused, and the other orders are taken.
func TestImportRefusesAPipeOrADeviceForALabel(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.pdf"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openTest(t, t.TempDir())
	text := "order_id,seller_sku,quantity,label_file\nX,MUG,1,pipe.pdf\nGOOD,MUG,1,\n"
	report, err := s.ImportOrders(t.Context(), strings.NewReader(text), dir)
	if err != nil || report.Kept != 1 || len(report.Bad) != 1 || !strings.Contains(report.Bad[0].Reason, "pipe or a device") {
		t.Errorf("a pipe: got %+v, %v", report, err)
	}
	text = "order_id,seller_sku,quantity,label_file\nX,MUG,1,zero\n"
	report, err = s.ImportOrders(t.Context(), strings.NewReader(text), "/dev")
	if err != nil || report.Kept != 0 || len(report.Bad) != 1 || !strings.Contains(report.Bad[0].Reason, "pipe or a device") {
		t.Errorf("a device: got %+v, %v", report, err)
	}
}
