package scale

import (
	"fmt"
	"strings"
)

// ParseToledo reads one answer of the Toledo 8217 protocol to W, between its STX and CR and with parity taken off (manuals
// of Brecknell 3700LP and 6700U, Rice Lake BenchPro):
//
//	12.34    the weight, steady, in the unit that the scale shows
//	?a       no weight now, and why
//
// The reason has bits: moving (0), over (1), below zero (2), outside the range of zero (3), centre of zero (4); bits 5 and
// 6 are always set. An error means that it is neither. The answer has no unit. A number without a decimal point is only
// taken for grams: elsewhere it would be a scale with its point left out, and the weight a hundred times wrong.
func ParseToledo(frame, unit string) (Reading, error) {
	if len(frame) == 2 && frame[0] == '?' {
		return toledoStatus(frame[1])
	}
	number := strings.TrimSpace(frame)
	if number == "" || !strings.ContainsRune(number, '.') && unit != "g" {
		return Reading{}, fmt.Errorf("read scale answer %.40q: not a Toledo 8217 weight", frame)
	}
	g, err := grams(number, unit)
	if err != nil {
		return Reading{}, fmt.Errorf("read scale answer %.40q: %w", frame, err)
	}
	return Reading{Answer: Weighed, Grams: g, Stable: true}, nil
}

func toledoStatus(b byte) (Reading, error) {
	switch {
	case b&0x60 != 0x60:
		return Reading{}, fmt.Errorf("read scale status %q: not of Toledo 8217", b)
	case b&0x02 != 0:
		return Reading{Answer: Over}, nil
	case b&0x0C != 0:
		return Reading{Answer: Under}, nil
	case b&0x01 != 0:
		return Reading{Answer: Busy}, nil
	case b&0x10 != 0:
		return Reading{Answer: Weighed, Stable: true}, nil // at the centre of zero and steady: nothing is on it
	}
	return Reading{Answer: Busy}, nil
}
