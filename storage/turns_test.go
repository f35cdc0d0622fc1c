package storage

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// However many writers wait, a scan waits for the one that is under way: at most one more begins between the look at the count
// and its place at the door. None of them writes at once.
func TestAScanGoesBeforeOtherWriters(t *testing.T) {
	var turn turns
	var inside, begun atomic.Int32
	var all sync.WaitGroup
	var stop atomic.Bool
	write := func(enter func() func()) (first int32) {
		done := enter()
		defer done()
		if inside.Add(1) > 1 {
			t.Error("two write at once")
		}
		first = begun.Add(1)
		time.Sleep(time.Millisecond)
		inside.Add(-1)
		return first
	}
	for range 30 {
		all.Go(func() {
			for !stop.Load() {
				write(turn.other)
			}
		})
	}
	for range 50 {
		time.Sleep(3 * time.Millisecond)
		seen := begun.Load()
		if others := write(turn.scan) - seen - 1; others > 1 {
			t.Errorf("a scan let %d others go first", others)
		}
	}
	stop.Store(true)
	all.Wait()
}
