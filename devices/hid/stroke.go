package hid

// Stroke is what a keyboard-mode scanner of this layout sends for a character: the reports of its keys going down and up.
// '\r' is Enter, 0x1D is Ctrl and the key 0x30. nil: the layout cannot type it. Virtual scanners type with it.
func Stroke(l *Layout, r rune) [][]byte {
	press := func(mods, u byte) [][]byte { return [][]byte{{mods, 0, u, 0, 0, 0, 0, 0}, make([]byte, 8)} }
	switch r {
	case '\r':
		return press(0, keyEnter)
	case 0x1D:
		return press(0x01, 0x30)
	case ' ':
		return press(0, 0x2C)
	}
	layers := []struct {
		keys *[usages]rune
		mods byte
	}{{&l.plain, 0}, {&l.shift, 0x02}, {&l.altgr, modAltGr}}
	for _, layer := range layers {
		for u, c := range layer.keys {
			if c == r {
				return press(layer.mods, byte(u))
			}
		}
	}
	// A dead key and a space give its own character.
	for _, layer := range layers {
		for u, c := range layer.keys {
			if a, dead := accents[c]; dead && []rune(a)[0] == r {
				return append(press(layer.mods, byte(u)), press(0, 0x2C)...)
			}
		}
	}
	return nil
}
