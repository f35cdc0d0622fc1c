//go:build unix

package main

import (
	"fmt"
	"syscall"
)

// checkDisk warns below 2 GB: photos are refused before scans are.
func checkDisk(dir string) check {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return check{"disk", "warn", "free space is not known: " + err.Error()}
	}
	free := uint64(st.Bavail) * uint64(st.Bsize) / 1e6
	k := check{"disk", "ok", fmt.Sprintf("%d MB free", free)}
	switch {
	case free < 200:
		k = check{"disk", "fail", fmt.Sprintf("only %d MB free; make room now, or scans will be refused", free)}
	case free < 2000:
		k = check{"disk", "warn", fmt.Sprintf("only %d MB free; make room soon", free)}
	}
	return k
}
