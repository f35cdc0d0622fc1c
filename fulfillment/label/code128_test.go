package label

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"packbench/fulfillment"
)

// randomCode draws a text of one of the kinds that stand on labels. ñ is FNC1, as the writer takes it.
func randomCode(r *rand.Rand) string {
	pick := func(letters string, n int) string {
		var s strings.Builder
		for range n {
			s.WriteByte(letters[r.IntN(len(letters))])
		}
		return s.String()
	}
	const digits, capitals = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	printable := func() string {
		var s strings.Builder
		for range 4 + r.IntN(20) {
			s.WriteByte(byte('!' + r.IntN('~'-'!'+1)))
		}
		return s.String()
	}
	switch r.IntN(7) {
	case 0:
		return pick(digits, 4+r.IntN(30))
	case 1:
		return "1Z" + pick(digits+capitals, 16)
	case 2:
		return pick(capitals, 2) + pick(digits, 9) + pick(capitals, 2)
	case 3:
		return "ñ420" + pick(digits, 5) + "ñ92" + pick(digits, 20)
	case 4:
		return "ñ01" + pick(digits, 14) + "10" + pick(digits+capitals, 3+r.IntN(6)) + "ñ21" + pick(digits, 4+r.IntN(5))
	case 5:
		return pick(digits+capitals+"-", 8+r.IntN(16))
	}
	return printable()
}

// stacked puts symbols under each other, each with its quiet zone, as many as asked.
func stacked(t testing.TB, codes []string, module int) fulfillment.Bitmap {
	t.Helper()
	const height, gap = 36, 24
	b := fulfillment.NewBitmap((60*11+40)*module, len(codes)*(height+gap)+gap, 203)
	for i, text := range codes {
		var err error
		if b, err = drawn(b, text, module, height, 12*module, gap+i*(height+gap), 0); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	}
	return b
}

// Five thousand random texts, a third of them GS1, as Code 128: what this program, zxing-cpp and zbar read is what was
// written. The two others leave FNC1 out or show it in their own way, so it is compared here only for our own reader.
func TestFiveThousandCode128ByThreeReaders(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5000, 128))
	const each = 25
	var codes []string
	seen := map[string]bool{}
	for len(codes) < 5000 {
		if c := randomCode(r); !seen[c] {
			seen[c] = true
			codes = append(codes, c)
		}
	}
	plain := func(s string) string { return strings.NewReplacer("ñ", "", "\x1d", "").Replace(s) }
	var pictures []fulfillment.Bitmap
	var want []string
	gs1 := 0
	for part := range slices.Chunk(codes, each) {
		b := stacked(t, part, 2)
		pictures = append(pictures, b)
		var exact []string
		for _, c := range part {
			want = append(want, plain(c))
			exact = append(exact, strings.ReplaceAll(strings.TrimPrefix(c, "ñ"), "ñ", "\x1d"))
			if strings.HasPrefix(c, "ñ") {
				gs1++
			}
		}
		if missing, extra := differ(exact, rowTexts(b)); len(missing)+len(extra) > 0 {
			t.Errorf("this program does not read %q and reads %q", missing, extra)
		}
	}
	if gs1 < 1000 {
		t.Errorf("only %d GS1 texts", gs1)
	}
	t.Run("zxing", func(t *testing.T) {
		var got []string
		for _, texts := range zxing(t, pictures) {
			for _, s := range texts {
				got = append(got, plain(s))
			}
		}
		if missing, extra := differ(want, got); len(missing)+len(extra) > 0 {
			t.Errorf("zxing does not read %d: %.5q, and reads %d: %.5q", len(missing), missing, len(extra), extra)
		}
	})
	t.Run("zbar", func(t *testing.T) {
		var got []string
		for _, s := range zbarAll(t, pictures) {
			got = append(got, plain(s))
		}
		if missing, extra := differ(want, got); len(missing)+len(extra) > 0 {
			t.Errorf("zbar does not read %d: %.5q, and reads %d: %.5q", len(missing), missing, len(extra), extra)
		}
	})
}

func rowTexts(b fulfillment.Bitmap) []string {
	var found texts
	code128Rows(b, &found)
	return found.list
}
