package zpl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"packbench/fulfillment"
)

// Result is what a document draws.
type Result struct {
	Labels []fulfillment.Bitmap // one a format that draws, exactly the stock's size
	// Unknown are commands that may draw something and were not drawn, and faults of the document, as "^XX" or "^XX: what is
	// the matter", each once. A label with one can neither be shown as it is meant nor verified.
	Unknown []string
	// Refused are the commands that would change the printer.
	Refused []string
	Texts   []string // the texts of all fields, barcodes' data among them
	Notes   []string // sentences: what was done to the label
}

// ErrTooLarge means that the document would take more time or memory than a label may.
var ErrTooLarge = errors.New("the label commands draw more than a label can hold")

// maxLabels bounds the formats that are drawn.
const maxLabels = 20

// Render draws a document on stock of w × h dots at dpi dots per inch. It is pure and may be called concurrently. The error
// is ErrTooLarge or about the grammar; everything else is in the result.
func Render(document []byte, w, h, dpi int) (Result, error) {
	tokens, err := tokenise(document)
	if err != nil {
		return Result{}, fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	r := &renderer{w: w, h: h, dpi: dpi, stored: map[string][]token{}, graphics: map[string]picture{}, assigned: map[byte]string{}}
	r.letter, r.fw, r.byWidth, r.byRatio, r.byHeight = 'A', 'N', 2, 3, 10
	r.fontH, r.fontW = 9, 5
	for len(tokens) > 0 && r.err == nil {
		tokens = r.outside(tokens)
	}
	return r.out, r.err
}

// renderer is one document's state. What is set by ^LH, ^LT, ^CW, ^CF, ^FW, ^BY, ^CI, ^LR and ^PO lasts over formats, as in
// printers.
type renderer struct {
	w, h, dpi int
	out       Result
	err       error
	used      int // of the budget

	page           *page
	homeX, homeY   int
	top            int             // ^LT, dots that everything moves down
	assigned       map[byte]string // ^CW: letters that stand for a font in the printer's memory
	letter         byte            // ^CF
	fontH, fontW   int
	fw             byte
	byWidth        int
	byRatio        float64
	byHeight       int
	charset        int
	reverseAll     bool
	inverted       bool
	stored         map[string][]token
	graphics       map[string]picture
	recalled       bool           // the format has ^XF
	numbered       map[int]string // ^FN: data for the stored format
	labelW, labelH int

	f field
}

func (r *renderer) unknown(text string) {
	if !slices.Contains(r.out.Unknown, text) && len(r.out.Unknown) < 50 {
		r.out.Unknown = append(r.out.Unknown, text)
	}
}

func (r *renderer) note(text string) {
	if !slices.Contains(r.out.Notes, text) {
		r.out.Notes = append(r.out.Notes, text)
	}
}

// bad names a command that is known but cannot be drawn as it stands.
func (r *renderer) bad(t token, format string, args ...any) {
	r.unknown(t.String() + ": " + fmt.Sprintf(format, args...))
}

// outside takes tokens up to and with the next format's end.
func (r *renderer) outside(tokens []token) []token {
	t := tokens[0]
	if t.String() != "^XA" {
		r.command(t)
		return tokens[1:]
	}
	end := slices.IndexFunc(tokens, func(t token) bool { return !t.tilde && t.name == "XZ" })
	rest := tokens[len(tokens):]
	if end < 0 {
		r.unknown("^XA without ^XZ: the file is cut off")
		end = len(tokens)
	} else {
		rest = tokens[end+1:]
	}
	r.format(tokens[1:end])
	return rest
}

// format draws or stores one format.
func (r *renderer) format(tokens []token) {
	if at := slices.IndexFunc(tokens, func(t token) bool { return t.String() == "^DF" }); at >= 0 {
		for _, t := range tokens[:at] {
			r.command(t)
		}
		if len(r.stored) < 100 {
			r.stored[objectName(tokens[at].args)] = tokens[at+1:]
		}
		return
	}
	r.page = &page{b: fulfillment.NewBitmap(r.w, r.h, r.dpi)}
	r.f = field{}
	r.numbered, r.recalled = map[int]string{}, slices.ContainsFunc(tokens, func(t token) bool { return t.String() == "^XF" })
	if r.recalled {
		r.collectNumbers(tokens)
	}
	r.run(tokens, true)
	r.endField()
	if r.inverted {
		r.page.upsideDown()
	}
	switch {
	case r.page.outside:
		r.unknown("ink outside the stock")
	case !r.page.inked:
		return
	}
	if len(r.out.Labels) == maxLabels {
		r.err = ErrTooLarge
		return
	}
	r.out.Labels = append(r.out.Labels, r.page.b)
}

// run obeys a format's commands; a stored one is drawn where ^XF stands.
func (r *renderer) run(tokens []token, mayRecall bool) {
	for _, t := range tokens {
		if r.err != nil {
			return
		}
		if t.String() != "^XF" {
			r.command(t)
			continue
		}
		stored, ok := r.stored[objectName(t.args)]
		switch {
		case !ok || !mayRecall:
			r.bad(t, "the stored form %s is not in the file", objectName(t.args))
		default:
			r.f = field{}
			r.recalled = false // fields of the stored form are drawn
			r.run(stored, false)
			r.endField()
			r.recalled = true
		}
	}
}

// collectNumbers reads the data of ^FN fields that fill a stored form.
func (r *renderer) collectNumbers(tokens []token) {
	n, hexed := -1, byte(0)
	for _, t := range tokens {
		switch t.String() {
		case "^FN":
			n = fieldNumber(t)
		case "^FH":
			hexed = hexIndicator(t)
		case "^FD", "^FV":
			if n >= 0 {
				r.numbered[n] = unhex(t.args, hexed)
			}
		case "^FS":
			n, hexed = -1, 0
		}
	}
}

// fieldNumber of ^FN, which may have a prompt in quotes behind it.
func fieldNumber(t token) int {
	digits := strings.TrimLeft(t.args, " ")
	n := digitRun(digits)
	if n == 0 || n > 4 {
		return 0
	}
	v := 0
	for _, c := range digits[:n] {
		v = v*10 + int(c-'0')
	}
	return v
}

func hexIndicator(t token) byte {
	if t.args == "" {
		return '_'
	}
	return t.args[0]
}

// objectName is a stored object's name without its device and case: R:LOGO.GRF and LOGO are the same.
func objectName(s string) string {
	s, _, _ = strings.Cut(strings.ToUpper(strings.TrimSpace(s)), ",")
	if _, rest, ok := strings.Cut(s, ":"); ok {
		s = rest
	}
	s, _, _ = strings.Cut(s, ".")
	return s
}

// command obeys one command.
func (r *renderer) command(t token) {
	if r.spend(100); r.err != nil {
		return
	}
	name := t.String()
	switch {
	case harmful[name]:
		if !slices.Contains(r.out.Refused, name) {
			r.out.Refused = append(r.out.Refused, name)
		}
	case layout[name]:
		if name == "^PQ" && t.num(0, 1, 0, 1<<20) > 1 {
			r.note(fmt.Sprintf("The label file asks for %d copies; one is printed.", t.num(0, 1, 0, 1<<20)))
		}
	case r.setup(t):
	case name == "~DG":
		r.download(t)
	case r.page == nil:
		r.unknown(name)
	case r.fieldCommand(t), r.barcodeCommand(t), r.shape(t):
	default:
		r.unknown(name)
	}
}

// spend counts work; beyond the budget it ends the rendering.
func (r *renderer) spend(dots int) {
	if r.used += dots; r.used > budget && r.err == nil {
		r.err = ErrTooLarge
	}
}

// setup obeys what lasts; false: it is none of these.
func (r *renderer) setup(t token) bool {
	switch t.String() {
	case "^PW":
		r.labelW = t.num(0, 0, 0, 1<<15)
		r.checkSize(t, r.labelW, r.w)
	case "^LL":
		r.labelH = t.num(0, 0, 0, 1<<15)
	case "^LH":
		r.homeX, r.homeY = t.num(0, r.homeX, 0, 1<<15), t.num(1, r.homeY, 0, 1<<15)
	case "^LR":
		r.reverseAll = t.letter(0, 'N') == 'Y'
	case "^PO":
		r.inverted = t.letter(0, 'N') == 'I'
	case "^FW":
		r.fw = orientation(t.letter(0, r.fw), r.fw)
	case "^CF":
		r.letter = t.letter(0, r.letter)
		r.fontH, r.fontW = t.num(1, 0, 0, 3200), t.num(2, 0, 0, 3200)
	case "^CI":
		if r.charset = t.num(0, 0, 0, 99); !knownCharset(r.charset) {
			r.bad(t, "character set %d", r.charset)
			r.charset = 0
		}
	case "^BY":
		r.byWidth = t.num(0, r.byWidth, 1, 100)
		r.byHeight = t.num(2, r.byHeight, 1, 32_000)
		if _, err := fmt.Sscanf(t.part(1), "%f", &r.byRatio); err != nil || r.byRatio < 2 || r.byRatio > 3 {
			r.byRatio = 3
		}
	case "^LT":
		if r.top = t.num(0, r.top, -120, 120); r.top != 0 {
			r.note(fmt.Sprintf("The label file moves its drawing by %d dots along the paper (^LT); it was moved.", r.top))
		}
	case "^CW":
		if font := strings.ToUpper(strings.TrimSpace(t.part(1))); font != "" {
			r.assigned[t.letter(0, r.letter)] = font
		}
	case "^LS", "^MU", "^JM", "^PM":
		return r.onlyUsual(t)
	default:
		return false
	}
	return true
}

// onlyUsual takes commands that change the whole drawing only where they do not.
func (r *renderer) onlyUsual(t token) bool {
	usual := map[string]string{"LS": "0", "MU": "D", "JM": "A", "PM": "N"}[t.name]
	got := strings.ToUpper(t.part(0))
	if got != "" && got != usual || t.name == "MU" && t.part(1) != "" && t.part(1) != t.part(2) {
		r.bad(t, "%s", t.args)
	}
	return true
}

// checkSize finds labels made for another resolution: 812 dots wide on stock of 1205.
func (r *renderer) checkSize(t token, got, want int) {
	for _, dpi := range []int{152, 203, 300, 600} {
		there := want * dpi / r.dpi
		if dpi != r.dpi && got*100 > there*98 && got*100 < there*102 && got*100 < want*95 {
			r.bad(t, "the label is made for %d dots per inch, the printer has %d", dpi, r.dpi)
		}
	}
}

func orientation(c, def byte) byte {
	if c == 'N' || c == 'R' || c == 'I' || c == 'B' {
		return c
	}
	return def
}

// download is ~DG: name, bytes, bytes a row, data as text.
func (r *renderer) download(t token) {
	total, stride := t.num(1, 0, 0, maxBytes), t.num(2, 0, 0, 1<<14)
	if total <= 0 || stride <= 0 || len(r.graphics) >= 100 {
		r.bad(t, "without its counts")
		return
	}
	bits, err := decodeText(t.from(3), stride, total)
	if err != nil {
		r.bad(t, "%v", err)
		return
	}
	r.graphics[objectName(t.args)] = picture{stride, bits}
}
