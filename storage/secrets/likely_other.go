//go:build !linux

package secrets

// keyStoreLikely: Windows and macOS always have one.
func keyStoreLikely() bool { return true }
