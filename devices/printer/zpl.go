package printer

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"strings"

	"packbench/fulfillment"
)

// Compression of a picture in ZPL.
type Compression string

const (
	// ACS is the run-length scheme of the ZPL II guide ("alternative data compression"); clones know it too.
	ACS Compression = ""
	Hex Compression = "hex" // two digits a byte: large, and understood by everything
	Z64 Compression = "z64" // zlib in base64: smallest, Zebra and few others
)

// ZPL is Zebra's language. The zero value compresses with ACS. Auto is settled by the drivers, which know the printer; encoded
// without one it is Hex.
type ZPL struct{ Compression Compression }

// Encode returns ^XA, the exact width and length of the media in dots, the picture as ^GFA at 0,0, the number of copies,
// ^XZ, and nothing else: no setting of the printer is changed.
func (z ZPL) Encode(b fulfillment.Bitmap, m fulfillment.Media, copies int) []byte {
	w, h := m.Dots()
	total := b.Stride * b.H
	var out bytes.Buffer
	// For the A format both counts are those of the uncompressed picture (ZPL II guide, ^GF).
	fmt.Fprintf(&out, "^XA^PW%d^LL%d^FO0,0^GFA,%d,%d,%d,", w, h, total, total, b.Stride)
	switch z.Compression {
	case Hex, Auto:
		fmt.Fprintf(&out, "%X", b.Bits[:total])
	case Z64:
		writeZ64(&out, b.Bits[:total])
	default:
		writeACS(&out, b.Bits[:total], b.Stride)
	}
	fmt.Fprintf(&out, "^FS^PQ%d^XZ", copies)
	return out.Bytes()
}

// Name is "zpl".
func (ZPL) Name() string { return "zpl" }

// Tail is ^XZ: a format does nothing before it.
func (ZPL) Tail([]byte) int { return len("^XZ") }

// Ask is ~HS.
func (ZPL) Ask() []byte { return []byte("~HS") }

// AskOther is ~HQES, for printers that do not answer ~HS: clones, and Zebra's own while a person is needed.
func (ZPL) AskOther() []byte { return []byte("~HQES") }

// AskModel is ~HI, the question what the printer is.
func (ZPL) AskModel() []byte { return []byte("~HI") }

// Cancel is ~JA (cancel all), which is obeyed in the middle of a format.
func (ZPL) Cancel() []byte { return []byte("~JA") }

// Read reads the answer to ~HS or to ~HQES. The third string of ~HS says nothing about printing, but should not be left over.
func (ZPL) Read(answer []byte) Answer {
	if trouble, ok := ParseHostErrors(answer); ok {
		return Answer{Trouble: trouble, Enough: true, Whole: true}
	}
	s, ok, all := ParseHostStatus(answer)
	return Answer{Trouble: s.Trouble(), Enough: ok, Whole: all}
}

// writeACS writes the rows as hex digits with runs: G to Y stand for 1 to 19 times the next digit, g to z for 20 to 400; a
// comma fills the row with 0, an exclamation mark with F, and a colon repeats the row before.
func writeACS(out *bytes.Buffer, bits []byte, stride int) {
	const digits = "0123456789ABCDEF"
	row := make([]byte, 2*stride)
	for y := 0; stride > 0 && y+stride <= len(bits); y += stride {
		line := bits[y : y+stride]
		if y > 0 && bytes.Equal(line, bits[y-stride:y]) {
			out.WriteByte(':')
			continue
		}
		for i, b := range line {
			row[2*i], row[2*i+1] = digits[b>>4], digits[b&15]
		}
		writeRow(out, row)
	}
}

func writeRow(out *bytes.Buffer, row []byte) {
	for i := 0; i < len(row); {
		n := i + 1
		for n < len(row) && row[n] == row[i] {
			n++
		}
		switch {
		case n == len(row) && row[i] == '0':
			out.WriteByte(',')
		case n == len(row) && row[i] == 'F':
			out.WriteByte('!')
		default:
			writeRun(out, row[i], n-i)
		}
		i = n
	}
}

func writeRun(out *bytes.Buffer, digit byte, n int) {
	for n > 0 {
		run := min(n, 400+19)
		n -= run
		if run >= 20 {
			out.WriteByte('g' + byte(run/20-1))
		}
		if run%20 > 1 || run > 20 && run%20 == 1 {
			out.WriteByte('G' + byte(run%20-1))
		}
		out.WriteByte(digit)
	}
}

// writeZ64 writes :Z64:, the zlib stream in base64, and the CRC of the base64 text (CRC-16, polynomial 0x1021, start 0).
func writeZ64(out *bytes.Buffer, bits []byte) {
	var packed bytes.Buffer
	// The best level takes twice as long and saves a hundredth.
	zw := zlib.NewWriter(&packed) // writing to a buffer cannot fail
	_, _ = zw.Write(bits)
	_ = zw.Close()
	text := base64.StdEncoding.EncodeToString(packed.Bytes())
	fmt.Fprintf(out, ":Z64:%s:%04X", text, crc16(text))
}

func crc16(s string) uint16 {
	var crc uint16
	for i := range len(s) {
		crc ^= uint16(s[i]) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

// ParseCompression reads the word of the settings: "auto" or empty, "acs", "hex", "z64".
func ParseCompression(s string) (Compression, error) {
	switch strings.ToLower(s) {
	case "", "auto":
		return Auto, nil
	case "acs":
		return ACS, nil
	case "hex":
		return Hex, nil
	case "z64":
		return Z64, nil
	}
	return "", fmt.Errorf("compression %q: use auto, z64, acs or hex", s)
}
