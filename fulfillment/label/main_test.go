package label

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/datamatrix"
	"github.com/boombuler/barcode/qr"

	"packbench/assets"
	"packbench/fulfillment"
	"packbench/fulfillment/policy"
)

// shared is the one engine of the test binary: PDFium is compiled once into cacheDir.
var (
	shared   *Engine
	cacheDir string
	carriers = mustCarriers()
)

func mustCarriers() *Carriers {
	c, err := ReadCarriers(assets.CarrierRules)
	if err != nil {
		panic(err)
	}
	return c
}

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := firstLabelMain(dir, os.Getenv(childDocuments)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	dir, err := os.MkdirTemp("", "pdfium-cache")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	cacheDir = dir
	// The race detector makes drawing many times slower, and the tests of the time limit have engines of their own.
	rules, err := policy.ReadLabelRules(assets.LabelRules)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	shared = NewEngine(Options{CacheDir: dir, Timeout: time.Minute, Rules: rules, Market: "VN", Carriers: carriers})
	code := m.Run()
	if err := shared.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

var (
	stock203 = fulfillment.Media{DPI: 203, WidthMM: 102, HeightMM: 152}
	stock300 = fulfillment.Media{DPI: 300, WidthMM: 102, HeightMM: 152}
)

const (
	upsNumber   = "1Z999AA10123456784"
	otherNumber = "1Z999AA10123456793"
	uspsNumber  = "9205590164917312751089"
)

// element is something drawn on a made-up label, in millimetres.
type element struct {
	kind       string // code128 qr datamatrix text
	text       string
	x, y, w, h float64
	vertical   bool
}

// sheet is a made-up label.
type sheet struct {
	w, h     float64 // mm
	elements []element
	rotate   int // /Rotate of the page
	crop     []float64
	password string
	pages    int // further blank pages
}

func carrierSheet(number string) sheet {
	return sheet{w: 101.6, h: 152.4, elements: []element{
		{kind: "text", text: "SHIP TO: SAMPLE PERSON, 1 EXAMPLE STREET, SAMPLETOWN 45999", x: 5, y: 10},
		{kind: "code128", text: "42045999", x: 8, y: 30, w: 50, h: 18},
		{kind: "code128", text: number, x: 8, y: 70, w: 86, h: 28},
		{kind: "text", text: "TRACKING #: " + number, x: 5, y: 105},
		{kind: "text", text: "UPS GROUND  www.ups.com", x: 5, y: 64},
	}}
}

func (s sheet) pdf(t testing.TB) []byte {
	t.Helper()
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: s.w, Ht: s.h}})
	if s.password != "" {
		pdf.SetProtection(0, s.password, "owner")
	}
	if s.crop != nil {
		pdf.SetPageBox("CropBox", s.crop[0], s.crop[1], s.crop[2], s.crop[3])
	}
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.AddPageFormat("P", fpdf.SizeType{Wd: s.w, Ht: s.h})
	pdf.SetFont("Helvetica", "", 8)
	for i, e := range s.elements {
		switch {
		case e.kind == "text":
			pdf.Text(e.x, e.y, e.text)
		case e.kind == "image":
			name := fmt.Sprint("scan", i)
			pdf.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "PNG"}, strings.NewReader(e.text))
			pdf.ImageOptions(name, e.x, e.y, e.w, e.h, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
		default:
			drawSymbol(t, pdf, e)
		}
	}
	for range s.pages {
		pdf.AddPage()
	}
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		t.Fatal(err)
	}
	data := out.Bytes()
	if s.rotate != 0 {
		// fpdf has no /Rotate of its own; readers repair the offsets that this insertion moves.
		data = bytes.Replace(data, []byte("/Type /Page\n"), []byte(fmt.Sprintf("/Type /Page\n/Rotate %d\n", s.rotate)), 1)
		if !bytes.Contains(data, []byte("/Rotate")) {
			t.Fatal("no page object to turn")
		}
	}
	return data
}

func symbol(t testing.TB, kind, text string) barcode.Barcode {
	t.Helper()
	var code barcode.Barcode
	var err error
	switch kind {
	case "code128":
		code, err = code128.Encode(text)
	case "qr":
		code, err = qr.Encode(text, qr.M, qr.Auto)
	case "datamatrix":
		code, err = datamatrix.Encode(text)
	default:
		t.Fatalf("no such symbol %q", kind)
	}
	if err != nil {
		t.Fatalf("encoding %q: %v", text, err)
	}
	return code
}

func drawSymbol(t testing.TB, pdf *fpdf.Fpdf, e element) {
	code := symbol(t, e.kind, e.text)
	b := code.Bounds()
	pdf.SetFillColor(0, 0, 0)
	mx, my := e.w/float64(b.Dx()), e.h/float64(b.Dy())
	for y := range b.Dy() {
		for x := range b.Dx() {
			if r, _, _, _ := code.At(b.Min.X+x, b.Min.Y+y).RGBA(); r > 0x7fff {
				continue
			}
			if e.vertical {
				pdf.Rect(e.x+float64(y)*my, e.y+float64(x)*mx, my, mx, "F")
			} else {
				pdf.Rect(e.x+float64(x)*mx, e.y+float64(y)*my, mx, my, "F")
			}
		}
	}
}

func prove(t testing.TB, document []byte, tracking string, media fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap) {
	t.Helper()
	proof, bitmap, err := shared.Prove(context.Background(), document, fulfillment.Shipment{Tracking: fulfillment.Tracking(tracking)}, media)
	if err != nil {
		t.Fatal(err)
	}
	return proof, bitmap
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func tempFile(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := t.TempDir() + "/" + name
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// zbar is the second opinion on barcodes. CI installs it; elsewhere the comparison is skipped and said so.
func zbar(t testing.TB, img image.Image) []string {
	t.Helper()
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Skip("zbarimg is not installed: the second reader is not asked")
	}
	out, err := exec.Command("zbarimg", "--quiet", "--raw", tempFile(t, "label.png", pngOf(t, img))).Output()
	if exit, ok := err.(*exec.ExitError); ok && exit.ExitCode() == 4 {
		return nil // nothing found
	}
	if err != nil {
		t.Fatalf("zbarimg: %v", err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func fmtInt(n int) string { return fmt.Sprint(n) }

// pbm reads a raw portable bitmap; its bits are as ours.
func pbm(t testing.TB, data []byte) fulfillment.Bitmap {
	t.Helper()
	var w, h int
	head := data[:min(len(data), 64)]
	if _, err := fmt.Sscanf(string(head), "P4\n%d %d\n", &w, &h); err != nil {
		t.Fatalf("not a bitmap: %q", head)
	}
	b := fulfillment.NewBitmap(w, h, 0)
	copy(b.Bits, data[len(data)-len(b.Bits):])
	return b
}
