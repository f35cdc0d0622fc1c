package zpl

import (
	"fmt"
	"strings"
)

// field is what stands between ^FO or ^FT and ^FS.
type field struct {
	x, y     int
	right    bool // ^FO…,1: x is the right edge
	baseline bool // ^FT: x, y is the baseline or the bottom left
	letter   byte // ^A; 0: ^CF's
	o        byte // the text's orientation; 0: ^FW's
	h, w     int
	block    *block
	reverse  bool
	hexed    byte
	data     string
	hasData  bool
	number   int
	numbered bool
	code     func(data string) (*mask, error) // a barcode instead of text
	codeO    byte
	codeName string
	skip     bool    // an unknown barcode: its data are no text
	shapes   []*mask // ^GB and its like
	shapeO   byte
}

// maxData is the longest field data that printers take.
const maxData = 3072

// fieldCommand obeys what makes up a field; false: it is none of these.
func (r *renderer) fieldCommand(t token) bool {
	f := &r.f
	switch name := t.String(); name {
	case "^XA":
		r.unknown("^XA inside a format")
	case "^FO", "^FT":
		if r.f.hasData || len(r.f.shapes) > 0 {
			r.endField()
		}
		r.place(t)
	case "^FS":
		r.endField()
	case "^FD", "^FV":
		f.data, f.hasData = t.args, true
	case "^FH":
		f.hexed = hexIndicator(t)
	case "^FN":
		f.number, f.numbered = fieldNumber(t), true
	case "^FR":
		f.reverse = true
	case "^FB":
		f.block = &block{width: t.num(0, 0, 0, 9999), lines: t.num(1, 1, 1, 9999), extra: t.num(2, 0, -9999, 9999),
			justify: t.letter(3, 'L'), hang: t.num(4, 0, 0, 9999)}
	default:
		if t.tilde || t.name[0] != 'A' {
			return false
		}
		r.font(t)
	}
	return true
}

// place begins a field.
func (r *renderer) place(t token) {
	if t.name == "FT" && (t.part(0) == "" || t.part(1) == "") {
		r.bad(t, "a field behind the one before it")
	}
	f := &r.f
	f.x, f.y = t.num(0, 0, 0, 1<<15), t.num(1, 0, 0, 1<<15)
	f.baseline, f.right = t.name == "FT", t.part(2) == "1"
}

// font is ^A: its letter is the second of the name.
func (r *renderer) font(t token) {
	f := &r.f
	f.letter, f.o = t.name[1], orientation(t.letter(0, r.fw), r.fw)
	f.h, f.w = t.num(1, 0, 0, 3200), t.num(2, 0, 0, 3200)
	if font := strings.ToUpper(strings.TrimSpace(t.part(3))); f.letter == '@' && font != "" {
		r.assigned['@'] = font // as the printers do, until another is named
	}
	if c := f.letter; !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c == '@') {
		r.bad(t, "a font of this name")
	}
}

// endField draws the field and begins an empty one.
func (r *renderer) endField() {
	f := r.f
	r.f = field{}
	for _, m := range f.shapes {
		r.draw(m, &f, f.shapeO)
	}
	data, has := f.data, f.hasData
	if f.numbered {
		if r.recalled {
			return // data for the stored form, taken already
		}
		if v, ok := r.numbered[f.number]; ok {
			data, has, f.hexed = v, true, 0
		}
	}
	if !has || f.skip || r.err != nil {
		return
	}
	if len(data) > maxData {
		r.unknown(fmt.Sprintf("^FD: %d characters in one field", len(data)))
		return
	}
	data = unhex(strings.NewReplacer("\r", "", "\n", "").Replace(data), f.hexed)
	if f.code != nil {
		r.drawCode(&f, data)
		return
	}
	r.drawText(&f, printed(decode(data, r.charset)))
}

func (r *renderer) drawCode(f *field, data string) {
	if data == "" {
		return
	}
	r.out.Texts = append(r.out.Texts, strings.ToValidUTF8(data, "\uFFFD"))
	if r.spend(200_000 + 20_000*len(data)); r.err != nil {
		return
	}
	m, err := f.code(data)
	if err != nil {
		r.unknown(fmt.Sprintf("%s: %v", f.codeName, err))
		return
	}
	r.draw(m, f, f.codeO)
}

func (r *renderer) drawText(f *field, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	r.out.Texts = append(r.out.Texts, strings.ReplaceAll(text, `\&`, "\n"))
	letter, h, w, o := f.letter, f.h, f.w, f.o
	if letter == 0 {
		letter, o = r.letter, r.fw
	}
	if h == 0 && w == 0 && letter == r.letter {
		h, w = r.fontH, r.fontW
	}
	face := face(r.standIn(letter), h, w)
	if _, missing := face.width(text); len(missing) > 0 {
		r.unknown(fmt.Sprintf("^FD: characters that cannot be drawn (%.40q)", string(missing)))
		return
	}
	if f.block != nil && f.block.width == 0 {
		return // ^FB0 prints nothing
	}
	if r.spend(len(text) * (200 + face.height*face.height)); r.err != nil {
		return
	}
	r.draw(face.text(text, f.block), f, o)
}

// standIn is the letter of the font that a text is drawn in: its own, or font 0 for one in the printer's memory, which is not
// to be had. That the letters are others is said.
func (r *renderer) standIn(letter byte) byte {
	font := r.assigned[letter]
	if font == "" {
		return letter
	}
	r.note(fmt.Sprintf("The label asks for the font %.40s in the printer's memory; another stands in for it, so lines may end elsewhere.", font))
	return '0'
}

// draw puts a mask where its field stands.
func (r *renderer) draw(m *mask, f *field, o byte) {
	if m == nil {
		r.err = ErrTooLarge
		return
	}
	if r.spend(m.w * m.h); r.err != nil {
		return
	}
	if o == 0 {
		o = 'N'
	}
	x, y := r.homeX+f.x, r.homeY+f.y+r.top
	t := m.turned(o)
	if f.baseline {
		x, y = m.corner(o, m.w, m.h, x, y)
	} else {
		y -= m.lift
	}
	if f.right {
		x -= t.w
	}
	r.page.put(t, x, y, f.reverse || r.reverseAll)
}

// shape obeys the commands that draw by themselves; false: it is none of these.
func (r *renderer) shape(t token) bool {
	var m *mask
	color := byte('B')
	switch t.String() {
	case "^GB":
		thick := t.num(2, 1, 1, 32_000)
		color = t.letter(3, 'B')
		m = box(t.num(0, thick, 1, 32_000), t.num(1, thick, 1, 32_000), thick, t.num(4, 0, 0, 8))
	case "^GC":
		d := t.num(0, 3, 3, 4095)
		color = t.letter(2, 'B')
		m = ellipse(d, d, t.num(1, 1, 1, 4095))
	case "^GE":
		color = t.letter(3, 'B')
		m = ellipse(t.num(0, 3, 3, 4095), t.num(1, 3, 3, 4095), t.num(2, 1, 1, 4095))
	case "^GD":
		thick := t.num(2, 1, 1, 32_000)
		color = t.letter(3, 'B')
		way := t.letter(4, 'R')
		m = diagonal(t.num(0, thick, 1, 32_000), t.num(1, thick, 1, 32_000), thick, way == 'R' || way == '/')
	case "^GF":
		p, err := graphicField(t)
		if err != nil {
			r.bad(t, "%v", err)
			return true
		}
		m = p.mask(1, 1)
	case "^XG", "^IM":
		p, ok := r.graphics[objectName(t.args)]
		if !ok {
			r.bad(t, "the picture %.20s is not in the file", objectName(t.args))
			return true
		}
		m = p.mask(t.num(1, 1, 1, 10), t.num(2, 1, 1, 10))
	default:
		return false
	}
	if m == nil {
		r.err = ErrTooLarge
		return true
	}
	r.spend(m.w * m.h)
	m.white = color == 'W'
	r.f.shapes = append(r.f.shapes, m)
	return true
}
