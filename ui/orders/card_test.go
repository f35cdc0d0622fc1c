package orders

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"packbench/fulfillment"
)

// desk is a Papers that counts.
type desk struct {
	has        Paperwork
	err        error
	slips      []fulfillment.OrderID
	own        []fulfillment.PackageID
	lookedUpAt int
}

func (d *desk) Look(context.Context, fulfillment.OrderID) (Paperwork, error) {
	d.lookedUpAt++
	return d.has, nil
}

func (d *desk) PrintSlip(_ context.Context, id fulfillment.OrderID) error {
	d.slips = append(d.slips, id)
	return d.err
}

func (d *desk) OwnLabel(_ context.Context, _ fulfillment.OrderID, p fulfillment.PackageID) error {
	d.own = append(d.own, p)
	return d.err
}

// cardBed is the screen with the card of the order 1 in front, and a clock.
func cardBed(t *testing.T, d *desk) (s *Screen, back *later, pass func(time.Duration)) {
	t.Helper()
	s, back, _ = newScreen(t, &lister{list: []fulfillment.OrderSummary{{ID: "1", Rung: fulfillment.RungVerified}, {ID: "2"}}})
	clock := now
	s.o.Now = func() time.Time { return clock }
	s.card.o.Now = s.o.Now
	if d != nil {
		s.card.o.Papers = d
	}
	s.Load()
	back.run()
	pass = func(span time.Duration) { clock = clock.Add(span) }
	pass(time.Minute)
	test.Tap(s.table.lines[0].touch)
	back.run()
	if !s.card.object.Visible() || s.body.Visible() || s.card.id.Words() != "1" {
		t.Fatalf("the card shows %q", s.card.id.Words())
	}
	return s, back, pass
}

func TestASlipIsPrintedByTouch(t *testing.T) {
	d := &desk{has: Paperwork{Queue: "office", Boxes: []Box{{ID: "p", OwnWhy: "it has left"}}}}
	s, back, pass := cardBed(t, d)
	test.Tap(s.card.slip.button) // the second touch of the one that opened the card
	back.run()
	if len(d.slips) != 0 {
		t.Fatal("a bounce printed a slip")
	}
	pass(2 * time.Second)
	test.Tap(s.card.slip.button)
	test.Tap(s.card.slip.button) // it is on its way
	back.run()
	back.run()
	if len(d.slips) != 1 || d.slips[0] != "1" || !strings.Contains(s.card.slip.words.Words(), "office has taken the slip") {
		t.Fatalf("%v, %q", d.slips, s.card.slip.words.Words())
	}
	d.err = errors.New("there is no font for the letter ꦱ")
	test.Tap(s.card.slip.button)
	back.run()
	if got := s.card.slip.words.Words(); !strings.HasPrefix(got, "There is no font for the letter ꦱ.") || !s.card.slip.failed {
		t.Errorf("a refusal reads %q", got)
	}
}

func TestAButtonThatCannotWorkSaysWhy(t *testing.T) {
	d := &desk{has: Paperwork{SlipWhy: "order 1 has nothing to pick", Boxes: []Box{{ID: "p", OwnWhy: "the platform ships it"}}}}
	s, back, pass := cardBed(t, d)
	pass(2 * time.Second)
	for _, c := range []struct {
		a    *act
		want string
	}{{s.card.slip, "Order 1 has nothing to pick."}, {s.card.own, "The platform ships it."}} {
		test.Tap(c.a.button)
		back.run()
		if c.a.button.Enabled() || c.a.words.Words() != c.want {
			t.Errorf("enabled %t, says %q, want %q", c.a.button.Enabled(), c.a.words.Words(), c.want)
		}
	}
	if len(d.slips)+len(d.own) != 0 {
		t.Errorf("made %v %v all the same", d.slips, d.own)
	}
	d.has.Boxes = nil
	s.Load()
	back.run()
	back.run()
	if s.card.own.button.Enabled() || s.card.own.words.Words() == "" {
		t.Errorf("without a parcel it says %q", s.card.own.words.Words())
	}
	s, _, _ = cardBed(t, nil)
	if s.card.slip.button.Enabled() || s.card.slip.words.Words() == "" {
		t.Error("a station without papers says nothing")
	}
}

func TestOurOwnLabelIsTouchedTwiceAndIsTheBoxsInFront(t *testing.T) {
	d := &desk{has: Paperwork{Queue: "office", Boxes: []Box{{ID: "p1", OwnWhy: "it has a label already"}, {ID: "p2", Tracking: "RA2", Rung: fulfillment.RungVerified}}}}
	s, back, pass := cardBed(t, d)
	pass(2 * time.Second)
	if s.card.own.button.Enabled() || !s.card.box.Visible() {
		t.Fatal("the first box may not have one, and there are two")
	}
	test.Tap(s.card.box)
	test.Tap(s.card.own.button)
	test.Tap(s.card.own.button) // a bounce
	back.run()
	if len(d.own) != 0 || !strings.HasPrefix(s.card.own.button.Word(), "Again") {
		t.Fatalf("made %v, the button says %q", d.own, s.card.own.button.Word())
	}
	pass(time.Second)
	d.has.Boxes[1].OwnWhy = "it has a label already"
	test.Tap(s.card.own.button)
	back.run()
	back.run()
	if len(d.own) != 1 || d.own[0] != "p2" || !strings.HasPrefix(s.card.own.words.Words(), "Made") || s.card.own.button.Enabled() {
		t.Errorf("made %v, says %q", d.own, s.card.own.words.Words())
	}
}

func TestTheCardCloses(t *testing.T) {
	for name, shut := range map[string]func(*Screen){"button": func(s *Screen) { s.closeCard() }, "search": func(s *Screen) { test.Type(s.Search, "2") },
		"leaving": func(s *Screen) { s.Clear() }, "scan": func(s *Screen) { s.Find("2") }} {
		s, _, _ := cardBed(t, &desk{})
		shut(s)
		if s.card.object.Visible() || !s.body.Visible() {
			t.Errorf("%s: the card stands", name)
		}
		test.Tap(s.table.lines[0].touch)
		if s.card.open() {
			t.Errorf("%s: the second of two quick touches opened another order", name)
		}
	}
}

func TestTheNewShipmentIsTheSellerCenters(t *testing.T) {
	s, _, _ := cardBed(t, &desk{})
	found := false
	for _, o := range test.LaidOutObjects(s.card.object) {
		if w, ok := o.(interface{ Words() string }); ok && strings.Contains(w.Words(), "NEW SHIPMENT") && strings.Contains(w.Words(), "Reprint") {
			found = true
		}
	}
	if !found {
		t.Error("nothing tells a reprint from a new shipment")
	}
}

func TestACombinedParcelIsMarked(t *testing.T) {
	for _, c := range []struct {
		o    fulfillment.OrderSummary
		want string
	}{
		{fulfillment.OrderSummary{ID: "1"}, ""},
		{fulfillment.OrderSummary{ID: "1", Combined: true}, "ONE PARCEL, others not here"},
		{fulfillment.OrderSummary{ID: "1", Combined: true, With: []fulfillment.OrderID{"576436881708515044"}}, "ONE PARCEL with …515044"},
		{fulfillment.OrderSummary{ID: "1", Combined: true, With: []fulfillment.OrderID{"7"}}, "ONE PARCEL with …7"},
		{fulfillment.OrderSummary{ID: "1", Combined: true, With: []fulfillment.OrderID{"2", "3"}}, "ONE PARCEL with 2 others"},
	} {
		s, back, _ := newScreen(t, &lister{list: []fulfillment.OrderSummary{c.o}})
		s.Load()
		back.run()
		if l := s.table.lines[0]; l.with.Words() != c.want || l.with.Visible() != (c.want != "") {
			t.Errorf("%+v: %q", c.o.With, l.with.Words())
		}
	}
}
