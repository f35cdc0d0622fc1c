package hid

import "strings"

// Calibration is a barcode that finds out which keyboard a scanner types on: its characters stand elsewhere on each of the
// known layouts, the digits included, which some have on the shifted keys. The program prints it (Code 128).
const Calibration = "PB:LAYOUT:AZQYWM-/_@#23"

// Calibrated looks at a code that was read with a layout. is means that it is the calibration barcode; typed is then the layout
// that the scanner types on, and caps that its capitals and small letters are exchanged, as by Caps Lock.
func Calibrated(read *Layout, code string) (typed *Layout, caps, is bool) {
	for _, l := range append([]*Layout{read}, layouts...) {
		want := misread(l, read, Calibration)
		switch {
		case code == want:
			return l, false, true
		case code == swapped(want):
			return l, true, true
		}
	}
	return nil, false, false
}

// misread is what becomes of a text that is typed on one layout and read with another.
func misread(typed, read *Layout, text string) string {
	k := NewKeyboard(read)
	var b strings.Builder
	for _, r := range text {
		for _, report := range Stroke(typed, r) {
			b.WriteString(k.Feed(report))
		}
	}
	return b.String()
}

// swapped exchanges what Caps Lock does: the letters of the ASCII alphabet.
func swapped(s string) string {
	return strings.Map(func(r rune) rune {
		if lower := r | 0x20; letter(lower) && r < 0x80 {
			return r ^ 0x20
		}
		return r
	}, s)
}

// Mend is the text that a scanner meant which types on one layout, where the computer has read its keys with another. ok is false
// where that cannot be told: a character that no key of the computer's layout gives, or one that the scanner's does not have.
func Mend(typed, read *Layout, got string) (meant string, ok bool) {
	meant = misread(read, typed, got)
	return meant, misread(typed, read, meant) == got
}
