package scale

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// ParseNCI reads one answer of NCI SCP-01 to W, without its ETX and with parity taken off (manuals of NCI 7800 and Ohaus
// Aviator):
//
//	LF 12.34LB CR LF S00 CR    the weight and its status
//	LF S10 CR                  no weight now: moving, below zero, over
//	LF ? CR                    not understood
//
// Some makers leave the S out. Pounds and ounces may come together ("1LB 02.5OZ"). An error means that it is none of these.
func ParseNCI(frame string) (Reading, error) {
	fail := func(err error) (Reading, error) {
		return Reading{}, fmt.Errorf("read scale answer %.40q: %w", frame, err)
	}
	var f []string
	for _, line := range strings.FieldsFunc(frame, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if line = strings.TrimSpace(line); line != "" {
			f = append(f, line)
		}
	}
	if len(f) == 1 && f[0] == "?" {
		return Reading{Answer: Refused}, nil
	}
	if len(f) != 1 && len(f) != 2 {
		return fail(errNotNCI)
	}
	answer, moving, err := nciStatus(f[len(f)-1])
	if err != nil {
		return fail(err)
	}
	if answer != Weighed || len(f) == 1 {
		if answer == Weighed {
			answer = Busy // the status is well or moving, and there is no weight
		}
		return Reading{Answer: answer}, nil
	}
	g, err := nciWeight(f[0])
	if err != nil {
		return fail(err)
	}
	return Reading{Answer: Weighed, Grams: g, Stable: !moving}, nil
}

var errNotNCI = errors.New("not an NCI SCP-01 weight")

// nciStatus reads the status: byte 1 has moving (bit 0), at zero (1), memory faults (2, 3); byte 2 under (0), over (1),
// a program fault (2), a calibration fault (3) and "another byte follows" (6). Bits 4 and 5 are always set.
func nciStatus(s string) (answer Answer, moving bool, err error) {
	s = strings.TrimPrefix(s, "S")
	if len(s) < 2 || len(s) > 4 {
		return 0, false, errNotNCI
	}
	for i := range len(s) {
		last := i == len(s)-1
		if s[i]&0x30 != 0x30 || i > 0 && s[i]&0x40 != 0 == last || i == 0 && s[i]&0x40 != 0 {
			return 0, false, errNotNCI
		}
	}
	switch one, two := s[0], s[1]; {
	case one&0x0C != 0 || two&0x0C != 0:
		return Faulty, false, nil
	case two&2 != 0:
		return Over, false, nil
	case two&1 != 0:
		return Under, false, nil
	default:
		return Weighed, one&1 != 0, nil
	}
}

// nciWeight reads "12.34LB" or pounds and ounces together.
func nciWeight(s string) (int, error) {
	sum := new(big.Rat)
	for n := 0; s != ""; n++ {
		at := strings.IndexFunc(s, func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' })
		if at < 0 {
			return 0, errNotNCI
		}
		end := at
		for end < len(s) && s[end] != ' ' && (s[end] < '0' || s[end] > '9') {
			end++
		}
		unit := strings.ToLower(s[at:end])
		number := strings.TrimSpace(s[:at])
		if n > 1 || n == 1 && (unit != "oz" || sum.Sign() < 0) || n == 0 && end < len(s) && unit != "lb" || number == "" {
			return 0, errNotNCI
		}
		m, err := mass(number, unit)
		if err != nil {
			return 0, err
		}
		sum.Add(sum, m)
		s = strings.TrimSpace(s[end:])
	}
	return round(sum), nil
}
