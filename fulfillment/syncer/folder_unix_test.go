//go:build unix

package syncer_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestFolderLeavesAPipeAlone: nobody waits for what is written into it, and the labels beside it are taken.
func TestFolderLeavesAPipeAlone(t *testing.T) {
	dir, f := folder(t)
	a, b := f.seller(0), f.seller(1)
	pipe := filepath.Join(dir, string(a.ID)+".pdf")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	name := string(b.ID) + ".pdf"
	put(t, dir, name, tinyPDF)
	f.until(name+" is done", exists(dir, "done", name))
	put(t, dir, "1.pdf", "")
	f.until("a later one is refused", exists(dir, "refused", "1.pdf.txt")) // longer than a file waits
	if info, err := os.Lstat(pipe); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("%v, %v", info, err)
	}
}
