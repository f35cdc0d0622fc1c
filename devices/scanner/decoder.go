package scanner

import (
	"strings"

	"packbench/fulfillment"
)

// Code is one barcode as the scanner sent it, taken apart.
type Code struct {
	Text string // without prefix, suffix and AIM identifier; at most fulfillment.MaxScan+1 bytes, GS kept
	AIM  string // "]C1" and the like, empty if the scanner sends none
}

// Decoder cuts a byte stream into codes. A frame ends at CR, LF, STX or ETX, so CR LF gives one code and none beside it;
// NUL bytes are ignored wherever they stand. A frame that is too long keeps its first fulfillment.MaxScan+1 bytes, so that
// the station can see that it was too long, and the rest up to the suffix is thrown away. However the stream is cut into
// pieces, the codes are the same.
//
// A Decoder belongs to one goroutine. The zero value has no prefix.
type Decoder struct {
	prefix string
	frame  []byte
	some   bool // a byte of a frame has arrived, though it may have been cut off
}

// NewDecoder returns a decoder that takes prefix off the front of every code, before or behind the AIM identifier, if it is
// there. STX and NUL in the prefix count for nothing, as in the stream.
func NewDecoder(prefix string) *Decoder {
	return &Decoder{prefix: strings.Map(func(r rune) rune {
		if r == 0 || r == stx || r == etx {
			return -1
		}
		return r
	}, prefix)}
}

const (
	stx = 0x02
	etx = 0x03
	// aimLen is ']', a letter for the symbology, a modifier (ISO/IEC 15424).
	aimLen = 3
)

// Feed takes bytes and returns the codes they complete, oldest first.
func (d *Decoder) Feed(p []byte) []Code {
	var codes []Code
	for _, b := range p {
		switch b {
		case 0:
		case '\r', '\n', stx, etx:
			if c, ok := d.Flush(); ok {
				codes = append(codes, c)
			}
		default:
			d.some = true
			// Prefix and identifier are taken off only when the frame is whole, so there must be room for them.
			if len(d.frame) <= fulfillment.MaxScan+len(d.prefix)+aimLen {
				d.frame = append(d.frame, b)
			}
		}
	}
	return codes
}

// Pending reports whether a frame has begun and not ended.
func (d *Decoder) Pending() bool { return d.some }

// Flush ends the frame without a suffix: what a pause means for a scanner that sends none. ok is false if there is nothing.
func (d *Decoder) Flush() (c Code, ok bool) {
	if !d.some {
		return Code{}, false
	}
	c = split(string(d.frame), d.prefix)
	d.Drop()
	if len(c.Text) > fulfillment.MaxScan+1 {
		c.Text = c.Text[:fulfillment.MaxScan+1]
	}
	return c, c.Text != ""
}

// Drop forgets the frame: after an unplug its end will never come.
func (d *Decoder) Drop() {
	d.frame = d.frame[:0]
	d.some = false
}

func split(s, prefix string) Code {
	rest, had := strings.CutPrefix(s, prefix)
	c := Code{Text: rest}
	// An identifier with nothing behind it is not one: the barcode itself says "]C1".
	if len(rest) > aimLen && rest[0] == ']' && letter(rest[1]) && modifier(rest[2]) {
		c.AIM, c.Text = rest[:aimLen], rest[aimLen:]
		if !had || prefix == "" {
			c.Text = strings.TrimPrefix(c.Text, prefix)
		}
	}
	return c
}

func letter(b byte) bool { return b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' }

func modifier(b byte) bool { return b >= '0' && b <= '9' || b >= 'A' && b <= 'F' }
