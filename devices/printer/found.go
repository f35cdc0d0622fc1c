package printer

import (
	"strings"
	"unicode"
)

// Suggestion is what a printer's name tells about it.
type Suggestion struct {
	Language string // word of the settings; empty: nothing is known
	Certain  bool   // the printer itself says so; otherwise it is what such printers usually speak
	DPI      int    // 203, or 300 where the name says so
}

// makers are parts of names, in small letters, of printers and the language that they speak as delivered. The order counts: a
// model before its maker.
var makers = [][2]string{
	{"lp2844", "epl"}, {"lp 2844", "epl"}, {"tlp2844", "epl"}, {"epl", "epl"},
	{"zpl", "zpl"}, {"zebra", "zpl"}, {"ztc ", "zpl"}, {"zd4", "zpl"}, {"zd2", "zpl"}, {"zd6", "zpl"}, {"gk420", "zpl"}, {"gx4", "zpl"},
	{"tspl", "tspl"}, {"tsc", "tspl"}, {"munbyn", "tspl"}, {"itpp", "tspl"}, {"rollo", "tspl"}, {"xprinter", "tspl"}, {"xp-", "tspl"}, {"gprinter", "tspl"},
	{"beeprt", "tspl"}, {"hprt", "tspl"}, {"idprt", "tspl"}, {"jadens", "tspl"}, {"polono", "tspl"},
	{"esc/pos", "escpos"}, {"escpos", "escpos"}, {"tm-t", "escpos"}, {"tm-m", "escpos"},
}

// Suggest reads what a printer says of itself: its maker, model and command set (IEEE 1284's MFG, MDL and CMD, as ParseDeviceID
// gives them), or the name of its queue. The command set is the printer's own word; names are only what is usual.
func Suggest(maker, model, commands string) Suggestion {
	s := Suggestion{DPI: 203}
	name := strings.ToLower(maker + " " + model)
	if resolution(name) == 300 {
		s.DPI = 300
	}
	for _, word := range strings.FieldsFunc(strings.ToLower(commands), func(r rune) bool { return r != '/' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		for _, m := range [][2]string{{"zpl", "zpl"}, {"zpl2", "zpl"}, {"zplii", "zpl"}, {"tspl", "tspl"}, {"tspl2", "tspl"}, {"epl", "epl"}, {"epl2", "epl"}, {"esc/pos", "escpos"}} {
			if word == m[0] && s.Language == "" {
				s.Language, s.Certain = m[1], true
			}
		}
	}
	if s.Certain {
		return s
	}
	for _, m := range makers {
		if strings.Contains(name, m[0]) {
			s.Language = m[1]
			break
		}
	}
	return s
}

// resolution is the dots per inch that a name gives; 0: none.
func resolution(name string) int {
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		switch strings.TrimSuffix(word, "dpi") {
		case "300":
			return 300
		case "203":
			return 203
		}
	}
	return 0
}
