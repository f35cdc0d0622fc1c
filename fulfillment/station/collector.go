package station

import (
	"os"
	"runtime/debug"
)

// collectAt is how much garbage there may be, in percent of what is in use, before it is collected (debug.SetGCPercent; Go's own is 100).
const collectAt = 400

// CollectRarely makes the collector of garbage come a quarter as often, for some tens of megabytes more memory: it takes every processor of
// a small computer for 2 ms, and a scan that meets it waits. A program that has a bench calls it once at its start. GOGC, where set, counts.
func CollectRarely() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
}
