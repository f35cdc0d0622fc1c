package orders

import (
	"context"
	"fmt"
	"slices"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// told is an order's story as of one state of the order; another state asks anew.
type told struct {
	of    string
	story fulfillment.Story
}

// sort is what the list shows only.
type sort int

const (
	unlabelled sort = iota // packed, and no label has come out
	shelved
	gone
	everything

	sorts = int(everything)
)

var (
	sortIcons = [sorts]string{"label", "hand", "check"}
	sortWords = [sorts]string{"orders.unlabelled", "orders.held", "orders.gone"}
)

// is reports whether the order is of that sort.
func (f sort) is(o fulfillment.OrderSummary) bool {
	switch f {
	case unlabelled:
		return Unlabelled(o)
	case shelved:
		return len(o.Holds) > 0 && !o.Rung.AtLeast(fulfillment.RungHandedOver) || slices.Contains(o.Holds, fulfillment.HoldLost)
	case gone:
		return o.Rung.AtLeast(fulfillment.RungHandedOver)
	}
	return true
}

// toggle shows orders of one sort only, or everything again.
func (s *Screen) toggle(f sort) {
	if s.only == f {
		f = everything
	}
	s.only, s.first = f, 0
	s.sieve()
	s.show()
}

// sieve lets through what the filter wants.
func (s *Screen) sieve() {
	s.list = slices.DeleteFunc(slices.Clone(s.all), func(o fulfillment.OrderSummary) bool { return !s.only.is(o) })
}

func (s *Screen) showFilter() {
	for i, b := range s.filter {
		n := 0
		for _, o := range s.day {
			if sort(i).is(o) {
				n++
			}
		}
		ink, fill := widgets.Ink, widgets.Card
		switch {
		case s.only == sort(i):
			ink, fill = widgets.White, widgets.Blue
		case n > 0 && sort(i) == unlabelled:
			fill = widgets.WarnPale
		}
		b.Set(sortIcons[i], text.T(sortWords[i], "n", fmt.Sprint(n)), ink, fill)
	}
}

// storyOf is what is known of an order in sight; where its events have something to say they are read in the background.
func (s *Screen) storyOf(o fulfillment.OrderSummary) fulfillment.Story {
	if s.o.Story == nil || len(o.Holds) == 0 && o.Rung == fulfillment.RungToPack && o.Unlabelled == 0 {
		return fulfillment.Story{}
	}
	state := fmt.Sprint(o.Rung, o.Holds, o.Unlabelled, o.NoLabel, o.Status)
	if o.Rung == fulfillment.RungCarrierScanned {
		state += fmt.Sprint(o.CheckedAt.UnixMilli()) // with each look the carrier may have told another step
	}
	known := s.story[o.ID]
	if known.of == state {
		return known.story
	}
	if len(s.story) > limit {
		s.story = map[fulfillment.OrderID]told{}
	}
	s.story[o.ID] = told{of: state, story: known.story} // asked for
	s.o.Background("story:"+string(o.ID), func(ctx context.Context) func() {
		story, err := s.o.Story(ctx, o.ID)
		return func() {
			if err != nil {
				delete(s.story, o.ID) // the next look at the list asks again
				return
			}
			s.story[o.ID] = told{of: state, story: story}
			s.show()
		}
	})
	return known.story
}
