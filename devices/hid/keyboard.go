package hid

import "slices"

// Keyboard turns the boot reports of one keyboard-mode scanner into text: eight bytes, modifiers, a reserved byte, six keys
// that are down. A character is given when its key goes down, several in one report in their order. Enter and Tab, the
// usual suffixes, and the keypad's Enter give CR: the end of a code.
//
// A Keyboard belongs to one goroutine.
type Keyboard struct {
	layout *Layout
	down   []byte // keys of the report before
	alt    bool   // Alt was down in the report before
	digits string // typed on the keypad while Alt is down
	dead   rune   // a dead key waits for its letter
	caps   bool
}

// NewKeyboard returns a keyboard with all keys up.
func NewKeyboard(l *Layout) *Keyboard { return &Keyboard{layout: l} }

// Usages of the keyboard page (HID usage tables, page 0x07) that are no characters of a layout.
const (
	keyRollover = 0x01 // too many keys: the report says nothing
	keyLastErr  = 0x03
	keyEnter    = 0x28
	keyTab      = 0x2B
	keyCaps     = 0x39
	keypadFirst = 0x54 // / * - + Enter 1 … 9 0 .
)

// keypad are the keys from keypadFirst on, as on a keyboard with Num Lock on.
const keypad = "/*-+\r1234567890."

// modifier bits.
const (
	modCtrl  = 0x01 | 0x10
	modShift = 0x02 | 0x20
	modAlt   = 0x04
	modAltGr = 0x40
)

// Feed takes one report and returns what it types, usually nothing or one character. Reports that are too short, and the
// rollover error, count for nothing.
func (k *Keyboard) Feed(report []byte) string {
	if len(report) < 3 {
		return ""
	}
	keys := report[2:min(len(report), 8)]
	for _, u := range keys {
		if u >= keyRollover && u <= keyLastErr {
			return ""
		}
	}
	mods := report[0]
	alt := mods&modAlt != 0 || mods&modAltGr != 0 && !k.layout.hasAltGr
	var out []rune
	if k.alt && !alt && k.digits != "" {
		out = k.put(out, altCode(k.digits))
		k.digits = ""
	}
	k.alt = alt
	for i, u := range keys {
		if u != 0 && !slices.Contains(k.down, u) && !slices.Contains(keys[:i], u) {
			out = k.press(out, mods, u)
		}
	}
	k.down = append(k.down[:0], keys...)
	return string(out)
}

func (k *Keyboard) press(out []rune, mods, u byte) []rune {
	switch {
	case u == keyEnter || u == keyTab:
		return k.put(out, '\r')
	case u == keyCaps:
		k.caps = !k.caps
		return out
	case u >= keypadFirst && int(u) < keypadFirst+len(keypad):
		c := keypad[u-keypadFirst]
		if k.alt && c >= '0' && c <= '9' {
			if len(k.digits) < 8 {
				k.digits += string(c)
			}
			return out
		}
		return k.put(out, rune(c))
	case int(u) >= usages:
		return out
	}
	r := k.char(mods, u)
	if _, dead := accents[r]; dead && k.dead == 0 {
		k.dead = r
		return out
	}
	return k.put(out, r)
}

// char is what a key means with these modifiers; 0: nothing.
func (k *Keyboard) char(mods, u byte) rune {
	l := k.layout
	ctrl, shift := mods&modCtrl != 0, mods&modShift != 0
	switch {
	case l.hasAltGr && (mods&modAltGr != 0 || ctrl && mods&modAlt != 0):
		return l.altgr[u]
	case ctrl:
		// A control character belongs to the letter; where the layout has none on this key, to the place of the key on a
		// US keyboard: scanners send GS as Ctrl and the key 0x30, whatever their country.
		if c := control(l.plain[u]); c != 0 {
			return c
		}
		return control(layouts[0].plain[u])
	case k.alt:
		return 0 // a menu, no text
	}
	if k.caps && letter(l.plain[u]) {
		shift = !shift
	}
	if shift {
		return l.shift[u]
	}
	return l.plain[u]
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' }

func control(r rune) rune {
	if letter(r) || r >= '[' && r <= '_' {
		return r & 0x1F
	}
	return 0
}

// put adds a character, with the dead key before it if there is one. Tab and LF end a code as Enter does.
func (k *Keyboard) put(out []rune, r rune) []rune {
	if r == 0 {
		return out
	}
	if r == '\t' || r == '\n' {
		r = '\r'
	}
	if k.dead == 0 {
		return append(out, r)
	}
	dead := k.dead
	k.dead = 0
	if a, ok := accents[r]; ok {
		r = []rune(a)[0] // two dead keys give both accents
	}
	return append(out, []rune(compose(dead, r))...)
}
