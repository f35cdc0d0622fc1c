package storage

import (
	"os"
	"syscall"
)

// flushData is the least that makes what was written into a file durable. SQLite calls fsync, which is as fast here.
func flushData(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
