package handoff

import (
	"context"
	"image"
	"time"

	"fyne.io/fyne/v2"
)

// Live is the live picture of a camera, for other screens. Object, Picture and Visible belong to the screen's goroutine.
type Live struct{ view *liveView }

// NewLive returns a live picture that draws only while it is visible; f may be nil.
func NewLive(f Frames) *Live { return &Live{newLiveView(f)} }

// Object is what is laid out.
func (l *Live) Object() fyne.CanvasObject { return l.view.object }

// Picture is what is drawn now; nil before the first one.
func (l *Live) Picture() image.Image { return l.view.picture.Image }

// Visible tells whether the picture is in sight; out of sight it costs nothing.
func (l *Live) Visible(on bool) { l.view.visible.Store(on) }

// Run draws until ctx ends; post runs a function on the screen's goroutine.
func (l *Live) Run(ctx context.Context, post func(func()), now func() time.Time) {
	l.view.run(ctx, post, now)
}
