package label

import (
	"math"
	"math/bits"
	"os/exec"
	"testing"

	"packbench/fulfillment"
)

// The picture is compared with poppler's: same page, same resolution, another program.
func TestBitmapAgreesWithAnotherRenderer(t *testing.T) {
	if _, err := exec.LookPath("pdftoppm"); err != nil {
		t.Skip("pdftoppm is not installed: the second renderer is not asked")
	}
	document := carrierSheet(upsNumber).pdf(t)
	for _, media := range []fulfillment.Media{stock203, stock300} {
		_, b := prove(t, document, upsNumber, media)
		out, err := exec.Command("pdftoppm", "-r", fmtInt(media.DPI), "-mono", tempFile(t, "label.pdf", document)).Output()
		if err != nil {
			t.Fatal(err)
		}
		other := pbm(t, out)
		off, ink, far := (b.W-other.W)/2, 0, 0
		for y := range b.H {
			for x := range b.W {
				if b.Black(x, y) {
					ink++
				}
				// Renderers round an edge to one dot or the next; what one has, the other must have within a dot.
				if b.Black(x, y) && !near(other, x-off, y) || other.Black(x-off, y) && !near(b, x, y) {
					far++
				}
			}
		}
		t.Logf("%d dpi: %d dots black, %d of them more than a dot away", media.DPI, ink, far)
		// The text is set in each program's own Helvetica.
		if ink < 50_000 || far*300 > ink {
			t.Errorf("%d dpi: of %d black dots %d are more than a dot away", media.DPI, ink, far)
		}
	}
}

func near(b fulfillment.Bitmap, x, y int) bool {
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			if b.Black(x+dx, y+dy) {
				return true
			}
		}
	}
	return false
}

// Bars wider than drawn make a barcode that scanners refuse once the print head has added its own.
func TestBarsAreNotWidened(t *testing.T) {
	document := carrierSheet(upsNumber).pdf(t)
	code := symbol(t, "code128", upsNumber)
	modules := code.Bounds().Dx()
	for _, media := range []fulfillment.Media{stock203, stock300} {
		_, b := prove(t, document, upsNumber, media)
		module := 86 / 25.4 * float64(media.DPI) / float64(modules)
		runs := appendRuns(nil, b, 80*media.DPI*10/254)
		black, ideal, bars, at := 0, 0.0, 0, 1
		for i := 0; i < modules; at++ {
			from := i
			for i < modules && dark(code.At(i, 0)) == (at%2 == 1) {
				i++
			}
			want := float64(i-from) * module
			if got := float64(runs[at]); math.Abs(got-want) > 1.3 {
				t.Errorf("%d dpi: stretch %d is %.0f dots, drawn %.2f", media.DPI, at, got, want)
			}
			if at%2 == 1 {
				black, ideal, bars = black+runs[at], ideal+want, bars+1
			}
		}
		growth := (float64(black) - ideal) / float64(bars)
		t.Logf("%d dpi: bars of %.2f dots a module are %.2f dots wider than drawn", media.DPI, module, growth)
		if math.Abs(growth) > 0.3 {
			t.Errorf("%d dpi: bars are %.2f dots wider than drawn", media.DPI, growth)
		}
	}
}

func TestLargePicturesAreFound(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "/Image": false,
		"1 0 obj<</Type/XObject/Subtype /Image/Width 1200/Height 1800>>stream":                               true,
		"1 0 obj<</Width 100/Height 80 /Subtype\n/Image>>stream":                                             false,
		"1 0 obj<</Subtype/Image/Width 7 0 R/Height 80>>stream":                                              true,
		"1 0 obj<</Subtype/Image>>stream":                                                                    true,
		"/ProcSet[/PDF/ImageB/ImageC] /Width 9999 /Height 9999":                                              false,
		"1 0 obj<</Subtype/Image/Width 10/Height 10>>stream 2 0 obj<</Subtype/Image/Width 9000/Height 900>>": true,
		"1 0 obj<</Subtype/Image/Width 99999999999999999999/Height 1>>stream":                                true,
	} {
		if got := hasLargePicture([]byte(text)); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
	_, b := prove(t, carrierSheet(upsNumber).pdf(t), upsNumber, stock203)
	if scanned := (sheet{w: 102, h: 152, elements: []element{{kind: "image", text: string(pngOf(t, scan(b))), w: 102, h: 152}}}).pdf(t); !hasLargePicture(scanned) {
		t.Error("a scanned label's picture was not found")
	}
}

// A picture with exactly the page's dots, as carriers make them for 4 × 6 inch at 203 dpi, must come out dot for dot.
func TestAPictureInAPDFIsNotResampled(t *testing.T) {
	_, want := prove(t, carrierSheet(upsNumber).pdf(t), upsNumber, stock203)
	page := fulfillment.NewBitmap(812, 1218, 203)
	for y := range page.H {
		for x := range page.W {
			if want.Black(x+1, y) { // the page stands in the middle of stock of 815 dots
				page.SetBlack(x, y)
			}
		}
	}
	inPDF := sheet{w: 101.6, h: 152.4, elements: []element{{kind: "image", text: string(pngOf(t, Preview(page))), w: 101.6, h: 152.4}}}.pdf(t)
	_, got := prove(t, inPDF, upsNumber, stock203)
	differ := 0
	for i := range want.Bits {
		differ += bits.OnesCount8(want.Bits[i] ^ got.Bits[i])
	}
	if differ > 0 {
		t.Errorf("%d dots differ", differ)
	}
}
