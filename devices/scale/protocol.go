package scale

import (
	"fmt"
	"strings"

	"packbench/devices/serialport"
)

// Protocol is the word of the settings for what a serial scale speaks.
type Protocol string

const (
	ProtocolSICS   Protocol = "sics"       // Mettler-Toledo MT-SICS, level 0
	ProtocolNCI    Protocol = "nci"        // NCI SCP-01: NCI, Ohaus, Avery Weigh-Tronix and others
	ProtocolToledo Protocol = "toledo8217" // Mettler-Toledo 8217, as counter scales of many makers speak
)

// Protocols are the words in the order in which they are worth trying.
func Protocols() []Protocol { return []Protocol{ProtocolSICS, ProtocolNCI, ProtocolToledo} }

// Units are the words of SerialConfig.Unit.
func Units() []string { return []string{"kg", "lb", "oz", "g"} }

// dialect is how one protocol asks and is understood.
type dialect struct {
	name     string
	question string
	framing  string // of the line, as scales are delivered
	frames   func() framer
	parse    func(frame string) (Reading, error)
}

// framer puts the pieces of a byte stream together into answers. It belongs to one opening of the port.
type framer interface {
	feed(p []byte) []string
}

func sics() dialect {
	return dialect{name: "MT-SICS", question: "SI\r\n", framing: "8N1", frames: func() framer { return new(lines) }, parse: ParseSICS}
}

func newDialect(p Protocol, unit string) (dialect, error) {
	switch p {
	case "", ProtocolSICS:
		return sics(), nil
	case ProtocolNCI:
		return dialect{name: "NCI SCP-01", question: "W\r", framing: "7E1", frames: func() framer { return &frames{end: etx} }, parse: ParseNCI}, nil
	case ProtocolToledo:
		if _, ok := gramsPer[unit]; !ok {
			return dialect{}, fmt.Errorf("unit %q of a Toledo 8217 scale is none of %s", unit, strings.Join(Units(), ", "))
		}
		return dialect{name: "Toledo 8217", question: "W", framing: "7E1", frames: func() framer { return &frames{begin: stx, end: '\r'} },
			parse: func(frame string) (Reading, error) { return ParseToledo(frame, unit) }}, nil
	}
	return dialect{}, fmt.Errorf("scale protocol %q is none of sics, nci, toledo8217", p)
}

// ParseFraming reads data bits, parity and stop bits such as "8N1", "7E1" or "7O1"; there is always one stop bit.
func ParseFraming(s string) (bits int, parity serialport.Parity, err error) {
	f := strings.ToUpper(s)
	if len(f) == 3 && (f[0] == '7' || f[0] == '8') && f[2] == '1' {
		switch f[1] {
		case 'N':
			return int(f[0] - '0'), serialport.ParityNone, nil
		case 'E':
			return int(f[0] - '0'), serialport.ParityEven, nil
		case 'O':
			return int(f[0] - '0'), serialport.ParityOdd, nil
		}
	}
	return 0, "", fmt.Errorf("framing %q: write data bits, parity and one stop bit, for example 7E1 or 8N1", s)
}

const (
	stx = 0x02
	etx = 0x03
)

// frames cuts answers at their last byte. Parity bits are taken off: a line opened with eight bits shows them. Where a
// protocol has a first byte, everything before the last one of them is noise.
type frames struct {
	begin, end byte // begin 0: none
	buf        []byte
	skip       bool
}

func (f *frames) feed(p []byte) []string {
	var out []string
	for _, b := range p {
		b &= 0x7F
		switch {
		case b == f.end:
			if !f.skip && len(f.buf) > 0 {
				out = append(out, string(f.buf))
			}
			f.buf, f.skip = f.buf[:0], f.begin != 0
		case f.begin != 0 && b == f.begin:
			f.buf, f.skip = f.buf[:0], false
		case f.skip || b == 0:
		case len(f.buf) == maxLine:
			f.skip = true
		default:
			f.buf = append(f.buf, b)
		}
	}
	return out
}
