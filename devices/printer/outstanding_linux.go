package printer

import (
	"net"
	"syscall"
	"unsafe"
)

// outstanding is how many bytes the system holds that the other side has not acknowledged (SIOCOUTQ, tcp(7)).
func outstanding(c net.Conn) (n int, ok bool) {
	sc, is := c.(syscall.Conn)
	if !is {
		return 0, false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return 0, false
	}
	var left int32
	var errno syscall.Errno
	err = raw.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCOUTQ, uintptr(unsafe.Pointer(&left)))
	})
	return int(left), err == nil && errno == 0
}
