package orders

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"packbench/fulfillment"
	"packbench/ui/text"
)

var now = time.Date(2026, 11, 20, 14, 0, 0, 0, time.Local)

func TestLine(t *testing.T) {
	o := fulfillment.OrderSummary{ID: "1", Rung: fulfillment.RungVerified, Units: 3, Verified: 3, ShipBy: now.Add(-time.Hour), CheckedAt: now.Add(-5 * time.Minute)}
	if l := LineOf(o, fulfillment.Story{}, now); l.Due != "LATE by 1 h 00 min" || l.Urgency != text.Late || l.State != "Verified" || l.Units != "3 / 3" || l.Checked != "5 min ago" {
		t.Errorf("%+v", l)
	}
	o.Holds = []fulfillment.Hold{fulfillment.HoldShort, fulfillment.HoldCancelRequested}
	if l := LineOf(o, fulfillment.Story{}, now); l.State != "Short, Cancel asked" || !l.Stopped || l.Due != "LATE by 1 h 00 min" || l.Urgency != text.NoDeadline {
		t.Errorf("held: %+v", l)
	}
	o.Holds, o.Rung, o.CheckedAt = nil, fulfillment.RungHandedOver, time.Time{}
	if l := LineOf(o, fulfillment.Story{}, now); !l.Finished || l.Due != "–" || l.Checked != "from a file" {
		t.Errorf("finished: %+v", l)
	}
	o.Rung, o.Status = fulfillment.RungToPack, fulfillment.StatusCancelled
	if l := LineOf(o, fulfillment.Story{}, now); l.State != "Cancelled" || !l.Stopped {
		t.Errorf("cancelled: %+v", l)
	}
}

func TestSortAndCounts(t *testing.T) {
	list := []fulfillment.OrderSummary{{ID: "f", Rung: fulfillment.RungHandedOver, ShipBy: now.Add(-time.Hour)}, {ID: "n"}, {ID: "b", ShipBy: now.Add(time.Hour)},
		{ID: "a", ShipBy: now.Add(-time.Minute)}, {ID: "c", ShipBy: now.Add(5 * time.Hour)},
		{ID: "e", Rung: fulfillment.RungToPack, NotHere: true, ShipBy: now.Add(-2 * time.Hour)}}
	ids := ""
	for _, o := range Sort(list) {
		ids += string(o.ID)
	}
	if ids != "abcnef" {
		t.Errorf("order %q", ids)
	}
	if late, soon := Counts(list, now); late != 1 || soon != 1 {
		t.Errorf("late %d, soon %d", late, soon)
	}
}

func TestPage(t *testing.T) {
	for _, c := range []struct{ n, first, size, from, to int }{
		{43, 0, 7, 0, 7}, {43, 42, 7, 42, 43}, {43, 49, 7, 42, 43}, {43, -7, 7, 0, 7}, {0, 7, 7, 0, 0}, {5, 7, 0, 4, 5}, {7, 7, 7, 0, 7},
	} {
		if from, to := Page(c.n, c.first, c.size); from != c.from || to != c.to {
			t.Errorf("Page(%d, %d, %d) = %d, %d", c.n, c.first, c.size, from, to)
		}
	}
}

// A search narrows the list, not the day: the counters and the buyers' requests stay.
func TestASearchLeavesTheDaysCounters(t *testing.T) {
	l := &lister{list: []fulfillment.OrderSummary{{ID: "11", ShipBy: now.Add(-time.Hour)}, {ID: "12", ShipBy: now.Add(time.Hour)}, {ID: "22", Rung: fulfillment.RungHandedOver},
		{ID: "23", Holds: []fulfillment.Hold{fulfillment.HoldShort}, ShipBy: now.Add(time.Hour)}}}
	s, back, _ := newScreen(t, l)
	s.Load()
	back.run()
	day := func() string {
		return s.counts.Words() + "|" + s.filter[shelved].Word() + "|" + s.filter[gone].Word()
	}
	const want = "1 late  ·  1 due within 2 h|Held: 1|Gone: 1"
	if day() != want || s.page.Words() != "1–4 of 4" {
		t.Fatalf("%q, %q", day(), s.page.Words())
	}
	s.Search.SetText("12")
	back.run()
	if day() != want || s.page.Words() != "1 found: 1–1" {
		t.Errorf("while searching: %q, %q", day(), s.page.Words())
	}
	l.list = append(l.list, fulfillment.OrderSummary{ID: "24", Rung: fulfillment.RungHandedOver})
	s.Load() // by the clock
	back.run()
	if got := s.filter[gone].Word(); got != "Gone: 2" || s.page.Words() != "1 found: 1–1" {
		t.Errorf("another left meanwhile: %q, %q", got, s.page.Words())
	}
	s.Clear()
	back.run()
	if s.page.Words() != "1–5 of 5" {
		t.Errorf("after the search %q", s.page.Words())
	}
}

type lister struct {
	list  []fulfillment.OrderSummary
	err   error
	asked []string
}

func (l *lister) ListOrders(_ context.Context, query string, _ int) ([]fulfillment.OrderSummary, error) {
	l.asked = append(l.asked, query)
	var out []fulfillment.OrderSummary
	for _, o := range l.list {
		if strings.Contains(string(o.ID), query) {
			out = append(out, o)
		}
	}
	return out, l.err
}

// later holds background work until it is let go.
type later []func(context.Context) func()

func (l *later) add(_ string, work func(context.Context) func()) { *l = append(*l, work) }

func (l *later) run() {
	work := *l
	*l = nil
	for _, w := range work {
		if then := w(context.Background()); then != nil {
			then()
		}
	}
}

func newScreen(t *testing.T, l *lister) (*Screen, *later, *[]string) {
	t.Helper()
	test.NewTempApp(t)
	var back later
	var scans []string
	s := New(Options{Scan: func(c string) { scans = append(scans, c) }, Background: back.add, Orders: l, Now: func() time.Time { return now }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
	return s, &back, &scans
}

func TestListPagesAndSearches(t *testing.T) {
	l := &lister{}
	for i := range 30 {
		l.list = append(l.list, fulfillment.OrderSummary{ID: fulfillment.OrderID("5764" + strings.Repeat("0", i)), ShipBy: now.Add(time.Duration(i) * time.Hour)})
	}
	s, back, _ := newScreen(t, l)
	s.Load()
	back.run()
	fits := s.table.stack.Fits()
	if fits < 5 || s.page.Words() == "" || s.up.Enabled() || !s.down.Enabled() {
		t.Fatalf("%d lines fit, page %q", fits, s.page.Words())
	}
	for range 20 {
		test.Tap(s.down)
	}
	if !strings.HasSuffix(s.page.Words(), "–30 of 30") || s.down.Enabled() {
		t.Errorf("last page %q", s.page.Words())
	}
	test.Type(s.Search, "99")
	back.run()
	if got := s.notice.Words(); got != "No order matches “99”" || !s.notice.Visible() {
		t.Errorf("notice %q", got)
	}
	if l.asked[len(l.asked)-1] != "99" {
		t.Errorf("asked %q", l.asked)
	}
}

func TestTheShopStandsAtTheOrder(t *testing.T) {
	l := &lister{list: []fulfillment.OrderSummary{{ID: "1", Shop: "a"}, {ID: "2"}}}
	s, back, _ := newScreen(t, l)
	s.Load()
	back.run()
	if s.table.lines[0].shop.Visible() {
		t.Error("one shop is told from others")
	}
	s.Shops(func(shop string) string { return map[string]string{"a": "Mugs (VN)"}[shop] })
	if x := s.table.lines; x[0].shop.Words() != "Mugs (VN)" || !x[0].shop.Visible() || x[1].shop.Visible() {
		t.Errorf("%q, %q", x[0].shop.Words(), x[1].shop.Words())
	}
}

func TestTheSearchIsEndedByTouch(t *testing.T) {
	l := &lister{list: []fulfillment.OrderSummary{{ID: "1"}, {ID: "2"}}}
	s, back, scans := newScreen(t, l)
	s.Load()
	back.run()
	if s.clear.Enabled() {
		t.Error("there is nothing to clear")
	}
	test.Type(s.Search, "2")
	back.run()
	if len(s.list) != 1 || !s.clear.Enabled() {
		t.Fatalf("%d orders, can be cleared %t", len(s.list), s.clear.Enabled())
	}
	test.Tap(s.clear)
	back.run()
	if s.Search.Text != "" || len(s.list) != 2 || s.clear.Enabled() {
		t.Errorf("%q in the field, %d orders", s.Search.Text, len(s.list))
	}
	test.Tap(s.filter[gone])
	s.Find("1")
	back.run()
	if s.Search.Text != "1" || len(s.list) != 1 || s.list[0].ID != "1" || len(*scans) != 0 {
		t.Errorf("found %+v with %q, scanned %q", s.list, s.Search.Text, *scans)
	}
}

func TestAnAnswerToAnOlderQuestionIsDropped(t *testing.T) {
	l := &lister{list: []fulfillment.OrderSummary{{ID: "1"}, {ID: "2"}}}
	s, back, _ := newScreen(t, l)
	s.Load()
	old := *back
	*back = nil
	test.Type(s.Search, "2")
	back.run()
	for _, w := range old { // the slow answer to “all” comes last
		if then := w(context.Background()); then != nil {
			then()
		}
	}
	if len(s.list) != 1 {
		t.Errorf("%d orders are shown", len(s.list))
	}
}

func TestTroubleIsSaid(t *testing.T) {
	l := &lister{err: errors.New("database is locked")}
	s, back, _ := newScreen(t, l)
	s.Load()
	back.run()
	if got := s.notice.Words(); got != "The orders cannot be read now. Database is locked." {
		t.Errorf("notice %q", got)
	}
}

func TestSearchFieldHandsScansOver(t *testing.T) {
	s, _, scans := newScreen(t, &lister{})
	for _, end := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeyTab} {
		test.Type(s.Search, "LOT 42 B")
		s.Search.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyRightBracket, Modifier: fyne.KeyModifierControl})
		test.Type(s.Search, "7")
		s.Search.TypedKey(&fyne.KeyEvent{Name: end})
		if s.Search.Text != "" {
			t.Errorf("%s: %q stayed in the field", end, s.Search.Text)
		}
	}
	s.Search.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) // nothing in it: no scan
	if len(*scans) != 3 || (*scans)[0] != "LOT 42 B\x1d7" || (*scans)[2] != "LOT 42 B\x1d7" {
		t.Errorf("scans %q", *scans)
	}
}

func TestAnOrderThatIsNotForThisBenchDoesNotReadToPack(t *testing.T) {
	o := fulfillment.OrderSummary{ID: "1", Rung: fulfillment.RungToPack, NotHere: true, ShipBy: time.Now().Add(time.Hour)}
	if l := LineOf(o, fulfillment.Story{}, time.Now()); !l.Stopped || l.State == text.Rung(fulfillment.RungToPack) || l.Due != "–" {
		t.Errorf("got %+v", l)
	}
	o.Rung = fulfillment.RungHandedOver
	if l := LineOf(o, fulfillment.Story{}, time.Now()); l.Stopped || l.State != text.Rung(fulfillment.RungHandedOver) {
		t.Errorf("got %+v", l)
	}
}
