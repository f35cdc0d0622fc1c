package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Touch is a place that is touched; like every button here it takes no focus and knows no keys.
type Touch struct {
	widget.BaseWidget
	inner fyne.CanvasObject
	tap   func()
}

// NewTouch makes inner a place to be touched.
func NewTouch(inner fyne.CanvasObject, tap func()) *Touch {
	t := &Touch{inner: inner, tap: tap}
	t.ExtendBaseWidget(t)
	return t
}

// Tapped implements fyne.Tappable.
func (t *Touch) Tapped(*fyne.PointEvent) { t.tap() }

// CreateRenderer implements fyne.Widget.
func (t *Touch) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.inner) }
