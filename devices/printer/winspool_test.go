package printer

import (
	"strings"
	"testing"
)

func TestStatusOfAWindowsQueue(t *testing.T) {
	tests := []struct {
		status uint32
		words  string // empty: ready
	}{
		{0, ""}, {0x400, ""} /* printing */, {0x200, ""}, /* busy */
		{0x10, "out of labels"}, {0x400000, "open"}, {0x80, "offline"}, {0x1, "paused"}, {0x2, "error"}, {0x8, "jammed"},
		{0x410, "out of labels"}, // printing, and no paper
	}
	for _, tt := range tests {
		got := winTrouble(tt.status)
		if (got == "") != (tt.words == "") || !strings.Contains(got, tt.words) {
			t.Errorf("status %#x: %q, want %q", tt.status, got, tt.words)
		}
	}
}

func TestStatusOfAWindowsJob(t *testing.T) {
	tests := []struct {
		status       uint32
		gone, failed bool
	}{
		{0x10, false, false},         // printing
		{0x8, false, false},          // spooling
		{0x2 | 0x20, false, false},   // error, offline
		{0x80, true, false},          // printed
		{0x1000 | 0x10, true, false}, // delivered, the last page under way
		{0x4, true, true}, {0x100, true, true},
		{0x100 | 0x80, true, true}, // deleted after pages came out: nobody knows which
	}
	for _, tt := range tests {
		j, gone := winJob(tt.status, "")
		if gone != tt.gone || j.failed() != tt.failed {
			t.Errorf("status %#x: gone %v, failed %v", tt.status, gone, j.failed())
		}
	}
}
