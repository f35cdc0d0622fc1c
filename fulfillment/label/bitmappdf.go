package label

import (
	"bytes"
	"image/png"
	"io"

	"codeberg.org/go-pdf/fpdf"

	"packbench/fulfillment"
)

// BitmapPDF writes a bitmap as a PDF page of the stock's size, for a printer of documents. Drawn at the bitmap's own resolution
// it is the same dots; its bytes depend on the bitmap only.
func BitmapPDF(w io.Writer, b fulfillment.Bitmap, media fulfillment.Media) error {
	var picture bytes.Buffer
	if err := png.Encode(&picture, Preview(b)); err != nil {
		return err
	}
	pdf := newPaper(float64(media.WidthMM), float64(media.HeightMM), "Label", documentEpoch, nil)
	pdf.AddPage()
	options := fpdf.ImageOptions{ImageType: "PNG"}
	pdf.RegisterImageOptionsReader("label", options, &picture)
	mm := func(dots int) float64 { return float64(dots) * 25.4 / float64(b.DPI) }
	pdf.ImageOptions("label", 0, 0, mm(b.W), mm(b.H), false, options, 0, "")
	return pdf.finish(w, "the label")
}
