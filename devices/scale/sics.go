package scale

import (
	"fmt"
	"math/big"
	"strings"
)

// Answer is what one line of a scale says.
type Answer int

const (
	Weighed Answer = iota // Grams and Stable count
	Busy                  // understood, cannot be done now: the scale is moving or starting
	Over                  // more than the scale can carry
	Under                 // less than the pan weighs: the pan is lifted or not zeroed
	Refused               // the scale does not know the command or says that it was garbled
	Faulty                // the scale finds its memory or calibration damaged
)

// Reading is one line of a scale.
type Reading struct {
	Answer Answer
	Grams  int // rounded to the nearest gram, halves away from zero; negative below zero
	Stable bool
}

// gramsPer is the exact mass of a unit in grams (pound and ounce: international avoirdupois).
var gramsPer = map[string]*big.Rat{
	"mg": big.NewRat(1, 1000),
	"g":  big.NewRat(1, 1),
	"kg": big.NewRat(1000, 1),
	"lb": big.NewRat(45359237, 100000),
	"oz": big.NewRat(45359237, 1600000),
}

// maxDigits bounds a number on the line; a scale shows seven at most.
const maxDigits = 12

// ParseSICS reads one line of MT-SICS level 0 without its CR LF: an answer to S or SI.
//
//	S S     12.340 kg   stable
//	S D     12.338 kg   moving ("dynamic")
//	S I                 cannot be done now
//	S +  S -            over, under
//	ES  ET  EL          not understood
//
// An error means the line is none of these, or in a unit other than mg, g, kg, lb, oz.
func ParseSICS(line string) (Reading, error) {
	f := strings.Fields(line)
	switch {
	case len(f) == 1 && (f[0] == "ES" || f[0] == "ET" || f[0] == "EL"):
		return Reading{Answer: Refused}, nil
	case len(f) == 2 && f[0] == "S" && f[1] == "I":
		return Reading{Answer: Busy}, nil
	case len(f) == 2 && f[0] == "S" && f[1] == "+":
		return Reading{Answer: Over}, nil
	case len(f) == 2 && f[0] == "S" && f[1] == "-":
		return Reading{Answer: Under}, nil
	}
	// Some scales set the sign apart from the number.
	if len(f) == 5 && (f[2] == "-" || f[2] == "+") {
		f = []string{f[0], f[1], f[2] + f[3], f[4]}
	}
	if len(f) != 4 || f[0] != "S" || f[1] != "S" && f[1] != "D" {
		return Reading{}, fmt.Errorf("read scale line %.40q: not an MT-SICS weight", line)
	}
	g, err := grams(f[2], f[3])
	if err != nil {
		return Reading{}, fmt.Errorf("read scale line %.40q: %w", line, err)
	}
	return Reading{Answer: Weighed, Grams: g, Stable: f[1] == "S"}, nil
}

// grams turns a decimal number and a unit into whole grams without floating point.
func grams(number, unit string) (int, error) {
	m, err := mass(number, unit)
	if err != nil {
		return 0, err
	}
	return round(m), nil
}

// mass is a decimal number of a unit in grams, exactly.
func mass(number, unit string) (*big.Rat, error) {
	per, ok := gramsPer[strings.ToLower(unit)]
	if !ok {
		return nil, fmt.Errorf("unit %q: set the scale to kg, g, lb or oz", unit)
	}
	digits := strings.TrimLeft(number, "+-")
	if len(number)-len(digits) > 1 || !decimal(digits) {
		return nil, fmt.Errorf("%q is not a weight", number)
	}
	r, ok := new(big.Rat).SetString(digits)
	if !ok {
		return nil, fmt.Errorf("%q is not a weight", number)
	}
	if number[0] == '-' {
		r.Neg(r)
	}
	return r.Mul(r, per), nil
}

// round is half up on the amount, away from zero: floor((2n+d)/2d).
func round(m *big.Rat) int {
	abs := new(big.Rat).Abs(m)
	num := new(big.Int).Add(new(big.Int).Lsh(abs.Num(), 1), abs.Denom())
	g := int(num.Quo(num, new(big.Int).Lsh(abs.Denom(), 1)).Int64())
	return g * m.Sign()
}

// decimal reports whether s is digits with at most one point among them.
func decimal(s string) bool {
	n, points := 0, 0
	for _, c := range s {
		switch {
		case c == '.':
			points++
		case c >= '0' && c <= '9':
			n++
		default:
			return false
		}
	}
	return n > 0 && n <= maxDigits && points <= 1
}

// lines puts the pieces of a byte stream together into lines. A line that grows beyond maxLine is no scale's; it is thrown
// away up to its end.
type lines struct {
	buf  []byte
	skip bool
}

const maxLine = 128

func (l *lines) feed(p []byte) []string {
	var out []string
	for _, b := range p {
		switch {
		case b == '\r' || b == '\n':
			if !l.skip && len(l.buf) > 0 {
				out = append(out, string(l.buf))
			}
			l.buf, l.skip = l.buf[:0], false
		case l.skip || b == 0:
		case len(l.buf) == maxLine:
			l.skip = true
		default:
			l.buf = append(l.buf, b)
		}
	}
	return out
}
