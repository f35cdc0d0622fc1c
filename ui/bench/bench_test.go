package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/ui/text"
)

var now = time.Date(2026, 11, 20, 14, 0, 0, 0, time.Local)

func parcel() fulfillment.Parcel {
	return fulfillment.Parcel{
		Order: fulfillment.Order{ID: "576461413038785752", Source: fulfillment.SourcePlatform, CheckedAt: now.Add(-4 * time.Minute),
			Deadlines: []fulfillment.Deadline{{Name: "rts_sla_time", At: now.Add(90 * time.Minute), Source: "order"}}},
		Package: fulfillment.Package{ID: "p1", Carrier: "UPS", Tracking: "1Z999AA10123456784"},
		Items: []fulfillment.Item{{SKU: "MUG", Name: "Mug", Need: 2, Got: 2, Fragile: true}, {SKU: "BALL", Need: 3, Got: 1, Variant: "Red"},
			{SKU: "CARD", Name: "Card", Need: 1, Gift: true, DangerousGood: true, Bundle: "SET"}},
	}
}

func TestRows(t *testing.T) {
	p := parcel()
	rows := Rows(p)
	if !rows[0].Done || rows[0].Next || !rows[1].Next || rows[2].Next {
		t.Errorf("first item that wants units is next: %+v", rows)
	}
	if rows[1].Name != "BALL" || rows[1].Sub != "BALL" || rows[1].Variant != "Red" {
		t.Errorf("an item without a name shows its SKU: %+v", rows[1])
	}
	if !slices.Equal(rows[2].Marks, []Mark{DangerousGood, Gift}) || rows[2].Sub != "CARD  ·  part of SET" {
		t.Errorf("marks and bundle: %+v", rows[2])
	}
	p.Items[2].Need, p.Items[2].Got, p.Done = 2, 1, []int{0, 0, 1, 2}
	if rows = Rows(p); !rows[2].Next || rows[1].Next {
		t.Error("the item scanned last is next while it wants units")
	}
	for i := range p.Items {
		p.Items[i].Got = p.Items[i].Need
	}
	if slices.ContainsFunc(Rows(p), func(r Row) bool { return r.Next }) {
		t.Error("a complete parcel has a next item")
	}
	p.Done = []int{99}
	Rows(p) // a wrong index must not take the window down
}

func TestFacts(t *testing.T) {
	p := parcel()
	f := FactsOf(station.View{Parcel: &p, Weight: fulfillment.Weight{Grams: 840, Stable: true, At: now}}, time.Time{}, now)
	if f.Due != "1 h 30 min left" || f.Urgency != text.Soon || f.DueAt != "Ship by 15:30" || f.Known != "Seller Center checked 4 min ago" ||
		f.Weight != "840 g" || f.WeightOf != "steady" {
		t.Errorf("%+v", f)
	}
	p.Order.Deadlines[0].Source = "rule"
	p.Package.WeightG, p.Print, p.Package.Tracking = 1250, fulfillment.PrintAsk, ""
	f = FactsOf(station.View{Parcel: &p}, now.Add(-58*time.Minute), now)
	if f.DueAt != "Ship by 15:30 (estimate)" || f.Known != "Offline since 13:02 – order checked 4 min ago" || f.Weight != "1.25 kg" ||
		f.Print != "Not certain" || !f.PrintTrouble || f.Tracking != "no tracking number yet" {
		t.Errorf("%+v", f)
	}
}

// What must be stuck on beside the label is said before what the buyer wrote.
func TestTheDangerousGoodsSheetIsSaid(t *testing.T) {
	p := parcel()
	p.Order.BuyerMessage = "ring twice"
	p.Order.ShippingType, p.Order.Lines = fulfillment.ShippingPlatform, []fulfillment.LineItem{{ID: "L1", DangerousGood: true}}
	p.Package.Lines = []fulfillment.LineID{"L1"}
	for hazmat, want := range map[fulfillment.Hash]string{"abc": "Stick the dangerous goods sheet on, too — ring twice",
		"": "Dangerous goods sheet not here: print it in the Seller Center, stick it on — ring twice"} {
		p.Package.Hazmat = hazmat
		if got := FactsOf(station.View{Parcel: &p}, time.Time{}, now).Note; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	p.Order.Lines[0].DangerousGood = false
	if got := FactsOf(station.View{Parcel: &p}, time.Time{}, now).Note; got != "ring twice" {
		t.Errorf("got %q", got)
	}
}

func TestWaiting(t *testing.T) {
	o := func(id string, rung fulfillment.Rung, by time.Duration, holds ...fulfillment.Hold) fulfillment.OrderSummary {
		s := fulfillment.OrderSummary{ID: fulfillment.OrderID(id), Rung: rung, Holds: holds}
		if by != 0 {
			s.ShipBy = now.Add(by)
		}
		return s
	}
	unknown := o("u", fulfillment.RungToPack, time.Minute)
	unknown.Status = "BRAND_NEW"
	got, n := Waiting([]fulfillment.OrderSummary{o("d", fulfillment.RungToPack, 0), o("c", fulfillment.RungToPack, time.Hour), unknown, o("a", fulfillment.RungToPack, -time.Hour),
		o("x", fulfillment.RungApplied, time.Minute), o("h", fulfillment.RungToPack, time.Minute, fulfillment.HoldHeld),
		o("v", fulfillment.RungVerified, 2*time.Hour), o("l", fulfillment.RungLabelled, 3*time.Hour)}, 9, true)
	if few, all := Waiting(got, 2, true); len(few) != 2 || all != 5 || n != 5 {
		t.Errorf("%d of %d, %d before", len(few), all, n)
	}
	var ids string
	for _, s := range got {
		ids += string(s.ID)
	}
	if ids != "acvld" {
		t.Errorf("order %q, want acvld: what was put back verified must not be forgotten", ids)
	}
	if got := State(got[2]); got != "verified – not labelled" {
		t.Errorf("a verified order says %q", got)
	}
	if got, n := Waiting([]fulfillment.OrderSummary{o("l", fulfillment.RungLabelled, time.Hour)}, 9, false); len(got)+n != 0 {
		t.Errorf("without a scan back a labelled order is done: %+v", got)
	}
}

// inline runs background work at once, as a very quick background would.
func inline(_ string, work func(context.Context) func()) {
	if then := work(context.Background()); then != nil {
		then()
	}
}

type lister struct {
	list []fulfillment.OrderSummary
	err  error
}

func (l lister) ListOrders(context.Context, string, int) ([]fulfillment.OrderSummary, error) {
	return l.list, l.err
}

func TestButtonsSendCodesAndAskTwice(t *testing.T) {
	test.NewTempApp(t)
	clock := now
	var sent []string
	s := New(Options{Command: func(c string) { sent = append(sent, c) }, Background: inline, Now: func() time.Time { return clock }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1200, 500))
	tap := func(i int) { test.Tap(s.commands.buttons[i]) }
	hold := len(Commands) - 1
	tap(0)
	tap(hold)
	if len(sent) != 0 {
		t.Fatalf("an empty bench sends %q", sent)
	}
	p := parcel()
	s.Show(station.View{Parcel: &p})
	tap(0)
	tap(hold)
	if len(sent) != 0 {
		t.Fatalf("buttons that the bench would refuse send %q", sent)
	}
	s.Show(station.View{Parcel: &p, May: station.Buttons})
	tap(0)
	tap(hold)
	if got := s.commands.buttons[hold].Word(); got != "Again: Hold" {
		t.Errorf("after one touch the button says %q", got)
	}
	clock = clock.Add(time.Second)
	tap(hold)
	tap(hold)
	other := parcel()
	other.Order.ID = "2"
	s.Show(station.View{Parcel: &other, May: station.Buttons}) // the first touch was for the parcel before
	clock = clock.Add(time.Second)
	tap(hold)
	if want := []string{"PB:UNDO", "PB:HOLD"}; !slices.Equal(sent, want) {
		t.Errorf("sent %q, want %q", sent, want)
	}
	for _, c := range Commands {
		if _, _, ok := fulfillment.ParseCommand(c.Code); !ok {
			t.Errorf("%s is no command", c.Code)
		}
	}
}

// Another label needs its reason, by touch too; the answer to the printer's question needs none.
func TestTheReprintButtonAsksWhy(t *testing.T) {
	test.NewTempApp(t)
	clock := now
	var sent []string
	s := New(Options{Command: func(c string) { sent = append(sent, c) }, Background: inline, Now: func() time.Time { return clock }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1200, 500))
	reprint := s.commands.buttons[slices.IndexFunc(Commands, func(c Command) bool { return c.Cmd == fulfillment.CmdReprint })]
	p := parcel()
	v := station.View{Parcel: &p, May: station.Buttons, Prompt: station.PromptApply}
	said := func(why fulfillment.Why) { // the station's answer
		v.VerdictSeq++
		v.Verdict = &fulfillment.Verdict{Code: fulfillment.Refused, Why: why}
		s.Show(v)
	}
	reason := func(i int) fyne.Tappable { return s.commands.reasons.Objects[i].(fyne.Tappable) }
	wait := func(d time.Duration) { clock = clock.Add(d) }
	s.Show(v)
	wait(time.Minute)
	for _, i := range []int{0, 2, 3} {
		test.Tap(reprint)
		said(fulfillment.WhyReprintReason)
		if !s.commands.reasons.Visible() || s.commands.plain.Visible() {
			t.Fatal("no reason is asked for")
		}
		wait(swapBounce)
		test.Tap(reason(i))
		said(fulfillment.WhyReprint)
		wait(swapBounce)
	}
	test.Tap(reprint)
	said(fulfillment.WhyReprintReason)
	wait(swapBounce)
	test.Tap(reason(reasonBack))
	want := []string{"PB:REPRINT", "PB:REPRINT:SPOILED", "PB:REPRINT", "PB:REPRINT:UNREADABLE", "PB:REPRINT", "PB:REPRINT:LOST", "PB:REPRINT"}
	if !slices.Equal(sent, want) || !s.commands.plain.Visible() {
		t.Fatalf("sent %q, want %q", sent, want)
	}
	wait(swapBounce)
	said(fulfillment.WhyReprintReason)
	wait(time.Minute)
	s.Tick()
	if s.commands.reasons.Visible() {
		t.Error("a touch that was forgotten still asks")
	}
	wait(swapBounce)
	v.Prompt = station.PromptPrinterAsk
	s.Show(v)
	test.Tap(reprint)
	wait(time.Second)
	test.Tap(reprint)
	if sent[len(sent)-1] != "PB:REPRINT" || len(sent) != len(want)+1 {
		t.Errorf("sent %q", sent)
	}
}

// A glove that touches Reprint twice prints nothing: the way back stands under it, and no touch counts for a second.
func TestASecondTouchOfReprintPrintsNothing(t *testing.T) {
	test.NewTempApp(t)
	clock := now
	var sent []string
	s := New(Options{Command: func(c string) { sent = append(sent, c) }, Background: inline, Now: func() time.Time { return clock }})
	w := test.NewTempWindow(t, s.Object)
	w.Resize(fyne.NewSize(1200, 500))
	p := parcel()
	s.Show(station.View{Parcel: &p, May: station.Buttons, Prompt: station.PromptApply})
	at := func(o fyne.CanvasObject) (from, to float32) {
		x := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).X
		return x, x + o.Size().Width
	}
	reprint := s.commands.buttons[slices.IndexFunc(Commands, func(c Command) bool { return c.Cmd == fulfillment.CmdReprint })]
	from, to := at(reprint)
	clock = clock.Add(time.Minute)
	test.Tap(reprint)
	s.Show(station.View{Parcel: &p, May: station.Buttons, Prompt: station.PromptApply, VerdictSeq: 1, Verdict: &fulfillment.Verdict{Code: fulfillment.Refused, Why: fulfillment.WhyReprintReason}})
	if l, r := at(s.commands.reasons.Objects[reasonBack]); l > from || r < to {
		t.Errorf("the way back is at %v–%v, Reprint was at %v–%v", l, r, from, to)
	}
	for range 3 { // 0.25 s apart, wherever they land
		clock = clock.Add(250 * time.Millisecond)
		for _, o := range s.commands.reasons.Objects {
			test.Tap(o.(fyne.Tappable))
		}
	}
	if !slices.Equal(sent, []string{"PB:REPRINT"}) || !s.commands.reasons.Visible() {
		t.Errorf("sent %q", sent)
	}
}

// The reasons go when anything else was said: what is scanned meanwhile leaves no amber button that prints one more.
func TestTheReasonsGoWithTheNextVerdict(t *testing.T) {
	test.NewTempApp(t)
	s := New(Options{Command: func(string) {}, Background: inline, Now: func() time.Time { return now }})
	p := parcel()
	v := station.View{Parcel: &p, May: station.Buttons, Prompt: station.PromptApply, VerdictSeq: 1, Verdict: &fulfillment.Verdict{Code: fulfillment.Refused, Why: fulfillment.WhyReprintReason}}
	s.Show(v)
	s.Show(v) // the scale says something
	if !s.commands.reasons.Visible() {
		t.Fatal("no reason is asked for")
	}
	v.VerdictSeq, v.Verdict = 2, &fulfillment.Verdict{Code: fulfillment.CommandDone, Why: fulfillment.WhyScanSpoiled}
	s.Show(v)
	if s.commands.reasons.Visible() || !s.commands.plain.Visible() {
		t.Error("the reasons stay after one was scanned")
	}
}

func TestABoxOfSeveralSaysSo(t *testing.T) {
	p := parcel()
	if f := FactsOf(station.View{Parcel: &p}, time.Time{}, now); f.BoxOf != "" {
		t.Errorf("an order of one box says %q", f.BoxOf)
	}
	p.Order.Lines = []fulfillment.LineItem{{ID: "1"}, {ID: "2"}, {ID: "3"}}
	p.Order.Packages = []fulfillment.Package{{ID: "p0", Lines: []fulfillment.LineID{"1"}}, {ID: "gone", Lines: []fulfillment.LineID{"3"}, PlatformStatus: "CANCELLED"}, {ID: "p1", Lines: []fulfillment.LineID{"2"}}}
	if f := FactsOf(station.View{Parcel: &p}, time.Time{}, now); f.BoxOf != "BOX 2 OF 2" {
		t.Errorf("got %q", f.BoxOf)
	}
}

func TestQueueShowsWhatIsDueOrThatItCannot(t *testing.T) {
	test.NewTempApp(t)
	l := &lister{err: errors.New("locked")}
	s := New(Options{Command: func(string) {}, Background: inline, Orders: l, Now: func() time.Time { return now }})
	s.LoadQueue()
	if got := s.queue.empty.Words(); got != text.T("bench.queue.err") || !s.queue.empty.Visible() {
		t.Errorf("trouble is shown as %q", got)
	}
	l.err, l.list = nil, []fulfillment.OrderSummary{{ID: "1", Rung: fulfillment.RungToPack, Units: 1, ShipBy: now.Add(-time.Hour)}}
	s.LoadQueue()
	if s.queue.empty.Visible() || s.queue.rows[0].due.Words() != "LATE by 1 h 00 min" || s.queue.rows[1].box.Visible() {
		t.Errorf("row says %q", s.queue.rows[0].due.Words())
	}
}

func TestNextItemIsScrolledIntoSight(t *testing.T) {
	test.NewTempApp(t)
	s := New(Options{Command: func(string) {}, Background: inline, Now: func() time.Time { return now }})
	w := test.NewTempWindow(t, s.Object)
	w.Resize(fyne.NewSize(1200, 500))
	p := fulfillment.Parcel{}
	for range 20 {
		p.Items = append(p.Items, fulfillment.Item{SKU: "A", Need: 1})
	}
	for i := range p.Items {
		s.Show(station.View{Parcel: &p})
		top := float32(i) * (s.items.lay.height + rowGap)
		at, view := s.items.scroll.Offset.Y, s.items.scroll.Size().Height
		if top < at || top+s.items.lay.height > at+view+1 {
			t.Fatalf("item %d at %.0f is out of sight (%.0f–%.0f)", i, top, at, at+view)
		}
		p.Items[i].Got = 1
	}
}

func TestLinesOutOfSightAreCounted(t *testing.T) {
	test.NewTempApp(t)
	s := New(Options{Command: func(string) {}, Background: func(string, func(context.Context) func()) {}, Now: func() time.Time { return now }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
	p := parcel()
	for _, n := range []int{2, 12} {
		p.Items = slices.Repeat([]fulfillment.Item{{SKU: "MUG", Name: "Mug", Need: 1}}, n)
		s.Show(station.View{Parcel: &p})
		s.Tick()
		if more := s.items.below(); (more > 0) != (n > 4) || more > 0 && s.items.more.Words() != fmt.Sprintf("%d lines – %d more below", n, more) {
			t.Errorf("%d lines, %d below: %q", n, more, s.items.more.Words())
		}
	}
	s.items.scroll.ScrollToBottom()
	s.Tick()
	if got, n := s.items.more.Words(), s.items.above(); n == 0 || got != fmt.Sprintf("12 lines – %d more above", n) {
		t.Errorf("at the end: %q", got)
	}
}

// Whatever the height of the window and the row to scan next, no row is cut at the upper or lower edge.
func TestNoLineIsCut(t *testing.T) {
	test.NewTempApp(t)
	for _, height := range []float32{444, 470, 500, 560, 700, 900} { // 444: 1280×720
		for _, n := range []int{3, 4, 5, 9} {
			s := New(Options{Command: func(string) {}, Background: inline, Now: func() time.Time { return now }})
			test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1148, height+2*4))
			p := parcel()
			p.Items = slices.Repeat([]fulfillment.Item{{SKU: "MUG", Name: "Mug", Need: 1}}, n)
			for i := range p.Items {
				s.Show(station.View{Parcel: &p})
				l := s.items
				seen, view := 0, l.scroll.Size().Height
				for k := range n {
					top := float32(k)*(l.lay.height+rowGap) - l.scroll.Offset.Y
					if end := top + l.lay.height; top >= -rowGap/2 && end <= view+rowGap/2 {
						seen++
					} else if end > rowGap && top < view-rowGap {
						t.Fatalf("height %v, %d lines, at %d: line %d is cut (%v to %v of %v)", height, n, i, k, top, end, view)
					}
				}
				if seen+l.above()+l.below() != n || seen < min(n, 3) || l.lay.height < 100 {
					t.Fatalf("height %v, %d lines, at %d: %d seen, %d above, %d below, %v high", height, n, i, seen, l.above(), l.below(), l.lay.height)
				}
				p.Items[i].Got = 1
			}
		}
	}
}

// The next box is opened by touch, too, and only while there is one.
func TestTheNextBoxHasAButton(t *testing.T) {
	test.NewTempApp(t)
	clock := now
	var sent []string
	s := New(Options{Command: func(c string) { sent = append(sent, c) }, Background: inline, Now: func() time.Time { return clock }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1200, 500))
	i := slices.IndexFunc(Commands, func(c Command) bool { return c.NextBox })
	button, before := s.commands.buttons[i], s.commands.buttons[i-1]
	if button.Visible() || !before.Visible() {
		t.Error("a next box is offered where there is none")
	}
	s.Show(station.View{Prompt: station.PromptNextBox})
	clock = clock.Add(swapBounce)
	test.Tap(button)
	if !button.Visible() || before.Visible() || !slices.Equal(sent, []string{"PB:NEXTBOX"}) {
		t.Errorf("sent %q, in sight: %v, Short: %v", sent, button.Visible(), before.Visible())
	}
	p := parcel()
	s.Show(station.View{Parcel: &p, Prompt: station.PromptScanItems})
	if button.Visible() || !before.Visible() || before.Size().Width < 100 {
		t.Error("Short did not come back")
	}
}

func TestTheIdleBenchShowsATare(t *testing.T) {
	test.NewTempApp(t)
	s := New(Options{Command: func(string) {}, Background: inline, Now: func() time.Time { return now }})
	s.Show(station.View{Weight: fulfillment.Weight{Grams: 0, Stable: true, At: now}, TareG: 130})
	if got := s.queue.weight.Words(); got != "0 g  ·  tare 130 g" {
		t.Errorf("got %q", got)
	}
}

func TestAStoppedParcelHasOneWayOn(t *testing.T) {
	test.NewTempApp(t)
	s := New(Options{Command: func(string) {}, Background: func(string, func(context.Context) func()) {}, Now: func() time.Time { return now }})
	p := parcel()
	for _, prompt := range []station.Prompt{station.PromptScanItems, station.PromptStop} {
		s.Show(station.View{Parcel: &p, Prompt: prompt, May: station.Buttons})
		for i, b := range s.commands.buttons {
			if Commands[i].NextBox {
				continue
			}
			if want := prompt != station.PromptStop || Commands[i].Cmd == fulfillment.CmdHold; b.Enabled() != want {
				t.Errorf("%s: %s can be touched: %v", prompt, Commands[i].Cmd, b.Enabled())
			}
		}
	}
	p.Gone = true // "scan SKIP, then the order again" must not stand over a grey button
	s.Show(station.View{Parcel: &p, Prompt: station.PromptStop, May: station.Buttons})
	if i := slices.IndexFunc(Commands, func(c Command) bool { return c.Cmd == fulfillment.CmdSkip }); !s.commands.buttons[i].Enabled() {
		t.Error("a parcel that was replaced cannot be put back by touch")
	}
}

// TestRowsOfACombinedParcel: each row says which order it is of, and what must leave the box is neither done nor next.
func TestRowsOfACombinedParcel(t *testing.T) {
	p := parcel()
	p.Order.With = []fulfillment.Order{{ID: "2"}}
	p.Items[1].Order, p.Items[2].Order = "2", "3"
	p.Items[2].Out, p.Items[2].Need, p.Items[2].Got = true, 0, 1
	p.Items[0].Got, p.Items[1].Got = 2, 3
	rows := Rows(p)
	if rows[0].Sub != "MUG  ·  order 576461413038785752" || rows[1].Sub != "BALL  ·  order 2" || rows[2].Sub != "order 3" {
		t.Errorf("%q, %q, %q", rows[0].Sub, rows[1].Sub, rows[2].Sub)
	}
	if out := rows[2]; !out.Out || out.Done || out.Next || !slices.Contains(out.Marks, TakeOut) {
		t.Errorf("what must leave the box: %+v", out)
	}
	if f := FactsOf(station.View{Parcel: &p}, time.Time{}, now); f.Order != "576461413038785752 +1" {
		t.Errorf("order %q", f.Order)
	}
}

// Where several shops are connected the order in hand says whose it is.
func TestTheFactsNameTheShop(t *testing.T) {
	test.NewTempApp(t)
	f := newFactsPanel()
	f.set(Facts{Known: "Seller Center checked just now"})
	if got := f.known.Words(); got != "Seller Center checked just now" {
		t.Errorf("one shop: %q", got)
	}
	f.set(Facts{Known: "Seller Center checked just now", Shop: "Mugs (VN)"})
	if got := f.known.Words(); got != "Mugs (VN)  ·  Seller Center checked just now" {
		t.Errorf("several: %q", got)
	}
}
