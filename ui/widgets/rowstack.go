package widgets

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// RowStack lays rows of one height under one another and knows how many fit. It is no list widget on purpose: those take
// the keyboard focus when they are touched, and a scanner's keys with it.
type RowStack struct {
	Object  *fyne.Container
	Resized func() // called when another number of rows fits; may be nil

	height float32
	room   float32
}

// NewRowStack returns an empty stack for rows of a height.
func NewRowStack(height float32) *RowStack {
	r := &RowStack{height: height}
	r.Object = container.New(r)
	return r
}

// Fits is how many rows there is room for, at least one.
func (r *RowStack) Fits() int { return max(1, int(math.Floor(float64(r.room/r.height)))) }

// Whole is how many rows are seen whole; none in a place that is too low for one.
func (r *RowStack) Whole() int { return int(math.Floor(float64(r.room / r.height))) }

// Layout implements fyne.Layout.
func (r *RowStack) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	before := r.Whole()
	r.room = size.Height
	for i, o := range objects {
		o.Move(fyne.NewPos(0, float32(i)*r.height))
		o.Resize(fyne.NewSize(size.Width, r.height))
	}
	if r.Whole() != before && r.Resized != nil {
		r.Resized()
	}
}

// MinSize implements fyne.Layout.
func (r *RowStack) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, r.height) }

// ShowOnly shows o or hides it and reports whether that was a change.
func ShowOnly(o fyne.CanvasObject, on bool) bool {
	if o.Visible() == on {
		return false
	}
	if on {
		o.Show()
	} else {
		o.Hide()
	}
	return true
}
