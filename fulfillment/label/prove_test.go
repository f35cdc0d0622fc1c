package label

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
)

func usps(zip, number string) string { return "\u00f1420" + zip + "\u00f1" + number }

// bars is one barcode with room around it.
func bars(kind, text string) sheet {
	e := element{kind: kind, text: text, x: 8, y: 60, w: 86, h: 25}
	if kind != "code128" {
		e = element{kind: kind, text: text, x: 30, y: 60, w: 30, h: 30}
	}
	return sheet{w: 101.6, h: 152.4, elements: []element{{kind: "text", text: "SAMPLE LABEL", x: 5, y: 10}, e}}
}

func upright(s sheet) sheet {
	s.elements[1].vertical, s.elements[1].x, s.elements[1].y = true, 40, 30
	return s
}

// inkOnPage is a page of that many points with a little ink.
func inkOnPage(w, h int) []byte {
	return pdfOf("<</Type/Catalog/Pages 2 0 R>>", onePage, fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R>>", w, h),
		stream("", fmt.Sprintf("%d 2 %d 5 re f", w/4, w/4)))
}

func TestVerdicts(t *testing.T) {
	fedex := "9622001900000000000000" + "776543219990"
	tests := []struct {
		name     string
		document []byte
		tracking string
		verdict  fulfillment.LabelVerdict
		reason   string // part of it
		decoded  string // one of them
	}{
		{"UPS label with the routing code first", carrierSheet(upsNumber).pdf(t), upsNumber, fulfillment.LabelPrint, "", "42045999"},
		{"case and spaces of the number do not matter", carrierSheet(upsNumber).pdf(t), "1z 999aa10123456784", fulfillment.LabelPrint, "", upsNumber},
		{"another parcel's label", carrierSheet(otherNumber).pdf(t), upsNumber, fulfillment.LabelRefuse, "is for " + otherNumber, otherNumber},
		{"USPS with ZIP+4 and FNC1", bars("code128", usps("459991234", uspsNumber)).pdf(t), uspsNumber, fulfillment.LabelPrint, "", "420459991234\x1d" + uspsNumber},
		{"USPS, another number", bars("code128", usps("45999", "9205590164917312751096")).pdf(t), uspsNumber, fulfillment.LabelRefuse, "is for", ""},
		{"FedEx 34 digits", bars("code128", fedex).pdf(t), "776543219990", fulfillment.LabelPrint, "", fedex},
		{"the number only inside a longer one", bars("code128", "99"+upsNumber+"99").pdf(t), upsNumber, fulfillment.LabelRefuse, "is for", ""},
		{"only a ZIP code's barcode", bars("code128", "42045999").pdf(t), upsNumber, fulfillment.LabelCannotVerify, "None of the barcodes", "42045999"},
		{"QR code", bars("qr", "JX1234567890").pdf(t), "JX1234567890", fulfillment.LabelPrint, "", "JX1234567890"},
		{"Data Matrix", bars("datamatrix", "JX1234567890").pdf(t), "JX1234567890", fulfillment.LabelPrint, "", "JX1234567890"},
		{"barcode up the side", upright(bars("code128", upsNumber)).pdf(t), upsNumber, fulfillment.LabelPrint, "", upsNumber},
		{"no barcode", sheet{w: 102, h: 152, elements: []element{{kind: "text", text: upsNumber, x: 9, y: 9}}}.pdf(t), upsNumber, fulfillment.LabelCannotVerify, "No barcode", ""},
		{"no tracking number known", carrierSheet(upsNumber).pdf(t), "", fulfillment.LabelCannotVerify, "no tracking number to compare", upsNumber},
		{"blank page", sheet{w: 102, h: 152}.pdf(t), upsNumber, fulfillment.LabelRefuse, "blank", ""},
		{"password", sheet{w: 102, h: 152, password: "secret"}.pdf(t), upsNumber, fulfillment.LabelRefuse, "password", ""},
		{"a book", sheet{w: 102, h: 152, pages: 20}.pdf(t), upsNumber, fulfillment.LabelRefuse, "21 pages", ""},
		{"a page of five metres", inkOnPage(14400, 14400), upsNumber, fulfillment.LabelRefuse, "is 5080 × 5080 mm, and no label is", ""},
		{"a page a kilometre long", inkOnPage(2834645, 9), upsNumber, fulfillment.LabelRefuse, "Download the label again as 4 × 6 inch", ""},
		{"a page whose dots were taken for points", inkOnPage(2400, 3600), upsNumber, fulfillment.LabelCannotVerify, "No barcode", ""},
		{"truncated", carrierSheet(upsNumber).pdf(t)[:900], upsNumber, fulfillment.LabelRefuse, "damaged", ""},
		{"not a document", []byte("<html><body>Session expired</body></html>"), upsNumber, fulfillment.LabelRefuse, "neither PDF", ""},
		{"PDF header and nothing else", []byte("%PDF-1.4\n"), upsNumber, fulfillment.LabelRefuse, "damaged", ""},
		{"empty", nil, upsNumber, fulfillment.LabelRefuse, "empty", ""},
		{"too large", make([]byte, MaxDocument+1), upsNumber, fulfillment.LabelRefuse, "at most 8 MB", ""},
		{"ZPL", []byte("^XA^FO50,50^BCN,100^FD" + upsNumber + "^FS^XZ"), upsNumber, fulfillment.LabelPrint, "", upsNumber},
		{"damaged PNG", append(slices.Clone(pngMagic), "IHDR"...), upsNumber, fulfillment.LabelRefuse, "damaged", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			proof, bitmap := prove(t, tt.document, tt.tracking, stock203)
			if proof.Verdict != tt.verdict || !strings.Contains(proof.Reason, tt.reason) || (tt.reason == "") != (proof.Reason == "") {
				t.Errorf("got %q: %q, want %q: …%s…; read %q", proof.Verdict, proof.Reason, tt.verdict, tt.reason, proof.Decoded)
			}
			if tt.decoded != "" && !slices.Contains(proof.Decoded, tt.decoded) {
				t.Errorf("read %q, want %q among them", proof.Decoded, tt.decoded)
			}
			if proof.Label != hashOf(tt.document) || proof.Tracking != fulfillment.Tracking(tt.tracking) || proof.Media != stock203 || proof.At.IsZero() {
				t.Errorf("the proof is not about this label: %+v", proof)
			}
			if bitmap.Bits != nil {
				checkStock(t, bitmap, stock203)
			}
		})
	}
}

// checkStock: exactly the stock's size, nothing beyond the right edge.
func checkStock(t *testing.T, b fulfillment.Bitmap, media fulfillment.Media) {
	t.Helper()
	w, h := media.Dots()
	if b.W != w || b.H != h || b.DPI != media.DPI {
		t.Errorf("got %d × %d dots at %d dpi, want %d × %d at %d", b.W, b.H, b.DPI, w, h, media.DPI)
	}
	if _, err := UnmarshalBitmap(MarshalBitmap(b)); err != nil {
		t.Error(err)
	}
}

func TestPageSizesAndTurns(t *testing.T) {
	page := func(w, h float64) sheet {
		s := carrierSheet(upsNumber)
		for i := range s.elements {
			s.elements[i].x = max(1, s.elements[i].x-4)
		}
		s.w, s.h = w, h
		return s
	}
	turned := page(101.6, 152.4)
	turned.rotate = 90
	cropped := carrierSheet(upsNumber)
	cropped.w, cropped.h = 210, 297
	cropped.crop = []float64{0, 297 - 152.4, 101.6, 152.4} // from the lower left
	tests := []struct {
		name string
		s    sheet
		note string // one of the findings, "" for none
	}{
		{"4 × 6 inch", page(101.6, 152.4), ""},
		{"the stock's own size", page(102, 152), ""},
		{"A6 is a little wider", page(105, 148), "scaled to 97 %"},
		{"smaller page is not enlarged", page(96, 120), "at 100 %"},
		{"A4", page(210, 297), "cut out at 100 %"},
		{"page turned by /Rotate", turned, "turned by 90°"},
		{"CropBox of a larger sheet", cropped, ""},
	}
	for _, media := range []fulfillment.Media{stock203, stock300} {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				proof, bitmap := prove(t, tt.s.pdf(t), upsNumber, media)
				checkStock(t, bitmap, media)
				if tt.note == "" && len(proof.Lint) > 0 || tt.note != "" && !strings.Contains(strings.Join(proof.Lint, "\n"), tt.note) {
					t.Errorf("findings %q, want %q", proof.Lint, tt.note)
				}
				if proof.Findings != 0 { // what was done to print it is nothing against the label
					t.Errorf("%d of %q count against the label", proof.Findings, proof.Lint)
				}
				if proof.Verdict != fulfillment.LabelPrint {
					t.Errorf("got %q: %s", proof.Verdict, proof.Reason)
				}
			})
		}
	}
}

func TestInkBeyondTheStockIsNeverCutOff(t *testing.T) {
	s := sheet{w: 103.5, h: 153.5, elements: []element{{kind: "code128", text: upsNumber, x: 0.1, y: 124, w: 103.3, h: 29.4}}}
	proof, bitmap := prove(t, s.pdf(t), upsNumber, stock203)
	if !strings.Contains(strings.Join(proof.Lint, "\n"), "scaled to 98 %") && !strings.Contains(strings.Join(proof.Lint, "\n"), "scaled to 99 %") {
		t.Errorf("findings %q", proof.Lint)
	}
	low, left, right := 0, bitmap.W, 0
	for y := range bitmap.H {
		for x := range bitmap.W {
			if bitmap.Black(x, y) {
				low, left, right = y, min(left, x), max(right, x)
			}
		}
	}
	// 124 + 29.4 mm at 98.5 % is dot 1208; the first and last bar are 0.1 mm inside the page, which is as wide as the stock.
	if low < 1206 || low > 1210 || left > 3 || right < bitmap.W-4 {
		t.Errorf("ink ends at row %d, columns %d to %d", low, left, right)
	}
}

func TestTwoPagesThePageWithTheNumberIsTaken(t *testing.T) {
	first := carrierSheet(upsNumber)
	first.pages = 1
	proof, bitmap := prove(t, first.pdf(t), upsNumber, stock203)
	if proof.Verdict != fulfillment.LabelPrint || !strings.Contains(strings.Join(proof.Lint, "\n"), "number 1 is printed") {
		t.Errorf("got %q, findings %q", proof.Verdict, proof.Lint)
	}
	alone, _ := prove(t, carrierSheet(upsNumber).pdf(t), upsNumber, stock203)
	if !slices.Equal(alone.Decoded, proof.Decoded) {
		t.Errorf("read %q, alone %q", proof.Decoded, alone.Decoded)
	}
	checkStock(t, bitmap, stock203)
	pages := []Page{{Bitmap: fulfillment.NewBitmap(815, 1215, 203)}, {Bitmap: bitmap}}
	if i, read := shared.choose(pages, fulfillment.Shipment{Tracking: upsNumber}); i != 1 || !slices.Contains(read.list, upsNumber) {
		t.Errorf("chose page %d with %q", i+1, read.list)
	}
}

// scan makes a picture of the label as a flatbed would: grey paper, soft edges.
func scan(b fulfillment.Bitmap) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, b.W, b.H))
	for y := range b.H {
		for x := range b.W {
			sum := 0
			for dx := -1; dx <= 1; dx++ {
				if b.Black(x+dx, y) {
					sum++
				}
			}
			img.SetGray(x, y, color.Gray{Y: uint8(235 - 70*sum + (x*31+y*17)%13)})
		}
	}
	return img
}

func TestPicturesInsideAndOutsideAPDF(t *testing.T) {
	_, bitmap := prove(t, carrierSheet(upsNumber).pdf(t), upsNumber, stock300)
	picture := pngOf(t, scan(bitmap))
	inPDF := sheet{w: 102, h: 152, elements: []element{{kind: "image", text: string(picture), w: 102, h: 152}}}.pdf(t)
	if proof, _ := prove(t, inPDF, upsNumber, stock203); proof.Verdict != fulfillment.LabelPrint || !slices.Contains(proof.Lint[:proof.Findings], cannotLint) {
		t.Errorf("scan in a PDF: got %q %q, findings %q", proof.Verdict, proof.Reason, proof.Lint)
	}
	if proof, _ := prove(t, picture, upsNumber, stock300); proof.Verdict != fulfillment.LabelPrint || !slices.Contains(proof.Lint, cannotLint) {
		t.Errorf("scan: got %q %q, findings %q", proof.Verdict, proof.Reason, proof.Lint)
	}
	if proof, _ := prove(t, picture, upsNumber, stock203); proof.Verdict != fulfillment.LabelRefuse || !strings.Contains(proof.Reason, "as PDF") {
		t.Errorf("300 dpi picture for a 203 dpi printer: got %q %q", proof.Verdict, proof.Reason)
	}
}

func TestPNGIsPutOnTheStockDotForDot(t *testing.T) {
	_, want := prove(t, carrierSheet(upsNumber).pdf(t), upsNumber, stock203)
	exact := Preview(want)
	grey := toGrey(exact)
	larger := image.NewGray(image.Rect(0, 0, want.W+10, want.H+16)) // within 2 %
	for i := range larger.Pix {
		larger.Pix[i] = 255
	}
	for y := range want.H {
		copy(larger.Pix[y*larger.Stride+5:], grey.Pix[y*grey.Stride:y*grey.Stride+want.W])
	}
	inked := image.NewGray(larger.Rect)
	clear := image.NewNRGBA(exact.Bounds()) // black on transparent
	for y := range want.H {
		for x := range want.W {
			if want.Black(x, y) {
				clear.SetNRGBA(x, y, color.NRGBA{A: 255})
			}
		}
	}
	tests := []struct {
		name string
		img  image.Image
		ok   bool
	}{
		{"exact", exact, true}, {"transparent paper", clear, true}, {"doubled", enlarge(grey, 2), true},
		{"two percent larger, white margin", larger, true}, {"two percent larger, ink in the margin", inked, false},
		{"across", quarterTurn(quarterTurn(quarterTurn(grey))), true}, {"wrong size", image.NewGray(image.Rect(0, 0, 700, 900)), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pages, err := shared.Raster(t.Context(), pngOf(t, tt.img), stock203)
			if !tt.ok {
				if !IsSentence(err) {
					t.Errorf("got %v, want a sentence", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(pages[0].Bitmap.Bits, want.Bits) {
				t.Error("the bitmap is not the picture's")
			}
		})
	}
}

func TestImpossibleStockIsAnError(t *testing.T) {
	for _, media := range []fulfillment.Media{{}, {DPI: 203, WidthMM: 1, HeightMM: 100}, {DPI: 1200, WidthMM: 400, HeightMM: 400}, {DPI: -203, WidthMM: 102, HeightMM: 152}} {
		_, _, err := shared.Prove(t.Context(), []byte("%PDF-"), fulfillment.Shipment{Tracking: "X"}, media)
		if err == nil || IsSentence(err) {
			t.Errorf("%+v: got %v", media, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := shared.Prove(ctx, carrierSheet(upsNumber).pdf(t), fulfillment.Shipment{Tracking: upsNumber}, stock203); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's end", err)
	}
}

func TestAPasswordOpensALabel(t *testing.T) {
	protected := carrierSheet(upsNumber)
	protected.password = "secret"
	document := protected.pdf(t)
	for password, want := range map[string]struct {
		verdict fulfillment.LabelVerdict
		reason  string
	}{
		"secret": {fulfillment.LabelPrint, ""}, "": {fulfillment.LabelRefuse, "protected by a password"}, "other": {fulfillment.LabelRefuse, "another password"},
	} {
		e := NewEngine(Options{CacheDir: cacheDir, Timeout: time.Minute, Password: password})
		proof, _, err := e.Prove(t.Context(), document, fulfillment.Shipment{Tracking: upsNumber}, stock203)
		if err != nil || proof.Verdict != want.verdict || !strings.Contains(proof.Reason, want.reason) {
			t.Errorf("password %q: %q %q, %v", password, proof.Verdict, proof.Reason, err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}
