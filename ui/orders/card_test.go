package orders

import (
	"context"
	"errors"
	"image"
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

// The card opens with what is in the parcel and what happened; the papers are a touch away.
func TestTheCardShowsItemsAndHistory(t *testing.T) {
	at := func(m int) time.Time { return now.Add(time.Duration(m) * time.Minute) }
	d := &desk{has: Paperwork{Queue: "office", Boxes: []Box{
		{ID: "p", Items: []fulfillment.Item{{SKU: "TEE-L", Name: "T-shirt", Variant: "Red / L", Image: "u", Need: 3, Got: 2}, {SKU: "MUG", Bundle: "SET", Need: 1, Got: 1}}},
		{ID: "q", Items: []fulfillment.Item{{SKU: "TEA", Name: "Tea", Need: 1}}}},
		Events: []fulfillment.Event{{Kind: fulfillment.EventOrderOpened, At: at(-9), Operator: "Pat"}, {Kind: fulfillment.EventItemScanned, At: at(-8)},
			{Kind: fulfillment.EventWeighed, At: at(-7), Body: []byte(`{"g":640}`)}, {Kind: fulfillment.EventHandedOver, At: at(-1)}}}}
	s, back, _ := cardBed(t, d)
	c := s.card.inside
	if !c.object.Visible() || s.card.desk.Visible() || !c.rows[1].object.Visible() {
		t.Fatal("the items are not in front")
	}
	r := c.rows[0]
	if r.name.Words() != "T-shirt" || r.variant.Words() != "Red / L" || r.sku.Words() != "TEE-L" || r.count.Words() != "2 of 3" || !r.blank.Visible() {
		t.Errorf("%q %q %q %q", r.name.Words(), r.variant.Words(), r.sku.Words(), r.count.Words())
	}
	if r = c.rows[1]; r.name.Words() != "MUG" || r.variant.Visible() || r.sku.Words() != "MUG  ·  part of SET" || r.count.Words() != "1 of 1" {
		t.Errorf("%q %q %q", r.name.Words(), r.sku.Words(), r.count.Words())
	}
	told := ""
	for _, x := range c.steps {
		told += x.what.Words() + " " + x.sub.Words() + " " + x.by.Words() + "|"
	}
	if told != "Handed over  |Weighed 640 g |Opened  Pat|" {
		t.Errorf("the history says %q", told)
	}
	s.card.o.Picture, c.o.Picture = nil, func(context.Context, string) (image.Image, error) {
		return image.NewGray(image.Rect(0, 0, 500, 500)), nil
	}
	test.Tap(s.card.box)
	if c.rows[0].name.Words() != "Tea" || c.rows[1].object.Visible() {
		t.Error("the second box shows the first one's items")
	}
	test.Tap(s.card.box)
	c.begin()
	s.card.show(now)
	back.run()
	if got := c.rows[0].picture.Image; got == nil || got.Bounds().Dx() > 128 || c.rows[0].blank.Visible() {
		t.Errorf("the picture is %v", got)
	}
	test.Tap(s.card.turnOver)
	if c.object.Visible() || !s.card.desk.Visible() || s.card.turnOver.Word() != "Items" {
		t.Error("the papers are not in front")
	}
}

// What is not known is said: no parcel yet, nothing that happened, an order that cannot be read.
func TestTheCardOfAnOrderThatNobodyTouched(t *testing.T) {
	d := &desk{has: Paperwork{Loose: []fulfillment.Item{{SKU: "TEA", Name: "Tea", Need: 2}}}}
	s, _, _ := cardBed(t, d)
	c := s.card.inside
	if c.rows[0].count.Words() != "0 of 2" || c.noItems.Visible() || !c.none.Visible() || c.none.Words() != "Nothing has happened to it here yet" {
		t.Errorf("%q, %q", c.rows[0].count.Words(), c.none.Words())
	}
	s, _, _ = cardBed(t, nil)
	if c = s.card.inside; !c.noItems.Visible() || c.noItems.Words() != "This station makes no papers." {
		t.Errorf("%q", c.noItems.Words())
	}
}
