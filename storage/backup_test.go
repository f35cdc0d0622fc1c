package storage

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// A backup taken while scans are committed is whole, and restoring it brings everything back.
func TestBackupWhileTheBenchWorksAndRestore(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	o := testOrder("100", "MUG")
	pull(t, s, o)
	label, err := s.StoreLabel(t.Context(), "P100", []byte("%PDF-label"), "T1")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 600 { // more than one slice of pages
		record(t, s, station.Commit{Events: []fulfillment.EventDraft{{Kind: fulfillment.EventItemScanned, OrderID: "100", Scan: strings.Repeat("x", 2000), Body: map[string]int{"n": i}}}})
	}
	work, stop := context.WithCancel(t.Context())
	scans := make(chan int)
	go func() {
		n := 0
		for work.Err() == nil {
			if err := s.Record(t.Context(), station.Commit{Station: "PACK-01", At: t0, Events: event(fulfillment.EventItemScanned, o)}); err != nil {
				t.Error(err)
			}
			n++
		}
		scans <- n
	}()
	file := filepath.Join(t.TempDir(), "packbench.backup")
	err = s.Backup(t.Context(), file, "")
	stop()
	if n := <-scans; n == 0 {
		t.Error("no scan was recorded during the backup")
	}
	if err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); len(left) > 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := Restore(t.Context(), file, dir); !errors.Is(err, ErrInUse) {
		t.Errorf("restore under an open window: got %v, want %v", err, ErrInUse)
	}
	record(t, s, station.Commit{Events: event(fulfillment.EventApplied, o)}) // after the backup: in the replaced data only
	total, err := s.VerifyChain(t.Context(), "PACK-01")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	done, err := Restore(t.Context(), file, dir)
	kept := done.Kept
	if err != nil || kept == "" || done.Config != "" {
		t.Fatalf("Restore: got %+v, %v", done, err)
	}
	s = openTest(t, dir)
	n, err := s.VerifyChain(t.Context(), "PACK-01")
	if err != nil || n < 600 || n >= total {
		t.Errorf("restored events: got %d of %d, %v", n, total, err)
	}
	if data, err := s.Get(t.Context(), label); string(data) != "%PDF-label" || err != nil {
		t.Errorf("restored label: got %q, %v", data, err)
	}
	record(t, s, station.Commit{Events: event(fulfillment.EventItemScanned, o)}) // the chain goes on
	old := openTest(t, kept)
	if m, err := old.VerifyChain(t.Context(), "PACK-01"); m != total || err != nil {
		t.Errorf("replaced data: got %d events, %v, want %d", m, err, total)
	}
}

func TestRestoreIntoAnEmptyFolder(t *testing.T) {
	s := openTest(t, t.TempDir())
	pull(t, s, testOrder("100", "MUG"))
	file := filepath.Join(t.TempDir(), "b")
	if err := s.Backup(t.Context(), file, ""); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "new")
	if done, err := Restore(t.Context(), file, dir); done != (Restored{}) || err != nil {
		t.Fatalf("got %+v, %v", done, err)
	}
	mustOrder(t, openTest(t, dir), "100")
}

func TestRestoreRefusesADamagedBackupAndTouchesNothing(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG")
	pull(t, s, o)
	record(t, s, station.Commit{Events: event(fulfillment.EventItemScanned, o)})
	if _, err := s.StoreLabel(t.Context(), "P100", []byte("%PDF-label"), ""); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "b")
	config := filepath.Join(t.TempDir(), configName)
	if err := os.WriteFile(config, []byte("[station]\nid = \"PACK-01\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), file, config); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flip := func(marker string) []byte {
		data := bytes.Clone(whole)
		i := bytes.Index(data, []byte(marker))
		if i < 0 {
			t.Fatalf("no %q in the backup", marker)
		}
		data[i+len(marker)-1] ^= 1
		return data
	}
	cases := map[string][]byte{
		"cut short":                  whole[:len(whole)/2],
		"empty":                      {},
		"something else":             []byte("hello"),
		"a bit in the database":      flip("SQLite format 3\x00\x10\x00\x02"),
		"a bit in a label":           flip("%PDF-label"),
		"a file left out":            rezip(t, whole, func(name string, data []byte) []byte { return keepIf(!strings.HasPrefix(name, "files/"), data) }),
		"a bit in the configuration": flip("[station"),
		"the configuration left out": rezip(t, whole, func(name string, data []byte) []byte { return keepIf(name != configName, data) }),
		"another configuration": rezip(t, whole, func(name string, data []byte) []byte {
			return replaceIf(name == configName, data, []byte("[station]\nid = \"PACK-66\"\n"))
		}),
		"no database":            rezip(t, whole, func(name string, data []byte) []byte { return keepIf(name != dbName, data) }),
		"a database not of ours": rezip(t, whole, func(name string, data []byte) []byte { return replaceIf(name == dbName, data, []byte("text")) }),
		"an event changed, checksums right": rezip(t, whole, func(name string, data []byte) []byte {
			return replaceIf(name == dbName, data, bytes.ReplaceAll(data, []byte("item_scanned"), []byte("item_scannex")))
		}),
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			mine := openTest(t, dir)
			pull(t, mine, testOrder("mine", "MUG"))
			if err := mine.Close(); err != nil {
				t.Fatal(err)
			}
			bad := filepath.Join(t.TempDir(), "bad")
			if err := os.WriteFile(bad, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if done, err := Restore(t.Context(), bad, dir); !errors.Is(err, ErrBadBackup) || done != (Restored{}) {
				t.Errorf("got %+v, %v, want %v", done, err, ErrBadBackup)
			}
			mustOrder(t, openTest(t, dir), "mine")
			if left, err := filepath.Glob(filepath.Join(dir, ".restore*")); len(left) > 0 || err != nil {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func keepIf(keep bool, data []byte) []byte {
	if keep {
		return data
	}
	return nil
}

func replaceIf(replace bool, data, with []byte) []byte {
	if replace {
		return with
	}
	return data
}

// rezip makes a zip with right checksums in which edit has changed the parts; nil leaves a part out.
func rezip(t *testing.T, whole []byte, edit func(name string, data []byte) []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if data = edit(f.Name, data); data == nil {
			continue
		}
		part, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A damaged database is the very reason to restore: it must not stand in the way.
func TestRestoreOverADamagedDatabase(t *testing.T) {
	s := openTest(t, t.TempDir())
	pull(t, s, testOrder("100", "MUG"))
	file := filepath.Join(t.TempDir(), "b")
	if err := s.Backup(t.Context(), file, ""); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, dbName), []byte(strings.Repeat("broken ", 2000)), 0o600); err != nil {
		t.Fatal(err)
	}
	done, err := Restore(t.Context(), file, dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(done.Kept, dbName)); err != nil {
		t.Errorf("the damaged file was not kept: %v", err)
	}
	mustOrder(t, openTest(t, dir), "100")
}

// The configuration comes back where there is none, lies beside where there is another, and holds no password.
func TestBackupHoldsTheConfiguration(t *testing.T) {
	s := openTest(t, t.TempDir())
	pull(t, s, testOrder("100", "MUG"))
	config, file := filepath.Join(t.TempDir(), "bench.toml"), filepath.Join(t.TempDir(), "b")
	const text = "[shop]\napp_key = \"k1\"\napp_secret = \"HIDE-1\"\n[[camera]]\nurl = \"rtsp://dock:HIDE-2@10.0.0.9/live\"\n"
	const kept = "[shop]\napp_key = \"k1\"\napp_secret = \"\" # left out of the backup\n[[camera]]\nurl = \"rtsp://dock:@10.0.0.9/live\"\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), file, config); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(file); err != nil || bytes.Contains(data, []byte("HIDE")) {
		t.Errorf("a password is in the backup, %v", err)
	}
	dir := filepath.Join(t.TempDir(), "new")
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		}
		return string(data)
	}
	if done, err := Restore(t.Context(), file, dir); err != nil || done.Config != configName || read(configName) != kept {
		t.Errorf("where there is none: got %+v, %v, %q", done, err, read(configName))
	}
	if done, err := Restore(t.Context(), file, dir); err != nil || done.Config != "" || done.Kept == "" {
		t.Errorf("where it is the same: got %+v, %v", done, err)
	}
	const mine = "[station]\nid = \"MINE\"\n"
	if err := os.WriteFile(filepath.Join(dir, configName), []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if done, err := Restore(t.Context(), file, dir); err != nil || done.Config != configBeside || read(configBeside) != kept || read(configName) != mine {
			t.Errorf("where there is another: got %+v, %v", done, err)
		}
	}
	if err := s.Backup(t.Context(), file, filepath.Join(dir, "none.toml")); err != nil {
		t.Fatal(err)
	}
	if done, err := Restore(t.Context(), file, t.TempDir()); err != nil || done.Config != "" {
		t.Errorf("a station without a configuration: got %+v, %v", done, err)
	}
	if err := s.Backup(t.Context(), file, dir); err == nil {
		t.Error("a folder for a configuration: got no error")
	}
}
