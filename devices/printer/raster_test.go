package printer_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/fulfillment"
)

var rasterLanguages = []printer.Language{printer.TSPL{}, printer.EPL{}, printer.ESCPOS{}}

func TestParseLanguage(t *testing.T) {
	for _, name := range []string{"zpl", "tspl", "epl", "escpos", "TSPL"} {
		l, err := printer.ParseLanguage(name)
		if err != nil || l.Name() != strings.ToLower(name) {
			t.Errorf("%s: %v, %v", name, l, err)
		}
	}
	if _, err := printer.ParseLanguage("pcl"); err == nil {
		t.Error("pcl was taken")
	}
}

// Worked out by hand from the makers' manuals.
func TestRasterByHand(t *testing.T) {
	m := fulfillment.Media{DPI: 203, WidthMM: 1, HeightMM: 1}
	w, h := m.Dots() // 8×8
	b := fulfillment.NewBitmap(w, h, 203)
	copy(b.Bits, []byte{0xFF, 0x80, 0x01, 0xAA, 0, 0, 0, 0})
	for _, tt := range []struct {
		l    printer.Language
		want string
		tail int
	}{
		{printer.TSPL{}, "\r\nSIZE 1 mm,1 mm\r\nGAP 3 mm,0\r\nCLS\r\nBITMAP 0,0,1,8,0,\x00\x7f\xfe\x55\xff\xff\xff\xff\r\nPRINT 1,1\r\n", 11},
		{printer.TSPL{GapMM: -1}, "\r\nSIZE 1 mm,1 mm\r\nGAP 0 mm,0\r\nCLS\r\nBITMAP 0,0,1,8,0,\x00\x7f\xfe\x55\xff\xff\xff\xff\r\nPRINT 1,1\r\n", 11},
		{printer.EPL{}, "\nN\nq8\nQ8,24\nGW0,0,1,8,\x00\x7f\xfe\x55\xff\xff\xff\xff\nP1\n", 3},
		{printer.ESCPOS{}, "\x1b@\x1dv0\x00\x01\x00\x04\x00\xff\x80\x01\xaa\x1dv0\x00\x01\x00\x04\x00\x00\x00\x00\x00\x1dVB\x00", 28},
	} {
		got := tt.l.Encode(b, m, 1)
		if string(got) != tt.want {
			t.Errorf("%s: got\n%q\nwant\n%q", tt.l.Name(), got, tt.want)
		}
		if n := tt.l.Tail(got); n != tt.tail {
			t.Errorf("%s: tail of %d bytes, want %d", tt.l.Name(), n, tt.tail)
		}
	}
}

func TestRasterGolden(t *testing.T) {
	m := fulfillment.Media{DPI: 203, WidthMM: 21, HeightMM: 70} // 168 dots; three bands of rows
	for _, l := range rasterLanguages {
		b := devicetest.Checkerboard(m, 1)
		got := l.Encode(b, m, 1)
		file := filepath.Join("testdata", "checker."+l.Name())
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
			t.Errorf("%s: %d bytes differ from the %d of %s", l.Name(), len(got), len(want), file)
		}
	}
}

// drawMedia draws stock and a picture of exactly its size: runs, empty ends and noise.
func drawMedia(t *rapid.T) (fulfillment.Media, fulfillment.Bitmap) {
	m := fulfillment.Media{DPI: rapid.SampledFrom([]int{203, 300}).Draw(t, "dpi"),
		WidthMM: rapid.IntRange(1, 30).Draw(t, "mm wide"), HeightMM: rapid.IntRange(1, 100).Draw(t, "mm high")}
	b := fulfillment.NewBitmap(fits(m))
	ink := rapid.IntRange(0, b.H).Draw(t, "rows with ink")
	for y := range ink {
		row := b.Bits[y*b.Stride : (y+1)*b.Stride]
		v := rapid.SampledFrom([]byte{0, 0xFF, 0xAA, 0x1B, 0x0A, 0x1D}).Draw(t, "byte")
		for i := range row {
			row[i] = v + byte(i*(y%3))
		}
		row[len(row)-1] &= 0xFF << (7 - (b.W-1)%8)
	}
	return m, b
}

func TestEveryDotComesBackInEveryLanguage(t *testing.T) {
	for _, l := range rasterLanguages {
		t.Run(l.Name(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				m, b := drawMedia(t)
				copies := rapid.IntRange(1, 3).Draw(t, "copies")
				job := l.Encode(b, m, copies)
				labels, faults := devicetest.DecodeRaster(l.Name(), m, job)
				if len(faults) > 0 || len(labels) != copies {
					t.Fatalf("%d labels, faults %q", len(labels), faults)
				}
				if got := labels[0]; got.W != b.W || got.H != b.H || !bytes.Equal(got.Bits, b.Bits) {
					t.Fatalf("another picture came back: %d×%d, not %d×%d", got.W, got.H, b.W, b.H)
				}
				if labels, _ := devicetest.DecodeRaster(l.Name(), m, job[:len(job)-l.Tail(job)]); len(labels) != 0 {
					t.Fatalf("a label came out without the last %d bytes", l.Tail(job))
				}
			})
		})
	}
}

// A receipt printer prints as it reads: what is before the tail must lack some of the ink.
func TestESCPOSHoldsBackInk(t *testing.T) {
	b := fulfillment.NewBitmap(fits(media))
	for _, y := range []int{3, 500, 511} {
		b.SetBlack(y, y)
	}
	job := printer.ESCPOS{}.Encode(b, media, 1)
	head := job[:len(job)-printer.ESCPOS{}.Tail(job)]
	labels, _ := devicetest.DecodeRaster("escpos", media, append(bytes.Clone(head), "\x1dVB\x00"...))
	if len(labels) != 1 || labels[0].H != 511+1-255 {
		t.Fatalf("%d labels before the tail, want the rows above the last 255 with ink", len(labels))
	}
}

func rasterEnd(t testing.TB, language string) *devicetest.Printer {
	t.Helper()
	end, err := devicetest.NewRasterPrinter("", language, media)
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Start(t, "the virtual printer", end.Run)
	return end
}

// The languages whose printers can be asked pass the same suite as ZPL.
func TestNetworkInOtherLanguages(t *testing.T) {
	for _, l := range []printer.Language{printer.TSPL{}, printer.ESCPOS{}} {
		t.Run(l.Name(), func(t *testing.T) {
			devicetest.RunPrinter(t, func(t *testing.T, report devices.Report) (devicetest.PrinterEnd, devicetest.PrinterDriver) {
				end := rasterEnd(t, l.Name())
				cfg := config(end)
				cfg.Language = l
				if strings.HasSuffix(t.Name(), "trouble_behind_the_last_byte_may_mean_a_label") {
					cfg.Timeouts.Poll = time.Hour // so that trouble is not seen before the job
				}
				return end, printer.NewNetwork(cfg, report, quiet)
			})
		})
	}
}

// EPL printers are not asked; what TCP tells is all there is.
func TestNetworkEPL(t *testing.T) {
	end := rasterEnd(t, "epl")
	cfg := config(end)
	cfg.Language = printer.EPL{}
	states := devicetest.NewInbox[devices.Health]()
	n := printer.NewNetwork(cfg, states.Put, quiet)
	devicetest.Start(t, "Run", n.Run)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	b := devicetest.Checkerboard(media, 5)
	if res, err := n.Print(t.Context(), b); err != nil || !res.Complete {
		t.Fatalf("Print = %+v, %v", res, err)
	}
	for len(end.Labels()) == 0 {
		time.Sleep(time.Millisecond)
	}
	if got := end.Labels()[0].Bitmap; !bytes.Equal(got.Bits, b.Bits) {
		t.Error("another label came out")
	}
	end.ResetAfter(4000)
	if res, err := n.Print(t.Context(), b); err == nil || res.Complete {
		t.Errorf("Print into a reset = %+v, %v", res, err)
	}
	if c := end.Complaints(); len(c) > 0 || end.Asked() != 0 {
		t.Errorf("asked %d times, complaints %q", end.Asked(), c)
	}
}

func TestAnswers(t *testing.T) {
	for _, tt := range []struct {
		l      printer.Language
		answer string
		enough bool
		says   string // "": ready
	}{
		{printer.TSPL{}, "", false, ""},
		{printer.TSPL{}, "\x00", true, ""},
		{printer.TSPL{}, "\x20", true, ""},
		{printer.TSPL{}, "\x01", true, "open"},
		{printer.TSPL{}, "\x05", true, "out of labels"},
		{printer.TSPL{}, "\x02", true, "jammed"},
		{printer.TSPL{}, "\x08", true, "ribbon"},
		{printer.TSPL{}, "\x10", true, "paused"},
		{printer.TSPL{}, "\x40", true, "error"},
		{printer.TSPL{}, "\x80", true, "error"},
		{printer.TSPL{}, "\x04\x00", true, ""}, // the first was late
		{printer.ESCPOS{}, "\x12", false, ""},
		{printer.ESCPOS{}, "\x12\x12", true, ""},
		{printer.ESCPOS{}, "\x12\x1e", true, ""}, // paper near its end
		{printer.ESCPOS{}, "\x16\x12", true, "open"},
		{printer.ESCPOS{}, "\x32\x12", true, "out of labels"},
		{printer.ESCPOS{}, "\x12\x72", true, "out of labels"},
		{printer.ESCPOS{}, "\x52\x12", true, "error"},
		{printer.ESCPOS{}, "\x1a\x12", true, "paused"},
		{printer.ESCPOS{}, "HTTP\x00\xff", false, ""},
		{printer.ESCPOS{}, "\x12\x16\x12", true, "open"}, // the picture held the same question
	} {
		a := tt.l.Read([]byte(tt.answer))
		if a.Enough != tt.enough || (a.Trouble == "") != (tt.says == "") || !strings.Contains(a.Trouble, tt.says) {
			t.Errorf("%s %q: %+v, want %q", tt.l.Name(), tt.answer, a, tt.says)
		}
	}
}
