//go:build !linux

package storage

import "os"

func flushData(f *os.File) error { return f.Sync() }
