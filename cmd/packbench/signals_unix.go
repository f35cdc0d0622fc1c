//go:build !windows

package main

import (
	"os"
	"syscall"
)

// interruptSelf sends the program the signal that a person sends with Ctrl-C.
func interruptSelf() error { return syscall.Kill(os.Getpid(), syscall.SIGINT) }
