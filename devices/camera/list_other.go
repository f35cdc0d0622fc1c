//go:build !linux && !windows

package camera

import "image"

// List names none: only cameras on the network can be used on this system.
func List() []Found { return nil }

// Sizes names none.
func Sizes(string) []image.Point { return nil }
