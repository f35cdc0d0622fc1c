package sound

import (
	"encoding/binary"
	"math"
	"time"
)

// Tone is one of three sounds that cannot be mistaken for one another: they differ in height, number and rhythm.
type Tone int

const (
	None     Tone = iota
	Accepted      // one short high beep
	Complete      // three rising notes
	Refused       // two long, low, harsh buzzes
)

// Rate is the samples per second of a PCM picture of a tone.
const Rate = 44100

// note is one sound of a tone. harsh adds odd overtones, which carry through a noisy hall.
type note struct {
	hz    float64
	long  time.Duration
	after time.Duration // silence that follows
	harsh bool
}

var notes = map[Tone][]note{
	Accepted: {{hz: 1760, long: 90 * time.Millisecond}},
	Complete: {{hz: 1047, long: 90 * time.Millisecond}, {hz: 1319, long: 90 * time.Millisecond}, {hz: 1568, long: 220 * time.Millisecond}},
	Refused:  {{hz: 196, long: 230 * time.Millisecond, after: 90 * time.Millisecond, harsh: true}, {hz: 165, long: 360 * time.Millisecond, harsh: true}},
}

// PCM returns the tone as signed 16-bit little-endian mono samples at Rate; nil for None and unknown tones.
func PCM(t Tone) []byte {
	var out []byte
	for _, n := range notes[t] {
		out = append(out, n.samples()...)
	}
	return out
}

// Length is how long the tone sounds.
func Length(t Tone) time.Duration {
	return time.Duration(len(PCM(t))/2) * time.Second / Rate
}

func (n note) samples() []byte {
	const volume, ramp = 0.55, 0.006 * Rate // a ramp of 6 ms keeps the loudspeaker from clicking
	total := int(n.long.Seconds() * Rate)
	silent := int(n.after.Seconds() * Rate)
	out := make([]byte, 0, 2*(total+silent))
	for i := range total {
		x := 2 * math.Pi * n.hz * float64(i) / Rate
		y := math.Sin(x)
		if n.harsh {
			y = (math.Sin(x) + math.Sin(3*x)/2 + math.Sin(5*x)/3 + math.Sin(7*x)/4) / 1.4
		}
		edge := math.Min(1, math.Min(float64(i), float64(total-i))/ramp)
		s := int16(math.Round(max(-1, min(1, y*edge*volume)) * math.MaxInt16))
		out = binary.LittleEndian.AppendUint16(out, uint16(s))
	}
	return append(out, make([]byte, 2*silent)...)
}
