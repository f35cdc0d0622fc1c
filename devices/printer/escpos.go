package printer

import (
	"bytes"
	"encoding/binary"
	"strings"

	"packbench/fulfillment"
)

// ESCPOS is Epson's language of receipt printers. They print as they read: a job that is cut off leaves a piece of a label,
// never a whole one.
type ESCPOS struct {
	NoCut bool // feed only; for printers whose cutter must not be used
}

// Name is "escpos".
func (ESCPOS) Name() string { return "escpos" }

// bandRows is the height of one raster picture. Models differ in how much they take at once; all take so much.
const bandRows = 255

// Encode returns ESC @, the picture as bands of GS v 0 (mode 0: one dot a dot; 1 is black), and GS V 66 0: feed to the
// cutter and cut. The bands above the last black row are laid so that the last of them is as tall as it can be: it is
// the tail, without which no label looks complete.
func (e ESCPOS) Encode(b fulfillment.Bitmap, _ fulfillment.Media, copies int) []byte {
	var out bytes.Buffer
	last := lastBlack(b)
	for range copies {
		out.WriteString("\x1b@")
		for y := 0; y < b.H; {
			end := min(y+bandRows, b.H)
			switch from := last + 1 - bandRows; {
			case y < from:
				end = min(end, from)
			case y <= last:
				end = last + 1
			}
			writeBand(&out, b, y, end)
			y = end
		}
		if e.NoCut {
			out.WriteString("\x1bJ\x78") // 120 steps: past the tear bar on every model
			continue
		}
		out.WriteString("\x1dV\x42\x00")
	}
	return out.Bytes()
}

func lastBlack(b fulfillment.Bitmap) int {
	return (len(bytes.TrimRight(b.Bits, "\x00")) - 1) / max(1, b.Stride)
}

func writeBand(out *bytes.Buffer, b fulfillment.Bitmap, from, to int) {
	out.WriteString("\x1dv0\x00")
	head := binary.LittleEndian.AppendUint16(nil, uint16(b.Stride))
	out.Write(binary.LittleEndian.AppendUint16(head, uint16(to-from)))
	out.Write(b.Bits[from*b.Stride : to*b.Stride])
}

// Tail goes back to the last band that has black in it.
func (ESCPOS) Tail(job []byte) int {
	tail := len(job)
	for i := bytes.Index(job, []byte("\x1dv0\x00")); i >= 0 && i+8 <= len(job) && bytes.HasPrefix(job[i:], []byte("\x1dv0\x00")); {
		n := int(binary.LittleEndian.Uint16(job[i+4:])) * int(binary.LittleEndian.Uint16(job[i+6:]))
		end := min(i+8+n, len(job))
		if len(bytes.Trim(job[i+8:end], "\x00")) > 0 {
			tail = len(job) - i
		}
		i = end
	}
	return tail
}

// Ask is DLE EOT 2 (why it is offline) and DLE EOT 4 (paper), which are answered at once, in one byte each.
func (ESCPOS) Ask() []byte { return []byte("\x10\x04\x02\x10\x04\x04") }

// Read reads the two bytes (Epson's ESC/POS command reference, DLE EOT). A byte that is none of an answer's is left out, and
// of more than two the last count: a picture may contain the same sequence as the question.
func (ESCPOS) Read(answer []byte) Answer {
	var got []byte
	for _, v := range answer {
		if v&0x93 == 0x12 { // bits 1 and 4 are set, 0 and 7 are not
			got = append(got, v)
		}
	}
	if len(got) < 2 {
		return Answer{}
	}
	offline, paper := got[len(got)-2], got[len(got)-1]
	var say []string
	add := func(is bool, text string) {
		if is {
			say = append(say, text)
		}
	}
	add(offline&0x04 != 0, "The label printer is open. Close it.")
	add(offline&0x20 != 0 || paper&0x60 != 0, "The label printer is out of labels. Load labels.")
	add(offline&0x40 != 0, "The label printer reports an error. Look at its lamps, then switch it off and on.")
	add(offline&0x08 != 0, "The label printer is paused: its feed button is pressed. Let it go.")
	return Answer{Trouble: strings.Join(say, " "), Enough: true}
}
