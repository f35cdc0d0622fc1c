package label

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"packbench/fulfillment"
)

// threshold divides grey into black (below) and white. Dithering makes files larger and barcodes unreadable.
const threshold = 128

// mostMM is the longest side of a page. The largest that are labels are pictures whose dots were taken for points: 6 inch at 600
// dots an inch are 1270 mm.
const mostMM = 1500

// drawPages draws all pages for the stock, unless there are more than most.
func (e *Engine) drawPages(ctx context.Context, document []byte, media fulfillment.Media, most int) ([]Page, error) {
	var pages []Page
	picture := hasLargePicture(document)
	request := &requests.OpenDocument{File: &document}
	if e.opts.Password != "" {
		request.Password = &e.opts.Password
	}
	err := e.use(ctx, func(pdf pdfium.Pdfium) error {
		opened, err := pdf.OpenDocument(request)
		if err != nil {
			return explainOpen(err, e.opts.Password != "")
		}
		defer pdf.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: opened.Document}) // the instance ends anyway
		count, err := pdf.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
		if err != nil {
			return fmt.Errorf("counting pages: %w", err)
		}
		switch n := count.PageCount; {
		case n < 1:
			return badDocument("The label file has no pages. Download the label again.")
		case n > most:
			return badDocument("The label file has %d pages; a label has one. Print the pages one by one as separate labels.", n)
		}
		for i := range count.PageCount {
			drawn, err := drawPage(pdf, opened.Document, i, picture, media)
			if err != nil {
				return err
			}
			pages = append(pages, drawn...)
		}
		return nil
	})
	return pages, err
}

func explainOpen(err error, withPassword bool) error {
	switch {
	case withPassword && errors.Is(err, pdferrors.ErrPassword):
		return badDocument("The label file is protected by another password. Ask for the right one, or for the file without one.")
	case errors.Is(err, pdferrors.ErrPassword), errors.Is(err, pdferrors.ErrSecurity):
		return badDocument("The label file is protected by a password. Ask for it without one.")
	case saidByPDFium(err):
		return badDocument("The label file is damaged and cannot be opened. Download the label again.")
	}
	return fmt.Errorf("opening the document: %w", err)
}

// saidByPDFium reports whether an error is PDFium's judgement of a document, and no failure of its own.
func saidByPDFium(err error) bool {
	return slices.ContainsFunc([]error{pdferrors.ErrFormat, pdferrors.ErrFile, pdferrors.ErrPage, pdferrors.ErrUnknown, pdferrors.ErrSuccess},
		func(known error) bool { return errors.Is(err, known) })
}

// drawPage draws one page: one label, or the labels that a larger page carries.
func drawPage(pdf pdfium.Pdfium, doc references.FPDF_DOCUMENT, index int, picture bool, media fulfillment.Media) ([]Page, error) {
	size, err := pdf.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: doc, Index: index})
	if err != nil || !(size.Width > 0 && size.Height > 0) {
		return nil, badDocument("Page %d of the label file has no size. Download the label again.", index+1)
	}
	loaded, err := pdf.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if saidByPDFium(err) {
		return nil, badDocument("Page %d of the label file is damaged and cannot be drawn. Download the label again.", index+1)
	} else if err != nil {
		return nil, fmt.Errorf("loading page %d: %w", index+1, err)
	}
	defer pdf.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page}) // the instance ends anyway
	ref := requests.Page{ByReference: &loaded.Page}
	text, err := pdf.GetPageText(&requests.GetPageText{Page: ref})
	if err != nil {
		return nil, fmt.Errorf("reading the text of page %d: %w", index+1, err)
	}
	at := place(size.Width, size.Height, media, false)
	if at.scale < leastScale {
		if pages, err := drawApart(pdf, ref, size.Width, size.Height, picture, media); err != nil || pages != nil {
			for i := range pages {
				pages[i].Text = text.Text
			}
			return pages, err
		}
		if mm := max(size.Width, size.Height) * 25.4 / 72; mm > mostMM {
			return nil, badDocument("Page %d of the label file is %.0f × %.0f mm, and no label is: it would be printed at %.1g %% of its size. "+
				"Download the label again as 4 × 6 inch, A6 or A4.", index+1, size.Width*25.4/72, size.Height*25.4/72, at.scale*100)
		}
	}
	w, h := media.Dots()
	stock := sheetSize{w, h, media.DPI}
	bitmap, outside, err := render(pdf, ref, at, picture, stock)
	if err != nil {
		return nil, err
	}
	if outside {
		at = place(size.Width, size.Height, media, true)
		if bitmap, _, err = render(pdf, ref, at, picture, stock); err != nil {
			return nil, err
		}
	}
	return []Page{{Bitmap: bitmap, Text: text.Text, Notes: at.notes, Scale: at.scale}}, nil
}

// drawApart draws a page that is larger than the stock at 100 % and cuts its labels out; nil if it cannot be cut.
func drawApart(pdf pdfium.Pdfium, page requests.Page, pw, ph float64, picture bool, media fulfillment.Media) ([]Page, error) {
	dots := func(pt float64) float64 { return math.Round(pt * float64(media.DPI) / 72) }
	if dots(pw)*dots(ph) > MaxPixels {
		return nil, nil
	}
	whole := sheetSize{int(dots(pw)), int(dots(ph)), media.DPI}
	b, _, err := render(pdf, page, placement{scale: 1, w: whole.w, h: whole.h}, picture, whole)
	if err != nil {
		return nil, err
	}
	return apart(b, media), nil
}

// sheetSize is what is drawn on: the stock, or a page that will be cut apart.
type sheetSize struct{ w, h, dpi int } // dots

// render draws the page as placed, cuts it to the sheet and sharpens its barcodes. outside reports ink that was cut off.
// A page that is a picture is left as it is: it has no edges to place, and PDFium would enlarge it first, which takes
// seconds.
func render(pdf pdfium.Pdfium, page requests.Page, at placement, picture bool, on sheetSize) (b fulfillment.Bitmap, outside bool, err error) {
	left := max(0, -at.x) // columns of the canvas that lie left of the sheet
	whole := patch{box: box{0, 0, max(on.w, at.w), max(on.h, at.h)}, nx: 1, ny: 1}
	at.x += left
	err = paint(pdf, page, at, whole, func(grey []byte, stride int) {
		b, outside = cut(grey, stride, whole.x1, whole.y1, left, on)
	})
	if err != nil || picture {
		return b, outside, err
	}
	at.x -= left
	for _, p := range patches(b) {
		if err = paint(pdf, page, at, p, func(grey []byte, stride int) { sharpen(b, p, grey, stride) }); err != nil {
			return b, outside, err
		}
	}
	return b, outside, nil
}

// paint draws a part of the placed page on a canvas of its own, nx times finer across and ny times down, and gives the
// grey pixels to use, which must not keep them.
func paint(pdf pdfium.Pdfium, page requests.Page, at placement, p patch, use func(grey []byte, stride int)) error {
	part := p.canvas()
	w, h := (part.x1-part.x0)*p.nx, (part.y1-part.y0)*p.ny
	canvas, err := pdf.FPDFBitmap_CreateEx(&requests.FPDFBitmap_CreateEx{
		Width: w, Height: h, Format: enums.FPDF_BITMAP_FORMAT_GRAY, Pointer: uint64(0)})
	if err != nil {
		return fmt.Errorf("a canvas of %d × %d dots: %w", w, h, err)
	}
	defer pdf.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: canvas.Bitmap}) // the instance ends anyway
	if _, err = pdf.FPDFBitmap_FillRect(&requests.FPDFBitmap_FillRect{
		Bitmap: canvas.Bitmap, Width: w, Height: h, Color: 0xFFFFFFFF}); err != nil {
		return fmt.Errorf("a white canvas: %w", err)
	}
	rotate := enums.FPDF_PAGE_ROTATION_NONE
	if at.turned {
		rotate = enums.FPDF_PAGE_ROTATION_90_CW
	}
	if _, err = pdf.FPDF_RenderPageBitmap(&requests.FPDF_RenderPageBitmap{
		Bitmap: canvas.Bitmap, Page: page, StartX: (at.x - part.x0) * p.nx, StartY: (at.y - part.y0) * p.ny, SizeX: at.w * p.nx, SizeY: at.h * p.ny,
		Rotate: rotate, Flags: enums.FPDF_RENDER_FLAG_GRAYSCALE | enums.FPDF_RENDER_FLAG_ANNOT}); err != nil {
		return fmt.Errorf("drawing the page: %w", err)
	}
	stride, err := pdf.FPDFBitmap_GetStride(&requests.FPDFBitmap_GetStride{Bitmap: canvas.Bitmap})
	if err != nil {
		return fmt.Errorf("reading the drawing: %w", err)
	}
	grey, err := pdf.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: canvas.Bitmap})
	if err != nil {
		return fmt.Errorf("reading the drawing: %w", err)
	}
	if stride.Stride < w || len(grey.Buffer) < stride.Stride*h {
		return errors.New("reading the drawing: it is not whole")
	}
	use(grey.Buffer, stride.Stride)
	return nil
}

// white32 reports whether 32 dots are all above the threshold.
func white32(dots []byte) bool {
	d := dots[:32]
	return binary.LittleEndian.Uint64(d)&binary.LittleEndian.Uint64(d[8:])&binary.LittleEndian.Uint64(d[16:])&binary.LittleEndian.Uint64(d[24:])&
		0x8080808080808080 == 0x8080808080808080
}

// cut makes the sheet's bitmap from a w × h grey canvas whose column left is the sheet's first. outside reports whether
// anything black was cut off. Rows are taken eight dots at a time: below the threshold is a clear top bit.
func cut(grey []byte, stride, w, h, left int, on sheetSize) (b fulfillment.Bitmap, outside bool) {
	b = fulfillment.NewBitmap(on.w, on.h, on.dpi)
	black := func(v byte) bool { return v < threshold }
	for y := range h {
		row := grey[y*stride : y*stride+w]
		if y >= on.h {
			outside = outside || slices.ContainsFunc(row, black)
			continue
		}
		dots := row[left:min(w, left+on.w)]
		outside = outside || slices.ContainsFunc(row[:left], black) || slices.ContainsFunc(row[left+len(dots):], black)
		bits := b.Bits[y*b.Stride : (y+1)*b.Stride]
		whole := len(dots) / 8
		for i := 0; i < whole; i++ {
			if i+4 <= whole && white32(dots[i*8:]) { // most of a label
				i += 3
			} else if v := ^binary.LittleEndian.Uint64(dots[i*8:]) & 0x8080808080808080; v != 0 {
				bits[i] = byte(v >> 7 * 0x8040201008040201 >> 56)
			}
		}
		for x, v := range dots[whole*8:] {
			if black(v) {
				bits[whole] |= 0x80 >> x
			}
		}
	}
	return b, outside
}
