package label

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"packbench/fulfillment"
)

// several puts labels on a sheet, each at an offset in mm; across turns the page.
func several(w, h float64, labels map[string][2]float64, more ...element) sheet {
	s := sheet{w: w, h: h, elements: more}
	for number, at := range labels {
		s.elements = append(s.elements,
			element{kind: "text", text: "SHIP TO: SOMEBODY", x: at[0] + 5, y: at[1] + 10},
			element{kind: "code128", text: number, x: at[0] + 4, y: at[1] + 30, w: 86, h: 28},
			element{kind: "text", text: "TRACKING #: " + number, x: at[0] + 5, y: at[1] + 66},
			element{kind: "text", text: "end of the label", x: at[0] + 5, y: at[1] + 130})
	}
	return s
}

const thirdNumber, fourthNumber = "1Z999AA10123456800", "1Z999AA10123456819"

func TestLabelsAreCutApart(t *testing.T) {
	slip := element{kind: "text", text: "Fold here. Keep this half for your records, please.", x: 20, y: 200}
	landscape := several(210, 148, map[string][2]float64{upsNumber: {4, 4}, otherNumber: {108, 4}})
	for _, tt := range []struct {
		name   string
		s      sheet
		number string
		labels int // 0: not cut
		note   string
	}{
		{"one in the corner of A4", several(210, 297, map[string][2]float64{upsNumber: {5, 8}}), upsNumber, 1, "cut out at 100 %"},
		{"one in the middle of A5", several(148, 210, map[string][2]float64{upsNumber: {22, 30}}), upsNumber, 1, "cut out at 100 %"},
		{"four on A4", several(210, 297, map[string][2]float64{upsNumber: {4, 4}, otherNumber: {109, 4}, thirdNumber: {4, 152}, fourthNumber: {109, 152}}), thirdNumber, 4, "cut apart"},
		{"three on A4, one place empty", several(210, 297, map[string][2]float64{upsNumber: {4, 4}, otherNumber: {109, 4}, thirdNumber: {4, 152}}), otherNumber, 3, "cut apart"},
		{"two on A5 across", landscape, otherNumber, 2, "cut apart"},
		{"two on A4, upper and lower half", several(210, 297, map[string][2]float64{upsNumber: {50, 4}, otherNumber: {50, 152}}), otherNumber, 2, "cut apart"},
		{"a label and a slip", several(210, 297, map[string][2]float64{upsNumber: {4, 4}}, slip), upsNumber, 0, "scaled"},
		{"a label as large as A5", sheet{w: 148, h: 210, elements: []element{{kind: "text", text: "SOMEBODY", x: 5, y: 9}, {kind: "code128", text: upsNumber, x: 5, y: 150, w: 138, h: 40}}}, upsNumber, 0, "scaled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stocks := []fulfillment.Media{stock203}
			if tt.labels == 4 {
				stocks = append(stocks, stock300)
			}
			document := tt.s.pdf(t)
			for _, media := range stocks {
				pages, err := shared.Raster(t.Context(), document, media)
				if err != nil {
					t.Fatal(err)
				}
				if len(pages) != max(1, tt.labels) {
					t.Errorf("%d dpi: %d labels", media.DPI, len(pages))
				}
				proof, b := prove(t, document, tt.number, media)
				checkStock(t, b, media)
				if !strings.Contains(strings.Join(proof.Lint, "\n"), tt.note) {
					t.Errorf("%d dpi: findings %q, want %q", media.DPI, proof.Lint, tt.note)
				}
				if tt.labels == 0 {
					continue
				}
				if proof.Verdict != fulfillment.LabelPrint || !slices.Equal(proof.Decoded, []string{tt.number}) {
					t.Errorf("%d dpi: %q %q, read %q", media.DPI, proof.Verdict, proof.Reason, proof.Decoded)
				}
				if other, _ := prove(t, document, "1Z999AA10199999993", media); other.Verdict != fulfillment.LabelRefuse {
					t.Errorf("%d dpi: a parcel that is not on it: %q", media.DPI, other.Verdict)
				}
			}
		})
	}
}

// A label that was cut out begins at the top of the stock, with a millimetre of white.
func TestTheCutIsTopAligned(t *testing.T) {
	for _, media := range []fulfillment.Media{stock203, stock300} {
		pages, err := shared.Raster(t.Context(), several(210, 297, map[string][2]float64{upsNumber: {60, 90}}).pdf(t), media)
		if err != nil || len(pages) != 1 {
			t.Fatal(len(pages), err)
		}
		ink := tighten(pages[0].Bitmap, box{0, 0, pages[0].Bitmap.W, pages[0].Bitmap.H})
		if want := (media.DPI*10 + 127) / 254; ink.y0 != want {
			t.Errorf("%d dpi: ink begins at row %d, want %d", media.DPI, ink.y0, want)
		}
	}
}

// A page that must be scaled is proved only as long as its bars stay wide enough for scanners.
func TestScalingHasALowerLimit(t *testing.T) {
	page := func(w, h, bars float64) sheet {
		return sheet{w: w, h: h, elements: []element{{kind: "text", text: "SOMEBODY", x: 5, y: 9},
			{kind: "code128", text: upsNumber, x: 6, y: 60, w: bars, h: 40}, {kind: "text", text: "the end of the page", x: w - 45, y: h - 8}}}
	}
	for _, tt := range []struct {
		name    string
		s       sheet
		media   fulfillment.Media
		verdict fulfillment.LabelVerdict
		reason  string
		lint    string
	}{
		{"A5 with wide bars", page(148, 210, 130), stock203, fulfillment.LabelPrint, "", "scaled to 69 %"},
		{"A5 with bars of 1.8 dots", page(148, 210, 58), stock203, fulfillment.LabelCannotVerify, "mm wide after the page was scaled to 69 %", "scaled to 69 %"},
		{"A4 with wide bars", page(210, 297, 190), stock203, fulfillment.LabelCannotVerify, "scaled to 49 %", ""},
		{"bars of 0.18 mm at 300 dpi", page(101.6, 152.4, 31), stock300, fulfillment.LabelPrint, "", "only 0.1"},
		{"bars of 0.3 mm", page(101.6, 152.4, 54), stock300, fulfillment.LabelPrint, "", ""},
	} {
		proof, b := prove(t, tt.s.pdf(t), upsNumber, tt.media)
		checkStock(t, b, tt.media)
		if proof.Verdict != tt.verdict || !strings.Contains(proof.Reason, tt.reason) {
			t.Errorf("%s: %q %q, findings %q, read %q", tt.name, proof.Verdict, proof.Reason, proof.Lint, proof.Decoded)
		}
		if all := strings.Join(proof.Lint, "\n"); !strings.Contains(all, tt.lint) || tt.lint == "" && strings.Contains(all, "only") {
			t.Errorf("%s: findings %q, want %q", tt.name, proof.Lint, tt.lint)
		}
	}
}

// Nothing of a label is lost by the cut, nothing is scaled: the same number of dots as when it comes alone.
func TestTheCutKeepsEveryDot(t *testing.T) {
	alone, err := shared.Raster(t.Context(), several(101.6, 152.4, map[string][2]float64{upsNumber: {4, 4}}).pdf(t), stock203)
	if err != nil {
		t.Fatal(err)
	}
	onA4, err := shared.Raster(t.Context(), several(210, 297, map[string][2]float64{upsNumber: {4, 4}}).pdf(t), stock203)
	if err != nil {
		t.Fatal(err)
	}
	count := func(b fulfillment.Bitmap) (n int) {
		for _, v := range b.Bits {
			n += bits.OnesCount8(v)
		}
		return n
	}
	if a, b := count(alone[0].Bitmap), count(onA4[0].Bitmap); a*100 < b*98 || a*100 > b*102 { // edges fall on other dots
		t.Errorf("%d dots alone, %d from A4", a, b)
	}
}

func TestAPictureOfASheetIsCutApart(t *testing.T) {
	var dots fulfillment.Bitmap
	pages, err := shared.Raster(t.Context(), several(148, 210, map[string][2]float64{upsNumber: {22, 30}}).pdf(t), fulfillment.Media{DPI: 203, WidthMM: 148, HeightMM: 210})
	if err != nil {
		t.Fatal(err)
	}
	dots = pages[0].Bitmap
	proof, b := prove(t, pngOf(t, Preview(dots)), upsNumber, stock203)
	if proof.Verdict != fulfillment.LabelPrint {
		t.Errorf("%q %q", proof.Verdict, proof.Reason)
	}
	checkStock(t, b, stock203)
}

// A file of many labels: the parcel's own is found, whichever it is.
func TestTheParcelsLabelIsFoundAmongManyPages(t *testing.T) {
	document := manyDifferent(t, 20)
	for _, i := range []int{0, 7, 19} {
		number := pageNumber(i)
		proof, _ := prove(t, document, number, stock203)
		if proof.Verdict != fulfillment.LabelPrint || !slices.Contains(proof.Decoded, number) || !strings.Contains(strings.Join(proof.Lint, "\n"), fmt.Sprintf("number %d is printed", i+1)) {
			t.Errorf("page %d: %q %q, findings %q", i+1, proof.Verdict, proof.Reason, proof.Lint)
		}
	}
}
