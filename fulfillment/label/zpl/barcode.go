package zpl

import (
	"errors"
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/datamatrix"
	"github.com/boombuler/barcode/pdf417"
	"github.com/boombuler/barcode/qr"
)

// barcodeCommand makes the field a barcode; false: it is no barcode command. Symbologies that are not known here are
// named, and their data are not taken for text.
func (r *renderer) barcodeCommand(t token) bool {
	if t.tilde || t.name[0] != 'B' {
		return false
	}
	f := &r.f
	f.codeO, f.codeName = orientation(t.letter(0, r.fw), r.fw), t.String()
	width, height := r.byWidth, r.byHeight
	switch t.name {
	case "BC":
		f.code = func(data string) (*mask, error) { return drawCode128(t, data, width, t.num(1, height, 1, 32_000)) }
	case "BQ":
		f.code = func(data string) (*mask, error) { return drawQR(t, data, r.dpi) }
	case "BX":
		f.code = func(data string) (*mask, error) { return drawDataMatrix(t, data, height) }
	case "B7":
		f.code = func(data string) (*mask, error) { return drawPDF417(t, data, width, t.num(1, height, 1, 32_000)) }
	default:
		f.skip = true
		r.unknown(t.String())
	}
	return true
}

// drawCode128 is ^BC: orientation, height, interpretation line, line above, check digit, mode.
func drawCode128(t token, data string, module, height int) (*mask, error) {
	if t.letter(4, 'N') == 'Y' {
		return nil, errors.New("with a check digit of the printer's")
	}
	c, err := newCode128(data, t.letter(5, 'N'))
	if err != nil {
		return nil, err
	}
	modules := c.modules()
	line, above := t.letter(2, 'Y') == 'Y', t.letter(3, 'N') == 'Y'
	f := face('A', 9*module, 5*module)
	room := 0
	if line {
		room = f.height + 4
	}
	m := newMask(len(modules)*module, height+room)
	if m == nil {
		return nil, ErrTooLarge
	}
	top := 0
	m.up = height
	if above {
		top, m.lift, m.up = room, room, height+room
	}
	for i, black := range modules {
		if black {
			m.fill(i*module, top, (i+1)*module, top+height, 1)
		}
	}
	if line {
		text := c.human.String()
		w, _ := f.width(text)
		y := height + 4
		if above {
			y = 0
		}
		f.draw(m, text, (float64(m.w)-w)/2, y)
	}
	return m, nil
}

// drawQR is ^BQ: orientation, model, magnification, error correction. The data begin with the correction's letter, the
// input mode, and a comma: "QA,…", or "QM,B0005…".
func drawQR(t token, data string, dpi int) (*mask, error) {
	if t.num(1, 2, 1, 2) != 2 {
		return nil, errors.New("model 1")
	}
	if len(data) < 3 || data[2] != ',' {
		return nil, fmt.Errorf("data that begin with %.3q", data)
	}
	level, ok := map[byte]qr.ErrorCorrectionLevel{'L': qr.L, 'M': qr.M, 'Q': qr.Q, 'H': qr.H}[upper(data[0])]
	if !ok {
		return nil, fmt.Errorf("error correction %q", data[0])
	}
	text := data[3:]
	switch upper(data[1]) {
	case 'A':
	case 'M':
		var err error
		if text, err = manualQR(text); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("input mode %q", data[1])
	}
	code, err := qr.Encode(text, level, qr.Auto)
	if err != nil {
		return nil, err
	}
	return matrix(code, t.num(2, max(1, (dpi+50)/100), 1, 100), 1, 0)
}

// manualQR takes the mode letter away; a byte field has its length in four digits.
func manualQR(text string) (string, error) {
	if text == "" {
		return "", errors.New("no data")
	}
	switch upper(text[0]) {
	case 'N', 'A':
		return text[1:], nil
	case 'B':
		if len(text) < 5 {
			return "", errors.New("bytes without their number")
		}
		n, err := strconv.Atoi(text[1:5])
		if err != nil || n != len(text)-5 {
			return "", fmt.Errorf("%d bytes that should be %.4q", len(text)-5, text[1:5])
		}
		return text[5:], nil
	}
	return "", fmt.Errorf("character mode %q", text[0])
}

// drawDataMatrix is ^BX: orientation, module, quality, columns, rows, format, escape character.
func drawDataMatrix(t token, data string, height int) (*mask, error) {
	if q := t.num(2, 0, 0, 999); q != 200 {
		return nil, fmt.Errorf("quality %d", q)
	}
	if esc := t.part(6); esc != "" {
		var err error
		if data, err = unescape(data, esc[0]); err != nil {
			return nil, err
		}
	}
	code, err := datamatrix.Encode(data)
	if err != nil {
		return nil, err
	}
	side := code.Bounds().Dx()
	for _, n := range []int{3, 4} {
		if asked := t.num(n, 0, 0, 999); asked != 0 && asked != side {
			return nil, fmt.Errorf("a symbol of %d modules where its data need %d", asked, side)
		}
	}
	return matrix(code, t.num(1, max(1, height/side), 1, 1000), 1, 0)
}

// unescape reads ^BX's escapes: the character and 1 is FNC1, the character twice is itself.
func unescape(data string, esc byte) (string, error) {
	var out strings.Builder
	for i := 0; i < len(data); i++ {
		if data[i] != esc {
			out.WriteByte(data[i])
			continue
		}
		i++
		switch {
		case i < len(data) && data[i] == '1':
			out.WriteByte(datamatrix.FNC1)
		case i < len(data) && data[i] == esc:
			out.WriteByte(esc)
		default:
			return "", fmt.Errorf("an escape in %.20q", data)
		}
	}
	return out.String(), nil
}

// drawPDF417 is ^B7: orientation, row height, security level, columns, rows, truncation.
func drawPDF417(t token, data string, module, height int) (*mask, error) {
	if t.letter(5, 'N') == 'Y' {
		return nil, errors.New("truncated")
	}
	code, err := pdf417.Encode(data, byte(t.num(2, 0, 0, 8)))
	if err != nil {
		return nil, err
	}
	const across, each = 17, 2 // modules a codeword, and image rows a symbol row
	columns, rows := code.Bounds().Dx()/across-4, code.Bounds().Dy()/each
	if c, n := t.num(3, 0, 0, 99), t.num(4, 0, 0, 99); c != 0 && c != columns || n != 0 && n != rows {
		return nil, fmt.Errorf("a symbol of %d columns and %d rows where this program makes %d and %d", c, n, columns, rows)
	}
	return matrix(code, module, each, height)
}

// matrix enlarges a symbol: module dots a module; each picture rows are one symbol row of height dots (0: module).
func matrix(code barcode.Barcode, module, each, height int) (*mask, error) {
	if height == 0 {
		height = module
	}
	w, h := code.Bounds().Dx(), code.Bounds().Dy()/each
	m := newMask(w*module, h*height)
	if m == nil {
		return nil, ErrTooLarge
	}
	for y := range h {
		for x := range w {
			if dark(code.At(x, y*each)) {
				m.fill(x*module, y*height, (x+1)*module, (y+1)*height, 1)
			}
		}
	}
	return m, nil
}

func dark(c color.Color) bool {
	red, _, _, _ := c.RGBA()
	return red < 0x8000
}
