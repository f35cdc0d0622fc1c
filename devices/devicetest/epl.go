package devicetest

import (
	"bytes"
	"fmt"
	"strings"

	"packbench/fulfillment"
)

// epl reads what the EPL2 programmer's guide describes, as far as a label printed dot by dot needs it.
type epl struct {
	dpi     int
	w, h    int
	cleared bool
	c       *canvas
}

func (*epl) begins(byte) bool { return true }

func (e *epl) next(buf []byte) (int, outcome) {
	if bytes.HasPrefix(buf, []byte("GW")) {
		return e.graphic(buf)
	}
	text, n := firstLine(buf)
	if n == 0 || text == "G" {
		return n, outcome{}
	}
	return n, e.command(text)
}

func (e *epl) command(text string) (o outcome) {
	var err error
	switch {
	case text == "":
	case text == "N":
		e.cleared, e.c = true, nil
	case strings.HasPrefix(text, "q"):
		_, err = fmt.Sscanf(text, "q%d", &e.w)
	case strings.HasPrefix(text, "Q"):
		var gap int
		_, err = fmt.Sscanf(text, "Q%d,%d", &e.h, &gap)
	case strings.HasPrefix(text, "P"):
		o.copies = 0
		if _, err = fmt.Sscanf(text, "P%d", &o.copies); err == nil && e.c != nil {
			o.label, o.fault = &e.c.b, e.c.fault()
			e.c, e.cleared = nil, false
		} else {
			o.fault = "P of nothing"
		}
	default:
		o.fault = fmt.Sprintf("%.40q is not part of a picture", text)
	}
	if err != nil {
		o.fault = fmt.Sprintf("%.40q: %v", text, err)
	}
	return o
}

// graphic is GWx,y,bytes a row,rows,data: a 0 is black.
func (e *epl) graphic(buf []byte) (int, outcome) {
	at, commas := 0, 0
	for ; commas < 4; at++ {
		if at == len(buf) || at > 64 {
			return 0, outcome{}
		}
		if buf[at] == ',' {
			commas++
		}
	}
	var x, y, stride, rows int
	if _, err := fmt.Sscanf(string(buf[:at]), "GW%d,%d,%d,%d,", &x, &y, &stride, &rows); err != nil || stride <= 0 || rows <= 0 || stride > 1<<12 || rows > 1<<14 {
		return at, outcome{fault: fmt.Sprintf("%q: %v", buf[:at], err)}
	}
	n := at + stride*rows
	if len(buf) < n {
		return 0, outcome{need: n}
	}
	if !e.cleared || e.w <= 0 || e.h <= 0 || e.w > 1<<14 || e.h > 1<<14 {
		return n, outcome{fault: "GW before N, q and Q"}
	}
	if e.c == nil {
		e.c = &canvas{b: fulfillment.NewBitmap(e.w, e.h, e.dpi)}
	}
	e.c.rows(buf[at:n], stride, x, y, 0)
	return n, outcome{}
}
