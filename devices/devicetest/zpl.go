package devicetest

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"packbench/fulfillment"
)

// DecodeGF reads the parameters and data of one ^GF command, "A,<sent>,<total>,<bytes a row>,<data>", as a printer does:
// plain hex, hex with runs, and base64 with or without zlib. The picture is stride×(total/stride) bytes, the bits as in
// fulfillment.Bitmap.
func DecodeGF(text string) (bits []byte, stride int, err error) {
	f := strings.SplitN(text, ",", 5)
	if len(f) < 5 || f[0] != "A" {
		return nil, 0, fmt.Errorf("^GF%.20q: want A and three counts", text)
	}
	var counts [3]int
	for i := range counts {
		if counts[i], err = strconv.Atoi(f[i+1]); err != nil {
			return nil, 0, fmt.Errorf("^GF count %d: %w", i+1, err)
		}
	}
	total, stride := counts[1], counts[2]
	if counts[0] != total || stride <= 0 || total <= 0 || total%stride != 0 || total > 1<<24 {
		return nil, 0, fmt.Errorf("^GF counts %v do not make a picture", counts)
	}
	data := strings.NewReplacer("\r", "", "\n", "").Replace(f[4])
	if strings.HasPrefix(data, ":") && (strings.HasPrefix(data, ":Z64:") || strings.HasPrefix(data, ":B64:")) {
		bits, err = decode64(data, total)
	} else {
		bits, err = decodeRuns(data, stride, total/stride)
	}
	if err == nil && len(bits) != total {
		err = fmt.Errorf("^GF says %d bytes and has %d", total, len(bits))
	}
	return bits, stride, err
}

// decode64 reads :Z64: or :B64:, the text, and the CRC of the text.
func decode64(data string, total int) ([]byte, error) {
	f := strings.Split(data, ":")
	if len(f) != 4 || len(f[3]) != 4 {
		return nil, errors.New("^GF: want :Z64:text:crc")
	}
	crc, err := strconv.ParseUint(f[3], 16, 16)
	if err != nil {
		return nil, fmt.Errorf("^GF checksum: %w", err)
	}
	if got := crcXModem([]byte(f[2])); uint64(got) != crc {
		return nil, fmt.Errorf("^GF checksum is %04X, the text's is %04X", crc, got)
	}
	raw, err := base64.StdEncoding.DecodeString(f[2])
	if err != nil || f[1] == "B64" {
		return raw, err
	}
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("^GF zlib: %w", err)
	}
	bits, err := io.ReadAll(io.LimitReader(z, int64(total)+1))
	if err != nil {
		return nil, fmt.Errorf("^GF zlib: %w", err)
	}
	return bits, nil
}

// crcXModem is the CRC-16 of XMODEM, bit by bit from the other end than an encoder would do it: by long division.
func crcXModem(p []byte) uint16 {
	var rest uint32
	for _, b := range slices.Concat(p, []byte{0, 0}) {
		for i := 7; i >= 0; i-- {
			rest = rest<<1 | uint32(b>>i&1)
			if rest > 0xFFFF {
				rest ^= 0x11021
			}
		}
	}
	return uint16(rest)
}

// decodeRuns reads hex digits with run lengths, one row after the other.
func decodeRuns(data string, stride, rows int) ([]byte, error) {
	digits := 2 * stride
	var all, row []byte // one digit an element
	count := 0
	end := func(fill byte) {
		for len(row) < digits {
			row = append(row, fill)
		}
		all, row = append(all, row...), nil
	}
	for i := range len(data) {
		c := data[i]
		switch {
		case c >= 'G' && c <= 'Y':
			count += int(c-'G') + 1
			continue
		case c >= 'g' && c <= 'z':
			count += (int(c-'g') + 1) * 20
			continue
		case c == ',':
			end(0)
		case c == '!':
			end(15)
		case c == ':' && len(row) == 0 && len(all) >= digits:
			all = append(all, all[len(all)-digits:]...)
		default:
			v, err := strconv.ParseUint(string(c), 16, 4)
			if err != nil {
				return nil, fmt.Errorf("^GF data has %q at %d", c, i)
			}
			row = append(row, bytes.Repeat([]byte{byte(v)}, max(1, count))...)
			count = 0
			if len(row) > digits {
				return nil, fmt.Errorf("^GF row %d is too long", len(all)/digits)
			}
			if len(row) == digits {
				end(0)
			}
		}
		if count != 0 {
			return nil, fmt.Errorf("^GF data repeats %q at %d", c, i)
		}
		if len(all) > rows*digits {
			return nil, errors.New("^GF data has too many rows")
		}
	}
	if len(row) != 0 || count != 0 || len(all) != rows*digits {
		return nil, fmt.Errorf("^GF data has %d of %d rows", len(all)/digits, rows)
	}
	bits := make([]byte, len(all)/2)
	for i := range bits {
		bits[i] = all[2*i]<<4 | all[2*i+1]
	}
	return bits, nil
}

// drawLabel draws one format, from ^XA to ^XZ. Everything a label printed dot by dot does not need is returned as faults:
// a real printer would do something with it.
func drawLabel(format string, dpi int) (b fulfillment.Bitmap, copies int, faults []string) {
	copies = 1
	var w, h, x, y int
	type graphic struct {
		bits      []byte
		x, y, row int
	}
	var gs []graphic
	for _, cmd := range strings.Split(format, "^")[1:] {
		name, arg := cmd[:min(2, len(cmd))], cmd[min(2, len(cmd)):]
		var err error
		switch name {
		case "XA", "XZ", "FS":
			if strings.TrimSpace(arg) != "" {
				err = errors.New("something behind it")
			}
		case "PW":
			w, err = strconv.Atoi(arg)
		case "LL":
			h, err = strconv.Atoi(arg)
		case "PQ":
			copies, err = strconv.Atoi(arg)
		case "FO":
			_, err = fmt.Sscanf(arg, "%d,%d", &x, &y)
		case "GF":
			var g graphic
			g.bits, g.row, err = DecodeGF(arg)
			g.x, g.y = x, y
			gs = append(gs, g)
		default:
			err = errors.New("not part of a picture")
		}
		if err != nil {
			faults = append(faults, fmt.Sprintf("^%s%.20s: %v", name, arg, err))
		}
	}
	if w <= 0 || h <= 0 || w > 1<<14 || h > 1<<14 {
		return b, copies, append(faults, fmt.Sprintf("label of %d×%d dots", w, h))
	}
	b = fulfillment.NewBitmap(w, h, dpi)
	for _, g := range gs {
		for i, v := range g.bits {
			for k := range 8 {
				px, py := g.x+i%g.row*8+k, g.y+i/g.row
				if v&(0x80>>k) == 0 {
					continue
				}
				if px >= w || py >= h {
					return b, copies, append(faults, fmt.Sprintf("black dot at %d,%d outside the label", px, py))
				}
				b.SetBlack(px, py)
			}
		}
	}
	return b, copies, faults
}
