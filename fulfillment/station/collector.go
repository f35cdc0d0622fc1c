package station

import "os"

// ballast counts as memory in use, and the collector of garbage comes when there is as much garbage as memory in use. Nothing is ever
// written into it, so that it takes address space only; what it allows for is as much garbage.
var ballast []byte

const ballastSize = 32 << 20 // bytes

// CollectRarely makes the collector of garbage come a fifth as often while little is in use, for at most 32 MB of memory: it takes every
// processor of a small computer for 2 ms, and a scan that meets it waits. A share (GOGC) would do the same, and take a multiple of what a
// camera's pictures need. A program that has a bench calls it once at its start. GOGC, where set, counts.
func CollectRarely() {
	if os.Getenv("GOGC") == "" {
		ballast = make([]byte, ballastSize)
	}
}
