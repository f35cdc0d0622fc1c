package devicetest

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Tape is what a real device said, as the recorder wrote it down: text that can be read, mailed and reviewed.
//
//	# Maker Model, scanned three times
//	12.4 < 02 0c 5d 43 31
//	15.0 > 57 0d
//
// A line has the milliseconds since the beginning, "<" for what the device sent and ">" for what it was sent, and the bytes.
type Tape struct {
	Note   string
	Pieces []Piece
}

// Piece is what came or went at once.
type Piece struct {
	At    time.Duration // since the beginning
	Host  bool          // the computer sent it
	Bytes []byte
}

// Add keeps one piece; the bytes are copied.
func (t *Tape) Add(at time.Duration, host bool, b []byte) {
	t.Pieces = append(t.Pieces, Piece{at, host, bytes.Clone(b)})
}

// Marshal returns the text.
func (t Tape) Marshal() []byte {
	var b bytes.Buffer
	if t.Note != "" {
		fmt.Fprintf(&b, "# %s\n", strings.Join(strings.Fields(t.Note), " "))
	}
	for _, p := range t.Pieces {
		way := "<"
		if p.Host {
			way = ">"
		}
		fmt.Fprintf(&b, "%.1f %s % x\n", float64(p.At)/float64(time.Millisecond), way, p.Bytes)
	}
	return b.Bytes()
}

// ParseTape reads the text; errors name the line.
func ParseTape(text []byte) (Tape, error) {
	var t Tape
	s := bufio.NewScanner(bytes.NewReader(text))
	s.Buffer(nil, 1<<20)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		if note, ok := strings.CutPrefix(line, "#"); ok || line == "" {
			if t.Note == "" {
				t.Note = strings.TrimSpace(note)
			}
			continue
		}
		f := strings.Fields(line)
		if len(f) < 3 || f[1] != "<" && f[1] != ">" {
			return Tape{}, fmt.Errorf("line %d of the recording: want milliseconds, < or >, and bytes", n)
		}
		ms, err := strconv.ParseFloat(f[0], 64)
		if err != nil || !(ms >= 0 && ms < 1e9) {
			return Tape{}, fmt.Errorf("line %d of the recording: %q is no time", n, f[0])
		}
		b, err := hex.DecodeString(strings.Join(f[2:], ""))
		if err != nil {
			return Tape{}, fmt.Errorf("line %d of the recording: %w", n, err)
		}
		t.Pieces = append(t.Pieces, Piece{time.Duration(ms * float64(time.Millisecond)), f[1] == ">", b})
	}
	if err := s.Err(); err != nil {
		return Tape{}, fmt.Errorf("read the recording: %w", err)
	}
	return t, nil
}
