//go:build !linux

package camera

// Found is one camera of this computer.
type Found struct{ Device, Name string }

// List names none: only cameras on the network can be used on this system.
func List() []Found { return nil }
