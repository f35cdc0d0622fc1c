//go:build unix

package main

import (
	"os"
	"syscall"
)

// runAgain puts a new program in the place of this one.
func runAgain(program string) error { return syscall.Exec(program, os.Args, os.Environ()) }
