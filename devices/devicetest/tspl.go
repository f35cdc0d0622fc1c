package devicetest

import (
	"bytes"
	"fmt"
	"strings"

	"packbench/fulfillment"
)

// tspl reads what the TSPL manual describes, as far as a label printed dot by dot needs it.
type tspl struct {
	dpi    int
	wmm    float64
	hmm    float64
	gapped bool
	c      *canvas
}

func (*tspl) begins(c byte) bool { return c != 0x1b }

func (t *tspl) next(buf []byte) (int, outcome) {
	if buf[0] == 0x1b {
		if len(buf) < 3 {
			return 0, outcome{}
		}
		switch string(buf[:3]) {
		case "\x1b!?":
			return 3, outcome{answer: tsplStatus}
		case "\x1b!.":
			t.c = nil
			return 3, outcome{cancel: true}
		}
		return 3, outcome{fault: fmt.Sprintf("immediate command %q", buf[:3])}
	}
	if bytes.HasPrefix(buf, []byte("BITMAP")) {
		return t.bitmap(buf)
	}
	text, n := firstLine(buf)
	if n == 0 {
		return 0, outcome{}
	}
	return n, t.command(text)
}

func (t *tspl) command(text string) (o outcome) {
	name, args, _ := strings.Cut(text, " ")
	var err error
	switch name {
	case "":
	case "SIZE":
		_, err = fmt.Sscanf(args, "%f mm,%f mm", &t.wmm, &t.hmm)
	case "GAP":
		var gap, offset float64
		_, err = fmt.Sscanf(args, "%f mm,%f", &gap, &offset)
		t.gapped = err == nil
	case "CLS":
		w, h := int(t.wmm*float64(t.dpi)/25.4+0.5), int(t.hmm*float64(t.dpi)/25.4+0.5)
		if w <= 0 || h <= 0 || w > 1<<14 || h > 1<<14 || !t.gapped {
			return outcome{fault: "CLS before SIZE and GAP"}
		}
		t.c = &canvas{b: fulfillment.NewBitmap(w, h, t.dpi)}
	case "PRINT":
		var sets, copies int
		if _, err = fmt.Sscanf(args, "%d,%d", &sets, &copies); err == nil && t.c != nil {
			o = outcome{label: &t.c.b, copies: sets * copies, fault: t.c.fault()}
		} else {
			o.fault = "PRINT of nothing"
		}
		return o
	default:
		return outcome{fault: fmt.Sprintf("%.40q is not part of a picture", text)}
	}
	if err != nil {
		o.fault = fmt.Sprintf("%.40q: %v", text, err)
	}
	return o
}

// bitmap is BITMAP x,y,bytes a row,rows,mode,data: a 0 is black.
func (t *tspl) bitmap(buf []byte) (int, outcome) {
	head := buf
	for i, commas := 0, 0; ; i++ {
		if i == len(buf) || i > 64 {
			return 0, outcome{}
		}
		if buf[i] == ',' {
			if commas++; commas == 5 {
				head = buf[:i+1]
				break
			}
		}
	}
	var x, y, stride, rows, mode int
	if _, err := fmt.Sscanf(string(head), "BITMAP %d,%d,%d,%d,%d,", &x, &y, &stride, &rows, &mode); err != nil || stride <= 0 || rows <= 0 || stride > 1<<12 || rows > 1<<14 || mode != 0 {
		return len(head), outcome{fault: fmt.Sprintf("%q: %v", head, err)}
	}
	n := len(head) + stride*rows
	if len(buf) < n {
		return 0, outcome{need: n}
	}
	if t.c == nil {
		return n, outcome{fault: "BITMAP before CLS"}
	}
	t.c.rows(buf[len(head):n], stride, x, y, 0)
	return n, outcome{}
}

func tsplStatus(f faults, printing bool) []byte {
	v := byte(0)
	if f.headOpen {
		v |= 1
	}
	if f.paperOut {
		v |= 4
	}
	if f.paused {
		v |= 0x10
	}
	if v == 0 && printing {
		v = 0x20
	}
	return []byte{v}
}
