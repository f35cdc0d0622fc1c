package main

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// checkDisk warns below 2 GB: photos are refused before scans are.
func checkDisk(dir string) check {
	var free uint64
	path, err := windows.UTF16PtrFromString(dir)
	if err == nil {
		err = windows.GetDiskFreeSpaceEx(path, &free, nil, nil)
	}
	if err != nil {
		return check{"disk", "warn", "free space is not known: " + err.Error()}
	}
	state := "ok"
	if free < 2e9 {
		state = "warn"
	}
	return check{"disk", state, fmt.Sprintf("%d MB free", free/1e6)}
}
