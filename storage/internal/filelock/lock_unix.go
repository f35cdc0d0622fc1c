//go:build unix

package filelock

import (
	"errors"
	"os"
	"syscall"
)

// TryLock takes the file for this process's handle; held reports that another handle has it.
func TryLock(f *os.File) (held bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return true, nil
	}
	return false, err
}
