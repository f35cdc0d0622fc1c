package ui

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2/canvas"

	"packbench/fulfillment/station"
)

// gate shows views one after the other and tells when a verdict has truly been on the screen.
//
// Invariants:
//   - The station has committed a view before it reaches show; the gate never makes up, merges or reorders verdicts.
//   - A view with a new VerdictSeq is applied only after the frame of the one before it was painted. So every verdict is
//     drawn, and drawn is called once for each, in order. Views without a new verdict replace one another.
//   - "Painted" is told by the beacon: a picture of one dot, the last object inside the verdict banner, whose generator
//     the painter calls while it draws the frame in which the banner was redrawn. The generator runs in the middle of a
//     frame; drawn is therefore called on a later turn of the event loop, after that frame was handed to the display.
//   - A window that is not painted (minimised, no display) calls nothing: no trace line claims what nobody could see.
//     Then at most maxWaiting verdicts wait. Beyond that the oldest is passed over on the screen, and drawn is called for
//     it together with the next one that is painted, so that no line is ever missing or out of order.
//
// All fields belong to the screen's goroutine.
type gate struct {
	apply   func(station.View)     // puts a view on the screen
	drawn   func(station.View)     // after the frame; may be nil
	first   func()                 // once, after the first painted frame
	waiting []station.View         // not applied yet, oldest first
	passed  []station.View         // passed over, to be told with the next
	current *station.View          // applied, its frame not painted yet
	seq     uint64                 // VerdictSeq of the last view applied
	beacon  *canvas.Raster         // one dot
	dot     *image.NRGBA           // what the generator returns
	later   func(func())           // runs on a later turn of the event loop
	refresh func(r *canvas.Raster) // asks for a new frame with a new dot
	painted bool                   // some frame has been painted
}

const maxWaiting = 64

func newGate(apply, drawn func(station.View), first func(), later func(func())) *gate {
	g := &gate{apply: apply, drawn: drawn, first: first, later: later, refresh: func(r *canvas.Raster) { r.Refresh() }}
	g.dot = image.NewNRGBA(image.Rect(0, 0, 1, 1))
	g.dot.Set(0, 0, color.Transparent)
	g.beacon = canvas.NewRaster(g.generate)
	return g
}

// show applies v now, or once the verdict before it has been painted.
func (g *gate) show(v station.View) {
	if n := len(g.waiting); n > 0 && g.waiting[n-1].VerdictSeq == v.VerdictSeq {
		g.waiting[n-1] = v
		return
	}
	if g.current != nil && v.VerdictSeq != g.seq {
		g.waiting = append(g.waiting, v)
		if len(g.waiting) > maxWaiting {
			g.passed = append(g.passed, g.waiting[0])
			g.waiting = g.waiting[1:]
		}
		return
	}
	if len(g.waiting) > 0 { // an older view that came late: what waits is newer
		return
	}
	g.put(v)
}

func (g *gate) put(v station.View) {
	g.apply(v)
	if v.VerdictSeq == g.seq {
		return
	}
	g.seq = v.VerdictSeq
	if v.Verdict != nil {
		g.current = &v
		g.refresh(g.beacon)
	}
}

// generate is called by the painter, in the middle of a frame.
func (g *gate) generate(int, int) image.Image {
	if !g.painted {
		g.painted = true
		g.later(g.first)
	}
	if g.current != nil {
		seq := g.current.VerdictSeq
		g.later(func() { g.after(seq) })
	}
	return g.dot
}

// after is called once the frame with verdict seq has been handed to the display. The painter may have drawn the same
// verdict twice by then; only the first counts.
func (g *gate) after(seq uint64) {
	if g.current == nil || g.current.VerdictSeq != seq {
		return
	}
	v := *g.current
	g.current = nil
	if g.drawn != nil {
		for len(g.passed) > 0 && g.passed[0].VerdictSeq < seq {
			g.drawn(g.passed[0])
			g.passed = g.passed[1:]
		}
		g.drawn(v)
	}
	for len(g.waiting) > 0 && g.current == nil {
		next := g.waiting[0]
		g.waiting = g.waiting[1:]
		g.put(next)
	}
}
