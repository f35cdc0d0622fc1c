package label

import (
	"fmt"
	"math"
	"slices"

	"packbench/fulfillment"
)

// leastScale is how much a page may be scaled down to fit the stock (A6 on 4 × 6 inch is 97 %). A page that would be scaled
// further is looked at for labels to cut out.
const leastScale = 0.9

// surelyLarge is how far a page may be scaled down and still be proved: A5 on 4 × 6 inch is 69 %. A sheet of A4 is 48 %, and
// nobody made its barcodes for that.
const surelyLarge = 0.6

// edgeMM is the white that a label which was cut out keeps above it: heads do not print up to the very edge.
const edgeMM = 1

// papers are sheets in mm on which labels come as pictures: A5, A4, Letter.
var papers = [][2]float64{{148, 210}, {210, 297}, {215.9, 279.4}}

// paperSized reports whether a picture's pixels are a sheet of paper at the printer's resolution, and more than the stock.
func paperSized(w, h int, media fulfillment.Media) bool {
	sw, sh := media.Dots()
	if w <= sw && h <= sh || nearStock(float64(w), float64(h), sw, sh) {
		return false
	}
	near := func(dots int, mm float64) bool { return math.Abs(float64(dots)*25.4/float64(media.DPI)-mm) < 2 }
	return slices.ContainsFunc(papers, func(p [2]float64) bool {
		return near(w, p[0]) && near(h, p[1]) || near(w, p[1]) && near(h, p[0])
	})
}

// apart cuts the labels out of a page, at 100 %. A page of which only a part as large as the stock has ink is one label.
// Otherwise the page must fall into halves or quarters, white between them, of which each that has any ink fits the stock
// and carries a tracking number of its own: half a label must never be taken for a whole one. Nil: the page is not such.
func apart(b fulfillment.Bitmap, media fulfillment.Media) []Page {
	ink := tighten(b, box{0, 0, b.W, b.H})
	if ink.x0 >= ink.x1 {
		return nil
	}
	if page, ok := cutOut(b, ink, media); ok {
		page.Notes = append(page.Notes, "The page is larger than the stock and the rest of it is white: the label was cut out at 100 %.")
		return []Page{page}
	}
	for _, grid := range [][2]int{{1, 2}, {2, 1}, {2, 2}} {
		if pages := gridCut(b, grid[0], grid[1], media); pages != nil {
			return pages
		}
	}
	return nil
}

// gridCut divides into columns and rows.
func gridCut(b fulfillment.Bitmap, columns, rows int, media fulfillment.Media) (pages []Page) {
	x, ok := divide(b.W, columns, func(at int) bool { return blackIn(b, box{at, 0, at + 1, b.H}) == 0 })
	if !ok {
		return nil
	}
	y, ok := divide(b.H, rows, func(at int) bool { return blackIn(b, box{0, at, b.W, at + 1}) == 0 })
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for j := range rows {
		for i := range columns {
			ink := tighten(b, box{x[i], y[j], x[i+1], y[j+1]})
			if ink.x0 >= ink.x1 || ink.y0 >= ink.y1 {
				continue
			}
			page, ok := cutOut(b, ink, media)
			if !ok {
				return nil
			}
			number := ""
			for _, code := range Decode(page.Bitmap) {
				if LooksLikeTracking(code) && !seen[code] {
					number = code
				}
				seen[code] = true
			}
			if number == "" {
				return nil
			}
			page.Notes = append(page.Notes, fmt.Sprintf("The page carries several labels, %d by %d: they were cut apart at 100 %%.", columns, rows))
			pages = append(pages, page)
		}
	}
	return pages
}

// divide returns the borders of n equal parts, each moved by up to a twentieth to where white goes through.
func divide(length, n int, white func(int) bool) (borders []int, ok bool) {
	borders = []int{0}
	for i := 1; i < n; i++ {
		middle, found := length*i/n, false
		for off := 0; off <= length/20 && !found; off++ {
			for _, at := range []int{middle - off, middle + off} {
				if at > 0 && at < length && white(at) {
					borders, found = append(borders, at), true
					break
				}
			}
		}
		if !found {
			return nil, false
		}
	}
	return append(borders, length), true
}

// cutOut puts a part of a page at the top of the stock, in the middle of its width, turned if it fits only so. False: it does
// not fit.
func cutOut(b fulfillment.Bitmap, part box, media fulfillment.Media) (page Page, ok bool) {
	sw, sh := media.Dots()
	w, h := part.x1-part.x0, part.y1-part.y0
	cut := fulfillment.NewBitmap(w, h, media.DPI)
	switch {
	case w <= sw && h <= sh:
	case h <= sw && w <= sh:
		page.Notes = append(page.Notes, "The page lies across the stock: it was turned by 90°.")
	default:
		return page, false
	}
	for y := range h {
		for x := range w {
			if b.Black(part.x0+x, part.y0+y) {
				cut.SetBlack(x, y)
			}
		}
	}
	if len(page.Notes) > 0 {
		cut = turned(cut)
	}
	page.Bitmap = fulfillment.NewBitmap(sw, sh, media.DPI)
	edge := int(math.Round(edgeMM * float64(media.DPI) / 25.4))
	onto(page.Bitmap, cut, (sw-cut.W)/2, min(edge, sh-cut.H))
	return page, true
}
