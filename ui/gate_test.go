package ui

import (
	"fmt"
	"slices"
	"testing"

	"fyne.io/fyne/v2/canvas"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// screen stands in for the display: a frame draws the beacon only if it was asked for, and later functions run after it.
type screen struct {
	gate  *gate
	log   []string
	queue []func()
	dirty bool
}

func newScreen() *screen {
	s := &screen{}
	note := func(word string) func(station.View) {
		return func(v station.View) { s.log = append(s.log, fmt.Sprintf("%s %d", word, v.VerdictSeq)) }
	}
	s.gate = newGate(note("apply"), note("drawn"), func() { s.log = append(s.log, "ready") },
		func(f func()) { s.queue = append(s.queue, f) })
	s.gate.refresh = func(*canvas.Raster) { s.dirty = true }
	return s
}

func (s *screen) frame() {
	if s.dirty {
		s.dirty = false
		s.gate.beacon.Generator(1, 1)
	}
}

func (s *screen) turn() {
	queue := s.queue
	s.queue = nil
	for _, f := range queue {
		f()
	}
}

func judged(seq uint64) station.View {
	return station.View{VerdictSeq: seq, Verdict: &fulfillment.Verdict{Code: fulfillment.ItemOK}}
}

func (s *screen) want(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(s.log, want) {
		t.Errorf("got  %q\nwant %q", s.log, want)
	}
}

func TestDrawnOnlyAfterTheFrame(t *testing.T) {
	s := newScreen()
	s.gate.show(judged(1))
	s.turn()
	s.want(t, "apply 1") // not painted: not drawn
	s.frame()
	s.want(t, "apply 1") // in the middle of the frame: not yet
	s.turn()
	s.want(t, "apply 1", "ready", "drawn 1")
	s.dirty = true // the same verdict painted again
	s.frame()
	s.turn()
	s.want(t, "apply 1", "ready", "drawn 1")
}

func TestEveryVerdictGetsItsFrame(t *testing.T) {
	s := newScreen()
	for seq := range uint64(3) {
		s.gate.show(judged(seq + 1))
	}
	s.want(t, "apply 1")
	for range 3 {
		s.frame()
		s.turn()
	}
	s.want(t, "apply 1", "ready", "drawn 1", "apply 2", "drawn 2", "apply 3", "drawn 3")
}

func TestViewsWithoutNewVerdictReplaceOneAnother(t *testing.T) {
	s := newScreen()
	s.gate.show(judged(1))
	s.gate.show(judged(1)) // the weight moved: shown at once, counted once
	s.gate.show(judged(2))
	later := judged(2)
	later.Err = "newest"
	s.gate.show(later)
	s.frame()
	s.turn()
	s.frame()
	s.turn()
	s.want(t, "apply 1", "apply 1", "ready", "drawn 1", "apply 2", "drawn 2")
	if s.gate.seq != 2 {
		t.Errorf("seq %d", s.gate.seq)
	}
	s.gate.show(station.View{VerdictSeq: 2})
	s.want(t, "apply 1", "apply 1", "ready", "drawn 1", "apply 2", "drawn 2", "apply 2")
}

func TestMinimisedWindowClaimsNothingAndLosesNothing(t *testing.T) {
	s := newScreen()
	const n = maxWaiting + 40
	for seq := range uint64(n) {
		s.gate.show(judged(seq + 1))
		s.turn()
	}
	s.want(t, "apply 1")
	for range n + 5 {
		s.frame()
		s.turn()
	}
	var drawn []string
	for _, line := range s.log {
		if line[:5] == "drawn" {
			drawn = append(drawn, line)
		}
	}
	if len(drawn) != n {
		t.Fatalf("%d of %d verdicts were told", len(drawn), n)
	}
	for i, line := range drawn {
		if line != fmt.Sprintf("drawn %d", i+1) {
			t.Fatalf("line %d is %q", i, line)
		}
	}
}
