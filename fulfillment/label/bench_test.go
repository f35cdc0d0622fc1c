package label

import (
	"fmt"
	"io"
	"os/exec"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"packbench/fulfillment"
)

// BenchmarkRaster compares a page with poppler's pdftoppm, which draws many pages in one process so that its start does
// not count. The ratio is ours to its; below 1 is faster.
func BenchmarkRaster(b *testing.B) {
	const pages = 40
	document := carrierSheet(upsNumber).pdf(b)
	for _, media := range []fulfillment.Media{stock203, stock300} {
		b.Run(fmt.Sprintf("%ddpi", media.DPI), func(b *testing.B) {
			prove(b, document, upsNumber, media)
			for b.Loop() {
				if _, err := shared.Raster(b.Context(), document, media); err != nil {
					b.Fatal(err)
				}
			}
			ours := b.Elapsed() / time.Duration(b.N)
			b.StopTimer()
			if _, err := exec.LookPath("pdftoppm"); err != nil {
				return
			}
			path := tempFile(b, "pages.pdf", manyPages(b, pages))
			began := time.Now()
			if err := exec.Command("pdftoppm", "-r", fmt.Sprint(media.DPI), "-mono", path, b.TempDir()+"/p").Run(); err != nil {
				b.Fatal(err)
			}
			theirs := time.Since(began) / pages
			b.ReportMetric(float64(ours)/float64(theirs), "x-pdftoppm")
			b.ReportMetric(float64(theirs.Microseconds())/1000, "pdftoppm-ms/page")
		})
	}
}

func manyPages(b *testing.B, n int) []byte {
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: 101.6, Ht: 152.4}})
	pdf.SetAutoPageBreak(false, 0)
	for range n {
		pdf.AddPage()
		pdf.SetFont("Helvetica", "", 8)
		for _, e := range carrierSheet(upsNumber).elements {
			if e.kind == "text" {
				pdf.Text(e.x, e.y, e.text)
			} else {
				drawSymbol(b, pdf, e)
			}
		}
	}
	return written(b, pdf.Output)
}

// Limits in milliseconds; the benchmarks report how much of them was used. Labels are proved ahead; a packer waits for
// one only where it has just arrived.
const (
	proveLimit  = 1000
	decodeLimit = 150
	cachedLimit = 10
)

func BenchmarkProve(b *testing.B) {
	for _, media := range []fulfillment.Media{stock203, stock300} {
		document := carrierSheet(upsNumber).pdf(b)
		b.Run(fmt.Sprintf("%ddpi", media.DPI), func(b *testing.B) {
			prove(b, document, upsNumber, media)
			for b.Loop() {
				prove(b, document, upsNumber, media)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N)/proveLimit, "of-limit")
		})
		b.Run(fmt.Sprintf("%ddpi-scan", media.DPI), func(b *testing.B) {
			_, bitmap := prove(b, document, upsNumber, stock300)
			scanned := sheet{w: 102, h: 152, elements: []element{{kind: "image", text: string(pngOf(b, scan(bitmap))), w: 102, h: 152}}}.pdf(b)
			for b.Loop() {
				prove(b, scanned, upsNumber, media)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N)/proveLimit, "of-limit")
		})
		b.Run(fmt.Sprintf("%ddpi-decode-everything", media.DPI), func(b *testing.B) {
			_, bitmap := prove(b, document, upsNumber, media)
			for b.Loop() {
				Decode(bitmap)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N)/decodeLimit, "of-limit")
		})
	}
}

func BenchmarkProvedFromTheArchive(b *testing.B) {
	store := newMemory()
	label, err := store.Put(b.Context(), carrierSheet(upsNumber).pdf(b))
	if err != nil {
		b.Fatal(err)
	}
	archive := NewArchive(shared, store, nil)
	for b.Loop() {
		if _, _, err := archive.Proved(b.Context(), label, upsNumber, stock300); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N)/cachedLimit, "of-limit")
}

// BenchmarkFirstLabel is the time from the program's start to the first proved label, with PDFium compiled and not.
func BenchmarkFirstLabel(b *testing.B) {
	document := carrierSheet(upsNumber).pdf(b)
	first := func(b *testing.B, dir string) {
		e := NewEngine(Options{CacheDir: dir})
		defer e.Close()
		if _, _, err := e.Prove(b.Context(), document, upsNumber, stock203); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			first(b, b.TempDir())
		}
	})
	b.Run("warm", func(b *testing.B) {
		dir := b.TempDir()
		first(b, dir)
		for b.Loop() {
			first(b, dir)
		}
	})
}

func BenchmarkManifest500(b *testing.B) {
	m := sampleManifest(500)
	for b.Loop() {
		written(b, func(w io.Writer) error { return ManifestPDF(w, m, sampleExtra()) })
	}
}
