package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// A screen that was hidden for over a minute gets new renderers from the toolkit, and no new layout.
func TestANewRendererStillHasItsWords(t *testing.T) {
	test.NewTempApp(t)
	words := NewText(20, false, Navy)
	words.Set("Hold")
	words.Resize(fyne.NewSize(200, 40))
	again := words.CreateRenderer()
	if o := again.Objects(); len(o) != 1 || o[0].(*canvas.Text).Text != "Hold" {
		t.Fatalf("a second renderer draws %v", o)
	}
}
