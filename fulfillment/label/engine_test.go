package label

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/fulfillment"
)

// heavyPDF takes PDFium far longer than a label: a few kilobytes that unpack to a million curves across the page.
func heavyPDF(t testing.TB) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := z.Write(bytes.Repeat([]byte("9 w 0 0 m 900 430 -600 430 288 0 c S\n"), 1_000_000)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, "%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"+
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 4 0 R>>endobj\n"+
		"4 0 obj<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n", packed.Len(), packed.Bytes())
}

func TestADocumentThatHangsIsAbandonedAndTheNextOneIsProved(t *testing.T) {
	heavy := heavyPDF(t)
	e := NewEngine(Options{CacheDir: cacheDir, Timeout: 400 * time.Millisecond})
	defer e.Close()
	if err := e.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	proof, _, err := e.Prove(t.Context(), heavy, fulfillment.Shipment{Tracking: upsNumber}, stock203)
	if err != nil || proof.Verdict != fulfillment.LabelRefuse || !strings.Contains(proof.Reason, "takes longer than 400ms") {
		t.Fatalf("got %q %q %v after %s", proof.Verdict, proof.Reason, err, time.Since(began))
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("abandoned only after %s", took)
	}
	e.opts.Timeout = DefaultTimeout
	proof, _, err = e.Prove(t.Context(), carrierSheet(upsNumber).pdf(t), fulfillment.Shipment{Tracking: upsNumber}, stock203)
	if err != nil || proof.Verdict != fulfillment.LabelPrint {
		t.Fatalf("the next label: got %q %q %v", proof.Verdict, proof.Reason, err)
	}
	if n := e.starts.Load(); n != 2 {
		t.Errorf("PDFium was started %d times, want twice", n)
	}
}

func TestACallerWhoGivesUpGetsTheContextsError(t *testing.T) {
	heavy := heavyPDF(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := shared.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := shared.Prove(ctx, heavy, fulfillment.Shipment{Tracking: upsNumber}, stock203); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	if proof, _ := prove(t, carrierSheet(upsNumber).pdf(t), upsNumber, stock203); proof.Verdict != fulfillment.LabelPrint {
		t.Errorf("afterwards: got %q %q", proof.Verdict, proof.Reason)
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	numbers := []string{upsNumber, otherNumber, "7654321012", "JX1234567890"}
	documents := make([][]byte, len(numbers))
	for i, n := range numbers {
		documents[i] = bars("code128", n).pdf(t)
	}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			proof, _, err := shared.Prove(t.Context(), documents[i%4], fulfillment.Shipment{Tracking: fulfillment.Tracking(numbers[i%4])}, stock203)
			if err != nil || proof.Verdict != fulfillment.LabelPrint {
				t.Errorf("got %q %q %v", proof.Verdict, proof.Reason, err)
			}
		})
	}
	wg.Wait()
}

func TestClose(t *testing.T) {
	e := NewEngine(Options{})
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.Warm(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
	if _, _, err := e.Prove(t.Context(), carrierSheet(upsNumber).pdf(t), fulfillment.Shipment{Tracking: upsNumber}, stock203); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestADamagedCacheStopsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles PDFium anew")
	}
	if err := shared.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(cacheDir)); err != nil {
		t.Fatal(err)
	}
	damaged, whole := "", 0
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || len(data) < 1<<20 {
			return err
		}
		damaged, whole = path, len(data)
		return os.WriteFile(path, data[:len(data)/2], 0o600)
	})
	if err != nil || damaged == "" {
		t.Fatalf("nothing was damaged: %v", err)
	}
	e := NewEngine(Options{CacheDir: dir})
	defer e.Close()
	proof, _, err := e.Prove(t.Context(), carrierSheet(upsNumber).pdf(t), fulfillment.Shipment{Tracking: upsNumber}, stock203)
	if err != nil || proof.Verdict != fulfillment.LabelPrint {
		t.Errorf("got %q %q %v", proof.Verdict, proof.Reason, err)
	}
	if mended, err := os.ReadFile(damaged); err != nil || len(mended) != whole {
		t.Errorf("the cache was not mended: %d of %d bytes, %v", len(mended), whole, err)
	}
}

// The same document must make the same dots, whatever was drawn before it.
func TestADocumentDoesNotChangeTheNextOne(t *testing.T) {
	document := carrierSheet(upsNumber).pdf(t)
	_, want := prove(t, document, upsNumber, stock203)
	for _, other := range [][]byte{document[:900], sheet{w: 102, h: 152, password: "secret"}.pdf(t), bars("qr", "JX1234567890").pdf(t)} {
		prove(t, other, upsNumber, stock203)
		if _, again := prove(t, document, upsNumber, stock203); !bytes.Equal(again.Bits, want.Bits) {
			t.Fatal("the bitmap changed")
		}
	}
}

func FuzzProve(f *testing.F) {
	if err := shared.Warm(context.Background()); err != nil { // else the compilation counts as an input that hangs
		f.Fatal(err)
	}
	small := sheet{w: 60, h: 40, elements: []element{{kind: "text", text: "SAMPLE", x: 5, y: 10}}}.pdf(f)
	f.Add(small)
	f.Add(small[:len(small)/2])
	for _, at := range []int{100, 300, 600, len(small) - 40} {
		changed := bytes.Clone(small)
		copy(changed[at:], "9999999999")
		f.Add(changed)
	}
	f.Add([]byte("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj trailer<</Root 1 0 R>>"))
	f.Add(append(bytes.Clone(pngMagic), 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0xff, 0xff, 0xff, 0xff))
	f.Add([]byte("^XA^XZ"))
	f.Fuzz(func(t *testing.T, document []byte) {
		proof, bitmap, err := shared.Prove(context.Background(), document, fulfillment.Shipment{Tracking: upsNumber}, fulfillment.Media{DPI: 203, WidthMM: 60, HeightMM: 40})
		if err != nil {
			t.Fatal(err)
		}
		if proof.Verdict == fulfillment.LabelPrint || proof.Reason == "" || strings.ContainsAny(proof.Reason, "\n\x00") {
			t.Fatalf("got %q %q", proof.Verdict, proof.Reason)
		}
		if bitmap.Bits != nil {
			if _, err := UnmarshalBitmap(MarshalBitmap(bitmap)); err != nil {
				t.Fatal(err)
			}
		}
	})
}
