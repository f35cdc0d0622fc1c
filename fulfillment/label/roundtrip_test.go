package label

import (
	"bytes"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/fulfillment"
)

// randomLabel is a label and the texts of its codes: of each ten four are made up on small stock, four are labels of the seller's
// own and two are carriers' PDFs, both on 102 × 152 mm.
func randomLabel(t testing.TB, r *rand.Rand, letters *Typesetter, dpi, i int) (b fulfillment.Bitmap, media fulfillment.Media, codes []string) {
	t.Helper()
	media = fulfillment.Media{DPI: dpi, WidthMM: 102, HeightMM: 152}
	switch i % 10 {
	case 0, 1, 2, 3:
		return smallLabel(t, r, dpi)
	case 4, 5:
		number := fmt.Sprintf("1Z999AA1%010d", r.Int64N(1e10))
		s := carrierSheet(number)
		s.elements = append(s.elements, element{kind: "text", text: fmt.Sprint("REF ", r.IntN(1e6)), x: 5, y: 120 + 20*r.Float64()})
		pages, err := shared.Raster(t.Context(), s.pdf(t), media)
		if err != nil || len(pages) != 1 {
			t.Fatal(len(pages), err)
		}
		return pages[0].Bitmap, media, []string{"42045999", number}
	}
	number := fmt.Sprintf("%c%c%09d%s", 'A'+r.IntN(26), 'A'+r.IntN(26), r.IntN(1e9), []string{"GB", "TH", "VN"}[r.IntN(3)])
	l := ownLabel([]string{"en", "de", "vi", "th"}[r.IntN(4)], english)
	l.Tracking, l.Items = fulfillment.Tracking(number), nil
	l.To.Name = []string{"Sample Person", "Müßig Größe", "Nguyễn Văn Mẫu", "ตัวอย่าง ชื่อผู้รับ"}[r.IntN(4)]
	l.To.Lines = []string{fmt.Sprint(r.IntN(999), " Example Street"), strings.Repeat("Flat ", 1+r.IntN(8))}
	for range 1 + r.IntN(4) {
		l.Items = append(l.Items, LabelItem{fmt.Sprint("Thing number ", r.IntN(1e6)), 1 + r.IntN(9)})
	}
	b, err := l.Draw(letters, media)
	if err != nil {
		t.Fatal(err)
	}
	return b, media, []string{number, number}
}

// smallLabel composes a label of lines, letters, a Code 128 and a QR code on stock of a random size.
func smallLabel(t testing.TB, r *rand.Rand, dpi int) (b fulfillment.Bitmap, media fulfillment.Media, codes []string) {
	t.Helper()
	media = fulfillment.Media{DPI: dpi, WidthMM: 50 + r.IntN(20), HeightMM: 30 + r.IntN(10)}
	w, h := media.Dots()
	b = fulfillment.NewBitmap(w, h, dpi)
	digits := func(n int) string {
		var s strings.Builder
		for range n {
			s.WriteByte(byte('0' + r.IntN(10)))
		}
		return s.String()
	}
	code, matrix := "PB"+digits(6+r.IntN(7)), "Q"+digits(8)
	module := 2
	if dpi == 300 {
		module = 3
	}
	var err error
	if b, err = drawn(b, code, module, 60, 12*module, 20, 0); err != nil {
		t.Fatal(err)
	}
	square := symbol(t, "qr", matrix)
	for y := range square.Bounds().Dy() {
		for x := range square.Bounds().Dx() {
			if dark(square.At(x, y)) {
				fill(b, 30+4*x, 120+4*y, 34+4*x, 124+4*y)
			}
		}
	}
	drawText(b, 180, 150, 8, fmt.Sprint("SOMEBODY ", r.IntN(1000)))
	for range r.IntN(12) { // dirt of all kinds, away from the codes
		x, y := 180+r.IntN(w-180), 160+r.IntN(max(1, h-160))
		fill(b, x, y, min(w, x+1+r.IntN(90)), min(h, y+1+r.IntN(20)))
	}
	fill(b, w-1-r.IntN(3), 0, w, h) // to the edge, where bytes end
	return b, media, []string{code, matrix}
}

// fromZPL takes the picture out of a job as a printer does.
func fromZPL(t testing.TB, job []byte, like fulfillment.Bitmap) fulfillment.Bitmap {
	t.Helper()
	text := string(job)
	from := strings.Index(text, "^GF")
	to := strings.Index(text, "^FS")
	if from < 0 || to < from || strings.Count(text, "^GF") != 1 {
		t.Fatalf("not one picture in %.60q", text)
	}
	data, stride, err := devicetest.DecodeGF(text[from+len("^GF") : to])
	if err != nil {
		t.Fatal(err)
	}
	if stride != like.Stride || len(data) != len(like.Bits) {
		t.Fatalf("%d bytes of %d a row, want %d of %d", len(data), stride, len(like.Bits), like.Stride)
	}
	b := like
	b.Bits = data
	return b
}

func dotsApart(a, b fulfillment.Bitmap) int {
	if a.W != b.W || a.H != b.H || len(a.Bits) != len(b.Bits) {
		return a.W*a.H + b.W*b.H
	}
	n := 0
	for i := range a.Bits {
		n += bits.OnesCount8(a.Bits[i] ^ b.Bits[i])
	}
	return n
}

// Five hundred random labels at each resolution, three hundred of them of full size, in all four printer languages: what a printer at the other end draws is
// what was composed, dot by dot, and two readers that are not ours read its codes.
func TestFiveHundredLabelsThroughFourLanguages(t *testing.T) {
	labels := 500
	if testing.Short() {
		labels = 60
	}
	for _, dpi := range []int{203, 300} {
		t.Run(fmt.Sprint(dpi, "dpi"), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(500, uint64(dpi)))
			letters := typesetter(t, notoFonts(t, "NotoSans-Regular.ttf", "NotoSansThai-Regular.ttf")...)
			var pictures []fulfillment.Bitmap
			var want []string
			apart := map[string]int{}
			for i := range labels {
				b, media, codes := randomLabel(t, r, letters, dpi, i)
				zpl := printer.ZPL{Compression: []printer.Compression{printer.Z64, printer.ACS, printer.Hex}[i%3]}
				arrived := fromZPL(t, zpl.Encode(b, media, 1), b)
				apart["zpl"] += dotsApart(b, arrived)
				for language, job := range map[string][]byte{"tspl": printer.TSPL{}.Encode(b, media, 1), "epl": printer.EPL{}.Encode(b, media, 1), "escpos": printer.ESCPOS{}.Encode(b, media, 1)} {
					got, faults := devicetest.DecodeRaster(language, media, job)
					if len(got) != 1 || len(faults) > 0 {
						t.Fatalf("label %d, %s: %d labels, %q", i, language, len(got), faults)
					}
					apart[language] += dotsApart(b, got[0])
				}
				pictures, want = append(pictures, arrived), append(want, codes...)
			}
			t.Logf("%d labels, dots apart: %v", labels, apart)
			for language, n := range apart {
				if n > 0 || len(apart) != 4 {
					t.Errorf("%s: %d dots differ", language, n)
				}
			}
			t.Run("zbar", func(t *testing.T) {
				if missing, extra := differ(want, zbarAll(t, pictures)); len(missing)+len(extra) > 0 {
					t.Errorf("zbar does not read %q, and reads %q", missing, extra)
				}
			})
			t.Run("zxing", func(t *testing.T) {
				if missing, extra := differ(want, slices.Concat(zxing(t, pictures)...)); len(missing)+len(extra) > 0 {
					t.Errorf("zxing does not read %q, and reads %q", missing, extra)
				}
			})
		})
	}
}

// One path from a carrier's PDF to what a printer draws: proved, sent and drawn are the same dots.
func TestProvedSentAndDrawnAreTheSameDots(t *testing.T) {
	for _, media := range []fulfillment.Media{stock203, stock300} {
		_, b := prove(t, carrierSheet(upsNumber).pdf(t), upsNumber, media)
		if drawn := fromZPL(t, (printer.ZPL{}).Encode(b, media, 1), b); !bytes.Equal(drawn.Bits, b.Bits) {
			t.Errorf("%d dpi: %d dots differ", media.DPI, dotsApart(b, drawn))
		}
	}
}
