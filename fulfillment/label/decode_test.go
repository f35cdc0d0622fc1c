package label

import (
	"bytes"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode/code128"
	"pgregory.net/rapid"

	"packbench/fulfillment"
)

// drawn puts a Code 128 on a bitmap, in one of four directions.
func drawn(b fulfillment.Bitmap, text string, module, height, x, y, turns int) (fulfillment.Bitmap, error) {
	code, err := code128.Encode(text)
	if err != nil {
		return b, err
	}
	for i := range code.Bounds().Dx() {
		if dark(code.At(i, 0)) {
			fill(b, x+i*module, y, x+(i+1)*module, y+height)
		}
	}
	for range turns {
		b = turned(b)
	}
	return b, nil
}

func TestEveryCode128IsReadExactly(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`[0-9]{1,34}`),
			rapid.StringMatching(`1Z[0-9A-Z]{16}`),
			rapid.StringMatching(`[ -~]{1,30}`),
			rapid.StringMatching(`ñ420[0-9]{5}ñ9[0-9]{21}`),
			rapid.StringMatching(`ñ[0-9]{2,20}(ñ[A-Z0-9]{1,8}){1,2}`),
			rapid.StringMatching(`[\x00-\x1c\x1e-\x1fA-Z]{1,20}`),
		).Draw(rt, "text")
		module := rapid.IntRange(2, 5).Draw(rt, "module")
		turns := rapid.IntRange(0, 3).Draw(rt, "turns")
		b, err := drawn(fulfillment.NewBitmap(60*11*module, 60, 203), text, module, 40, 12*module, 10, turns)
		if err != nil {
			rt.Skip("boombuler cannot encode it")
		}
		want := strings.ReplaceAll(strings.TrimPrefix(text, "ñ"), "ñ", "\x1d")
		if got := Decode(b); !slices.Equal(got, []string{want}) {
			rt.Errorf("got %q, want %q", got, want)
		}
	})
}

// A check symbol of 102 has the value of FNC1; the reader takes it for data. About one label in a hundred.
func TestCheckSymbolWithTheValueOfFNC1(t *testing.T) {
	found := 0
	for n := 0; n < 400 && found < 3; n++ {
		text := "9205590164917312751" + string([]byte{'0' + byte(n/100%10), '0' + byte(n/10%10), '0' + byte(n%10)})
		code, err := code128.Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		if sum, ok := code.(interface{ CheckSum() int }); !ok || sum.CheckSum() != 102 {
			continue
		}
		found++
		b, err := drawn(fulfillment.NewBitmap(800, 40, 203), text, 3, 30, 40, 4, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := Decode(b); !slices.Equal(got, []string{text}) {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	if found == 0 {
		t.Fatal("no text with that check symbol was tried")
	}
}

func TestAllBarcodesOfACrowdedLabelAreRead(t *testing.T) {
	b := fulfillment.NewBitmap(812, 1218, 203)
	var want []string
	put := func(text string, module, x, y int) {
		var err error
		if b, err = drawn(b, text, module, 60, x, y, 0); err != nil {
			t.Fatal(err)
		}
		want = append(want, text)
	}
	put("42045999", 3, 40, 40)
	put("SIDE-BY-1", 2, 440, 40) // beside the first, on the same rows
	put("1Z999AA10123456784", 3, 40, 160)
	put("7654321", 2, 40, 280)
	side, err := drawn(fulfillment.NewBitmap(1218, 812, 203), "UPTHESIDE", 2, 60, 900, 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	side = turned(side)
	for i := range b.Bits {
		b.Bits[i] |= side.Bits[i]
	}
	want = append(want, "UPTHESIDE")
	fill(b, 0, 140, 812, 144) // a line as labels have them
	got := Decode(b)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestASecondReaderReadsTheSameFromTheBitmap(t *testing.T) {
	for _, media := range []fulfillment.Media{stock203, stock300} {
		for _, s := range []sheet{carrierSheet(upsNumber), bars("code128", usps("45999", uspsNumber)), bars("qr", "JX1234567890"),
			bars("code128", "9622001900000000000000776543219990"), upright(bars("code128", upsNumber))} {
			proof, bitmap := prove(t, s.pdf(t), "none", media)
			var got []string
			for _, code := range proof.Decoded {
				got = append(got, strings.ReplaceAll(code, "\x1d", "")) // zbar's versions differ about FNC1
			}
			var want []string
			for _, code := range zbar(t, Preview(bitmap)) {
				want = append(want, strings.ReplaceAll(code, "\x1d", ""))
			}
			slices.Sort(want)
			slices.Sort(got)
			if len(want) == 0 || !slices.Equal(got, want) {
				t.Errorf("%d dpi: got %q, zbar reads %q", media.DPI, got, want)
			}
		}
	}
}

func TestNoiseIsNoBarcodeAndCostsLittle(t *testing.T) {
	b := fulfillment.NewBitmap(812, 1218, 203)
	state := uint32(1)
	for i := range b.Bits {
		state = state*1664525 + 1013904223
		if i%b.Stride != b.Stride-1 {
			b.Bits[i] = byte(state >> 24)
		}
	}
	if got := Decode(b); len(got) != 0 {
		t.Errorf("got %q", got)
	}
	for i := range b.Bits {
		b.Bits[i] = 0
	}
	if got := Decode(b); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}

// A picture full of QR corner marks would make the reader try billions of triples.
func TestAPictureMadeToKeepTheReaderBusyIsGivenUp(t *testing.T) {
	b := fulfillment.NewBitmap(812, 1218, 203)
	mark := func(x, y int) { // modules of two dots
		fill(b, x, y, x+14, y+14)
		for i := 2; i < 12; i++ {
			for j := 2; j < 12; j++ {
				if i < 4 || i > 9 || j < 4 || j > 9 {
					b.Bits[(y+j)*b.Stride+(x+i)/8] &^= 0x80 >> ((x + i) % 8)
				}
			}
		}
	}
	for y := 300; y < 1190; y += 19 {
		for x := 10; x < 790; x += 18 {
			mark(x, y)
		}
	}
	code := symbol(t, "qr", "JX1234567890")
	for y := range code.Bounds().Dy() {
		for x := range code.Bounds().Dx() {
			if dark(code.At(x, y)) {
				fill(b, 60+6*x, 60+6*y, 66+6*x, 66+6*y)
			}
		}
	}
	began := time.Now()
	got := Decode(b)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
	if !slices.Equal(got, []string{"JX1234567890"}) {
		t.Errorf("got %q, want the code that stands apart", got)
	}
}

func FuzzDecode(f *testing.F) {
	b, _ := drawn(fulfillment.NewBitmap(320, 24, 203), "PB:UNDO", 2, 20, 24, 2, 0)
	f.Add(uint16(b.W), b.Bits)
	f.Add(uint16(1), []byte{1})
	f.Fuzz(func(t *testing.T, w uint16, bits []byte) {
		width := int(w)%400 + 1
		b := fulfillment.NewBitmap(width, min(400, len(bits)/((width+7)/8)), 203)
		copy(b.Bits, bits)
		if pad := byte(0xFF) >> ((width-1)&7 + 1); pad != 0 {
			for y := range b.H {
				b.Bits[(y+1)*b.Stride-1] &^= pad
			}
		}
		Decode(b)
	})
}

func TestTurnedIsAQuarterTurnClockwise(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := fulfillment.NewBitmap(rapid.IntRange(1, 40).Draw(rt, "w"), rapid.IntRange(1, 40).Draw(rt, "h"), 203)
		for range rapid.IntRange(0, 50).Draw(rt, "dots") {
			b.SetBlack(rapid.IntRange(0, b.W-1).Draw(rt, "x"), rapid.IntRange(0, b.H-1).Draw(rt, "y"))
		}
		c := turned(b)
		for y := range b.H {
			for x := range b.W {
				if b.Black(x, y) != c.Black(b.H-1-y, x) {
					rt.Fatalf("dot %d, %d", x, y)
				}
			}
		}
		if again := turned(turned(turned(c))); !bytes.Equal(again.Bits, b.Bits) {
			rt.Fatal("four quarter turns change the picture")
		}
	})
}

func TestPreviewShowsEveryDot(t *testing.T) {
	b := TestLabel(fulfillment.Media{DPI: 203, WidthMM: 51, HeightMM: 25})
	img := Preview(b)
	for y := range b.H {
		for x := range b.W {
			if c := color.GrayModel.Convert(img.At(x, y)).(color.Gray); (c.Y == 0) != b.Black(x, y) {
				t.Fatalf("dot %d, %d is %d", x, y, c.Y)
			}
		}
	}
	if img.Bounds() != image.Rect(0, 0, b.W, b.H) {
		t.Error(img.Bounds())
	}
}
