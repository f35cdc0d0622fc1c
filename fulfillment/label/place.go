package label

import (
	"fmt"
	"math"

	"packbench/fulfillment"
)

// overlapMM is how much a page may be larger than the stock and still be drawn at 100 %: carriers make 4×6 inch pages
// for stock that is called 102 × 152 mm or 100 × 150 mm.
const overlapMM = 2

// placement says where a page goes on the stock, in dots. It is decided before drawing; nothing is scaled afterwards.
type placement struct {
	turned     bool // a quarter turn clockwise
	scale      float64
	x, y, w, h int // x or the right edge may be off the stock by up to overlapMM
	notes      []string
}

// place puts a page of pw × ph points on the stock: at 100 % if it fits, turned if only that fits, else scaled down.
// onlyInside forbids what would stick out, for pages that have ink there.
func place(pw, ph float64, media fulfillment.Media, onlyInside bool) placement {
	sw, sh := media.Dots()
	over := 0
	if !onlyInside {
		over = int(math.Round(overlapMM * float64(media.DPI) / 25.4))
	}
	dots := func(pt, scale float64) int { return max(1, int(math.Round(pt*float64(media.DPI)/72*scale))) }
	p := placement{scale: 1}
	w, h := dots(pw, 1), dots(ph, 1)
	switch {
	case w <= sw+over && h <= sh+over:
	case h <= sw+over && w <= sh+over:
		p.turned = true
	default:
		upright := min(float64(sw)/float64(w), float64(sh)/float64(h))
		turned := min(float64(sw)/float64(h), float64(sh)/float64(w))
		p.turned = turned > upright
		p.scale = max(upright, turned)
	}
	mm := func(pt float64) float64 { return math.Round(pt * 25.4 / 72) }
	size := fmt.Sprintf("The page is %.0f × %.0f mm, the stock %d × %d mm", mm(pw), mm(ph), media.WidthMM, media.HeightMM)
	if p.turned {
		pw, ph = ph, pw
	}
	p.w, p.h = dots(pw, p.scale), dots(ph, p.scale)
	if p.scale < 1 {
		p.w, p.h = min(p.w, sw), min(p.h, sh)
		p.notes = append(p.notes, fmt.Sprintf("%s: it was scaled to %.0f %%.", size, p.scale*100))
	} else if mm(pw) < float64(media.WidthMM-overlapMM) || mm(ph) < float64(media.HeightMM-overlapMM) {
		p.notes = append(p.notes, size+": it was drawn at 100 %.")
	}
	if p.turned {
		p.notes = append(p.notes, "The page lies across the stock: it was turned by 90°.")
	}
	p.x = (sw - p.w) / 2
	return p
}
