package label

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"runtime"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
)

// pdfOf writes a PDF of the given objects, numbered from 1; the first is the catalog.
func pdfOf(objects ...string) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.7\n")
	var offsets []int
	for i, o := range objects {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	at := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&out, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, at)
	return out.Bytes()
}

func stream(dictionary, data string) string {
	return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", dictionary, len(data), data)
}

func packed(t testing.TB, data []byte) string {
	t.Helper()
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const onePage = "<</Type/Pages/Kids[3 0 R]/Count 1>>"

// hostilePDFs are small files that want much, or lie.
func hostilePDFs(t testing.TB) map[string][]byte {
	page := func(more string) string {
		return "<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 4 0 R" + more + ">>"
	}
	const catalog = "<</Type/Catalog/Pages 2 0 R>>"
	picture := func(w, h, bits int, data []byte) []byte {
		return pdfOf(catalog, onePage, page("/Resources<</XObject<</I 5 0 R>>>>"), stream("", "288 0 0 432 0 0 cm /I Do"),
			stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent %d/ColorSpace/DeviceGray/Filter/FlateDecode", w, h, bits), packed(t, data)))
	}
	// Every form draws the next one ten times: ten to the ninth boxes.
	forms := []string{catalog, onePage, page("/Resources<</XObject<</F 5 0 R>>>>"), stream("", "/F Do")}
	for i := range 9 {
		forms = append(forms, stream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 288 432]/Resources<</XObject<</F %d 0 R>>>>", i+6), strings.Repeat("/F Do ", 10)))
	}
	forms = append(forms, stream("/Type/XObject/Subtype/Form/BBox[0 0 288 432]", "0 0 9 9 re f"))
	pages := "<</Type/Pages/Kids[" + strings.Repeat("3 0 R ", 5000) + "]/Count 5000>>"
	return map[string][]byte{
		"a picture of 400 million dots":     picture(20_000, 20_000, 1, make([]byte, 1<<20)),
		"a picture that says it is larger":  picture(60_000, 60_000, 8, make([]byte, 1000)),
		"forms in forms in forms":           pdfOf(forms...),
		"a form that draws itself":          pdfOf(catalog, onePage, page("/Resources<</XObject<</F 5 0 R>>>>"), stream("", "/F Do"), stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>", "/F Do /F Do")),
		"pages that hold themselves":        pdfOf(catalog, "<</Type/Pages/Kids[2 0 R]/Count 1>>"),
		"five thousand pages":               pdfOf(catalog, pages, page(""), stream("", "")),
		"a page a kilometre wide":           pdfOf(catalog, onePage, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 2834645 9]/Contents 4 0 R>>", stream("", "0 0 9 9 re f")),
		"a page with no extent":             pdfOf(catalog, onePage, "<</Type/Page/Parent 2 0 R/MediaBox[5 5 5 5]/Contents 4 0 R>>", stream("", "")),
		"a stream that unpacks to 100 MB":   pdfOf(catalog, onePage, page(""), stream("/Filter/FlateDecode", packed(t, bytes.Repeat([]byte(" "), 100<<20)))),
		"brackets without end":              pdfOf(catalog, onePage, page(""), stream("", strings.Repeat("[", 2_000_000))),
		"a pattern of a million tiles":      pdfOf(catalog, onePage, page("/Resources<</Pattern<</P 5 0 R>>>>"), stream("", "/Pattern cs /P scn 0 0 288 432 re f"), stream("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 .1 .1]/XStep .1/YStep .1/Resources<<>>", "0 0 .05 .05 re f")),
		"a script that wants to be started": pdfOf("<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(while(1);)>>>>", onePage, page(""), stream("", "")),
	}
}

// A hostile file costs a sentence: no crash, no hang, no memory beyond the limit, and the next label is proved.
func TestHostilePDFsCostASentence(t *testing.T) {
	if testing.Short() {
		t.Skip("several documents are made to reach the time limit")
	}
	e := NewEngine(Options{CacheDir: cacheDir, Timeout: time.Second})
	defer e.Close()
	if err := e.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	good := carrierSheet(upsNumber).pdf(t)
	for name, document := range hostilePDFs(t) {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			proof, _, err := e.Prove(t.Context(), document, fulfillment.Shipment{Tracking: upsNumber}, stock203)
			took := time.Since(began)
			if err != nil || proof.Verdict == fulfillment.LabelPrint || proof.Reason == "" || strings.Contains(proof.Reason, "\n") {
				t.Errorf("got %q %q %v", proof.Verdict, proof.Reason, err)
			}
			t.Logf("%d bytes, %s: %s", len(document), took.Round(time.Millisecond), proof.Reason)
			if took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
	e.opts.Timeout = time.Minute
	if proof, _, err := e.Prove(t.Context(), good, fulfillment.Shipment{Tracking: upsNumber}, stock203); err != nil || proof.Verdict != fulfillment.LabelPrint {
		t.Errorf("the next label: %q %q %v", proof.Verdict, proof.Reason, err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.Sys > 3<<30 {
		t.Errorf("%d MB of memory", m.Sys>>20)
	}
}

// hugePNG says it has so many pixels; its data are few.
func hugePNG(w, h uint32) []byte {
	chunk := func(kind string, data []byte) []byte {
		out := append([]byte{byte(len(data) >> 24), byte(len(data) >> 16), byte(len(data) >> 8), byte(len(data))}, kind...)
		out = append(out, data...)
		sum := crc32.ChecksumIEEE(out[4:])
		return append(out, byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum))
	}
	head := []byte{byte(w >> 24), byte(w >> 16), byte(w >> 8), byte(w), byte(h >> 24), byte(h >> 16), byte(h >> 8), byte(h), 8, 0, 0, 0, 0}
	return append(append(bytes.Clone(pngMagic), chunk("IHDR", head)...), chunk("IEND", nil)...)
}

func FuzzPNG(f *testing.F) {
	grey := image.NewGray(image.Rect(0, 0, 480, 320))
	var out bytes.Buffer
	if err := png.Encode(&out, grey); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add(out.Bytes()[:out.Len()/2])
	f.Add(pngOf(f, Preview(TestLabel(fulfillment.Media{DPI: 203, WidthMM: 60, HeightMM: 40}))))
	f.Add(hugePNG(1<<31-1, 1<<31-1))
	f.Add(hugePNG(40_000, 400))
	f.Add(hugePNG(0, 1))
	f.Fuzz(func(t *testing.T, document []byte) {
		pages, err := drawPNG(document, fulfillment.Media{DPI: 203, WidthMM: 60, HeightMM: 40})
		if err != nil {
			if !IsSentence(err) {
				t.Fatal(err)
			}
			return
		}
		for _, p := range pages {
			if p.Bitmap.W != 480 || p.Bitmap.H != 320 {
				t.Fatalf("%d × %d dots", p.Bitmap.W, p.Bitmap.H)
			}
		}
	})
}

func FuzzPDF(f *testing.F) {
	if err := shared.Warm(context.Background()); err != nil {
		f.Fatal(err)
	}
	small := sheet{w: 60, h: 40, elements: []element{{kind: "code128", text: "AB12", x: 5, y: 10, w: 50, h: 15}}}.pdf(f)
	f.Add(small)
	f.Add(pdfOf("<</Type/Catalog/Pages 2 0 R>>", onePage, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 170 113]/Contents 4 0 R>>", stream("", "0 0 9 9 re f")))
	f.Add(bytes.Replace(small, []byte("/MediaBox"), []byte("/Rotate 7 /MediaBox"), 1))
	f.Fuzz(func(t *testing.T, document []byte) {
		if _, err := shared.drawPages(context.Background(), document, fulfillment.Media{DPI: 203, WidthMM: 60, HeightMM: 40}, MaxPages); err != nil && !IsSentence(err) {
			t.Fatal(err)
		}
	})
}
