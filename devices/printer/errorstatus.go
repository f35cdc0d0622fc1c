package printer

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// errorLine is the line of ~HQES that counts: a flag, and two groups of bits in hexadecimal digits, the higher first.
var errorLine = regexp.MustCompile(`ERRORS:\s*([01])\s+([0-9A-Fa-f]{8})\s+([0-9A-Fa-f]{8})\s`)

// hostErrors are the bits of the lower group (ZPL programming guide, ~HQ). Other makers use some of them otherwise; so what is
// not known here is trouble as well.
var hostErrors = []struct {
	bits uint32
	text string
}{
	{0x4, "The label printer is open. Close it."},
	{0x1, "The label printer is out of labels. Load labels."},
	{0x2, "The label printer is out of ribbon. Load a ribbon."},
	{0x10000, "The label printer is paused. Press its pause button."},
	{0x10 | 0x20, "The label printer is too hot. Let it cool down."},
	{0x8, "The label printer's cutter is stuck. Clear it."},
	{0x1000 | 0x2000 | 0x4000 | 0x8000, "The labels are jammed. Open the label printer and take the jammed label out."},
	{0x40 | 0x80 | 0x100 | 0x200, "The label printer reports a fault. Switch it off and on; if that does not help, it needs service."},
}

// ParseHostErrors reads the answer to ~HQES. trouble is a sentence for each error, empty for none; warnings are none. ok is
// false while the answer is not whole. Never is trouble empty while the printer says that it has an error.
func ParseHostErrors(answer []byte) (trouble string, ok bool) {
	from := bytes.LastIndexByte(answer, stx)
	if from < 0 {
		return "", false
	}
	text, _, ended := bytes.Cut(answer[from+1:], []byte{etx})
	m := errorLine.FindSubmatch(text)
	if !ended || m == nil || !bytes.Contains(text, []byte("PRINTER STATUS")) {
		return "", false
	}
	high, _ := strconv.ParseUint(string(m[2]), 16, 32) // eight hexadecimal digits
	low, _ := strconv.ParseUint(string(m[3]), 16, 32)
	var say []string
	rest := uint32(low)
	for _, e := range hostErrors {
		if uint32(low)&e.bits != 0 {
			say = append(say, e.text)
			rest &^= e.bits
		}
	}
	if len(say) == 0 && (rest != 0 || high != 0 || string(m[1]) != "0") {
		say = append(say, "The label printer reports an error. Look at its display.")
	}
	return strings.Join(say, " "), true
}
