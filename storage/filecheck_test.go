package storage

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"packbench/fulfillment/station"
)

// TestMissingFilesAreFound: a label and a photo that rows name must be there; what was wiped on its clock need not.
func TestMissingFilesAreFound(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	o := testOrder("1", "MUG")
	pull(t, s, o)
	label, err := s.StoreLabel(t.Context(), "P1", []byte("%PDF label"), "")
	if err != nil {
		t.Fatal(err)
	}
	photo, err := s.Put(t.Context(), []byte("\xff\xd8 photo"))
	if err != nil {
		t.Fatal(err)
	}
	record(t, s, station.Commit{Photo: &station.Photo{Hash: photo, Manifest: "M", OrderID: "1", PackageID: "P1", TakenAt: t0}})
	check := func(what string, known, missing int, linked bool) {
		t.Helper()
		r, err := s.CheckFiles(t.Context())
		if err != nil || r.Known != known || len(r.Missing) != missing || r.Linked != linked {
			t.Errorf("%s: got %+v, %v", what, r, err)
		}
	}
	check("all there", 2, 0, false)
	name, _ := filePath(label)
	kept, err := os.ReadFile(filepath.Join(dir, filesDir, name))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []error{os.Remove(filepath.Join(dir, filesDir, name)), os.Mkdir(filepath.Join(dir, filesDir, name), 0o700)} {
		if step != nil {
			t.Fatal(step)
		}
		check("without the label, then with a folder of its name", 2, 1, false)
	}
	if err := os.Remove(filepath.Join(dir, filesDir, name)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, filesDir, name), kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.one.conn.ExecContext(t.Context(), "UPDATE photos SET wiped_at = 1"); err != nil {
		t.Fatal(err)
	}
	if err := s.files.remove(photo); err != nil {
		t.Fatal(err)
	}
	check("a photo wiped on its clock", 1, 0, false)
	if runtime.GOOS == "windows" {
		return // a folder in use cannot be moved away
	}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(filepath.Join(dir, filesDir), elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(dir, filesDir)); err != nil {
		t.Skip("this system makes no links here:", err)
	}
	check("a link to the folder", 1, 0, true)
}
