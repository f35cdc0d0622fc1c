package orders

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// What tells a scanner from fingers.
const (
	// scanPace is the longest mean time a character takes in a scan; the fastest typists need twice that.
	scanPace = 35 * time.Millisecond
	// scanMin is the fewest characters of a scan.
	scanMin = 3
	// scanIdle: after a silence that long something new begins.
	scanIdle = 700 * time.Millisecond
)

// SearchField is a text field that a scanner may type into. Enter and Tab end both a scan and a word typed by a person; the
// pace of the keys tells which it was. A scan is handed to Submit and leaves the field as it was before; a word stays, and
// Entered is called. The group separator of GS1 codes is kept. A space is a space.
//
// Keys reach the program in batches, so single gaps mean nothing and only the mean pace counts. A scan that the screen
// tore apart is put together again; a person who typed at a scanner's pace would have to type 30 characters a second.
type SearchField struct {
	widget.Entry
	Submit  func(code string)
	Entered func()

	now    func() time.Time
	keys   []rune        // of what is being typed now
	spent  time.Duration // on keys, long silences left out
	last   time.Time
	before string // the field's words when keys began
	fresh  bool   // just touched: the next character begins anew
	human  bool   // a key that no scanner sends was among them
}

var _ fyne.Tabbable = (*SearchField)(nil)

// NewSearchField returns an empty field.
func NewSearchField(hint string, now func() time.Time, changed, submit func(string)) *SearchField {
	f := &SearchField{Submit: submit, now: now}
	f.PlaceHolder = hint
	f.OnChanged = changed
	f.ExtendBaseWidget(f)
	return f
}

// Clear empties the field and forgets what was being typed.
func (f *SearchField) Clear() {
	f.keys = nil
	if f.Text != "" {
		f.SetText("")
	}
}

// AcceptsTab implements fyne.Tabbable: a Tab is a scanner's suffix here.
func (f *SearchField) AcceptsTab() bool { return true }

// FocusGained implements fyne.Focusable. Who touches the field looks for something else: what stood there is replaced by
// the first character, unless it is edited with the keys for that.
func (f *SearchField) FocusGained() {
	if f.now().Sub(f.last) > scanIdle { // not the focus that flickers in the middle of a scan
		f.fresh, f.keys = true, nil
	}
	f.Entry.FocusGained()
}

// TypedRune implements fyne.Focusable.
func (f *SearchField) TypedRune(r rune) {
	now := f.now()
	gap := now.Sub(f.last)
	switch {
	case len(f.keys) == 0 || gap > scanIdle && !f.scanned():
		f.keys, f.spent, f.before, f.human = nil, 0, f.Text, false
		if f.fresh && f.Text != "" {
			f.SetText("")
		}
		f.fresh = false
	case gap <= scanIdle:
		f.spent += gap
	}
	f.keys = append(f.keys, r)
	f.Entry.TypedRune(r)
	f.last = f.now() // the time that the field itself took, long on a loaded computer, is nobody's pace
}

// TypedKey implements fyne.Focusable.
func (f *SearchField) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyTab, fyne.KeyReturn, fyne.KeyEnter:
		f.end()
		return
	case fyne.KeyBackspace, fyne.KeyDelete, fyne.KeyLeft, fyne.KeyRight, fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd,
		fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyEscape:
		f.human, f.fresh = true, false // every letter, and the Shift that a scanner holds for it, comes here too before its character
	}
	f.Entry.TypedKey(ev)
}

// TypedShortcut implements fyne.Shortcutable.
func (f *SearchField) TypedShortcut(s fyne.Shortcut) {
	if c, ok := s.(*desktop.CustomShortcut); ok && c.KeyName == fyne.KeyRightBracket && c.Modifier == fyne.KeyModifierControl {
		f.TypedRune(0x1D)
		return
	}
	f.human = true
	f.Entry.TypedShortcut(s)
}

// scanned reports whether the keys so far came at a scanner's pace.
func (f *SearchField) scanned() bool {
	return len(f.keys) >= scanMin && !f.human && f.spent <= time.Duration(len(f.keys))*scanPace
}

func (f *SearchField) end() {
	if gap := f.now().Sub(f.last); gap <= scanIdle {
		f.spent += gap
	}
	code, scan := string(f.keys), f.scanned()
	f.keys = nil
	switch {
	case scan:
		f.SetText(f.before)
		if f.Submit != nil {
			f.Submit(code)
		}
	case f.Text != "" && f.Entered != nil:
		f.Entered()
	}
}
