package scale

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParseSICS(t *testing.T) {
	weighed := func(g int, stable bool) Reading { return Reading{Answer: Weighed, Grams: g, Stable: stable} }
	tests := []struct {
		line string
		want Reading
		fail string
	}{
		{line: "S S     12.340 kg", want: weighed(12340, true)},
		{line: "S D     12.338 kg", want: weighed(12338, false)},
		{line: "S S      0.000 kg", want: weighed(0, true)},
		{line: "S S     -0.012 kg", want: weighed(-12, true)},
		{line: "S S   -  0.012 kg", want: weighed(-12, true)},
		{line: "S S     12.3405 kg", want: weighed(12341, true)}, // half a gram goes up
		{line: "S S     -0.5 g", want: weighed(-1, true)},
		{line: "S S       1500 mg", want: weighed(2, true)},
		{line: "S S        250 g", want: weighed(250, true)},
		{line: "S S          1 lb", want: weighed(454, true)},
		{line: "S S       2.00 lb", want: weighed(907, true)}, // 907.18474
		{line: "S S      645.2 oz", want: weighed(18291, true)},
		{line: "S S         16 OZ", want: weighed(454, true)},
		{line: "S I", want: Reading{Answer: Busy}},
		{line: "S +", want: Reading{Answer: Over}},
		{line: "S -", want: Reading{Answer: Under}},
		{line: "ES", want: Reading{Answer: Refused}},
		{line: "EL", want: Reading{Answer: Refused}},
		{line: "S S 12.340 st", fail: "unit"},
		{line: "S S 12,340 kg", fail: "not a weight"},
		{line: "S S 1e3 kg", fail: "not a weight"},
		{line: "S S 1/3 kg", fail: "not a weight"},
		{line: "S S --1 kg", fail: "not a weight"},
		{line: "S S . kg", fail: "not a weight"},
		{line: "S S 1234567890123 kg", fail: "not a weight"},
		{line: "S S kg", fail: "MT-SICS"},
		{line: "S X 1 kg", fail: "MT-SICS"},
		{line: "", fail: "MT-SICS"},
		{line: "12.34LB", fail: "MT-SICS"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			got, err := ParseSICS(tt.line)
			if tt.fail != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fail) {
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

func TestKilogramsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.IntRange(-999999, 99999999).Draw(t, "grams")
		sign, abs := "", g
		if g < 0 {
			sign, abs = "-", -g
		}
		line := fmt.Sprintf("S S %10s kg", fmt.Sprintf("%s%d.%03d", sign, abs/1000, abs%1000))
		r, err := ParseSICS(line)
		if err != nil || r.Grams != g {
			t.Fatalf("%q: got %d g, %v, want %d g", line, r.Grams, err, g)
		}
	})
}

func TestLinesAnyPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"S S 1 kg", "\r\n", "\n", "\x00", strings.Repeat("x", 200)})).Draw(t, "in"), "") + "\r\n"
		var whole, pieces lines
		want := whole.feed([]byte(in))
		var got []string
		for i := 0; i < len(in); {
			n := min(rapid.IntRange(1, 9).Draw(t, "n"), len(in)-i)
			got = append(got, pieces.feed([]byte(in[i:i+n]))...)
			i += n
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("lines (-whole +pieces):\n%s", diff)
		}
		for _, l := range got {
			if len(l) > maxLine {
				t.Fatalf("a line of %d bytes", len(l))
			}
		}
	})
}

func FuzzParseSICS(f *testing.F) {
	for _, s := range []string{"S S     12.340 kg", "S D -1 lb", "S +", "ES", "S S 99999999999 oz", "S S - 0.1 g"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		r, err := ParseSICS(line)
		if err != nil && r != (Reading{}) {
			t.Fatalf("both %+v and %v", r, err)
		}
		if err == nil && r.Answer != Weighed && (r.Grams != 0 || r.Stable) {
			t.Fatalf("grams without a weight: %+v", r)
		}
	})
}
