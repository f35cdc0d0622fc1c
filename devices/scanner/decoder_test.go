package scanner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"packbench/fulfillment"
)

func TestDecoder(t *testing.T) {
	long := strings.Repeat("A", fulfillment.MaxScan)
	tests := []struct {
		name, prefix, in string
		want             []Code
	}{
		{"CR ends a code", "", "123\r456\r", []Code{{"123", ""}, {"456", ""}}},
		{"LF ends a code", "", "123\n", []Code{{"123", ""}}},
		{"CR LF gives one code", "", "123\r\n456\r\n", []Code{{"123", ""}, {"456", ""}}},
		{"no suffix, no code yet", "", "123", nil},
		{"empty frames are nothing", "", "\r\n\r\n\x02\x03", nil},
		{"STX and ETX frame a code", "", "\x02123\x03\x02456\x03\r\n", []Code{{"123", ""}, {"456", ""}}},
		{"STX ends a code whose suffix was lost", "", "123\x02456\r", []Code{{"123", ""}, {"456", ""}}},
		{"GS is kept", "", "420\x1d9205\r", []Code{{"420\x1d9205", ""}}},
		{"NUL is ignored", "", "\x001\x0023\x00\r\x00", []Code{{"123", ""}}},
		{"AIM identifier is split off", "", "]C1420\x1d92\r", []Code{{"420\x1d92", "]C1"}}},
		{"an identifier alone is a code", "", "]C1\r", []Code{{"]C1", ""}}},
		{"a bracket is not an identifier", "", "]?1x\r", []Code{{"]?1x", ""}}},
		{"prefix before AIM", "~", "~]C0ABC\r", []Code{{"ABC", "]C0"}}},
		{"prefix behind AIM", "~", "]C0~ABC\r", []Code{{"ABC", "]C0"}}},
		{"prefix is taken off once", "A", "AAB\r]C0AAB\rA]C0AB\r", []Code{{"AB", ""}, {"AB", "]C0"}, {"AB", "]C0"}}},
		{"prefix may be missing", "~", "ABC\r", []Code{{"ABC", ""}}},
		{"STX in the prefix counts for nothing", "\x02~", "\x02~ABC\x03", []Code{{"ABC", ""}}},
		{"the longest code", "", long + "\r", []Code{{long, ""}}},
		{"too long is cut and resynchronised", "", long + "BCDEFGHIJ\rnext\r", []Code{{long + "B", ""}, {"next", ""}}},
		{"prefix and AIM do not count", "~", "~]C0" + long + "\r", []Code{{long, "]C0"}}},
		{"UTF-8 is kept", "", "โค้ด\r", []Code{{"โค้ด", ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, NewDecoder(tt.prefix).Feed([]byte(tt.in))); diff != "" {
				t.Errorf("codes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecoderFlushAndDrop(t *testing.T) {
	d := NewDecoder("")
	if _, ok := d.Flush(); ok || d.Pending() {
		t.Error("a new decoder holds a code")
	}
	d.Feed([]byte("12"))
	if !d.Pending() {
		t.Error("a begun frame is not pending")
	}
	if c, ok := d.Flush(); !ok || c.Text != "12" {
		t.Errorf("Flush = %q, %v", c.Text, ok)
	}
	d.Feed([]byte("34"))
	d.Drop()
	if got := d.Feed([]byte("5\r")); len(got) != 1 || got[0].Text != "5" {
		t.Errorf("after Drop got %q", got)
	}
}

// The reference: what the codes are when the whole stream is known, written without state.
func reference(prefix, in string) []Code {
	var codes []Code
	frames := strings.FieldsFunc(strings.ReplaceAll(in, "\x00", ""), func(r rune) bool { return strings.ContainsRune("\r\n\x02\x03", r) })
	for _, f := range frames {
		c := split(f, prefix)
		if len(c.Text) > fulfillment.MaxScan+1 {
			c.Text = c.Text[:fulfillment.MaxScan+1]
		}
		if c.Text != "" {
			codes = append(codes, c)
		}
	}
	return codes
}

func feedInPieces(d *Decoder, in []byte, cuts []byte) []Code {
	var codes []Code
	for len(in) > 0 {
		n := len(in)
		if len(cuts) > 0 {
			n = min(n, int(cuts[0])%17+1)
			cuts = cuts[1:]
		}
		codes = append(codes, d.Feed(in[:n])...)
		in = in[n:]
	}
	return codes
}

func TestCuttingTheStreamAnywhereYieldsTheSameCodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.OneOf(rapid.SampledFrom([]string{"\r", "\n", "\r\n", "\x02", "\x03", "\x00", "\x1d", "]C1", "]d2", "~", strings.Repeat("9", 600)}),
			rapid.StringMatching(`[A-Z0-9:_ -]{0,30}`))
		in := strings.Join(rapid.SliceOfN(piece, 0, 30).Draw(t, "pieces"), "") + "\r"
		prefix := rapid.SampledFrom([]string{"", "~", "AB"}).Draw(t, "prefix")
		cuts := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "cuts")
		got := feedInPieces(NewDecoder(prefix), []byte(in), cuts)
		if diff := cmp.Diff(reference(prefix, in), got); diff != "" {
			t.Fatalf("codes (-want +got):\n%s", diff)
		}
	})
}

func FuzzDecoder(f *testing.F) {
	f.Add([]byte("123\r\n]C1420\x1d9205\r"), []byte{0, 1, 2}, "")
	f.Add([]byte("\x02~ABC\x03\r\n\x00"), []byte{3}, "~")
	f.Add([]byte(strings.Repeat("A", 2000)+"\rB\n"), []byte{250, 7}, "A")
	f.Fuzz(func(t *testing.T, in, cuts []byte, prefix string) {
		in = append(in, '\r')
		whole := NewDecoder(prefix).Feed(in)
		pieces := feedInPieces(NewDecoder(prefix), in, cuts)
		if diff := cmp.Diff(whole, pieces); diff != "" {
			t.Fatalf("cut differently, other codes (-whole +pieces):\n%s", diff)
		}
		for _, c := range whole {
			if c.Text == "" || len(c.Text) > fulfillment.MaxScan+1 || strings.ContainsAny(c.Text, "\r\n\x00\x02\x03") {
				t.Fatalf("code %q", c.Text)
			}
		}
	})
}
