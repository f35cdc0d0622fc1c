package label

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"packbench/fulfillment"
)

// growth is how much wider than drawn the black stretches of a row are on average, in dots. The row begins at the first
// black dot; modules are module dots wide.
func growth(runs []int, dark []bool, module float64) float64 {
	black, ideal, bars, at := 0, 0.0, 0, 1
	for i := 0; i < len(dark); at++ {
		from := i
		for i < len(dark) && dark[i] == (at%2 == 1) {
			i++
		}
		if at%2 == 1 && at < len(runs) {
			black, ideal, bars = black+runs[at], ideal+float64(i-from)*module, bars+1
		}
	}
	return (float64(black) - ideal) / float64(bars)
}

func modulesOf(t testing.TB, kind, text string, row int) (modules []bool) {
	code := symbol(t, kind, text)
	for x := range code.Bounds().Dx() {
		modules = append(modules, dark(code.At(x, row)))
	}
	return modules
}

// Wherever a symbol lies on the page, whatever its size, its bars are no wider than drawn: PDFium's habit of widening
// rectangles to whole pixels is undone for every one of them.
func TestSymbolsAreSharpenedWhereverTheyLie(t *testing.T) {
	type placed struct {
		kind     string
		vertical bool
		e        element
	}
	for _, p := range []placed{
		{"code128", false, element{x: 3, y: 30, w: 95, h: 25}},
		{"code128", false, element{x: 20.3, y: 100.7, w: 61.7, h: 9}},
		{"code128", true, element{x: 40, y: 12, w: 120, h: 20}},
		{"code128", true, element{x: 3.1, y: 40.2, w: 77, h: 11}},
		{"qr", false, element{x: 20.4, y: 50.1, w: 25, h: 25}},
		{"qr", false, element{x: 60, y: 110, w: 14, h: 14}},
		{"datamatrix", false, element{x: 30.7, y: 80.2, w: 22, h: 22}},
	} {
		p.e.kind, p.e.text, p.e.vertical = p.kind, "1Z999AA10123456784", p.vertical
		document := sheet{w: 101.6, h: 152.4, elements: []element{{kind: "text", text: "SOMEBODY", x: 5, y: 6}, p.e}}.pdf(t)
		for _, media := range []fulfillment.Media{stock203, stock300} {
			pages, err := shared.Raster(t.Context(), document, media)
			if err != nil {
				t.Fatal(err)
			}
			b, size := pages[0].Bitmap, symbol(t, p.kind, p.e.text).Bounds()
			dot := float64(media.DPI) / 25.4
			left := float64(b.W)/2 - 50.8*dot // the page stands in the middle of the stock
			row, module := 0, p.e.w/float64(size.Dx())*dot
			y := int((p.e.y + p.e.h/2) * dot)
			if p.kind != "code128" {
				row = size.Dy() / 2
				y = int((p.e.y + p.e.h*(float64(row)+0.5)/float64(size.Dy())) * dot)
			}
			if p.vertical {
				b = turned(turned(turned(b))) // rows are the columns from the right, the first bar comes first
				y = b.H - 1 - int(left+(p.e.x+p.e.h/2)*dot)
			}
			g := growth(appendRuns(nil, b, y), modulesOf(t, p.kind, p.e.text, row), module)
			t.Logf("%s vertical %v, %d dpi: modules of %.2f dots are %.2f dots wider than drawn", p.kind, p.vertical, media.DPI, module, g)
			// Of a large 2D symbol its parts may be found one by one; its modules are so wide that half a dot is nothing.
			if math.Abs(g) > max(0.35, module/12) {
				t.Errorf("%s vertical %v at %.1f, %d dpi: %.2f dots wider than drawn", p.kind, p.vertical, p.e.x, media.DPI, g)
			}
		}
	}
}

func TestPatchesLieOnThePictureAndTextNeedsNone(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := fulfillment.NewBitmap(rapid.IntRange(1, 300).Draw(rt, "w"), rapid.IntRange(1, 300).Draw(rt, "h"), 203)
		for range rapid.IntRange(0, 12).Draw(rt, "boxes") {
			x, y := rapid.IntRange(0, b.W-1).Draw(rt, "x"), rapid.IntRange(0, b.H-1).Draw(rt, "y")
			for i := range rapid.IntRange(1, 20).Draw(rt, "bars") {
				fill(b, x+5*i, y, min(b.W, x+5*i+3), min(b.H, y+rapid.IntRange(1, 90).Draw(rt, "height")))
			}
		}
		for _, p := range patches(b) {
			if p.x0 < 0 || p.y0 < 0 || p.x1 > b.W || p.y1 > b.H || p.x0 >= p.x1 || p.y0 >= p.y1 || p.x0%8 != 0 {
				rt.Fatalf("%+v on %d × %d", p, b.W, b.H)
			}
		}
	})
	b := fulfillment.NewBitmap(815, 1215, 203)
	for y := 40; y < 1200; y += 30 {
		drawText(b, 20, y, 8, "SOMEBODY ON A MADE UP ROAD 12345 NOWHERE IN PARTICULAR illicit WWWWW")
	}
	if p := patches(b); len(p) > 0 {
		t.Errorf("text is drawn again at %+v", p)
	}
}

func TestCutIsTheThreshold(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		media := fulfillment.Media{DPI: 203, WidthMM: rapid.IntRange(1, 4).Draw(rt, "w"), HeightMM: 1}
		sw, sh := media.Dots()
		w, h, left := sw+rapid.IntRange(0, 9).Draw(rt, "wider"), sh+rapid.IntRange(0, 2).Draw(rt, "higher"), rapid.IntRange(0, 9).Draw(rt, "left")
		left = min(left, w-sw)
		grey := rapid.SliceOfN(rapid.Byte(), w*h, w*h).Draw(rt, "grey")
		b, outside := cut(grey, w, w, h, left, sheetSize{sw, sh, 203})
		lost := false
		for y := range h {
			for x := range w {
				on := x >= left && x < left+sw && y < sh
				black := grey[y*w+x] < threshold
				lost = lost || black && !on
				if on && b.Black(x-left, y) != black {
					rt.Fatalf("dot %d, %d", x, y)
				}
			}
		}
		if outside != lost {
			rt.Fatalf("outside %v, want %v", outside, lost)
		}
	})
}

// The module that runs is the rewritten one; a module with something unknown is left alone and said so.
func TestFuel(t *testing.T) {
	module, tick, err := metered(pdfiumModule)
	if err != nil || tick == 0 || len(module) <= len(pdfiumModule) {
		t.Fatalf("%d bytes of %d, %v", len(module), len(pdfiumModule), err)
	}
	if _, _, err := metered(module); err != nil {
		t.Errorf("what came out is no module: %v", err)
	}
	for _, bad := range [][]byte{nil, []byte("\x00asm\x01\x00\x00\x00"), pdfiumModule[:len(pdfiumModule)/2], append(bytes.Clone(pdfiumModule), 1, 9)} {
		if _, _, err := metered(bad); err == nil {
			t.Errorf("%d bytes were taken for a module", len(bad))
		}
	}
	if _, _, err := loops(&wasmReader{data: []byte{0xfe, 0}}, nil); err == nil || !strings.Contains(err.Error(), "0xfe") {
		t.Errorf("got %v", err)
	}
}

// While PDFium works on a document that takes long, the rest of the program goes on: nothing waits for the garbage
// collector, and goroutines get their turn.
func TestTheProgramGoesOnWhilePDFiumWorks(t *testing.T) {
	if err := shared.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	done, heavy := make(chan error, 1), heavyPDF(t)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	go func() { _, err := shared.Raster(ctx, heavy, stock203); done <- err }()
	start, longest, turns := time.Now(), time.Duration(0), 0
	for {
		began := time.Now()
		garbage := fmt.Sprint(make([]int, 1000)) // makes the collector run
		_ = garbage
		if longest = max(longest, time.Since(began)); turns%200 == 0 {
			time.Sleep(time.Microsecond)
		}
		turns++
		select {
		case err := <-done:
			// A module that yields to nobody holds the collector for as long as it works. On a busy computer a turn may take long, too.
			if took := time.Since(start); err == nil || longest > took/2 || turns < 5 {
				t.Errorf("%d turns in %s, the longest of %s; %v", turns, took, longest, err)
			}
			return
		default:
		}
	}
}
