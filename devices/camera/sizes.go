package camera

import (
	"cmp"
	"image"
	"slices"
)

// usual sizes are offered of a camera that has any between two.
var usual = []image.Point{{640, 480}, {800, 600}, {1280, 720}, {1920, 1080}, {2560, 1440}, {3840, 2160}}

// leastOffered and mostOffered bound what a person chooses from: a smaller picture shows no label, and a long list nobody reads.
const (
	leastOffered = 320
	mostOffered  = 8
)

// offer are the sizes to choose from, the smallest first.
func offer(sizes []size) []image.Point {
	var all []image.Point
	for _, s := range sizes {
		if s.stepW <= 0 && s.stepH <= 0 {
			all = append(all, image.Pt(s.maxW, s.maxH))
			continue
		}
		for _, u := range usual {
			if u.X >= s.minW && u.X <= s.maxW && u.Y >= s.minH && u.Y <= s.maxH {
				all = append(all, u)
			}
		}
	}
	slices.SortFunc(all, func(a, b image.Point) int { return cmp.Or(cmp.Compare(a.X*a.Y, b.X*b.Y), cmp.Compare(a.X, b.X)) })
	all = slices.Compact(all)
	if fine := slices.IndexFunc(all, func(p image.Point) bool { return p.X >= leastOffered }); fine > 0 {
		all = all[fine:]
	}
	return all[max(0, len(all)-mostOffered):]
}
