package printer_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/fulfillment"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

var compressions = map[string]printer.Compression{"acs": printer.ACS, "hex": printer.Hex, "z64": printer.Z64}

// media that makes exactly w×h dots does not exist for every w and h, so pictures of tests have a size of their own.
var small = fulfillment.Media{DPI: 203, WidthMM: 5, HeightMM: 3}

func TestZPLGolden(t *testing.T) {
	b := devicetest.Checkerboard(small, 1)
	for x := range b.W { // a black row, two equal rows, an empty row
		b.SetBlack(x, 0)
		b.SetBlack(x, 1)
	}
	for name, c := range compressions {
		t.Run(name, func(t *testing.T) {
			got := printer.ZPL{Compression: c}.Encode(b, small, 1)
			file := filepath.Join("testdata", name+".zpl")
			if *rewrite {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// The words of the job are fixed, and for a known picture the whole of it: worked out by hand from the ZPL II guide.
func TestZPLByHand(t *testing.T) {
	m := fulfillment.Media{DPI: 203, WidthMM: 4, HeightMM: 1}
	w, h := m.Dots() // 32×8
	if w != 32 || h != 8 {
		t.Fatalf("media of %d×%d dots", w, h)
	}
	b := fulfillment.NewBitmap(w, h, 203)
	copy(b.Bits, []byte{
		0xFF, 0xFF, 0xFF, 0xFF, // !
		0xFF, 0xFF, 0xFF, 0xFF, // :
		0x00, 0x00, 0x00, 0x00, // ,
		0x80, 0x00, 0x00, 0x00, // 8,
		0x00, 0x00, 0x00, 0x01, // M01: seven zeros and a one
		0xAA, 0xAA, 0xAA, 0x12, // LA12
		0x12, 0x00, 0x00, 0x0F, // 12K0!: the last F fills the row
		0x12, 0x34, 0x5F, 0xFF, // 12345!
	})
	want := "^XA^PW32^LL8^FO0,0^GFA,32,32,4,!:,8,M01LA1212K0!12345!^FS^PQ1^XZ"
	if got := string(printer.ZPL{}.Encode(b, m, 1)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// decode takes a job apart with a decoder that shares no code with the encoder.
func decode(t interface{ Fatalf(string, ...any) }, job []byte) []byte {
	_, text, ok := strings.Cut(string(job), "^GF")
	text, _, ok2 := strings.Cut(text, "^FS")
	if !ok || !ok2 {
		t.Fatalf("no picture in %.80q", job)
	}
	bits, _, err := devicetest.DecodeGF(text)
	if err != nil {
		t.Fatalf("%v in %.200q", err, job)
	}
	return bits
}

func TestEveryDotComesBack(t *testing.T) {
	for name, c := range compressions {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				b := fulfillment.NewBitmap(rapid.IntRange(1, 7000).Draw(t, "w"), rapid.IntRange(1, 20).Draw(t, "h"), 203)
				// Runs of all lengths: rows of few colours, rows repeated, noise.
				for y := range b.H {
					row := b.Bits[y*b.Stride : (y+1)*b.Stride]
					if y > 0 && rapid.Bool().Draw(t, "repeat") {
						copy(row, b.Bits[(y-1)*b.Stride:])
						continue
					}
					for i := 0; i < len(row); {
						v := rapid.SampledFrom([]byte{0, 0, 0xFF, 0xAA, 0x0F, 0xF0, 0x12}).Draw(t, "byte")
						for n := rapid.IntRange(1, 900).Draw(t, "run"); n > 0 && i < len(row); n, i = n-1, i+1 {
							row[i] = v
						}
					}
				}
				job := printer.ZPL{Compression: c}.Encode(b, fulfillment.Media{DPI: 203, WidthMM: 1, HeightMM: 1}, 1)
				if !bytes.Equal(decode(t, job), b.Bits) {
					t.Fatalf("other dots came back from %.200q", job)
				}
				if bytes.ContainsAny(job[3:len(job)-3], "~") || bytes.Count(job, []byte("^XA")) != 1 || !bytes.HasSuffix(job, []byte("^FS^PQ1^XZ")) {
					t.Fatalf("job %.200q", job)
				}
			})
		})
	}
}

func FuzzZPL(f *testing.F) {
	f.Add([]byte{0xFF, 0, 0xFF, 0, 1, 2, 3}, uint8(2))
	f.Add(bytes.Repeat([]byte{0}, 4000), uint8(255))
	f.Add(bytes.Repeat([]byte{0xF1}, 1300), uint8(210))
	f.Fuzz(func(t *testing.T, bits []byte, stride uint8) {
		if stride == 0 || len(bits) < int(stride) {
			return
		}
		b := fulfillment.Bitmap{W: int(stride) * 8, H: len(bits) / int(stride), DPI: 203, Stride: int(stride)}
		b.Bits = bits[:b.H*b.Stride]
		for _, c := range compressions {
			if !bytes.Equal(decode(t, printer.ZPL{Compression: c}.Encode(b, small, 1)), b.Bits) {
				t.Fatalf("%q: other dots came back", c)
			}
		}
	})
}

func BenchmarkEncodeACS(b *testing.B) {
	m := fulfillment.Media{DPI: 203, WidthMM: 102, HeightMM: 152}
	bmp := devicetest.Checkerboard(m, 1)
	for b.Loop() {
		printer.ZPL{}.Encode(bmp, m, 1)
	}
}
