//go:build unix

package serialport

import (
	"os"
	"syscall"
	"time"
)

// openWriter opens a port for writes that can be broken off; nil where the system cannot. That the port is missing or used is
// said by the library's opening.
func openWriter(port string) *os.File {
	f, err := os.OpenFile(port, os.O_WRONLY|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	if err := f.SetWriteDeadline(time.Time{}); err != nil {
		_ = f.Close()
		return nil
	}
	return f
}
