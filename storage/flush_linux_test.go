package storage

import (
	"os"
	"syscall"
)

// flushData is what SQLite calls at a commit.
func flushData(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
