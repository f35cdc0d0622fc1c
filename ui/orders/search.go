package orders

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// SearchField is a text field that a scanner may type into: Enter and Tab both hand its words to Submit and empty it, and
// the group separator of GS1 codes is kept. A space is a space.
type SearchField struct {
	widget.Entry
	Submit func(code string)
}

var _ fyne.Tabbable = (*SearchField)(nil)

// NewSearchField returns an empty field.
func NewSearchField(hint string, changed func(string), submit func(string)) *SearchField {
	f := &SearchField{Submit: submit}
	f.PlaceHolder = hint
	f.OnChanged = changed
	f.OnSubmitted = func(string) { f.hand() }
	f.ExtendBaseWidget(f)
	return f
}

// AcceptsTab implements fyne.Tabbable: a Tab is a scanner's suffix here.
func (f *SearchField) AcceptsTab() bool { return true }

// TypedKey implements fyne.Focusable.
func (f *SearchField) TypedKey(ev *fyne.KeyEvent) {
	if ev.Name == fyne.KeyTab {
		f.hand()
		return
	}
	f.Entry.TypedKey(ev)
}

// TypedShortcut implements fyne.Shortcutable.
func (f *SearchField) TypedShortcut(s fyne.Shortcut) {
	if c, ok := s.(*desktop.CustomShortcut); ok && c.KeyName == fyne.KeyRightBracket && c.Modifier == fyne.KeyModifierControl {
		f.TypedRune(0x1D)
		return
	}
	f.Entry.TypedShortcut(s)
}

func (f *SearchField) hand() {
	words := f.Text
	f.SetText("")
	if words != "" && f.Submit != nil {
		f.Submit(words)
	}
}
