//go:build windows && cgo

package usb

import "testing"

// TestListOnWindows: the system tells what is plugged in, and each device once.
func TestListOnWindows(t *testing.T) {
	all, err := List()
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
