package label

import (
	"fmt"

	"packbench/fulfillment"
)

// CalibrationCode is the text of the calibration label's barcodes; a number tells which of them was scanned. They are no
// command, order or product.
func CalibrationCode(dots int, ladder bool) string {
	way := "P"
	if ladder {
		way = "L"
	}
	return fmt.Sprintf("PACKBENCH-%s%d", way, dots)
}

// CalibrationLabel draws the label for choosing a printer's darkness and speed: the same barcode with bars of two, three and
// four dots, along the paper's way (picket fence) and across it (ladder), where a warm head smears most, and a staircase of
// greys. As dark as the finest that a scanner reads at the first try is right. Codes that do not fit the stock are left out;
// on stock of 102 × 152 mm all six are there.
func CalibrationLabel(media fulfillment.Media) fulfillment.Bitmap {
	w, h := media.Dots()
	b := fulfillment.NewBitmap(w, h, media.DPI)
	mm := func(v float64) int { return int(v*float64(media.DPI)/25.4 + 0.5) }
	left, y := mm(4), mm(8)
	drawText(b, left, y, 11, fmt.Sprintf("Calibration %d dpi", media.DPI))
	y += mm(3)
	for n := 2; n <= 4; n++ {
		if (len(CalibrationCode(n, false))*11+35+20)*n > w-left || y+mm(13) > h {
			break
		}
		drawBars(b, CalibrationCode(n, false), left, y, n, mm(8))
		drawText(b, left+10*n, y+mm(11.5), 7, fmt.Sprintf("bars of %d dots", n))
		y += mm(14)
	}
	x := left
	for n := 2; n <= 4; n++ {
		length := (len(CalibrationCode(n, true))*11 + 35 + 20) * n
		if y+length > h || x+mm(9) > w {
			continue
		}
		side := fulfillment.NewBitmap(length, mm(8), media.DPI)
		drawBars(side, CalibrationCode(n, true), 0, 0, n, mm(8))
		onto(b, turned(side), x, y)
		drawText(b, x, y+length, 7, fmt.Sprint(n))
		x += mm(14)
	}
	for n := 1; n <= 6 && x+mm(8) < w; n++ { // one dot of n × n
		for dy := 0; dy < mm(6); dy += n {
			for dx := 0; dx < mm(8); dx += n {
				b.SetBlack(x+dx, y+(n-1)*mm(8)+dy)
			}
		}
	}
	return b
}

// onto puts the black dots of one picture on another.
func onto(b, part fulfillment.Bitmap, x, y int) {
	for dy := range part.H {
		for dx := range part.W {
			if part.Black(dx, dy) {
				b.SetBlack(x+dx, y+dy)
			}
		}
	}
}
