package fulfillment

// WeightRange is what a parcel may weigh on the scale, in grams: its contents alone, and from the least to the most with the
// packaging.
type WeightRange struct{ ContentsG, LeastG, MostG int }

// Known reports whether there is a range: only where the weight of every unit is known.
func (r WeightRange) Known() bool { return r.MostG > 0 }

const (
	// The weights of products are taken from lists, and units differ: the larger of both, up and down.
	slackShare = 20 // one part in 20 of the contents
	slackG     = 10

	// What packaging weighs where nobody said which box it is: half of the contents, but never less than leastPackagingG, because
	// boxes of 50 to 300 g go around the lightest things, and never more than mostPackagingG, which the largest double-walled box
	// that one person lifts does not weigh with its filling.
	leastPackagingG = 300
	mostPackagingG  = 1_500

	// leastFillingG is allowed beside a box whose empty weight is known, for its filling and tape; a heavy box may have as much
	// again as it weighs.
	leastFillingG = 100
)

// AllowedWeight is the range for the parcel. A missing unit makes it lighter than the least, one too many heavier than the most,
// as far as the packaging lets that be seen: the box that was scanned (PB:BOX, where its empty weight is known) before the
// station's own figure (Policy.PackagingG) before the rule for all.
func (p Parcel) AllowedWeight(pol Policy) WeightRange {
	g, ok := p.ExpectedG()
	if !ok {
		return WeightRange{}
	}
	slack := max(g/slackShare, slackG)
	packaging := min(max(g/2, leastPackagingG), mostPackagingG)
	box, _ := pol.box(p.Box)
	switch {
	case box.WeightG > 0:
		packaging = box.WeightG + max(box.WeightG, leastFillingG)
	case pol.PackagingG > 0:
		packaging = pol.PackagingG
	}
	return WeightRange{ContentsG: g, LeastG: max(1, g-slack), MostG: g + slack + packaging}
}

// weighs is the verdict with a weight and what was allowed.
func (v Verdict) weighs(g int, r WeightRange) Verdict {
	v.WeightG, v.ExpectedG, v.LeastG, v.MostG = g, r.ContentsG, r.LeastG, r.MostG
	return v
}

// weightWhy says whether a weight can be this parcel's.
func (p Parcel) weightWhy(g int, pol Policy) Why {
	switch r := p.AllowedWeight(pol); {
	case !r.Known():
		return WhyNone
	case g < r.LeastG:
		return WhyTooLight
	case g > r.MostG:
		return WhyTooHeavy
	}
	return WhyNone
}
