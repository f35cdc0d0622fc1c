package orders

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"

	"packbench/fulfillment"
	"packbench/ui/widgets"
)

func TestWhyAnOrderDoesNotGoOn(t *testing.T) {
	short := fulfillment.Story{Held: fulfillment.EventShort, By: "Demo Packer", At: now.Add(-time.Hour), Got: 2, Need: 3,
		Missing: []fulfillment.MissingItem{{Name: "RED MUG", Got: 2, Need: 3}}}
	refused := fulfillment.Story{Held: fulfillment.EventHeld, At: now, PrintWhy: "the barcode is another parcel's"}
	over := fulfillment.OffWeight{G: 1900, Why: fulfillment.WhyTooHeavy, By: "Demo Packer"}
	for _, c := range []struct {
		name        string
		o           fulfillment.OrderSummary
		story       fulfillment.Story
		state, says string
	}{
		{"nothing is wrong", fulfillment.OrderSummary{Rung: fulfillment.RungToPack}, fulfillment.Story{}, "To pack", ""},
		{"short", fulfillment.OrderSummary{Holds: []fulfillment.Hold{fulfillment.HoldShort}}, short, "Short",
			"2 of 3 in – missing: RED MUG 2/3. Put aside by Demo Packer, 13:00."},
		{"short, not read yet", fulfillment.OrderSummary{Holds: []fulfillment.Hold{fulfillment.HoldShort}}, fulfillment.Story{}, "Short", "An item was missing."},
		{"label refused", fulfillment.OrderSummary{Holds: []fulfillment.Hold{fulfillment.HoldHeld}}, refused, "Held",
			"The barcode is another parcel's. Put aside by the bench, 14:00."},
		{"the buyer asked", fulfillment.OrderSummary{Holds: []fulfillment.Hold{fulfillment.HoldCancelRequested}}, fulfillment.Story{}, "Cancel asked",
			"The buyer asked to cancel: a supervisor answers"},
		{"a hold to come", fulfillment.OrderSummary{Holds: []fulfillment.Hold{"brand_new"}}, fulfillment.Story{}, "brand_new", "A hold that this window does not know"},
		{"handed over and cancelled", fulfillment.OrderSummary{Rung: fulfillment.RungHandedOver, Status: fulfillment.StatusCancelled}, fulfillment.Story{},
			"Handed over, Cancelled", "Cancelled after it had left: call it back"},
		{"cancelled twice over", fulfillment.OrderSummary{Status: fulfillment.StatusCancelled, Holds: []fulfillment.Hold{fulfillment.HoldCancelled}}, fulfillment.Story{},
			"Cancelled", "Cancelled on the platform: put everything back"},
		{"no label from the platform", fulfillment.OrderSummary{Rung: fulfillment.RungVerified, Unlabelled: 1, NoLabel: true, ShippingType: fulfillment.ShippingPlatform},
			fulfillment.Story{}, "Verified", "The platform’s label has not arrived yet"},
		{"no label of the seller's", fulfillment.OrderSummary{Rung: fulfillment.RungWeighed, Unlabelled: 1, NoLabel: true, ShippingType: fulfillment.ShippingSeller},
			fulfillment.Story{}, "Weighed", "No carrier label here: import it, or scan the carrier’s own"},
		{"the printer", fulfillment.OrderSummary{Rung: fulfillment.RungVerified, Unlabelled: 1}, fulfillment.Story{PrintWhy: "paper is out"}, "Verified", "Paper is out."},
		{"a label that will not print", fulfillment.OrderSummary{Rung: fulfillment.RungToPack, LabelWhy: "the label is for 1Z2, not for 1Z1"}, fulfillment.Story{}, "To pack",
			"Its label will not print: The label is for 1Z2, not for 1Z1."},
		{"the platform warned", fulfillment.OrderSummary{Rung: fulfillment.RungHandedOver}, fulfillment.Story{Warning: "the number is unusual"}, "Handed over",
			"Told, but the Seller Center warns: The number is unusual."},
		{"lost on its way", fulfillment.OrderSummary{Rung: fulfillment.RungCarrierScanned, Holds: []fulfillment.Hold{fulfillment.HoldLost}, Unpacked: "Demo Supervisor"},
			fulfillment.Story{Way: []fulfillment.TrackingStep{{Text: "Damaged at the depot.", At: now.Add(-2 * time.Hour)}}}, "Carrier has it, Lost",
			"See to it in the Seller Center. At the carrier: Damaged at the depot, 2 h 00 min ago"},
		{"gone over a wrong weight", fulfillment.OrderSummary{Rung: fulfillment.RungHandedOver}, fulfillment.Story{Off: over}, "Handed over",
			"Weighed 1900 g – too heavy, gone over by Demo Packer"},
		{"the same, on its way", fulfillment.OrderSummary{Rung: fulfillment.RungCarrierScanned}, fulfillment.Story{Off: over, Way: []fulfillment.TrackingStep{{Text: "Left the depot"}}},
			"Carrier has it", "Weighed 1900 g – too heavy, gone over by Demo Packer. At the carrier: Left the depot"},
		{"on its way", fulfillment.OrderSummary{Rung: fulfillment.RungCarrierScanned}, fulfillment.Story{Way: []fulfillment.TrackingStep{{Text: "Left the depot"}}},
			"Carrier has it", "At the carrier: Left the depot"},
		{"on its way, nothing told", fulfillment.OrderSummary{Rung: fulfillment.RungCarrierScanned}, fulfillment.Story{}, "Carrier has it", ""},
		{"the second box of two", fulfillment.OrderSummary{Rung: fulfillment.RungToPack, Unlabelled: 1}, fulfillment.Story{}, "To pack",
			"The label is here: scan the order and it prints"},
		{"the next copy", fulfillment.OrderSummary{Rung: fulfillment.RungLabelled, Unlabelled: 1, Relabel: true}, fulfillment.Story{}, "Labelled",
			"Its next label never came out: scan REPRINT:LOST, then the order"},
		{"put back before the label", fulfillment.OrderSummary{Rung: fulfillment.RungVerified, Unlabelled: 1}, fulfillment.Story{Skipped: true}, "Verified",
			"The label is here: scan the order and it prints"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if l := LineOf(c.o, c.story, now); l.State != c.state || l.Why != c.says {
				t.Errorf("got %q, %q", l.State, l.Why)
			}
		})
	}
}

func TestPackedWithoutALabelIsAList(t *testing.T) {
	l := &lister{list: []fulfillment.OrderSummary{{ID: "1", Rung: fulfillment.RungToPack}, {ID: "2", Rung: fulfillment.RungVerified, Unlabelled: 1, NoLabel: true},
		{ID: "3", Rung: fulfillment.RungLabelled}, {ID: "4", Rung: fulfillment.RungWeighed, Unlabelled: 1, Holds: []fulfillment.Hold{fulfillment.HoldHeld}}}}
	s, back, _ := newScreen(t, l)
	asked := 0
	s.o.Story = func(_ context.Context, id fulfillment.OrderID) (fulfillment.Story, error) {
		asked++
		return fulfillment.Story{PrintWhy: "story of " + string(id)}, nil
	}
	s.Load()
	back.run()
	back.run()
	if got := s.filter[unlabelled].Word(); got != "Packed, no label: 1" {
		t.Errorf("the filter says %q", got)
	}
	test.Tap(s.filter[unlabelled])
	if len(s.list) != 1 || s.list[0].ID != "2" || s.table.lines[0].why.Words() != "Story of 2." {
		t.Errorf("%d orders, the first because of %q", len(s.list), s.table.lines[0].why.Words())
	}
	s.Tick()
	back.run()
	if asked != 3 { // all but the one that nobody has begun, once each
		t.Errorf("stories were read %d times", asked)
	}
	l.list = nil
	s.Load()
	back.run()
	if got := s.notice.Words(); got != "Every packed parcel has its label" {
		t.Errorf("notice %q", got)
	}
	test.Tap(s.filter[unlabelled])
	if got := s.notice.Words(); got != "No orders here" {
		t.Errorf("notice %q", got)
	}
}

// typing is a search field with hands on it.
type typing struct {
	f       *SearchField
	clock   time.Time
	scans   []string
	entered int
}

func newTyping(tb testing.TB) *typing {
	ty := &typing{clock: now}
	ty.f = NewSearchField("", func() time.Time { return ty.clock }, func(string) {}, func(c string) { ty.scans = append(ty.scans, c) })
	ty.f.Entered = func() { ty.entered++ }
	return ty
}

func (ty *typing) keys(words string, gap time.Duration) {
	for _, r := range words {
		ty.clock = ty.clock.Add(gap)
		ty.f.TypedRune(r)
	}
}

func (ty *typing) enter() { ty.f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) }

func TestAPersonSearchesAndAScannerScans(t *testing.T) {
	test.NewTempApp(t)
	const hand, gun = 150 * time.Millisecond, 3 * time.Millisecond
	for _, c := range []struct {
		name  string
		do    func(*typing)
		scans string
		left  string
	}{
		{"a short word by hand", func(ty *typing) { ty.keys("mug", hand); ty.enter() }, "", "mug"},
		{"a whole order number by hand", func(ty *typing) { ty.keys("576461413038785752", hand); ty.enter() }, "", "576461413038785752"},
		{"a scan", func(ty *typing) { ty.keys("576461413038785752", gun); ty.enter() }, "576461413038785752", ""},
		{"a scan after a word", func(ty *typing) {
			ty.keys("mug", hand)
			ty.clock = ty.clock.Add(time.Second)
			ty.keys("PB:SKIP", gun)
			ty.enter()
		}, "PB:SKIP", "mug"},
		{"a scan that the screen tore apart", func(ty *typing) {
			ty.keys("5764614130", gun)
			ty.clock = ty.clock.Add(2 * time.Second)
			ty.keys("38785752", gun)
			ty.enter()
		}, "576461413038785752", ""},
		{"two quick keys are a hand", func(ty *typing) { ty.keys("42", gun); ty.enter() }, "", "42"},
		{"corrected by hand", func(ty *typing) {
			ty.keys("tea5", gun)
			ty.f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
			ty.enter()
		}, "", "tea"},
		{"Enter alone", func(ty *typing) { ty.enter() }, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ty := newTyping(t)
			c.do(ty)
			if got := strings.Join(ty.scans, "|"); got != c.scans || ty.f.Text != c.left {
				t.Errorf("scanned %q, left %q in the field", got, ty.f.Text)
			}
			if want := c.scans == "" && c.left != ""; want != (ty.entered == 1) {
				t.Errorf("entered %d times", ty.entered)
			}
		})
	}
}

// At any pace a scanner has, a code is one scan, whatever a person left in the field before; at any pace a person has, none is.
func TestThePaceTellsWhoTypes(t *testing.T) {
	test.NewTempApp(t)
	rapid.Check(t, func(rt *rapid.T) {
		ty := newTyping(t)
		ty.keys(rapid.StringMatching(`[a-z]{0,6}`).Draw(rt, "word"), time.Duration(rapid.IntRange(90, 600).Draw(rt, "hand"))*time.Millisecond)
		word := ty.f.Text
		ty.clock = ty.clock.Add(time.Second)
		code := rapid.StringMatching(`[A-Z0-9: ]{3,40}`).Draw(rt, "code")
		scanner := rapid.Bool().Draw(rt, "scanner")
		pace := rapid.IntRange(90, 600).Draw(rt, "pace")
		if scanner {
			pace = rapid.IntRange(0, 30).Draw(rt, "pace")
		}
		ty.keys(code, time.Duration(pace)*time.Millisecond)
		ty.enter()
		if scanner && (len(ty.scans) != 1 || ty.scans[0] != code || ty.f.Text != word) {
			rt.Fatalf("a scan of %q after %q gave %q and left %q", code, word, ty.scans, ty.f.Text)
		}
		if !scanner && (len(ty.scans) != 0 || ty.f.Text != word+code) {
			rt.Fatalf("typed %q gave %q and left %q", code, ty.scans, ty.f.Text)
		}
	})
}

func TestTheSortsOfOrders(t *testing.T) {
	l := &lister{list: []fulfillment.OrderSummary{{ID: "1", Rung: fulfillment.RungToPack}, {ID: "2", Rung: fulfillment.RungToPack, Holds: []fulfillment.Hold{fulfillment.HoldShort}},
		{ID: "3", Rung: fulfillment.RungHandedOver}, {ID: "4", Rung: fulfillment.RungDelivered, Holds: []fulfillment.Hold{fulfillment.HoldCancelled}}}}
	s, back, _ := newScreen(t, l)
	s.Load()
	back.run()
	for _, c := range []struct {
		tap  sort
		want int
		word string
	}{{shelved, 1, "Held: 1"}, {gone, 2, "Gone: 2"}, {gone, 4, "Gone: 2"}} {
		test.Tap(s.filter[c.tap])
		if len(s.list) != c.want || s.filter[c.tap].Word() != c.word {
			t.Errorf("%s: %d orders in sight, want %d", s.filter[c.tap].Word(), len(s.list), c.want)
		}
	}
}

func TestAFieldThatIsTouchedAgainBeginsAnew(t *testing.T) {
	test.NewTempApp(t)
	clock := now
	f := NewSearchField("", func() time.Time { clock = clock.Add(300 * time.Millisecond); return clock }, nil, nil)
	typed := func(s string) {
		for _, r := range s {
			f.TypedRune(r)
		}
	}
	f.FocusGained()
	typed("mug")
	f.FocusLost()
	clock = clock.Add(time.Second)
	f.FocusGained()
	typed("tea")
	if f.Text != "tea" {
		t.Errorf("%q", f.Text)
	}
	f.FocusLost()
	clock = clock.Add(time.Second)
	f.FocusGained()
	f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	typed("pot")
	if f.Text != "teapot" {
		t.Errorf("edited: %q", f.Text)
	}
}

// An order that went over a wrong weight is neither green in the list nor on its card, and its history says what happened.
func TestAWrongWeightThatWasInsistedOnIsSeen(t *testing.T) {
	events := []fulfillment.Event{{Kind: fulfillment.EventWeighed, Operator: "Demo Packer", Body: []byte(`{"g":1900,"expected_g":400,"insisted":"Demo Packer","over":"too_heavy"}`)},
		{Kind: fulfillment.EventHandedOver}}
	s, back, _ := newScreen(t, &lister{list: []fulfillment.OrderSummary{{ID: "1", Rung: fulfillment.RungHandedOver}, {ID: "2", Rung: fulfillment.RungHandedOver}}})
	s.card.o.Papers = &desk{has: Paperwork{Events: events}}
	clock := now
	s.o.Now = func() time.Time { return clock }
	s.card.o.Now = s.o.Now
	s.o.Story = func(_ context.Context, id fulfillment.OrderID) (fulfillment.Story, error) {
		if id == "1" {
			return fulfillment.StoryOf(events), nil
		}
		return fulfillment.StoryOf(events[1:]), nil
	}
	s.Load()
	back.run()
	back.run()
	if over, fine := s.table.lines[0].state.Ink(), s.table.lines[1].state.Ink(); over != widgets.WarnInk || fine != widgets.Good {
		t.Errorf("in the list: %v beside %v", over, fine)
	}
	clock = clock.Add(time.Minute)
	test.Tap(s.table.lines[0].touch)
	back.run()
	want := "Weighed 1900 g – too heavy, gone over by Demo Packer"
	if row := s.card.inside.steps[1]; row.what.Words() != "Weighed 1900 g – too heavy" || row.what.Ink() != widgets.WarnInk || !strings.HasPrefix(row.sub.Words(), "gone over by Demo Packer") {
		t.Errorf("the history says %q, %q in %v", row.what.Words(), row.sub.Words(), row.what.Ink())
	}
	if !strings.HasPrefix(s.card.why.Words(), want) {
		t.Errorf("the card says %q", s.card.why.Words())
	}
}
