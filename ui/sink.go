package ui

import (
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// keySink takes every key that no text field wants and makes codes of them. It lies, invisible, under the window's
// content and holds the keyboard focus; being the focused widget it gets Tab (which would else move the focus) and
// Ctrl+] (the group separator of GS1 codes). Whatever takes the focus from it gives it back to guard.
type keySink struct {
	widget.BaseWidget
	burst  burst
	busy   atomic.Bool // a code has begun: the watchdog ticks faster
	now    func() time.Time
	emit   func(code string) // called on the screen's goroutine, must not block
	refind func()            // the focus was lost
}

var (
	_ fyne.Focusable    = (*keySink)(nil)
	_ fyne.Tabbable     = (*keySink)(nil)
	_ fyne.Shortcutable = (*keySink)(nil)
)

func newKeySink(now func() time.Time, emit func(string)) *keySink {
	s := &keySink{now: now, emit: emit, refind: func() {}}
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *keySink) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(&fyne.Container{})
}

// FocusGained implements fyne.Focusable.
func (s *keySink) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (s *keySink) FocusLost() { s.refind() }

// AcceptsTab implements fyne.Tabbable.
func (s *keySink) AcceptsTab() bool { return true }

// TypedRune implements fyne.Focusable.
func (s *keySink) TypedRune(r rune) {
	s.burst.add(r, s.now())
	s.busy.Store(true)
}

// TypedKey implements fyne.Focusable. Only the ends of a code are keys; all else arrives as characters.
func (s *keySink) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyTab:
		s.finish()
	}
}

func (s *keySink) finish() {
	s.busy.Store(false)
	if code, ok := s.burst.end(); ok {
		s.emit(code)
	}
}

// tick is called by the watchdog on the screen's goroutine.
func (s *keySink) tick() {
	code, ok := s.burst.tick(s.now())
	s.busy.Store(s.burst.open())
	if ok {
		s.emit(code)
	}
}

// TypedShortcut implements fyne.Shortcutable: control characters arrive as Ctrl and a key.
func (s *keySink) TypedShortcut(sc fyne.Shortcut) {
	r, ok := controlRune(sc)
	switch {
	case !ok:
	case r == '\r' || r == '\n' || r == '\t':
		s.finish()
	default:
		s.TypedRune(r)
	}
}

// controlRune is the control character that a scanner meant with a shortcut. Other modifiers than Ctrl mean none.
func controlRune(sc fyne.Shortcut) (rune, bool) {
	switch sc.(type) {
	case *fyne.ShortcutCopy:
		return 0x03, true
	case *fyne.ShortcutPaste:
		return 0x16, true
	case *fyne.ShortcutCut:
		return 0x18, true
	case *fyne.ShortcutSelectAll:
		return 0x01, true
	case *fyne.ShortcutUndo:
		return 0x1A, true
	case *fyne.ShortcutRedo:
		return 0x19, true
	}
	custom, ok := sc.(*desktop.CustomShortcut)
	if !ok || custom.Modifier&^fyne.KeyModifierShift != fyne.KeyModifierControl {
		return 0, false
	}
	switch name := custom.KeyName; {
	case name == fyne.KeyRightBracket:
		return 0x1D, true
	case name == fyne.KeyLeftBracket:
		return 0x1B, true
	case name == fyne.KeyBackslash:
		return 0x1C, true
	case len(name) == 1 && name[0] >= 'A' && name[0] <= 'Z':
		return rune(name[0]-'A') + 1, true
	}
	return 0, false
}

// controlShortcuts are the shortcuts to register with the window for the moments when nothing is focused.
func controlShortcuts() []fyne.Shortcut {
	list := []fyne.Shortcut{}
	for _, k := range []fyne.KeyName{fyne.KeyRightBracket, fyne.KeyLeftBracket, fyne.KeyBackslash, fyne.KeyM, fyne.KeyJ, fyne.KeyI} {
		list = append(list, &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierControl})
	}
	return list
}
