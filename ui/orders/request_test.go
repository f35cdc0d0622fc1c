package orders

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"packbench/fulfillment"
	"packbench/ui/widgets"
)

// asks is an order whose buyer asks to cancel.
func asks(id, market string, packed bool) fulfillment.OrderSummary {
	return fulfillment.OrderSummary{ID: fulfillment.OrderID(id), Market: market, Packed: packed, Holds: []fulfillment.Hold{fulfillment.HoldCancelRequested},
		Request: fulfillment.CancelRequest{ID: "C" + id, State: fulfillment.RequestOpen, Reason: "wrong colour", AnswerBy: now.Add(2 * time.Hour)}}
}

func TestASupervisorAnswersARequest(t *testing.T) {
	test.NewTempApp(t)
	var back later
	var got []fulfillment.CancelAnswer
	l := &lister{list: []fulfillment.OrderSummary{asks("1", "GB", true), asks("2", "US", false), {ID: "3"}}}
	clock := now
	tap := func(b *widgets.Button) { // as a person does who has read what the button says
		clock = clock.Add(swapPause)
		test.Tap(b)
	}
	s := New(Options{Background: back.add, Orders: l, Now: func() time.Time { return clock }, Answer: func(a fulfillment.CancelAnswer) { got = append(got, a) }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
	if s.request.object.Visible() {
		t.Error("the card is there before there are orders")
	}
	s.Load()
	back.run()
	c := s.request
	if !c.object.Visible() || c.next.Word() != "1 / 2" || !strings.HasPrefix(c.words.Words(), "Wrong colour. Without an answer it is cancelled at") {
		t.Fatalf("%t, %q, %q", c.object.Visible(), c.next.Word(), c.words.Words())
	}
	low := c.object.MinSize().Height
	if c.means.Visible() || low > 80 {
		t.Fatalf("nobody answers, and the card is %g units high", low)
	}
	tap(c.open)
	if c.object.MinSize().Height < low+100 || c.open.Visible() {
		t.Fatal("the card does not open")
	}
	tap(c.buttons[2])
	if c.object.MinSize().Height != low {
		t.Fatal("the card does not close")
	}
	tap(c.open)
	tap(c.buttons[0])
	if c.asking != "" || len(got) > 0 {
		t.Fatalf("a packer answers: %q, %+v", c.asking, got)
	}
	s.Supervisor(true)
	tap(c.buttons[0]) // reject: why?
	tap(c.buttons[2]) // back
	tap(c.buttons[0])
	tap(c.buttons[0])
	tap(c.next)
	if !strings.Contains(c.means.Words(), "(US)") || c.hint.Words() != "Only a packed parcel can be kept" {
		t.Errorf("%q, %q", c.means.Words(), c.hint.Words())
	}
	tap(c.buttons[0]) // not packed: nothing
	tap(c.buttons[1])
	tap(c.buttons[1])
	want := []fulfillment.CancelAnswer{{Kind: fulfillment.OutboxReject, OrderID: "1", CancelID: "C1", Reason: "Packed before the request"},
		{Kind: fulfillment.OutboxApprove, OrderID: "2", CancelID: "C2", Reason: "We cannot ship it"}}
	if !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	s.Answers(map[fulfillment.OrderID]fulfillment.OutboxState{"2": fulfillment.OutboxQueued})
	tap(c.buttons[1])
	if c.asking != "" || c.hint.Words() != "The answer is on its way" {
		t.Errorf("a second answer is asked for: %q, %q", c.asking, c.hint.Words())
	}
	tap(c.next)
	tap(c.buttons[1]) // why?
	s.Supervisor(false)
	if c.asking != "" {
		t.Error("the question stays when the supervisor has gone")
	}
	l.list = l.list[2:]
	s.Load()
	back.run()
	if c.object.Visible() {
		t.Error("nobody asks any more, and the card stays")
	}
}

// Two quick touches of "Reject" are one: the second would choose a reason that nobody has read.
func TestTheSecondOfTwoQuickTouchesChoosesNoReason(t *testing.T) {
	test.NewTempApp(t)
	var back later
	var got []fulfillment.CancelAnswer
	clock := now
	l := &lister{list: []fulfillment.OrderSummary{asks("1", "GB", true)}}
	s := New(Options{Background: back.add, Orders: l, Now: func() time.Time { return clock }, Answer: func(a fulfillment.CancelAnswer) { got = append(got, a) }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
	s.Load()
	back.run()
	s.Supervisor(true)
	c := s.request
	for _, b := range c.buttons[:2] {
		clock = clock.Add(swapPause)
		test.Tap(b)
		clock = clock.Add(swapPause - time.Millisecond)
		test.Tap(b)
		if len(got) > 0 || c.asking == "" {
			t.Fatalf("a quick second touch answers: %+v, asks %q", got, c.asking)
		}
		clock = clock.Add(time.Millisecond)
		test.Tap(c.buttons[2])
		test.Tap(b) // and one of "back" asks nothing
		if c.asking != "" {
			t.Fatalf("a quick touch after back asks %q", c.asking)
		}
	}
}

func TestConsequencesAndDeadlinesInWords(t *testing.T) {
	gone := asks("1", "US", true)
	gone.Rung = fulfillment.RungHandedOver
	for _, c := range []struct{ got, want string }{
		{Consequence(gone), "has left"},
		{Consequence(asks("1", "US", true)), "rejects the request by itself"},
		{Consequence(asks("1", "VN", true)), "nothing of this order can ship"},
		{Deadline(fulfillment.CancelRequest{}, now), "no time limit"},
		{Deadline(fulfillment.CancelRequest{AnswerBy: now.Add(-time.Second)}, now), "is over"},
	} {
		if !strings.Contains(c.got, c.want) {
			t.Errorf("%q does not say %q", c.got, c.want)
		}
	}
}
