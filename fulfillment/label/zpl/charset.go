package zpl

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// cp850 are the characters 0x80 to 0xFF of code page 850, which printers start with.
const cp850 = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0"

// cp1252 are 0x80 to 0x9F of Windows-1252; the rest is Latin-1.
const cp1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

var (
	runes850  = []rune(cp850)
	runes1252 = []rune(cp1252)
)

// unhex replaces what ^FH's indicator marks: the indicator and two hex digits are one byte.
func unhex(data string, indicator byte) string {
	if indicator == 0 {
		return data
	}
	var out strings.Builder
	for i := 0; i < len(data); i++ {
		if data[i] == indicator && i+2 < len(data) {
			if b, err := hex.DecodeString(data[i+1 : i+3]); err == nil {
				out.WriteByte(b[0])
				i += 2
				continue
			}
		}
		out.WriteByte(data[i])
	}
	return out.String()
}

// knownCharset reports whether this program knows ^CI's number: 0 and 13 (code page 850), 27 (Windows-1252), 28 (UTF-8).
func knownCharset(ci int) bool { return ci == 0 || ci == 13 || ci == 27 || ci == 28 }

// decode turns a field's bytes into characters. What is no UTF-8 under ^CI28 becomes U+FFFD, which no font has.
func decode(data string, ci int) string {
	if ci == 28 {
		return strings.ToValidUTF8(data, "\uFFFD")
	}
	var out strings.Builder
	for i := range len(data) {
		switch b := data[i]; {
		case b < utf8.RuneSelf:
			out.WriteByte(b)
		case ci == 27 && b >= 0xA0:
			out.WriteRune(rune(b))
		case ci == 27:
			out.WriteRune(runes1252[b-0x80])
		default:
			out.WriteRune(runes850[b-0x80])
		}
	}
	return out.String()
}

// printed removes what a printer does not print: line ends and other control characters in the data.
func printed(data string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, data)
}
