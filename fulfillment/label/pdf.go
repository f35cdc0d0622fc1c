package label

import (
	"context"
	"errors"
	"fmt"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"packbench/fulfillment"
)

// threshold divides grey into black (below) and white. Dithering makes files larger and barcodes unreadable.
const threshold = 128

// drawPDF draws up to MaxPages pages for the stock.
func (e *Engine) drawPDF(ctx context.Context, document []byte, media fulfillment.Media) ([]Page, error) {
	var pages []Page
	picture := hasLargePicture(document)
	err := e.use(ctx, func(pdf pdfium.Pdfium) error {
		opened, err := pdf.OpenDocument(&requests.OpenDocument{File: &document})
		if err != nil {
			return explainOpen(err)
		}
		defer pdf.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: opened.Document}) // the instance ends anyway
		count, err := pdf.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
		if err != nil {
			return fmt.Errorf("counting pages: %w", err)
		}
		switch n := count.PageCount; {
		case n < 1:
			return badDocument("The label file has no pages. Download the label again.")
		case n > MaxPages:
			return badDocument("The label file has %d pages; a label has one. Print the pages one by one as separate labels.", n)
		}
		for i := range count.PageCount {
			page, err := drawPage(pdf, opened.Document, i, picture, media)
			if err != nil {
				return err
			}
			pages = append(pages, page)
		}
		return nil
	})
	return pages, err
}

func explainOpen(err error) error {
	switch {
	case errors.Is(err, pdferrors.ErrPassword), errors.Is(err, pdferrors.ErrSecurity):
		return badDocument("The label file is protected by a password. Ask for it without one.")
	case errors.Is(err, pdferrors.ErrFormat), errors.Is(err, pdferrors.ErrFile), errors.Is(err, pdferrors.ErrPage),
		errors.Is(err, pdferrors.ErrUnknown), errors.Is(err, pdferrors.ErrSuccess):
		return badDocument("The label file is damaged and cannot be opened. Download the label again.")
	}
	return fmt.Errorf("opening the document: %w", err)
}

func drawPage(pdf pdfium.Pdfium, doc references.FPDF_DOCUMENT, index int, picture bool, media fulfillment.Media) (Page, error) {
	size, err := pdf.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: doc, Index: index})
	if err != nil || !(size.Width > 0 && size.Height > 0) {
		return Page{}, badDocument("Page %d of the label file has no size. Download the label again.", index+1)
	}
	ref := requests.Page{ByIndex: &requests.PageByIndex{Document: doc, Index: index}}
	at := place(size.Width, size.Height, media, false)
	bitmap, outside, err := render(pdf, ref, at, picture, media)
	if err != nil {
		return Page{}, err
	}
	if outside {
		at = place(size.Width, size.Height, media, true)
		if bitmap, _, err = render(pdf, ref, at, picture, media); err != nil {
			return Page{}, err
		}
	}
	text, err := pdf.GetPageText(&requests.GetPageText{Page: ref})
	if err != nil {
		return Page{}, fmt.Errorf("reading the text of page %d: %w", index+1, err)
	}
	return Page{Bitmap: bitmap, Text: text.Text, Notes: at.notes}, nil
}

// render draws the page as placed and cuts it to the stock. outside reports ink that was cut off.
func render(pdf pdfium.Pdfium, page requests.Page, at placement, picture bool, media fulfillment.Media) (b fulfillment.Bitmap, outside bool, err error) {
	sw, sh := media.Dots()
	left := max(0, -at.x) // columns of the canvas that lie left of the stock
	n := fine(max(sw, at.w), max(sh, at.h), picture)
	w, h := max(sw, at.w)*n, max(sh, at.h)*n
	canvas, err := pdf.FPDFBitmap_CreateEx(&requests.FPDFBitmap_CreateEx{
		Width: w, Height: h, Format: enums.FPDF_BITMAP_FORMAT_GRAY, Pointer: uint64(0)})
	if err != nil {
		return b, false, fmt.Errorf("a canvas of %d × %d dots: %w", w, h, err)
	}
	defer pdf.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: canvas.Bitmap}) // the instance ends anyway
	if _, err = pdf.FPDFBitmap_FillRect(&requests.FPDFBitmap_FillRect{
		Bitmap: canvas.Bitmap, Width: w, Height: h, Color: 0xFFFFFFFF}); err != nil {
		return b, false, fmt.Errorf("a white canvas: %w", err)
	}
	rotate := enums.FPDF_PAGE_ROTATION_NONE
	if at.turned {
		rotate = enums.FPDF_PAGE_ROTATION_90_CW
	}
	if _, err = pdf.FPDF_RenderPageBitmap(&requests.FPDF_RenderPageBitmap{
		Bitmap: canvas.Bitmap, Page: page, StartX: (at.x + left) * n, StartY: at.y * n, SizeX: at.w * n, SizeY: at.h * n, Rotate: rotate,
		Flags: enums.FPDF_RENDER_FLAG_GRAYSCALE | enums.FPDF_RENDER_FLAG_ANNOT}); err != nil {
		return b, false, fmt.Errorf("drawing the page: %w", err)
	}
	stride, err := pdf.FPDFBitmap_GetStride(&requests.FPDFBitmap_GetStride{Bitmap: canvas.Bitmap})
	if err != nil {
		return b, false, fmt.Errorf("reading the drawing: %w", err)
	}
	grey, err := pdf.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: canvas.Bitmap})
	if err != nil {
		return b, false, fmt.Errorf("reading the drawing: %w", err)
	}
	if len(grey.Buffer) < stride.Stride*h {
		return b, false, errors.New("reading the drawing: it is not whole")
	}
	small := coverage(grey.Buffer, stride.Stride, w/n, h/n, n)
	b, outside = cut(small, w/n, w/n, h/n, left, media)
	return b, outside, nil
}

// cut makes the stock's bitmap from a w × h grey canvas whose column left is the stock's first. outside reports whether
// anything black was cut off.
func cut(grey []byte, stride, w, h, left int, media fulfillment.Media) (b fulfillment.Bitmap, outside bool) {
	sw, sh := media.Dots()
	b = fulfillment.NewBitmap(sw, sh, media.DPI)
	for y := range h {
		row := grey[y*stride : y*stride+w]
		for x, v := range row {
			if v >= threshold {
				continue
			}
			if px := x - left; px >= 0 && px < sw && y < sh {
				b.Bits[y*b.Stride+px>>3] |= 0x80 >> (px & 7)
			} else {
				outside = true
			}
		}
	}
	return b, outside
}
