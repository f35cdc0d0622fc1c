//go:build linux

package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// readOnly makes a folder that nobody can write: root can write any, unless the file system says no.
func readOnly(t *testing.T, dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
		return
	}
	if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
		t.Skip("nothing may be mounted here, and root can write every folder:", err)
	}
	t.Cleanup(func() { unmount(t, dir) })
	if err := syscall.Mount(dir, dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
}

func unmount(t *testing.T, dir string) {
	t.Helper()
	if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
		t.Error("unmounting:", err)
	}
}

// TestFullDisk: what cannot be recorded is not accepted, and work goes on where it stopped once there is room.
func TestFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may mount a small disk")
	}
	scanner, toml := newScanner(t)
	s := newStation(t, newDisplay(t, "+extension", "GLX"), toml)
	if err := os.Remove(filepath.Join(s.dir, "station.toml")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", s.dir, "tmpfs", 0, "size=64m"); err != nil {
		t.Skip("nothing may be mounted here:", err)
	}
	t.Cleanup(func() { unmount(t, s.dir) })
	s.write(t, filepath.Join(s.dir, "station.toml"), "[station]\nid = \"PACK-01\"\noperator = \"Tester\"\n"+toml)
	s.stock(t, "A-1,MUG,1000")
	w := s.start(t)
	w.want(t, scanner, "A-1", "order_opened")

	endReading := s.reader(t)
	ballast := filepath.Join(s.dir, "ballast")
	fill(t, ballast)
	s.exhaust(t)
	accepted, refused := 0, traceLine{}
	for refused.Verdict == "" {
		switch got := w.scan(t, scanner, mug); got.Verdict {
		case "item_ok":
			accepted++
		case "refused":
			refused = got
		default:
			t.Fatalf("on a full disk: got %s (%s)", got.Verdict, got.Text)
		}
		if accepted == 999 {
			t.Fatal("a full disk was never noticed")
		}
	}
	if !strings.Contains(strings.ToLower(refused.Text), "disk") || refused.Accepted {
		t.Errorf("got %+v, want a sentence about the disk", refused)
	}
	endReading()
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	w.want(t, scanner, mug, "item_ok")
	if n := s.verified(t, "A-1"); n != accepted+1 {
		t.Errorf("got %d pieces, want %d: those accepted and no other", n, accepted+1)
	}
	w.close(t)
	if out := s.run(t, "evidence", "verify", "--all"); !strings.Contains(out, `"ok":true`) {
		t.Errorf("the chain: %s", out)
	}
}

// reader holds the database open as a backup does that is being taken: the log cannot be used from its beginning again, so
// that the room in it comes to an end with the disk and not thousands of scans later. It ends with what it returns.
func (s *testStation) reader(t *testing.T) (end func()) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.dir, "packbench.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow("SELECT count(*) FROM events").Scan(&n); err != nil || n == 0 {
		t.Fatalf("%d events, %v", n, err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

// exhaust imports orders, ever fewer at a time, until not even one fits: the log of the database was given its room at the
// start, and what fits into it is rightly accepted on a full disk.
func (s *testStation) exhaust(t *testing.T) {
	t.Helper()
	file, imported := filepath.Join(s.files, "more.csv"), 0
	for _, size := range []int{500, 50, 1} {
		for fits := true; fits; {
			list := strings.Builder{}
			list.WriteString("order_id,seller_sku,quantity\n")
			for range size {
				imported++
				fmt.Fprintf(&list, "FULL-%d,MUG,1\n", imported)
			}
			s.write(t, file, list.String())
			_, err := s.command(t, "orders", "import", file).Output()
			if fits = err == nil; !fits && !strings.Contains(stderrOf(err), "the disk is full") {
				t.Fatalf("import on a full disk: %v: %s", err, stderrOf(err))
			}
			if imported > 50_000 {
				t.Fatal("a full disk was never noticed")
			}
		}
	}
}

// fill writes until nothing more fits.
func fill(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{1 << 20, 4096, 1} {
		for {
			_, err := f.Write(make([]byte, size))
			if errors.Is(err, syscall.ENOSPC) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}
