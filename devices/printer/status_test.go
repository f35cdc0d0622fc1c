package printer

import (
	"strings"
	"testing"
)

const (
	readyAnswer = "\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"
	paperAnswer = "\x02030,1,1,1225,000,0,0,0,000,0,0,0\x03\r\n\x02001,0,0,1,1,2,6,0,00000100,1,000\x03\r\n\x021234,0\x03\r\n"
)

func TestParseHostStatus(t *testing.T) {
	tests := []struct {
		name, answer string
		want         Status
		ok, all      bool
	}{
		{"ready", readyAnswer, Status{}, true, true},
		{"paper, pause and ribbon", paperAnswer, Status{PaperOut: true, Paused: true, RibbonOut: true, Remaining: 100}, true, true},
		{"no ribbon in a printer that uses none", strings.Replace(readyAnswer, "000,0,0,0,0,2", "000,0,0,1,0,2", 1), Status{}, true, true},
		{"head open", strings.Replace(readyAnswer, "000,0,0,0,0,2", "000,0,1,0,0,2", 1), Status{HeadOpen: true}, true, true},
		{"formats waiting", strings.Replace(readyAnswer, "1245,000", "1245,002", 1), Status{Formats: 2}, true, true},
		{"too hot", strings.Replace(readyAnswer, "000,0,0,0\x03", "000,0,0,1\x03", 1), Status{OverTemp: true}, true, true},
		{"without the third string", readyAnswer[:len(readyAnswer)-10], Status{}, true, false},
		{"noise between, no line ends", "x" + strings.ReplaceAll(readyAnswer, "\r\n", "?"), Status{}, true, true},
		{"a string that was cut off before", "\x02030,0,\x02" + readyAnswer[1:], Status{}, true, true},
		{"the first string alone", readyAnswer[:36], Status{}, false, false},
		{"nothing", "", Status{}, false, false},
		{"a flag that is neither yes nor no", strings.Replace(readyAnswer, "030,0,", "030,x,", 1), Status{}, false, false},
		{"another answer", "\x02ZD420-203dpi,V84.20.18Z,8,8176KB\x03\r\n", Status{}, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok, all := ParseHostStatus([]byte(tt.answer))
			if ok != tt.ok || all != tt.all || ok && got != tt.want {
				t.Errorf("got %+v %v %v, want %+v %v %v", got, ok, all, tt.want, tt.ok, tt.all)
			}
		})
	}
	// However an answer is cut, no piece of it reads as ready that is not.
	for i := range len(paperAnswer) {
		if s, ok, _ := ParseHostStatus([]byte(paperAnswer[:i])); ok && s.Trouble() == "" {
			t.Errorf("ready after %d bytes of trouble", i)
		}
	}
}

func FuzzParseHostStatus(f *testing.F) {
	f.Add([]byte(readyAnswer))
	f.Add([]byte(paperAnswer))
	f.Add([]byte("\x02\x03\x02,,,,,,,,,,,\x03"))
	f.Fuzz(func(t *testing.T, p []byte) {
		s, ok, all := ParseHostStatus(p)
		if all && !ok {
			t.Error("all of nothing")
		}
		if !ok && all || ok && strings.Count(string(p), "\x03") < 2 {
			t.Errorf("ready from %q: %+v", p, s)
		}
	})
}
