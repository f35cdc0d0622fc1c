package devicetest

import "fmt"

// scaleFault is why a scale has no weight.
type scaleFault int

const (
	scaleWell scaleFault = iota
	scaleIsOver
	scaleIsUnder
	scaleIsBusy
)

// scaleSpeech is one protocol, from the scale's side.
type scaleSpeech interface {
	// whole reports whether the bytes so far are a question.
	whole(command []byte) bool
	// answer to a question without its line end; known is false for what no such scale understands.
	answer(command string, grams int, stable bool, fault scaleFault) (answer string, known bool)
	limits() ScaleLimits
}

// kilograms is a weight as a display shows it.
func kilograms(grams int) string {
	sign, abs := "", grams
	if grams < 0 {
		sign, abs = "-", -grams
	}
	return fmt.Sprintf("%s%d.%03d", sign, abs/1000, abs%1000)
}

// sicsSpeech is MT-SICS, level 0.
type sicsSpeech struct{}

func (sicsSpeech) limits() ScaleLimits { return ScaleLimits{} }

func (sicsSpeech) whole(c []byte) bool { return c[len(c)-1] == '\n' }

func (sicsSpeech) answer(command string, grams int, stable bool, fault scaleFault) (string, bool) {
	letter := map[bool]string{true: "S", false: "D"}[stable]
	switch {
	case command != "S" && command != "SI":
		return "ES\r\n", false
	case fault == scaleIsOver:
		return "S +\r\n", true
	case fault == scaleIsUnder:
		return "S -\r\n", true
	case fault == scaleIsBusy, command == "S" && !stable: // no steady weight within the scale's own patience
		return "S I\r\n", true
	}
	return fmt.Sprintf("S %s %10s kg\r\n", letter, kilograms(grams)), true
}

// nciSpeech is NCI SCP-01.
type nciSpeech struct{}

func (nciSpeech) limits() ScaleLimits { return ScaleLimits{NoMoving: true, NoNegative: true} }

func (nciSpeech) whole(c []byte) bool { return c[len(c)-1] == '\r' }

func (nciSpeech) answer(command string, grams int, stable bool, fault scaleFault) (string, bool) {
	switch {
	case command != "W":
		return "\n?\r\x03", false
	case fault == scaleIsOver:
		return "\nS02\r\x03", true
	case fault == scaleIsUnder, grams < 0:
		return "\nS01\r\x03", true
	case fault == scaleIsBusy, !stable:
		return "\nS10\r\x03", true
	case grams == 0:
		return "\n 0.000KG\r\nS20\r\x03", true
	}
	return fmt.Sprintf("\n%6sKG\r\nS00\r\x03", kilograms(grams)), true
}

// toledoSpeech is Toledo 8217. A question is one byte.
type toledoSpeech struct{}

func (toledoSpeech) limits() ScaleLimits { return ScaleLimits{NoMoving: true, NoNegative: true} }

func (toledoSpeech) whole([]byte) bool { return true }

func (toledoSpeech) answer(command string, grams int, stable bool, fault scaleFault) (string, bool) {
	switch {
	case command != "W":
		return "", false // it does not answer what it does not know
	case fault == scaleIsOver:
		return "\x02?b\r", true
	case fault == scaleIsUnder, grams < 0:
		return "\x02?d\r", true
	case fault == scaleIsBusy, !stable:
		return "\x02?a\r", true
	}
	return fmt.Sprintf("\x02%06s\r", kilograms(grams)), true
}
