package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestPDFiumCacheIsTheUsersAndPrivate(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the cache folder is set in another way here")
	}
	base, data := t.TempDir(), t.TempDir()
	t.Setenv("XDG_CACHE_HOME", base)
	want := filepath.Join(base, "packbench", "pdfium")
	if err := os.MkdirAll(want, 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := pdfiumCache(data); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	for _, dir := range []string{want, filepath.Dir(want)} {
		if st, err := os.Stat(dir); err != nil || st.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", dir, st.Mode(), err)
		}
	}
	if left, err := os.ReadDir(want); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	// Where it cannot be made, the data folder has it.
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, no := range []string{file, "relative"} {
		t.Setenv("XDG_CACHE_HOME", no)
		if got := pdfiumCache(data); got != filepath.Join(data, "cache", "pdfium") {
			t.Errorf("%s: got %s", no, got)
		}
	}
}
