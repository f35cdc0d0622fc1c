package ui

import "fyne.io/fyne/v2"

// do runs f on the screen's goroutine, later and in order. It is the only crossing: whatever another goroutine wants to
// show goes through here. Called on the screen's own goroutine it still runs f on a later turn of the event loop, which
// gate.go relies on.
//
// Once the window is closed f is dropped: the toolkit would run it at once on the caller's goroutine, beside others.
func (w *Window) do(f func()) {
	if w.closed.Load() {
		return
	}
	fyne.Do(func() {
		if !w.closed.Load() {
			f()
		}
	})
}
