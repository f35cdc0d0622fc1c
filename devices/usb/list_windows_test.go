//go:build windows && cgo

package usb

import (
	"errors"
	"syscall"
	"testing"

	"packbench/devices"
)

// TestListOnWindows: the system tells what is plugged in, and each device once.
func TestListOnWindows(t *testing.T) {
	all, err := List()
	if syscall.NewLazyDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil && errors.Is(err, devices.ErrUnsupported) {
		t.Skip("Wine 8 has no CM_Get_Device_Interface_PropertyW, without which hidapi does not start:", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	seen := map[ID]bool{}
	for _, f := range all {
		if seen[f.ID] || len(f.Interfaces) == 0 {
			t.Errorf("twice, or without an interface: %+v", f)
		}
		seen[f.ID] = true
		t.Logf("%+v", f)
	}
}
