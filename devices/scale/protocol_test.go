package scale

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/devices/serialport"
)

type parsed struct {
	frame string
	want  Reading
	fail  string
}

func check(t *testing.T, tests []parsed, parse func(string) (Reading, error)) {
	t.Helper()
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%q", tt.frame), func(t *testing.T) {
			got, err := parse(tt.frame)
			if tt.fail != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fail) || got != (Reading{}) {
					t.Fatalf("got %+v, %v, want an error with %q", got, err, tt.fail)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Fatalf("got %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

func steady(g int) Reading { return Reading{Answer: Weighed, Grams: g, Stable: true} }

func TestParseNCI(t *testing.T) {
	check(t, []parsed{
		{frame: "\n 12.34LB\r\nS00\r", want: steady(5597)}, // 5597.33
		{frame: "\n12.34LB\r\n00\r", want: steady(5597)},   // makers that leave the S out
		{frame: "\n 1.500KG\r\nS20\r", want: steady(1500)},
		{frame: "\n 0.000KG\r\nS20\r", want: steady(0)},
		{frame: "\n   250 g\r\nS00\r", want: steady(250)},
		{frame: "\n 1LB 02.5OZ\r\nS00\r", want: steady(524)}, // 453.59 + 70.87
		{frame: "\n 1.500KG\r\nS10\r", want: Reading{Answer: Weighed, Grams: 1500}},
		{frame: "\n 1.500KG\r\nS0p0\r", want: steady(1500)}, // a third status byte
		{frame: "\nS10\r", want: Reading{Answer: Busy}},
		{frame: "\n10\r", want: Reading{Answer: Busy}},
		{frame: "\nS00\r", want: Reading{Answer: Busy}},
		{frame: "\nS01\r", want: Reading{Answer: Under}},
		{frame: "\nS02\r", want: Reading{Answer: Over}},
		{frame: "\nS12\r", want: Reading{Answer: Over}},
		{frame: "\n 1.500KG\r\nS02\r", want: Reading{Answer: Over}},
		{frame: "\nS40\r", want: Reading{Answer: Faulty}},
		{frame: "\nS80\r", want: Reading{Answer: Faulty}},
		{frame: "\nS08\r", want: Reading{Answer: Faulty}},
		{frame: "\n 1.500KG\r\nS04\r", want: Reading{Answer: Faulty}},
		{frame: "\n?\r", want: Reading{Answer: Refused}},
		{frame: "\n 12.34LB\r", fail: "SCP-01"}, // no status
		{frame: "\n 12.34\r\nS00\r", fail: "SCP-01"},
		{frame: "\n 12.34ST\r\nS00\r", fail: "unit"},
		{frame: "\nLB\r\nS00\r", fail: "SCP-01"},
		{frame: "\n1KG 2OZ\r\nS00\r", fail: "SCP-01"},
		{frame: "\n1LB 2LB\r\nS00\r", fail: "SCP-01"},
		{frame: "\n1LB 2OZ 3OZ\r\nS00\r", fail: "SCP-01"},
		{frame: "\n1.2.3KG\r\nS00\r", fail: "not a weight"},
		{frame: "\n1.500KG\r\nS0p\r", fail: "SCP-01"}, // another byte is promised and missing
		{frame: "\n1.500KG\r\nSAB\r", fail: "SCP-01"},
		{frame: "\n 12.\n 12.34LB\r\nS00\r", fail: "SCP-01"}, // a cut answer before a whole one
		{frame: "S S     12.340 kg", fail: "SCP-01"},
		{frame: "", fail: "SCP-01"},
	}, ParseNCI)
}

func TestParseToledo(t *testing.T) {
	in := func(unit string) func(string) (Reading, error) {
		return func(f string) (Reading, error) { return ParseToledo(f, unit) }
	}
	check(t, []parsed{
		{frame: "12.34", want: steady(5597)},
		{frame: "0012.34", want: steady(5597)},
		{frame: " 0.00", want: steady(0)},
		{frame: "?a", want: Reading{Answer: Busy}},
		{frame: "?`", want: Reading{Answer: Busy}},
		{frame: "?b", want: Reading{Answer: Over}},
		{frame: "?c", want: Reading{Answer: Over}},
		{frame: "?d", want: Reading{Answer: Under}},
		{frame: "?e", want: Reading{Answer: Under}},
		{frame: "?h", want: Reading{Answer: Under}},
		{frame: "?p", want: steady(0)},
		{frame: "?q", want: Reading{Answer: Busy}},
		{frame: "?0", fail: "status"},
		{frame: "?", fail: "8217"},
		{frame: "1234", fail: "8217"}, // its point is left out
		{frame: "12.34LB", fail: "not a weight"},
		{frame: "S00", fail: "8217"},
		{frame: "", fail: "8217"},
	}, in("lb"))
	check(t, []parsed{{frame: "1.234", want: steady(1234)}}, in("kg"))
	check(t, []parsed{{frame: "1234", want: steady(1234)}, {frame: "1234.5", want: steady(1235)}}, in("g"))
	check(t, []parsed{{frame: "16.0", want: steady(454)}}, in("oz"))
}

// With a parity bit on every byte, cut anywhere, the weight is the same: a line opened with eight bits shows parity.
func TestFramesAnyPiecesAndParity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.IntRange(0, 99999).Draw(t, "grams")
		kg := fmt.Sprintf("%d.%03d", g/1000, g%1000)
		type way struct {
			d     dialect
			bytes string
		}
		toledo, err := newDialect(ProtocolToledo, "kg")
		if err != nil {
			t.Fatal(err)
		}
		nci, err := newDialect(ProtocolNCI, "")
		if err != nil {
			t.Fatal(err)
		}
		w := rapid.SampledFrom([]way{{nci, "\n" + kg + "KG\r\nS00\r\x03"}, {toledo, "noise\r12\x02" + kg + "\r"}}).Draw(t, "protocol")
		in := []byte(w.bytes)
		for i, b := range in {
			ones := 0
			for k := range 7 {
				ones += int(b >> k & 1)
			}
			if ones%2 == 1 && rapid.Bool().Draw(t, "parity") {
				in[i] |= 0x80
			}
		}
		f := w.d.frames()
		var got []string
		for len(in) > 0 {
			n := rapid.IntRange(1, len(in)).Draw(t, "n")
			got = append(got, f.feed(in[:n])...)
			in = in[n:]
		}
		if len(got) == 0 {
			t.Fatal("no answer")
		}
		r, err := w.d.parse(got[len(got)-1])
		if err != nil || r != steady(g) {
			t.Fatalf("%q: %+v, %v, want %d g", got, r, err, g)
		}
	})
}

func TestFramesThrowAwayWhatIsTooLong(t *testing.T) {
	for _, f := range []*frames{{end: etx}, {begin: stx, end: '\r'}} {
		first := ""
		if f.begin != 0 {
			first = string(rune(f.begin))
		}
		end := string(rune(f.end))
		got := f.feed([]byte(first + strings.Repeat("9", 500) + end + first + "1.0" + end))
		if !slices.Equal(got, []string{"1.0"}) {
			t.Errorf("got %q", got)
		}
	}
}

func TestSettings(t *testing.T) {
	for _, p := range Protocols() {
		if _, err := NewSerial(SerialConfig{Protocol: p, Unit: "lb"}, nil, nil, nil); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []SerialConfig{{Protocol: "w"}, {Protocol: ProtocolToledo}, {Protocol: ProtocolToledo, Unit: "st"}, {Framing: "9N1"}, {Framing: "7E2"}} {
		if _, err := NewSerial(bad, nil, nil, nil); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	s, err := NewSerial(SerialConfig{Protocol: ProtocolNCI}, nil, nil, nil)
	if err != nil || s.port.DataBits != 7 || s.port.Parity != serialport.ParityEven {
		t.Errorf("an NCI scale's line is %+v, %v", s.port, err)
	}
	if s, err = NewSerial(SerialConfig{Protocol: ProtocolToledo, Unit: "kg", Framing: "8n1"}, nil, nil, nil); err != nil || s.port.DataBits != 8 || s.port.Parity != "" {
		t.Errorf("a line set to 8N1 is %+v, %v", s.port, err)
	}
}

func FuzzProtocols(f *testing.F) {
	for _, s := range []string{"\n 12.34LB\r\nS00\r", "\nS10\r", "\n?\r", "12.34", "?a", "1LB 2.5OZ\nS00", "\n 1.500KG\r\nS0p0\r"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		nci, toledo := &frames{end: etx}, &frames{begin: stx, end: '\r'}
		all := append(nci.feed(b), toledo.feed(b)...)
		for _, frame := range append(all, string(b)) {
			n, errN := ParseNCI(frame)
			w, errT := ParseToledo(frame, "kg")
			for _, r := range []Reading{n, w} {
				if r.Answer != Weighed && (r.Grams != 0 || r.Stable) {
					t.Fatalf("grams without a weight: %+v", r)
				}
			}
			if errN != nil && n != (Reading{}) || errT != nil && w != (Reading{}) {
				t.Fatal("both a reading and an error")
			}
			if errN == nil && errT == nil && n.Answer == Weighed && w.Answer == Weighed {
				t.Fatalf("%q is a weight in both protocols", frame)
			}
		}
	})
}
