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

func TestManifestSaysThatItIsOpen(t *testing.T) {
	m := sampleManifest(0)
	m.SealedAt, m.SealedBy = time.Time{}, ""
	text := strings.Join(pageTexts(t, written(t, func(w io.Writer) error { return ManifestPDF(w, m, ManifestExtra{}) })), "")
	if !strings.Contains(text, "NOT SEALED") {
		t.Errorf("got %q", text)
	}
}

// Names in every script stand on the papers as they are: drawn with a font that has them, and found as text; without one
// their letters stand by number, and the sheet says so. The same content makes the same bytes.
func TestPapersInManyScripts(t *testing.T) {
	letters := typesetter(t, notoFonts(t, "NotoSans-Regular.ttf", "NotoSansThai-Regular.ttf", "NotoSansArabic-Regular.ttf", "NotoSansCJK-Regular.ttc")...)
	const thai, vietnamese, arabic, chinese = "ไปรษณีย์ไทย", "Giao Hàng Tiết Kiệm ễ", "البريد", "顺丰速运"
	m := sampleManifest(3)
	m.Carrier, m.SealedBy, m.Station = thai, vietnamese, chinese
	m.Parcels[0].Tracking = arabic
	for name, write := range map[string]func(*Typesetter) func(io.Writer) error{
		"manifest": func(l *Typesetter) func(io.Writer) error {
			extra := sampleExtra()
			extra.Letters = l
			extra.Unpacked = map[fulfillment.PackageID]Unpacked{m.Parcels[1].PackageID: {By: thai, Units: 2}}
			return func(w io.Writer) error { return ManifestPDF(w, m, extra) }
		},
		"command sheet": func(l *Typesetter) func(io.Writer) error {
			return func(w io.Writer) error {
				return CommandSheet(w, SheetNames{Badges: map[string]string{"B-1": thai, "B-2": chinese}, Boxes: map[string]string{"S": vietnamese, "M": arabic}, Letters: l})
			}
		},
		"slip": func(l *Typesetter) func(io.Writer) error {
			return func(w io.Writer) error {
				return OrderSlips(w, []OrderSlip{{Order: "1", Carrier: thai, Station: chinese, Lines: []SlipLine{{"A", vietnamese, thai, 1, ""}, {"B", arabic, chinese, 1, ""}}}}, l)
			}
		},
	} {
		document := written(t, write(letters))
		if again := written(t, write(letters)); !bytes.Equal(document, again) {
			t.Errorf("%s: the same content made different bytes", name)
		}
		text := strings.Join(pageTexts(t, document), "\n")
		for _, want := range []string{thai, vietnamese, chinese} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not found in its text", name, want)
			}
		}
		if strings.Contains(text, "??") {
			t.Errorf("%s has letters replaced", name)
		}
		bare := strings.Join(pageTexts(t, written(t, write(nil))), "\n")
		if !strings.Contains(bare, "[U+0E23]") || !strings.Contains(bare, "no font for it (") || !strings.Contains(bare, "Thai") {
			t.Errorf("%s without fonts: %q", name, bare)
		}
		if dir := os.Getenv("PACKBENCH_PAPERS"); dir != "" {
			if err := os.WriteFile(dir+"/scripts-"+name+".pdf", document, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The letters are really drawn: ink where the name stands, another for another name.
func TestOutlinesAreDrawn(t *testing.T) {
	letters := typesetter(t, notoFonts(t, "NotoSansThai-Regular.ttf")...)
	draw := func(name string) fulfillment.Bitmap {
		p := newPaper(100, 20, "x", documentEpoch, letters)
		p.AddPage()
		p.write(5, 12, 90, fontText, "", 20, name)
		pages, err := shared.Raster(t.Context(), written(t, func(w io.Writer) error { return p.finish(w, "x") }), fulfillment.Media{DPI: 203, WidthMM: 100, HeightMM: 20})
		if err != nil {
			t.Fatal(err)
		}
		return pages[0].Bitmap
	}
	one, other := draw("ที่ชื่อ"), draw("ทชอ")
	ink := tighten(one, box{0, 0, one.W, one.H})
	if ink.x1-ink.x0 < 60 || ink.x1-ink.x0 > 250 || ink.y1-ink.y0 < 30 {
		t.Errorf("ink in %+v", ink)
	}
	if plain := tighten(other, box{0, 0, other.W, other.H}); plain.y0 <= ink.y0 || plain.x1 != ink.x1 {
		t.Errorf("marks do not stand over their letters: %+v, without marks %+v", ink, plain)
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

func sampleSlip() OrderSlip {
	return OrderSlip{Order: "576461413038785752", Station: "PACK-01", Carrier: "USPS", ShipBy: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC),
		Lines: []SlipLine{{"MUG-BLUE", "Mug, blue", "", 2, ""}, {"SET-TEA", strings.Repeat("Tea towel of linen, washed, ", 5), "", 1, "SET"}}}
}

func TestOrderSlipIsReadable(t *testing.T) {
	long := sampleSlip()
	long.Order = "576461413038785999"
	for i := range 20 {
		long.Lines = append(long.Lines, SlipLine{fulfillment.SKU(fmt.Sprint("SKU-", i)), "Thing", "", i + 1, ""})
	}
	document := written(t, func(w io.Writer) error { return OrderSlips(w, []OrderSlip{sampleSlip(), long}, nil) })
	pages, err := shared.Raster(t.Context(), document, fulfillment.Media{DPI: 203, WidthMM: 100, HeightMM: 150})
	if err != nil || len(pages) != 4 {
		t.Fatal(len(pages), err)
	}
	if got := Decode(pages[0].Bitmap); !slices.Equal(got, []string{"576461413038785752"}) {
		t.Errorf("got %q", got)
	}
	if got := zbar(t, Preview(pages[1].Bitmap)); !slices.Equal(got, []string{"576461413038785999"}) {
		t.Errorf("zbar read %q", got)
	}
	for _, want := range []string{"Ship by 2026-11-23 08:00 UTC", "Items: 3", "2 ×", "MUG-BLUE", "Mug, blue", "part of SET", "Carrier: USPS"} {
		if !strings.Contains(pages[0].Text, want) {
			t.Errorf("the first slip does not say %q", want)
		}
	}
	all := pages[1].Text + pages[2].Text + pages[3].Text
	for i := range 20 {
		if n := strings.Count(all, fmt.Sprintf("SKU-%d\r", i)) + strings.Count(all, fmt.Sprintf("SKU-%d\n", i)); n != 1 {
			t.Errorf("SKU-%d stands %d times on the slip", i, n)
		}
	}
	if err := OrderSlips(io.Discard, nil, nil); err == nil {
		t.Error("no order, and a slip")
	}
}

// Two shirts differ in nothing but the variant: it stands below the name, in full where two lines hold it, and cut where they do not.
func TestOrderSlipShowsTheVariant(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("Forest green, size XL, ", 4))
	huge := "Begins so " + strings.Repeat("and goes on ", 400) + "and never ends"
	solid := strings.Repeat("寬", 60)
	slip := OrderSlip{Order: "1002", Lines: []SlipLine{{"TEE-RED", "T-shirt", "Red / L", 1, ""}, {"TEE-GREEN", "T-shirt", long, 1, ""}, {"TEE-ANY", "T-shirt", huge, 1, ""},
		{"TEE-ONE", "T-shirt of one kind", "", 1, ""}, {"TEE-ODD", "T-shirt", "Unicorn 🦄 / L", 1, ""}, {"TEE-WIDE", "T-shirt", solid, 1, ""}}}
	letters := typesetter(t, notoFonts(t, "NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc")...)
	pages := pageTexts(t, written(t, func(w io.Writer) error { return OrderSlips(w, []OrderSlip{slip}, letters) }))
	text := strings.Join(strings.Fields(strings.Join(pages, " ")), " ")
	for _, want := range []string{"T-shirt Red / L", "T-shirt " + long, "Begins so and goes on", "Unicorn [U+1F984] / L", "[U+1F984]: this computer has no font", "T-shirt of one kind"} {
		if !strings.Contains(text, want) {
			t.Errorf("the slip does not say %q: %q", want, text)
		}
	}
	if n := strings.Count(text, "goes on"); strings.Contains(text, "never ends") || n < 4 || n > 14 || strings.Count(text, "寬") < 30 {
		t.Errorf("two lines of a long variant hold %d repeats: %q", n, text)
	}
}

// Rows with a variant are higher: none is written over the foot of a page, and none is lost.
func TestOrderSlipTurnsThePageForVariants(t *testing.T) {
	slip := OrderSlip{Order: "1003"}
	for i := range 20 {
		slip.Lines = append(slip.Lines, SlipLine{fulfillment.SKU(fmt.Sprint("SKU-", i)), "Thing", fmt.Sprintf("kind %d, %s", i, strings.Repeat("long ", i*2)), 1, ""})
	}
	texts := pageTexts(t, written(t, func(w io.Writer) error { return OrderSlips(w, []OrderSlip{slip}, nil) }))
	all := strings.Join(texts, "\n")
	for i := range 20 {
		if strings.Count(all, fmt.Sprintf("kind %d,", i)) != 1 {
			t.Errorf("variant %d does not stand once on %d pages", i, len(texts))
		}
	}
	if len(texts) < 3 || !strings.Contains(texts[0], "more on the next page") {
		t.Errorf("%d pages, the first: %q", len(texts), texts[0])
	}
}

// A carrier, station or order number that the paper cannot show costs its own field and no other slip, and the slip says it.
func TestOneOddFieldCostsNoOtherSlip(t *testing.T) {
	plain := sampleSlip()
	carrier, station, number := plain, plain, plain
	carrier.Carrier, station.Station, number.Order = "Post 🦄", "BENCH-🦄", "ß→"
	document := written(t, func(w io.Writer) error {
		return OrderSlips(w, []OrderSlip{carrier, plain, station, number, plain}, typesetter(t))
	})
	pages, err := shared.Raster(t.Context(), document, fulfillment.Media{DPI: 203, WidthMM: 100, HeightMM: 150})
	if err != nil || len(pages) != 5 {
		t.Fatal(len(pages), err)
	}
	const lacks = "[U+1F984]: this computer has no font for it (Common)"
	for i, want := range [][]string{{"Carrier: Post [U+1F984]", lacks}, {"Carrier: USPS"}, {"Station: BENCH-[U+1F984]", lacks}, {"No barcode carries this order number"}, {"Carrier: USPS"}} {
		for _, w := range want {
			if !strings.Contains(pages[i].Text, w) {
				t.Errorf("slip %d does not say %q: %q", i+1, w, pages[i].Text)
			}
		}
		if plain := len(want) == 1; plain && strings.Contains(pages[i].Text, "no font") {
			t.Errorf("slip %d speaks of another's letter", i+1)
		}
	}
}

// A letter that no font has, in a name or SKU, costs neither this slip nor those made with it.
func TestOrderSlipWithoutAFontForTheName(t *testing.T) {
	odd := OrderSlip{Order: "1001", Lines: []SlipLine{{"MUG-1", "Mug 🦄 with ❤️", "", 1, ""}, {"MUG-🦄", "Mug", "", 2, ""}, {"PLAIN", "Plate", "", 3, "SET-🦄"}}}
	for _, letters := range []*Typesetter{nil, typesetter(t)} {
		document := written(t, func(w io.Writer) error { return OrderSlips(w, []OrderSlip{sampleSlip(), odd, sampleSlip()}, letters) })
		pages, err := shared.Raster(t.Context(), document, fulfillment.Media{DPI: 203, WidthMM: 100, HeightMM: 150})
		if err != nil || len(pages) != 3 {
			t.Fatal(len(pages), err)
		}
		for _, want := range []string{"MUG-1", "go by the SKU", "MUG-[U+1F984]", "Plate", "part of SET-[U+1F984]"} {
			if !strings.Contains(pages[1].Text, want) {
				t.Errorf("the slip does not say %q: %q", want, pages[1].Text)
			}
		}
		if n := strings.Count(pages[1].Text, "go by the SKU"); n != 1 || !strings.Contains(pages[2].Text, "Mug, blue") {
			t.Errorf("%d notes; the slip after it: %q", n, pages[2].Text)
		}
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
		"slip.pdf":        written(t, func(w io.Writer) error { return OrderSlips(w, []OrderSlip{sampleSlip()}, nil) }),
		"test.png":        pngOf(t, Preview(TestLabel(stock203))),
		"calibration.png": pngOf(t, Preview(CalibrationLabel(stock203))),
	} {
		if err := os.WriteFile(dir+"/"+name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheManifestSaysSinceWhenItIsUnchecked(t *testing.T) {
	for _, since := range []time.Time{{}, time.Date(2026, 11, 21, 15, 41, 0, 0, time.UTC)} {
		extra := sampleExtra()
		extra.Unchecked = since
		text := strings.Join(pageTexts(t, written(t, func(w io.Writer) error { return ManifestPDF(w, sampleManifest(3), extra) })), "\n")
		if said := strings.Contains(text, "Unchecked since") && strings.Contains(text, "15:41:00 UTC"); said == since.IsZero() {
			t.Errorf("unchecked since %v: the paper says it: %v", since, said)
		}
	}
}
