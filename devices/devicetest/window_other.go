//go:build !unix

package devicetest

import "syscall"

// smallWindow leaves the system's receive buffer: a stuck printer then takes more than a real one would.
func smallWindow(_, _ string, _ syscall.RawConn) error { return nil }
