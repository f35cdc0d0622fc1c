package zpl_test

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"packbench/devices/printer"
	"packbench/fulfillment"
	"packbench/fulfillment/label"
	"packbench/fulfillment/label/zpl"
)

func render(t testing.TB, text string, w, h int) zpl.Result {
	t.Helper()
	r, err := zpl.Render([]byte(text), w, h, 203)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// one renders a document that must be wholly known and make one label.
func one(t testing.TB, text string, w, h int) fulfillment.Bitmap {
	t.Helper()
	r := render(t, text, w, h)
	if len(r.Labels) != 1 || len(r.Unknown) > 0 || len(r.Refused) > 0 {
		t.Fatalf("%d labels, unknown %q, refused %q", len(r.Labels), r.Unknown, r.Refused)
	}
	return r.Labels[0]
}

// rows shows the first rows as text.
func rows(b fulfillment.Bitmap, w, h int) string {
	var s strings.Builder
	for y := range h {
		for x := range w {
			s.WriteByte(".#"[map[bool]int{true: 1}[b.Black(x, y)]])
		}
		s.WriteByte('\n')
	}
	return s.String()
}

// Pictures worked out by hand from the ZPL II guide.
func TestShapesByHand(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"a frame", "^XA^FO1,1^GB6,4,1^FS^XZ", "........\n.######.\n.#....#.\n.#....#.\n.######.\n........\n"},
		{"a line is at least as thick as it says", "^XA^FO0,2^GB8,0,2^FS^XZ", "........\n........\n########\n########\n........\n........\n"},
		{"white on black", "^XA^FO0,0^GB8,4,4^FS^FO2,1^GB3,2,2,W^FS^XZ", "########\n##...###\n##...###\n########\n........\n........\n"},
		{"reverse", "^XA^FO0,0^GB4,6,4^FS^FO2,2^FR^GB4,2,2^FS^XZ", "####....\n####....\n##..##..\n##..##..\n####....\n####....\n"},
		{"all reverse", "^XA^LRY^FO0,0^GB4,6,4^FS^FO2,2^GB4,2,2^FS^LRN^XZ", "####....\n####....\n##..##..\n##..##..\n####....\n####....\n"},
		{"home", "^XA^LH2,1^FO1,1^GB2,2,2^FS^XZ", "........\n........\n...##...\n...##...\n........\n........\n"},
		{"typeset from the bottom left", "^XA^FT1,5^GB2,3,3^FS^XZ", "........\n........\n.###....\n.###....\n.###....\n........\n"},
		{"upside down", "^XA^POI^FO0,0^GB2,1,1^FS^XZ", "........\n........\n........\n........\n........\n......##\n"},
		{"right justified", "^XA^FO8,0,1^GB3,1,1^FS^XZ", ".....###\n........\n........\n........\n........\n........\n"},
		{"label top", "^XA^LT2^FO1,1^GB2,2,2^FS^XZ", "........\n........\n........\n.##.....\n.##.....\n........\n"},
		{"a diagonal", "^XA^FO0,0^GD4,4,1,B,L^FS^XZ", "#.......\n.#......\n..#.....\n...#....\n........\n........\n"},
		{"a diagonal that leans right", "^XA^FO0,0^GD4,4,1,B,R^FS^XZ", "....#...\n...#....\n..#.....\n.#......\n........\n........\n"},
		{"hex, runs, rows", "^XA^FO0,0^GFA,6,6,1,FFH8:8,:!^FS^XZ", "########\n#...#...\n#...#...\n#.......\n#.......\n########\n"},
		{"binary with line ends, carets and tildes in it", "^XA^FO0,0^GFB,6,6,1,\x0a\x0d^~\xff\x09^FS^XZ", "....#.#.\n....##.#\n.#.####.\n.######.\n########\n....#..#\n"},
		{"a stored picture, twice as large", "~DGR:P.GRF,2,1,8040^XA^FO0,0^XGP,2,2^FS^XZ^XA^IDR:P.GRF^FS^XZ", "##......\n##......\n..##....\n..##....\n........\n........\n"},
		{"other prefixes", "^XA^CC+^CD;+FO1;1+GB2;2;2+FS+XZ", "........\n.##.....\n.##.....\n........\n........\n........\n"},
		{"small letters", "^xa^fo1,1^gb2,2,2^fs^xz", "........\n.##.....\n.##.....\n........\n........\n........\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := tt.in
			if strings.HasPrefix(tt.in, "^XA^CC+") {
				in = "^XA^CC++CD;+FO1;1+GB2;2;2+FS+XZ"
			}
			if diff := cmp.Diff(tt.want, rows(one(t, in, 8, 6), 8, 6)); diff != "" {
				t.Errorf("dots (-want +got):\n%s", diff)
			}
		})
	}
}

// What our own printers' language encodes comes back dot by dot, in all three encodings.
func TestOwnPicturesComeBack(t *testing.T) {
	for _, c := range []printer.Compression{printer.ACS, printer.Hex, printer.Z64} {
		rapid.Check(t, func(t *rapid.T) {
			m := fulfillment.Media{DPI: 203, WidthMM: rapid.IntRange(1, 40).Draw(t, "w"), HeightMM: rapid.IntRange(1, 20).Draw(t, "h")}
			w, h := m.Dots()
			b := fulfillment.NewBitmap(w, h, 203)
			for y := range h {
				row := b.Bits[y*b.Stride : (y+1)*b.Stride]
				if v := rapid.SampledFrom([]int{0, 255, 170, 18, -1}).Draw(t, "row"); v >= 0 {
					for i := range row {
						row[i] = byte(v)
					}
				} else if y > 0 {
					copy(row, b.Bits[(y-1)*b.Stride:y*b.Stride])
				}
				row[rapid.IntRange(0, b.Stride-1).Draw(t, "at")] ^= 0x5A
				row[b.Stride-1] &= 0xFF << (7 - (w-1)%8)
			}
			r, err := zpl.Render(printer.ZPL{Compression: c}.Encode(b, m, 1), w, h, 203)
			if err != nil || len(r.Unknown) > 0 || len(r.Labels) != 1 || !bytes.Equal(r.Labels[0].Bits, b.Bits) {
				t.Fatalf("%q: %v, %q, %d labels, or other dots", c, err, r.Unknown, len(r.Labels))
			}
		})
	}
}

const up = "^XA^FO60,40^BY2^BCN,120,N,N,N%s^FD%s^FS^XZ"

// Code 128 as this program draws it is read back by two readers that are not ours.
func TestCode128IsRead(t *testing.T) {
	for _, tt := range []struct{ name, mode, data, want, zbar string }{
		{"plain: set B", "", "Abc-123", "Abc-123", ""},
		{"into C, as UPS's labels", "", "HD300X>50012345678", "HD300X0012345678", ""},
		{"start in C", "", ">;0123456789", "0123456789", ""},
		{"C and back to B", "", ">;1234>6AB", "1234AB", ""},
		{"start in A", "", ">9ABC", "ABC", ""},
		{"an odd digit in C", "", ">;>8420123459", "", ""},
		{"GS1 by hand", "", ">;>842012345>8920555", "42012345\x1d920555", ""},
		{"a greater-than sign", "", "A>0B", "A>B", ""},
		{"automatic", ",A", "1Z999AA10123456784", "1Z999AA10123456784", ""},
		{"automatic with control characters", ",A", "ab\x01cd123456", "ab\x01cd123456", "-"},
		{"GS1", ",D", "(420)90210>8(92)0012", "42090210\x1d920012", ""},
		{"a shipping container", ",U", "0034531200000000003", "0034531200000000003", "-"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := render(t, fmt.Sprintf(up, tt.mode, tt.data), 812, 300)
			if tt.want == "" {
				if len(r.Unknown) == 0 {
					t.Fatal("was drawn")
				}
				return
			}
			if len(r.Unknown) > 0 || len(r.Labels) != 1 {
				t.Fatalf("unknown %q", r.Unknown)
			}
			got := label.Decode(r.Labels[0])
			if len(got) != 1 || !strings.HasPrefix(got[0], tt.want) || len(got[0]) > len(tt.want)+1 {
				t.Fatalf("read %q, want %q", got, tt.want)
			}
			if tt.zbar == "-" {
				return
			}
			want := tt.zbar
			if want == "" {
				want = tt.want
			}
			if by, ok := zbar(t, r.Labels[0]); ok && by != want {
				t.Errorf("zbarimg read %q, want %q", by, want)
			}
		})
	}
}

// zbar reads a label with zbarimg, if it is installed.
func zbar(t testing.TB, b fulfillment.Bitmap) (string, bool) {
	t.Helper()
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Log("not read by zbarimg: it is not installed")
		return "", false
	}
	file := filepath.Join(t.TempDir(), "label.png")
	var buf bytes.Buffer
	if err := png.Encode(&buf, label.Preview(b)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", "-q", "--raw", file).Output()
	if err != nil {
		t.Fatalf("zbarimg: %v", err)
	}
	return strings.TrimSuffix(string(out), "\n"), true
}

// Any text in set B with stretches in C is read as it was written, in every orientation.
func TestCode128Property(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var data, want strings.Builder
		for range rapid.IntRange(1, 3).Draw(t, "stretches") {
			b := rapid.StringMatching(`[A-Za-z0-9 .$/+%*:-]{1,6}`).Draw(t, "B")
			c := rapid.StringMatching(`([0-9][0-9]){1,4}`).Draw(t, "C")
			data.WriteString(">6" + b + ">5" + c)
			want.WriteString(b + c)
		}
		o := rapid.SampledFrom([]string{"N", "R", "I", "B"}).Draw(t, "o")
		text := strings.TrimPrefix(data.String(), ">6")
		r, err := zpl.Render([]byte("^XA^FO60,60^BY2^BC"+o+",80,N^FD"+text+"^FS^XZ"), 1300, 1300, 203)
		if err != nil || len(r.Unknown) > 0 {
			t.Fatalf("%v, %q", err, r.Unknown)
		}
		if got := label.Decode(r.Labels[0]); !slices.Contains(got, want.String()) {
			t.Fatalf("%q read as %q, want %q", text, got, want.String())
		}
	})
}

func TestMatrixCodesAreRead(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"QR", "^XA^FO60,60^BQN,2,6^FDQA,1Z999AA10123456784^FS^XZ", "1Z999AA10123456784"},
		{"QR with UTF-8", "^XA^CI28^FO60,60^BQN,2,6^FDMA,Größe äß^FS^XZ", "Größe äß"},
		{"QR by hand", "^XA^FO60,60^BQN,2,6^FDHM,B0005ab,cd^FS^XZ", "ab,cd"},
		{"Data Matrix", "^XA^FO60,60^BXN,8,200^FDJJD014600006281230701^FS^XZ", "JJD014600006281230701"},
		{"Data Matrix, turned", "^XA^FO60,60^BXR,8,200^FDJJD014600006281230701^FS^XZ", "JJD014600006281230701"},
		{"a hex escape", "^XA^FO60,60^BXN,8,200^FH^FDA_42_5EC123456^FS^XZ", "AB^C123456"},
		{"from a stored form", "^XA^DFR:F.ZPL^FS^FO60,60^BY2^BCN,90,N^FN7^FS^FO60,200^A0N,30^FN8^FS^XZ^XA^XFR:F.ZPL^FS^FN7^FDTRACK0012^FS^FN8\"Name\"^FDSomebody^FS^XZ", "TRACK0012"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := one(t, tt.in, 812, 600)
			if got := label.Decode(b); !slices.Contains(got, tt.want) {
				t.Errorf("read %q, want %q", got, tt.want)
			}
		})
	}
}

// Nothing is left out silently: what is not drawn is named.
func TestNamesWhatItDoesNotDraw(t *testing.T) {
	for _, tt := range []struct {
		name, in         string
		unknown, refused []string
	}{
		{"a barcode that is not built", "^XA^FO9,9^B3N,N,50^FDABC^FS^XZ", []string{"^B3"}, nil},
		{"MaxiCode", "^XA^FO9,9^BD3^FH^FD003840^FS^XZ", []string{"^BD"}, nil},
		{"a command nobody knows", "^XA^QQ1^FO9,9^GB9,9,1^FS^XZ", []string{"^QQ"}, nil},
		{"settings", "^XA^JUS^KPabc^FO9,9^GB9,9,1^FS^XZ~JR~DYR:X,A,G,1,1,00", nil, []string{"^JU", "^KP", "~JR", "~DY"}},
		{"cleaning up is allowed", "^XA^FO9,9^GB9,9,1^FS^XZ^XA^IDR:*.GRF^FS^XZ", nil, nil},
		{"harmless ones", "^XA^FXcomment^MMT^PR4^MD5^LT0^LS0^PQ1^MUd^JMA^PMN^FO9,9^GB9,9,1^FS^XZ", nil, nil},
		{"a picture from elsewhere", "^XA^FO9,9^XGR:LOGO.GRF,1,1^FS^XZ", []string{"^XG: the picture LOGO is not in the file"}, nil},
		{"a form from elsewhere", "^XA^XFR:F.ZPL^FS^XZ", []string{"^XF: the stored form F is not in the file"}, nil},
		{"a wrong checksum", "^XA^FO0,0^GFA,3,3,3,:B64:AQID:0000^FS^XZ", []string{`^GF: a picture with a wrong checksum: it says "0000", its data have CEC2`}, nil},
		{"no QR data", "^XA^FO0,0^BQN,2,5^FDhello^FS^XZ", []string{`^BQ: data that begin with "hel"`}, nil},
		{"signs that the font has not got", "^XA^CI28^FO9,40^A0N,30^FDสวัสดี^FS^XZ", []string{`^FD: characters that cannot be drawn ("สวัสดี")`}, nil},
		{"a character set", "^XA^CI15^FO9,40^A0N,30^FDx^FS^XZ", []string{"^CI: character set 15"}, nil},
		{"a cut file", "^XA^FO9,9^GB9,9,1^FS", []string{"^XA without ^XZ: the file is cut off"}, nil},
		{"ink outside", "^XA^FO390,9^GB90,9,1^FS^XZ", []string{"ink outside the stock"}, nil},
		{"mirrored", "^XA^PMY^FO9,9^GB9,9,1^FS^XZ", []string{"^PM: Y"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := render(t, tt.in, 400, 200)
			if diff := cmp.Diff(tt.unknown, r.Unknown); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.refused, r.Refused); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever would change a printer's settings, memory, network or radio tags is refused, however it is written.
func TestEveryHarmfulCommandIsRefused(t *testing.T) {
	commands := strings.Fields("~JR ^JU ^KP ^KN ~DY ^WI ^KL ^KD ^ND ^NS ^NP ^NB ^WE ^WX ^JB ~JB ^JS ^JT ^SC ^SL ^SO ^SQ ^SR ^SS ^ST ^SX ^MA ^MP ^CM ^ZZ ^EF ~EF ~DB ~DS ~DT ~DU ~JC ~JG ~JL ~JP ~PS ~RO ^RF ^RB ^RL ^RZ ^HL ^TO ^PL ^MI ~NT ~NR ~NC")
	for _, c := range commands {
		for name, in := range map[string]string{
			"inside":             "^XA" + c + "A,B^FO9,9^GB9,9,1^FS^XZ",
			"before the label":   c + "A,B^XA^FO9,9^GB9,9,1^FS^XZ",
			"behind the label":   "^XA^FO9,9^GB9,9,1^FS^XZ" + c + "A,B",
			"small letters":      "^XA" + strings.ToLower(c) + "A,B^FO9,9^GB9,9,1^FS^XZ",
			"other prefixes":     "^XA^CC!!CT!!CD;" + "!CT%" + strings.NewReplacer("^", "!", "~", "%").Replace(c) + "A!FO9;9!GB9;9;1!FS!XZ",
			"in a stored format": "^XA^DFR:X.ZPL^FS" + c + "A^FO9,9^GB9,9,1^FS^XZ^XA^XFR:X.ZPL^FS^XZ",
		} {
			r := render(t, in, 400, 200)
			if !slices.Equal(r.Refused, []string{c}) {
				t.Errorf("%s %s: refused %q, unknown %q", c, name, r.Refused, r.Unknown)
			}
		}
	}
}

func TestResolution(t *testing.T) {
	in := "^XA^PW812^LL1218^FO9,9^GB9,9,1^FS^XZ"
	for dpi, w := range map[int]int{203: 815, 300: 1205} {
		r, err := zpl.Render([]byte(in), w, w*3/2, dpi)
		if err != nil || (len(r.Unknown) > 0) != (dpi == 300) {
			t.Errorf("%d dpi: %v %q", dpi, err, r.Unknown)
		}
	}
}

// What changes the drawing is done, or said; ink that is moved off the stock is not known.
func TestWhatChangesTheDrawingIsSaid(t *testing.T) {
	const text = "^XA%s^FO10,60^FB300,3,0,%s^A%s^FDone two three four five six seven^FS^XZ"
	draw := func(setup, justify, font string) zpl.Result {
		return render(t, fmt.Sprintf(text, setup, justify, font), 400, 300)
	}
	plain := draw("", "L", "0N,30")
	for name, tt := range map[string]struct {
		r    zpl.Result
		note string
		same bool
	}{
		"moved":                     {draw("^LT20", "L", "0N,30"), "20 dots", false},
		"moved by nothing":          {draw("^LT0", "L", "0N,30"), "", true},
		"a letter for another font": {draw("^CWQ,E:ARIAL.TTF", "L", "QN,30"), "E:ARIAL.TTF", true},
		"a font by its name":        {draw("", "L", "@N,30,,E:ARIAL.TTF"), "E:ARIAL.TTF", true},
		"not the letter in use":     {draw("^CWQ,E:ARIAL.TTF", "L", "0N,30"), "", true},
	} {
		if got := strings.Join(tt.r.Notes, " "); len(tt.r.Labels) != 1 || !strings.Contains(got, tt.note) || (tt.note == "") != (got == "") {
			t.Errorf("%s: %d labels, notes %q, unknown %q", name, len(tt.r.Labels), got, tt.r.Unknown)
		} else if same := bytes.Equal(tt.r.Labels[0].Bits, plain.Labels[0].Bits); same != tt.same {
			t.Errorf("%s: drawn alike: %v", name, same)
		}
	}
	if r := render(t, "^XA^LT-90^FO10,20^GB9,9,9^FS^XZ", 400, 300); !slices.Contains(r.Unknown, "ink outside the stock") {
		t.Errorf("ink above the stock: %q", r.Unknown)
	}
	// Justified lines end at the block's edge, all but the last; the words' order and the rest stay.
	spread := draw("", "J", "0N,30").Labels[0]
	right := func(b fulfillment.Bitmap, top int) (x int) {
		for y := top; y < top+30; y++ {
			for i := range b.W {
				if b.Black(i, y) {
					x = max(x, i)
				}
			}
		}
		return x
	}
	if got, was := right(spread, 60), right(plain.Labels[0], 60); got < 305 || got > 310 || was >= 305 {
		t.Errorf("the first line ends at %d, unjustified at %d, want about 309", got, was)
	}
	if got, was := right(spread, 90), right(plain.Labels[0], 90); got != was {
		t.Errorf("the last line ends at %d, unjustified at %d", got, was)
	}
}

func TestTexts(t *testing.T) {
	r := render(t, "^XA^FO20,20^A0N,30^FH^FDCaf_82 one^FS^CI28^FO20,80^FB300,3,0,C^A0N,24,20^FDtwo words\\&and a line^FS"+
		"^FT20,300^ADN,36,20^FDmono^FS^CF0,40^FO20,320^FDlast^FS^FO300,20^A0R,30,30^FDturned^FS^FO20,400^BY2^BCN,60^FD123ABC^FS^XZ", 500, 600)
	want := []string{"Café one", "two words\nand a line", "mono", "last", "turned", "123ABC"}
	if diff := cmp.Diff(want, r.Texts); diff != "" || len(r.Unknown) > 0 {
		t.Errorf("unknown %q, texts (-want +got):\n%s", r.Unknown, diff)
	}
	b := r.Labels[0]
	for name, at := range map[string][4]int{"one": {20, 20, 200, 50}, "block": {20, 80, 320, 152}, "mono": {20, 260, 200, 310}, "last": {20, 320, 150, 360},
		"turned": {300, 20, 331, 140}, "line under the bars": {60, 464, 200, 482}} {
		n := 0
		for y := at[1]; y < at[3]; y++ {
			for x := at[0]; x < at[2]; x++ {
				if b.Black(x, y) {
					n++
				}
			}
		}
		if n < 100 {
			t.Errorf("%s: %d dots", name, n)
		}
	}
}

func TestHostileFilesEnd(t *testing.T) {
	many := func(s string, n int) string { return strings.Repeat(s, n) }
	for name, in := range map[string]string{
		"many large boxes":     "^XA" + many("^FO0,0^GB800,1200,1200^FS", 6000) + "^XZ",
		"a huge letter":        "^XA" + many("^FO0,0^A0N,3200,3200^FD"+many("W", 3000)+"^FS", 50) + "^XZ",
		"a form of forms":      "^XA^DFA^FS" + many("^FO1,1^GB9,9^FS", 4000) + "^XZ^XA" + many("^XFA^FS", 4000) + "^XZ",
		"many codes":           "^XA" + many("^FO0,0^BQN,2,1^FDQA,"+many("x", 900)+"^FS", 4000) + "^XZ",
		"too many commands":    many("^FS", 30_000),
		"many labels":          many("^XA^FO1,1^GB9,9^FS^XZ", 100),
		"one enormous picture": "^XA^FO0,0^GFA,8388608,8388608,16384,zF^FS^XZ",
	} {
		began := time.Now()
		if _, err := zpl.Render([]byte(in), 812, 1218, 203); !errors.Is(err, zpl.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

func FuzzRender(f *testing.F) {
	for _, s := range []string{"^XA^FO1,1^GB9,9,1^FS^XZ", "^XA^CC++FO1,1+FDx+FS+XZ", "~DGR:P.GRF,2,1,8040^XA^FO0,0^XGP,2,2^FS^XZ",
		"^XA^FO0,0^GFB,3,3,1,\x00^~^FS^XZ", "^XA^BY1^FT9,9^BCB,9,Y,Y,N,D^FD(01)>8^FS^XZ", "^XA^DFA^FN1^FS^XZ^XA^XFA^FN1^FDx^FS^XZ",
		"^XA^FB9,9,-9,J,9^A@R,1,1^FD\\&\\\\ a^FS^POI^XZ", "^XA^B7N,3,3^FDx^FS^BXI,3,200,,,,_^FD_1__^FS^XZ"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := zpl.Render(in, 400, 300, 203)
		if err != nil && !errors.Is(err, zpl.ErrTooLarge) {
			t.Fatal(err)
		}
		for _, b := range r.Labels {
			if b.W != 400 || b.H != 300 || len(b.Bits) != b.Stride*b.H {
				t.Fatalf("a label of %d×%d", b.W, b.H)
			}
		}
	})
}

func BenchmarkRender(b *testing.B) {
	in := []byte("^XA^CI28" + strings.Repeat("^FO20,20^A0N,30,28^FDSOMEBODY ON A MADE UP ROAD^FS", 20) + "^FO10,150^GB790,900,4^FS" +
		"^FO60,400^BY3^BCN,200,Y,N^FD1Z999AA1>50123456784^FS^FO600,700^BQN,2,5^FDQA,1Z999AA10123456784^FS^XZ")
	for b.Loop() {
		if r, err := zpl.Render(in, 812, 1218, 203); err != nil || len(r.Unknown) > 0 {
			b.Fatal(err, r.Unknown)
		}
	}
}
