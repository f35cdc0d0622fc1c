package main

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/code128"
)

// benchGoods writes a product, orders of units pieces of it each, and a PDF label for every order. It returns the files
// by the command that imports them.
func benchGoods(b *testing.B, dir string, orders, units int) map[string]string {
	b.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	var list strings.Builder
	list.WriteString("order_id,seller_sku,quantity,carrier,tracking_number,label_file\n")
	for i := range orders {
		if err := labelPDF(filepath.Join(dir, benchTracking(i)+".pdf"), benchTracking(i)); err != nil {
			b.Fatal(err)
		}
		fmt.Fprintf(&list, "%s,MUG,%d,Made-up Carrier,%s,%s.pdf\n", benchOrder(i), units, benchTracking(i), benchTracking(i))
	}
	files := map[string]string{"products": filepath.Join(dir, "products.csv"), "orders": filepath.Join(dir, "orders.csv")}
	for name, text := range map[string]string{"products": "seller_sku,barcode,name\nMUG," + benchItem + ",Mug\n", "orders": list.String()} {
		if err := os.WriteFile(files[name], []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return files
}

const benchItem = "4006381333931"

func benchOrder(i int) string { return fmt.Sprintf("BENCH-%04d", i) }

func benchTracking(i int) string { return fmt.Sprintf("MUC%010dGB", 7_000_000+i) }

// labelPDF writes a label of 100 × 150 mm with a Code 128 whose module is three dots of a 203 dpi printer.
func labelPDF(file, tracking string) error {
	code, err := code128.Encode(tracking)
	if err != nil {
		return err
	}
	const module = 3 * 25.4 / labelDPI
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: 100, Ht: 150}})
	doc.SetAutoPageBreak(false, 0)
	doc.AddPage()
	doc.SetFont("Helvetica", "B", 14)
	doc.Text(8, 15, "Made-up Carrier")
	for i := range 6 {
		doc.Text(8, 30+8*float64(i), "A line of an address that is nobody's")
	}
	bars := code.Bounds()
	left := (100 - module*float64(bars.Dx())) / 2
	for x := bars.Min.X; x < bars.Max.X; x++ {
		if r, _, _, _ := code.At(x, bars.Min.Y).RGBA(); r == 0 {
			doc.Rect(left+module*float64(x-bars.Min.X), 90, module, 30, "F")
		}
	}
	doc.Text(30, 128, tracking)
	return doc.OutputFileAndClose(file)
}

// benchWork is the scans of a packer, order after order: the order, its pieces, the label on the box. When all orders are
// packed it shows them once more, which the bench refuses.
type benchWork struct {
	orders, units int
	at            int
}

// next is a code and the verdict that it must get.
func (w *benchWork) next() (code, verdict string, last bool) {
	step := w.units + 2
	order, piece := w.at/step, w.at%step
	w.at++
	if order >= w.orders {
		return benchOrder(w.at % w.orders), "already_packed", false
	}
	switch {
	case piece == 0:
		return benchOrder(order), "order_opened", false
	case piece < w.units:
		return benchItem, "item_ok", false
	case piece == w.units:
		return benchItem, "item_complete", true
	}
	return benchTracking(order), "applied", false
}

// TestBenchLabelCanBeRead keeps the benchmarks' labels from measuring a bench that refuses them.
func TestBenchLabelCanBeRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "label.pdf")
	if err := labelPDF(file, benchTracking(0)); err != nil {
		t.Fatal(err)
	}
	png := strings.TrimSuffix(file, ".pdf")
	if _, err := command(t.Context(), nil, "pdftoppm", "-r", "203", "-png", "-singlefile", file, png); err != nil {
		t.Skip("pdftoppm is not installed:", err)
	}
	f, err := os.Open(png + ".png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readLabel(t.Context(), img, png+".png"); err != nil || got != benchTracking(0) {
		t.Errorf("got %q, %v, want %q", got, err, benchTracking(0))
	}
}
