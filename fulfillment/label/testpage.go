package label

import "io"

// The test page's frame, in mm: it lies inside what every office printer can print, on A4 (210 × 297) and on Letter (216 × 279).
const (
	pageWidth, pageHeight = 210.0, 279.0
	pageMargin            = 12.0
)

// TestPage writes the page for setting a document printer up: a frame that A4 and Letter both hold, and what to look at. It is of the
// same kind as the slips and manifests that the printer will get. The bytes are always the same.
func TestPage(w io.Writer) error {
	p := newPaper(pageWidth, pageHeight, "Packbench test page", documentEpoch, nil)
	p.AddPage()
	p.SetDrawColor(0, 0, 0)
	p.SetLineWidth(0.6)
	p.Rect(pageMargin, pageMargin, pageWidth-2*pageMargin, pageHeight-2*pageMargin, "D")
	const left = pageMargin + 12
	p.write(left, 40, 0, fontText, "B", 26, "Packbench test page")
	for i, line := range []string{
		"Order slips, manifests and dangerous-goods sheets come out like this page.",
		"The frame must be whole on all four sides.",
		"Every line must be sharp and upright, down to the smallest one.",
		"This bar is 100 mm long when the page is printed at its own size:",
	} {
		p.write(left, 54+float64(i)*8, 0, fontText, "", 12, line)
	}
	p.Rect(left, 84, 100, 6, "F")
	for i, size := range []float64{12, 10, 8, 7, 6} {
		p.write(left, 104+float64(i)*7, 0, fontText, "", size, "ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789")
	}
	if err := drawCode128(p, TestLabelCode, left-4, 142, 120, 18); err != nil {
		return err
	}
	p.write(left, 166, 0, fontText, "", 9, TestLabelCode)
	return p.finish(w, "the test page")
}
