package syncer_test

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// standBack gives this process a processor only where no other wants it. Threads that are made later inherit it.
func standBack() error {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, task := range tasks {
		tid, err := strconv.Atoi(task.Name())
		if err != nil {
			return err
		}
		if err := unix.SchedSetAttr(tid, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}, 0); err != nil {
			return err
		}
	}
	return nil
}
