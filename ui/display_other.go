//go:build !linux

package ui

// CheckDisplay reports whether a window can be opened. Here the system says so only when it is tried: wait for
// Window.Ready.
func CheckDisplay() error { return nil }
