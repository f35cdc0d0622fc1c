package storage

import (
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"packbench/fulfillment"
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

// Who only looks takes the turn if it is free, and gives way to whoever has it or waits for it.
func TestALookDoesNotWaitForItsTurn(t *testing.T) {
	var turn turns
	done, ok := turn.try()
	if !ok {
		t.Fatal("a free turn was not taken")
	}
	if _, ok := turn.try(); ok {
		t.Error("a turn was taken twice")
	}
	done()
	for _, take := range []func() func(){turn.scan, turn.other} {
		done := take()
		if _, ok := turn.try(); ok {
			t.Error("the turn of somebody who writes was taken")
		}
		done()
	}
}

// What is found is the same while somebody writes.
func TestAScanIsLookedUpWhileSomebodyWrites(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("576461413038785752", "MUG")
	pull(t, s, o)
	find := func() (fulfillment.Found, fulfillment.Order) {
		found, err := s.Find(t.Context(), string(o.ID), nil)
		if err != nil || found.Order == nil {
			t.Fatal(found, err)
		}
		order, err := s.Order(t.Context(), o.ID)
		if err != nil {
			t.Fatal(err)
		}
		return found, order
	}
	free, order := find()
	done := s.turn.other()
	busy, again := find()
	done()
	if !reflect.DeepEqual(free, busy) || !reflect.DeepEqual(order, again) {
		t.Errorf("%+v and %+v", free, busy)
	}
	// A look leaves no transaction behind: the next write works, and the next look sees it.
	o.Status = fulfillment.StatusCancelled
	o.UpdatedAt = o.UpdatedAt.Add(time.Hour)
	pull(t, s, o)
	if _, order := find(); order.Status != fulfillment.StatusCancelled {
		t.Errorf("status %s", order.Status)
	}
}
