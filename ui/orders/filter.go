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

// toggle shows packed parcels without a label only, or everything again.
func (s *Screen) toggle() {
	s.only, s.first = !s.only, 0
	s.sieve()
	s.show()
}

// sieve lets through what the filter wants.
func (s *Screen) sieve() {
	s.list = s.all
	if s.only {
		s.list = slices.DeleteFunc(slices.Clone(s.all), func(o fulfillment.OrderSummary) bool { return !Unlabelled(o) })
	}
}

func (s *Screen) showFilter() {
	n := 0
	for _, o := range s.all {
		if Unlabelled(o) {
			n++
		}
	}
	ink, fill := widgets.Ink, widgets.Card
	switch {
	case s.only:
		ink, fill = widgets.White, widgets.Blue
	case n > 0:
		fill = widgets.WarnPale
	}
	s.filter.Set("label", text.T("orders.unlabelled", "n", fmt.Sprint(n)), ink, fill)
}

// storyOf is what is known of an order in sight; where its events have something to say they are read in the background.
func (s *Screen) storyOf(o fulfillment.OrderSummary) fulfillment.Story {
	if s.o.Story == nil || len(o.Holds) == 0 && !Unlabelled(o) {
		return fulfillment.Story{}
	}
	state := fmt.Sprint(o.Rung, o.Holds, o.NoLabel)
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
