package label

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/requests"

	"packbench/fulfillment"
)

func sampleManifest(parcels int) fulfillment.Manifest {
	opened := time.Date(2026, 11, 21, 13, 2, 11, 0, time.UTC)
	m := fulfillment.Manifest{ID: "0193a1b2-7c5d-7aaa-9bbb-0123456789ab", Station: "PACK-01", Carrier: "USPS Ground Advantage",
		OpenedAt: opened, SealedAt: opened.Add(3*time.Hour + 8*time.Second), SealedBy: "B-17"}
	for i := range parcels {
		p := fulfillment.ManifestParcel{
			OrderID:   fulfillment.OrderID(fmt.Sprint(576461413038785752 + i)),
			PackageID: fulfillment.PackageID(fmt.Sprint(1153132168123859123 + i)),
			Tracking:  fulfillment.Tracking(fmt.Sprintf("92055901649173%08d", i*7)),
			WeightG:   180 + i%900,
			At:        opened.Add(time.Duration(i) * 17 * time.Second),
			Photos:    []fulfillment.Hash{hashOf([]byte{byte(i), byte(i >> 8)})},
		}
		switch {
		case i%97 == 5:
			p.WeightG = 0
		case i%61 == 7:
			p.Photos = append(p.Photos, "ab", "cd")
		case i == 11:
			p.LeftOff = true
		}
		m.Parcels = append(m.Parcels, p)
	}
	return m
}

func sampleExtra() ManifestExtra {
	return ManifestExtra{Shop: "Example Goods Ltd", Location: time.FixedZone("PST", -8*3600), EventHash: hashOf([]byte("sealed")),
		EventSeq: 48211, Operators: map[string]string{"B-17": "Sample Operator"}}
}

func written(t testing.TB, write func(io.Writer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// pageTexts reads our own papers back; they may have more pages than a label.
func pageTexts(t *testing.T, document []byte) []string {
	t.Helper()
	var texts []string
	err := shared.use(context.Background(), func(pdf pdfium.Pdfium) error {
		doc, err := pdf.OpenDocument(&requests.OpenDocument{File: &document})
		if err != nil {
			return err
		}
		count, err := pdf.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
		if err != nil {
			return err
		}
		for i := range count.PageCount {
			text, err := pdf.GetPageText(&requests.GetPageText{Page: requests.Page{ByIndex: &requests.PageByIndex{Document: doc.Document, Index: i}}})
			if err != nil {
				return err
			}
			texts = append(texts, text.Text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestManifestListsEveryParcelOnceAndPagesAreNumbered(t *testing.T) {
	m := sampleManifest(500)
	texts := pageTexts(t, written(t, func(w io.Writer) error { return ManifestPDF(w, m, sampleExtra()) }))
	if len(texts) < 10 {
		t.Fatalf("got %d pages for 500 parcels", len(texts))
	}
	all := strings.Join(texts, "\n")
	for _, p := range m.Parcels {
		if n := strings.Count(all, string(p.Tracking)); n != 1 {
			t.Fatalf("%s stands %d times on the manifest, want once", p.Tracking, n)
		}
	}
	for i, text := range texts {
		for _, want := range []string{fmt.Sprintf("Page %d of %d", i+1, len(texts)), string(m.ID), string(sampleExtra().EventHash)} {
			if !strings.Contains(text, want) {
				t.Errorf("page %d does not say %q", i+1, want)
			}
		}
	}
	last := texts[len(texts)-1]
	for _, want := range []string{"Driver", "Left off, not handed over: 1"} {
		if !strings.Contains(all, want) {
			t.Errorf("the manifest does not say %q", want)
		}
	}
	if !strings.Contains(last, "Signature") || !strings.Contains(last, "499 parcels") {
		t.Error("the last page has no signature lines with the count")
	}
	for _, want := range []string{"2026-11-21 13:02:11 UTC", "2026-11-21 05:02:11 PST", "16:02:19 UTC", "Sample Operator (B-17)", "USPS Ground Advantage", "SEALED"} {
		if !strings.Contains(texts[0], want) {
			t.Errorf("the first page does not say %q", want)
		}
	}
}

func TestManifestBytesDependOnItsContentOnly(t *testing.T) {
	first := written(t, func(w io.Writer) error { return ManifestPDF(w, sampleManifest(120), sampleExtra()) })
	for range 5 {
		if again := written(t, func(w io.Writer) error { return ManifestPDF(w, sampleManifest(120), sampleExtra()) }); !bytes.Equal(first, again) {
			t.Fatal("the same manifest made different bytes")
		}
	}
	m := sampleManifest(120)
	m.Parcels[3].WeightG++
	if other := written(t, func(w io.Writer) error { return ManifestPDF(w, m, sampleExtra()) }); bytes.Equal(first, other) {
		t.Fatal("another weight made the same bytes")
	}
}

func TestManifestSaysThatItIsOpenAndCannotShowEveryScript(t *testing.T) {
	m := sampleManifest(0)
	m.SealedAt, m.SealedBy, m.Carrier = time.Time{}, "", "ไปรษณีย์ไทย"
	text := strings.Join(pageTexts(t, written(t, func(w io.Writer) error { return ManifestPDF(w, m, ManifestExtra{}) })), "")
	if !strings.Contains(text, "NOT SEALED") || !strings.Contains(text, "????") {
		t.Errorf("got %q", text)
	}
}

func TestCommandSheetCarriesEveryCommandReadably(t *testing.T) {
	names := SheetNames{Boxes: map[string]string{"S1": "Small"}, Badges: map[string]string{"B-17": "Sample Operator"}, Supervisors: map[string]string{"B-90": "Sample Supervisor"},
		Carriers: []string{"USPS Ground Advantage"}}
	sheet := written(t, func(w io.Writer) error { return CommandSheet(w, names) })
	pages, err := shared.Raster(t.Context(), sheet, fulfillment.Media{DPI: 300, WidthMM: 210, HeightMM: 297})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for i, page := range pages {
		read := Decode(page.Bitmap)
		slices.Sort(read)
		own := slices.Equal(read, []string{"PB:CONFIRM:ADDRESS", "PB:CONFIRM:NUMBER", "PB:CONFIRM:READER", "PB:USER:B-90"}) && strings.Contains(page.Text, "do not leave at the bench")
		if last := i == len(pages)-1; own != last {
			t.Errorf("page %d: the supervisors' badges stand alone: %v, on the last page: %v", i+1, own, last)
		}
		codes = append(codes, Decode(page.Bitmap)...)
		for _, s := range zbar(t, Preview(page.Bitmap)) {
			if !slices.Contains(codes, s) {
				t.Errorf("zbar reads %q, this program does not", s)
			}
		}
	}
	want := strings.Fields(`PB:UNDO PB:TARE PB:SKIP PB:HOLD PB:SHORT PB:REPRINT PB:REPRINT:SPOILED PB:CONFIRM:ADDRESS PB:CONFIRM:NUMBER PB:CONFIRM:READER PB:REPRINT:UNREADABLE PB:REPRINT:LOST PB:NEXTBOX PB:FINISH PB:PHOTO PB:SEAL PB:MODE:PACK
		PB:MODE:HANDOFF PB:BOX:S1 PB:USER:B-17 PB:USER:B-90 PB:CARRIER:USPSGROUNDADVANTAGE`)
	want = append(want, LayoutCode)
	slices.Sort(want)
	slices.Sort(codes)
	if !slices.Equal(codes, want) {
		t.Errorf("got %q, want %q", codes, want)
	}
	for _, code := range codes {
		if _, _, ok := fulfillment.ParseCommand(code); !ok && code != LayoutCode { // which is for the scanners' drivers
			t.Errorf("the program does not understand %q from its own sheet", code)
		}
	}
}

func TestCommandSheetRefusesWhatNoBarcodeCarries(t *testing.T) {
	for _, badge := range []string{"ß→", strings.Repeat("x", 70)} {
		if err := CommandSheet(io.Discard, SheetNames{Badges: map[string]string{badge: "Sample"}}); err == nil {
			t.Errorf("badge %q was drawn", badge)
		}
	}
}

func TestOrderSlipIsReadable(t *testing.T) {
	slip := OrderSlip{Order: "576461413038785752", Station: "PACK-01", Carrier: "USPS", Items: 3, ShipBy: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	pages, err := shared.Raster(t.Context(), written(t, slip.Write), fulfillment.Media{DPI: 203, WidthMM: 100, HeightMM: 62})
	if err != nil {
		t.Fatal(err)
	}
	if got := Decode(pages[0].Bitmap); !slices.Equal(got, []string{"576461413038785752"}) {
		t.Errorf("got %q", got)
	}
	if !strings.Contains(pages[0].Text, "Ship by 2026-11-23 08:00 UTC") {
		t.Errorf("got %q", pages[0].Text)
	}
}

func TestTestLabelIsFramedAndReadable(t *testing.T) {
	for _, media := range []fulfillment.Media{stock203, stock300, {DPI: 203, WidthMM: 57, HeightMM: 80}, {DPI: 600, WidthMM: 100, HeightMM: 150}, {DPI: 203, WidthMM: 20, HeightMM: 10}} {
		b := TestLabel(media)
		w, h := media.Dots()
		if b.W != w || b.H != h {
			t.Fatalf("%v: got %d × %d dots", media, b.W, b.H)
		}
		if _, err := UnmarshalBitmap(MarshalBitmap(b)); err != nil {
			t.Errorf("%v: %v", media, err)
		}
		for _, p := range [][2]int{{0, 0}, {w - 1, 0}, {0, h - 1}, {w - 1, h - 1}, {w / 2, 0}, {0, h / 2}, {w - 1, h / 2}, {w / 2, h - 1}} {
			if !b.Black(p[0], p[1]) {
				t.Errorf("%v: the frame is white at %v", media, p)
			}
		}
		if media.WidthMM >= 57 && !slices.Contains(Decode(b), TestLabelCode) {
			t.Errorf("%v: read %q", media, Decode(b))
		}
	}
}

func TestCalibrationLabelIsReadable(t *testing.T) {
	for _, media := range []fulfillment.Media{stock203, stock300, {DPI: 203, WidthMM: 57, HeightMM: 40}, {DPI: 203, WidthMM: 10, HeightMM: 10}} {
		b := CalibrationLabel(media)
		checkStock(t, b, media)
		var want []string
		if media.WidthMM >= 100 {
			for n := 2; n <= 4; n++ {
				want = append(want, CalibrationCode(n, false), CalibrationCode(n, true))
			}
		}
		got := Decode(b)
		if missing, extra := differ(want, got); media.WidthMM >= 100 && len(missing)+len(extra) > 0 {
			t.Errorf("%v: not read %q, read %q", media, missing, extra)
		}
		if missing, extra := differ(want, zbar(t, Preview(b))); media == stock203 && len(missing)+len(extra) > 0 {
			t.Errorf("%v: zbar does not read %q, and reads %q", media, missing, extra)
		}
	}
}

// TestPapersToFolder writes the papers for a person to look at: PACKBENCH_PAPERS=DIR go test -run PapersToFolder.
func TestPapersToFolder(t *testing.T) {
	dir := os.Getenv("PACKBENCH_PAPERS")
	if dir == "" {
		t.Skip("PACKBENCH_PAPERS names no folder")
	}
	for name, data := range map[string][]byte{
		"manifest.pdf":    written(t, func(w io.Writer) error { return ManifestPDF(w, sampleManifest(60), sampleExtra()) }),
		"commands.pdf":    written(t, func(w io.Writer) error { return CommandSheet(w, SheetNames{}) }),
		"slip.pdf":        written(t, OrderSlip{Order: "576461413038785752", Items: 3}.Write),
		"test.png":        pngOf(t, Preview(TestLabel(stock203))),
		"calibration.png": pngOf(t, Preview(CalibrationLabel(stock203))),
	} {
		if err := os.WriteFile(dir+"/"+name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
