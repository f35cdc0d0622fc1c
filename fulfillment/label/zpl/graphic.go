package zpl

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxBytes bounds one picture: stock of 200 × 300 mm at 600 dpi.
const maxBytes = 8 << 20

// picture is a stored or drawn bitmap: rows of stride bytes, the leftmost dot in the highest bit, 1 is black.
type picture struct {
	stride int
	bits   []byte
}

// graphicField reads ^GF: format, bytes sent, bytes of the picture, bytes a row, data. A is text (hex with runs, :B64:,
// :Z64:), B the bytes as they are.
func graphicField(t token) (picture, error) {
	total, stride := t.num(2, 0, 0, maxBytes), t.num(3, 0, 0, 1<<14)
	if total <= 0 || stride <= 0 {
		return picture{}, errors.New("^GF without its counts")
	}
	data := t.from(4)
	switch t.letter(0, 'A') {
	case 'A':
		bits, err := decodeText(data, stride, total)
		return picture{stride, bits}, err
	case 'B':
		if len(data) < total {
			return picture{}, fmt.Errorf("^GFB has %d of %d bytes", len(data), total)
		}
		return picture{stride, []byte(data[:total])}, nil
	}
	return picture{}, fmt.Errorf("^GF%c is not known", t.letter(0, '?'))
}

// decodeText reads a picture's data as text; the result has exactly total bytes. Rows that are missing at the end are
// white, as printers leave them.
func decodeText(data string, stride, total int) ([]byte, error) {
	var bits []byte
	var err error
	if head := strings.TrimSpace(data); strings.HasPrefix(head, ":B64:") || strings.HasPrefix(head, ":Z64:") {
		bits, err = decodeBase64(head, total)
	} else {
		bits, err = decodeRuns(data, stride, total)
	}
	if err != nil {
		return nil, err
	}
	if len(bits) < total {
		bits = append(bits, make([]byte, total-len(bits))...)
	}
	return bits[:total], nil
}

// decodeBase64 reads :B64:text:crc or :Z64:text:crc. The CRC (polynomial 0x1021, start 0, of the text) must be right.
func decodeBase64(data string, total int) ([]byte, error) {
	parts := strings.SplitN(data, ":", 4)
	text := strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == ' ' || r == '\t' {
			return -1
		}
		return r
	}, parts[2])
	if len(parts) < 4 {
		return nil, errors.New("a picture without its checksum")
	}
	want, err := strconv.ParseUint(strings.TrimSpace(parts[3]), 16, 16)
	if got := crc(text); err != nil || uint64(got) != want {
		return nil, fmt.Errorf("a picture with a wrong checksum: it says %.8q, its data have %04X", parts[3], got)
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("a picture that is no base64: %w", err)
	}
	if parts[1] == "B64" {
		return raw, nil
	}
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("a picture that cannot be unpacked: %w", err)
	}
	bits, err := io.ReadAll(io.LimitReader(z, int64(total)))
	if err != nil {
		return nil, fmt.Errorf("a picture that cannot be unpacked: %w", err)
	}
	return bits, nil
}

func crc(s string) uint16 {
	var v uint16
	for i := range len(s) {
		v ^= uint16(s[i]) << 8
		for range 8 {
			carry := v & 0x8000
			v <<= 1
			if carry != 0 {
				v ^= 0x1021
			}
		}
	}
	return v
}

// decodeRuns reads hex digits with run lengths: G to Y count 1 to 19, g to z 20 to 400, "," and "!" fill the row with white
// and black, ":" repeats the row before.
func decodeRuns(data string, stride, total int) ([]byte, error) {
	width := 2 * stride
	digits := make([]byte, 0, 2*total)
	count := 0
	add := func(v byte, n int) {
		n = min(n, 2*total-len(digits))
		for range n {
			digits = append(digits, v)
		}
	}
	for i := range len(data) {
		left := width - len(digits)%width
		switch c := data[i]; {
		case c == '\r' || c == '\n' || c == ' ' || c == '\t':
		case c >= 'G' && c <= 'Y':
			count += int(c-'G') + 1
		case c >= 'g' && c <= 'z':
			count += (int(c-'g') + 1) * 20
		case c == ',':
			add(0, left)
			count = 0
		case c == '!':
			add(15, left)
			count = 0
		case c == ':' && left == width:
			// Before the first row there is nothing to repeat: white.
			if len(digits) >= width {
				n := min(width, 2*total-len(digits))
				digits = append(digits, digits[len(digits)-width:][:n]...)
			} else {
				add(0, width)
			}
		default:
			v := strings.IndexByte("0123456789ABCDEF", upper(c))
			if v < 0 {
				return nil, fmt.Errorf("a picture with %q in its data", c)
			}
			add(byte(v), max(1, count))
			count = 0
		}
	}
	bits := make([]byte, (len(digits)+1)/2)
	for i, v := range digits {
		bits[i/2] |= v << (4 * (1 - i%2))
	}
	return bits, nil
}
