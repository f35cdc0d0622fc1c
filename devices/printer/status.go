package printer

import (
	"bytes"
	"strconv"
	"strings"
)

// Status is what a ZPL printer says of itself in answer to ~HS.
type Status struct {
	PaperOut, Paused, HeadOpen, RibbonOut bool
	BufferFull, CorruptRAM                bool
	UnderTemp, OverTemp                   bool
	PartialFormat                         bool // a job has begun and not ended
	LabelWaiting                          bool // peel mode: a label hangs out and must be taken
	Formats                               int  // whole jobs received and not yet printed
	Remaining                             int  // labels left of the job being printed
}

// Trouble says in a sentence what a person must do before a label can come out; empty if nothing.
func (s Status) Trouble() string {
	var say []string
	add := func(is bool, text string) {
		if is {
			say = append(say, text)
		}
	}
	add(s.HeadOpen, "The label printer is open. Close it.")
	add(s.PaperOut, "The label printer is out of labels. Load labels.")
	add(s.RibbonOut, "The label printer is out of ribbon. Load a ribbon.")
	add(s.OverTemp, "The label printer's head is too hot. Let it cool down.")
	add(s.UnderTemp, "The label printer is too cold. Let it warm up.")
	add(s.CorruptRAM, "The label printer's memory is damaged. Switch it off and on.")
	add(s.Paused, "The label printer is paused. Press its pause button.")
	add(s.BufferFull, "The label printer has more to print than it can keep. Wait until it has printed.")
	return strings.Join(say, " ")
}

const (
	stx = 0x02
	etx = 0x03
)

// ParseHostStatus reads the answer to ~HS: three strings, each between STX and ETX (ZPL II guide, ~HS). Bytes between the
// strings count for nothing, and strings are told apart by their number of fields, not by their order. ok is true once the
// first two, which say everything about printing, are there; all once the third is too.
func ParseHostStatus(answer []byte) (s Status, ok, all bool) {
	var one, two bool
	for {
		from := bytes.IndexByte(answer, stx)
		if from < 0 {
			break
		}
		answer = answer[from+1:]
		end := bytes.IndexByte(answer, etx)
		if end < 0 {
			break
		}
		text := answer[:end]
		answer = answer[end+1:]
		// An STX inside is a string that was cut off, and this one is the whole one.
		if i := bytes.LastIndexByte(text, stx); i >= 0 {
			text = text[i+1:]
		}
		f := strings.Split(string(text), ",")
		switch {
		case len(f) == 12:
			one = s.first(f) || one
		case len(f) == 11:
			two = s.second(f) || two
		case len(f) == 2:
			all = true
		}
	}
	return s, one && two, one && two && all
}

// flags reads yes-or-no fields; anything but 0 and 1 makes the whole string unknown.
func flags(f []string, at ...int) ([]bool, bool) {
	got := make([]bool, len(at))
	for i, n := range at {
		switch strings.TrimSpace(f[n]) {
		case "1":
			got[i] = true
		case "0":
		default:
			return nil, false
		}
	}
	return got, true
}

// first: aaa,b,c,dddd,eee,f,g,h,iii,j,k,l.
func (s *Status) first(f []string) bool {
	b, ok := flags(f, 1, 2, 5, 7, 9, 10, 11)
	formats, err := strconv.Atoi(strings.TrimSpace(f[4]))
	if !ok || err != nil {
		return false
	}
	s.PaperOut, s.Paused, s.BufferFull, s.PartialFormat = b[0], b[1], b[2], b[3]
	s.CorruptRAM, s.UnderTemp, s.OverTemp, s.Formats = b[4], b[5], b[6], formats
	return true
}

// second: mmm,n,o,p,q,r,s,t,uuuuuuuu,v,www. A missing ribbon matters only where the printer uses one (q).
func (s *Status) second(f []string) bool {
	b, ok := flags(f, 2, 3, 4, 7)
	left, err := strconv.Atoi(strings.TrimSpace(f[8]))
	if !ok || err != nil {
		return false
	}
	s.HeadOpen, s.RibbonOut, s.LabelWaiting, s.Remaining = b[0], b[1] && b[2], b[3], left
	return true
}
