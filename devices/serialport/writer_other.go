//go:build !unix

package serialport

import "os"

// openWriter returns nil: the library's own writes end by themselves here, or with Close.
func openWriter(string) *os.File { return nil }
