package hid

import (
	"fmt"
	"slices"
	"strings"
)

// Layout says what the keys of a keyboard mean. A scanner in keyboard mode has a country setting; the layout must be the
// same one. Layouts are those of Windows, which scanners imitate. They are read-only and may be used concurrently.
type Layout struct {
	name                string
	plain, shift, altgr [usages]rune // 0: nothing; a combining accent: a dead key
	hasAltGr            bool
}

// usages is one more than the highest key usage that can give a character (0x64, beside the left shift key).
const usages = 0x65

// Name is the word of the settings.
func (l *Layout) Name() string { return l.name }

// Layouts are the words that ParseLayout knows.
func Layouts() []string { return []string{"us", "uk", "de", "fr"} }

// ParseLayout returns the layout of a name; empty is "us".
func ParseLayout(name string) (*Layout, error) {
	if name == "" {
		name = "us"
	}
	i := slices.IndexFunc(layouts, func(l *Layout) bool { return l.name == strings.ToLower(name) })
	if i < 0 {
		return nil, fmt.Errorf("keyboard layout %q is none of %s", name, strings.Join(Layouts(), ", "))
	}
	return layouts[i], nil
}

// The rows below name keys in the order of keyOrder: the letters A to Z by their place on a US keyboard, the digits 1 to 0,
// then - = [ ] \ ; ' ` , . / and the two keys that only ISO keyboards have: 0x32 (beside Enter) and 0x64 (beside the left
// shift). A space means that the key gives nothing.
var keyOrder = func() (order []int) {
	for u := 0x04; u <= 0x27; u++ {
		order = append(order, u)
	}
	return append(order, 0x2D, 0x2E, 0x2F, 0x30, 0x31, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x32, 0x64)
}()

// Dead keys stand in the rows as the combining accent.
const (
	deadGrave      = '\u0300'
	deadAcute      = '\u0301'
	deadCircumflex = '\u0302'
	deadTilde      = '\u0303'
	deadDiaeresis  = '\u0308'
)

var layouts = []*Layout{
	newLayout("us",
		"abcdefghijklmnopqrstuvwxyz"+"1234567890"+`-=[]\;'`+"`"+`,./\\`,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"+"!@#$%^&*()"+`_+{}|:"~<>?||`, ""),
	newLayout("uk",
		"abcdefghijklmnopqrstuvwxyz"+"1234567890"+`-=[]#;'`+"`"+`,./#\`,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"+`!"£$%^&*()`+`_+{}~:@¬<>?~|`,
		"á   é   í     ó     ú     "+"   €      "+"       ¦     "),
	newLayout("de",
		"abcdefghijklmnopqrstuvwxzy"+"1234567890"+"ß\u0301ü+#öä\u0302,.-#<",
		"ABCDEFGHIJKLMNOPQRSTUVWXZY"+`!"§$%&/()=`+"?\u0300Ü*'ÖÄ°;:_'>",
		"    €       µ   @         "+" ²³   {[]}"+`\  ~        |`),
	newLayout("fr",
		"qbcdefghijkl,noparstuvzxyw"+`&é"'(-è_çà`+")=\u0302$*mù²;:!*<",
		"QBCDEFGHIJKL?NOPARSTUVZXYW"+"1234567890"+"°+\u0308£µM% ./§µ>",
		"    €                     "+" \u0303#{[|\u0300\\^@"+"]} ¤         "),
}

// newLayout panics on rows of a wrong length: they are data of this file.
func newLayout(name, plain, shift, altgr string) *Layout {
	l := &Layout{name: name, hasAltGr: altgr != ""}
	fill := func(to *[usages]rune, row string) {
		keys := []rune(row)
		if len(keys) != len(keyOrder) {
			panic(fmt.Sprintf("layout %s: a row of %d keys, want %d", name, len(keys), len(keyOrder)))
		}
		for i, r := range keys {
			if r != ' ' {
				to[keyOrder[i]] = r
			}
		}
		to[0x2C] = ' '
	}
	fill(&l.plain, plain)
	fill(&l.shift, shift)
	if altgr != "" {
		fill(&l.altgr, altgr)
		l.altgr[0x2C] = 0
	}
	return l
}

// accents tells what a dead key makes: its own character before a space, then pairs of a letter and what becomes of it.
var accents = map[rune]string{
	deadGrave:      "`aàeèiìoòuùAÀEÈIÌOÒUÙ",
	deadAcute:      "´aáeéiíoóuúyýAÁEÉIÍOÓUÚYÝ",
	deadCircumflex: "^aâeêiîoôuûAÂEÊIÎOÔUÛ",
	deadTilde:      "~aãnñoõAÃNÑOÕ",
	deadDiaeresis:  "¨aäeëiïoöuüyÿAÄEËIÏOÖUÜ",
}

// compose is what a dead key and the character after it give.
func compose(dead, r rune) string {
	a := []rune(accents[dead])
	if r == ' ' {
		return string(a[0])
	}
	for i := 1; i+1 < len(a); i += 2 {
		if a[i] == r {
			return string(a[i+1])
		}
	}
	return string(a[0]) + string(r)
}

// Windows' two meanings of Alt and a number on the keypad, from 128 up (code pages 437 and 1252, whose upper half is
// ISO 8859-1).
const (
	cp437 = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀" +
		"αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0"
	cp1252 = "€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ"
)

var (
	alt437  = []rune(cp437)
	alt1252 = []rune(cp1252)
)

// altCode is the character of Alt and the digits typed; U+FFFD if there is none, so that the code is seen to be wrong.
func altCode(digits string) rune {
	n := 0
	for _, d := range digits {
		n = min(n*10+int(d-'0'), 1<<16)
	}
	switch {
	case n < 128:
		return rune(n)
	case n > 255:
		return '\ufffd'
	case digits[0] != '0':
		return alt437[n-128]
	case n < 160:
		return alt1252[n-128]
	}
	return rune(n)
}
