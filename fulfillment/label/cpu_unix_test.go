//go:build unix

package label

import (
	"syscall"
	"time"
)

// cpuTime is the processor time of this process so far: unlike the clock it does not count what other programs take.
func cpuTime() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
