package manual

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// lines is Markdown that knows where its lines are.
type lines struct {
	widget.RichText
	drawn fyne.WidgetRenderer
}

func newLines() *lines {
	l := &lines{}
	l.Scroll = fyne.ScrollNone // the page scrolls
	l.ExtendBaseWidget(l)
	return l
}

// CreateRenderer implements fyne.Widget.
func (l *lines) CreateRenderer() fyne.WidgetRenderer {
	l.drawn = l.RichText.CreateRenderer()
	return l.drawn
}

// cut is how much of a line stands above an edge at y whose rest is below it; of none that would be more than most.
func (l *lines) cut(y, most float32) float32 {
	if l.drawn == nil {
		return 0
	}
	over := float32(0)
	for _, o := range l.drawn.Objects() {
		if _, is := o.(*canvas.Text); !is {
			continue
		}
		top, high := o.Position().Y, o.MinSize().Height
		if top < y-1 && top+high > y+1 && y-top < most {
			over = max(over, y-top)
		}
	}
	return over
}
