package equipment

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"packbench/devices"
	"packbench/fulfillment"
)

var now = time.Date(2026, 11, 20, 14, 0, 0, 0, time.Local)

func TestFacts(t *testing.T) {
	for _, c := range []struct {
		name string
		s    SyncStatus
		want []Fact
	}{
		{"no shop", SyncStatus{}, []Fact{{"No shop connected", Quiet}, {"Orders come from files. Connect a shop to bring them in by themselves.", Quiet}}},
		{"online", SyncStatus{Configured: true, Online: true, LastPull: now.Add(-2 * time.Minute), ClockKnown: true, ClockOffset: -3 * time.Second},
			[]Fact{{"Seller Center: online", Fine}, {"Orders brought up to date 2 min ago", Quiet}, {"This PC’s clock is right to 3 s", Fine}}},
		{"offline", SyncStatus{Configured: true, OfflineSince: now.Add(-58 * time.Minute), Err: "no route", ClockKnown: true, ClockOffset: 7 * time.Minute},
			[]Fact{{"Seller Center: offline since 13:02", Look}, {"No route.", Look}, {"Orders have never been brought in from the shop", Look},
				{"This PC’s clock is 7 min ahead: put it right, or calls are refused", Wrong}}},
	} {
		got := Facts(c.s, now)
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v", c.name, got)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: got %+v, want %+v", c.name, got[i], c.want[i])
			}
		}
	}
}

func TestDevicesAreSortedAndInWords(t *testing.T) {
	got := Devices([]devices.Health{
		{Kind: "sound", State: devices.Attention, Text: "no sound"},
		{Kind: devices.Printer, Role: "label", ID: "10.0.0.5:9100", Transport: "network", State: devices.Attention, Text: "paper is out"},
		{Kind: devices.Scanner, ID: "keyboard", Transport: "keyboard", State: devices.Ready},
	})
	if got[0].Name != "Scanner" || got[0].Words != "Ready" || got[0].ID != "keyboard" || got[0].Tone != Fine {
		t.Errorf("%+v", got[0])
	}
	if got[1].Name != "Printer · label" || got[1].Words != "Paper is out." || got[1].Tone != Look {
		t.Errorf("%+v", got[1])
	}
	if got[2].Name != "Sound" {
		t.Errorf("%+v", got[2])
	}
}

func TestWorst(t *testing.T) {
	h := func(k devices.Kind, s devices.State) devices.Health { return devices.Health{Kind: k, State: s} }
	list := []devices.Health{h(devices.Scanner, devices.Absent), h(devices.Scanner, devices.Ready), h(devices.Printer, devices.Ready), h(devices.Printer, devices.Absent), h(devices.Scale, "brand new")}
	for _, c := range []struct {
		k    devices.Kind
		want Tone
		ok   bool
	}{{devices.Scanner, Fine, true}, {devices.Printer, Wrong, true}, {devices.Scale, Look, true}, {devices.Camera, Fine, false}} {
		if got, ok := Worst(list, c.k); ok != c.ok || ok && got != c.want {
			t.Errorf("%s: %v, %v", c.k, got, ok)
		}
	}
}

func TestOutboxShowsAgesAndHowManyMore(t *testing.T) {
	test.NewTempApp(t)
	clock := now
	s := New(func() time.Time { return clock }, nil)
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
	x := SyncStatus{Configured: true, Online: true, Queued: 30, Parked: 1}
	for range 31 {
		x.Outbox = append(x.Outbox, OutboxLine{Kind: fulfillment.OutboxArrange, OrderID: "5", State: fulfillment.OutboxQueued, Age: time.Hour, Reason: "not now"})
	}
	s.ShowSync(x)
	clock = clock.Add(5 * time.Minute)
	s.Tick()
	if got := s.outbox.rows[0].age.Words(); got != "1 h 05 min" {
		t.Errorf("age %q: it must grow while it is looked at", got)
	}
	if s.outbox.more.Words() == "" || s.outbox.head.Words() != "30 waiting, 0 uncertain, 1 for a person" {
		t.Errorf("more %q, head %q", s.outbox.more.Words(), s.outbox.head.Words())
	}
	s.ShowSync(SyncStatus{Configured: true, Online: true})
	if s.outbox.head.Words() != "Everything has been told" || s.outbox.rows[0].box.Visible() {
		t.Errorf("empty: %q", s.outbox.head.Words())
	}
}

func TestSoundTroubleIsSaidAndIsNoAlarm(t *testing.T) {
	got := Devices([]devices.Health{{Kind: Sound, State: devices.Absent, Text: "no sound card"}, {Kind: devices.Printer, State: devices.Absent}})
	if got[1].Name != "Sound" || got[1].Words != "No sound card." || got[1].Tone != Quiet || got[0].Tone != Wrong {
		t.Errorf("%+v", got)
	}
}

func TestASupervisorDecidesAboutParkedRows(t *testing.T) {
	test.NewTempApp(t)
	var got []fulfillment.OutboxDecision
	s := New(func() time.Time { return now }, func(d fulfillment.OutboxDecision) { got = append(got, d) })
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
	p := s.parked
	line := func(id string) OutboxLine {
		return OutboxLine{ID: id, Kind: fulfillment.OutboxReportShipped, OrderID: fulfillment.OrderID("order " + id), PackageID: "P", State: fulfillment.OutboxParked,
			Reason: "tracking number is not valid", RequestID: "req-" + id, Age: time.Hour}
	}
	status := SyncStatus{Configured: true, Parked: 2, Queued: 1, Outbox: []OutboxLine{{ID: "q", State: fulfillment.OutboxQueued}, line("a"), line("b")}}
	s.ShowSync(status)
	if !p.object.Visible() || p.words.Words() != "Tracking number is not valid." || p.request.Words() != "Request req-a  ·  1 h 00 min" || p.next.Word() != "1 / 2" {
		t.Errorf("%q, %q, %q", p.words.Words(), p.request.Words(), p.next.Word())
	}
	test.Tap(p.buttons[0])
	if len(got) != 0 || p.hint.Words() != "A supervisor scans the badge to decide" {
		t.Fatalf("a packer decided: %+v, hint %q", got, p.hint.Words())
	}
	s.Supervisor(true)
	test.Tap(p.buttons[1]) // done by hand: why?
	if p.buttons[1].Word() != "Done in Seller Center" {
		t.Fatalf("no reason is asked for: %q", p.buttons[1].Word())
	}
	test.Tap(p.buttons[0]) // back
	test.Tap(p.next)
	test.Tap(p.buttons[2]) // give up: why?
	test.Tap(p.buttons[1])
	s.ShowSync(status) // the same rows again: the second stays in front
	test.Tap(p.buttons[0])
	want := []fulfillment.OutboxDecision{
		{ID: "b", Kind: fulfillment.OutboxReportShipped, OrderID: "order b", PackageID: "P", Action: fulfillment.OutboxGiveUp, Reason: "Order was cancelled"},
		{ID: "b", Kind: fulfillment.OutboxReportShipped, OrderID: "order b", PackageID: "P", Action: fulfillment.OutboxRetry},
	}
	if !cmp.Equal(got, want) {
		t.Errorf("%s", cmp.Diff(want, got))
	}
	test.Tap(p.buttons[1])
	status.Outbox, status.Parked = status.Outbox[:2], 1
	s.ShowSync(status) // the row is gone while its reason was asked for
	if p.asking != "" || p.head.Words() != "Report as shipped  order a" {
		t.Errorf("asks %q about %q", p.asking, p.head.Words())
	}
	s.ShowSync(SyncStatus{Configured: true})
	if p.object.Visible() {
		t.Error("nothing is parked, and the card stays")
	}
}

func TestAParcelThatLeftCannotStayHere(t *testing.T) {
	test.NewTempApp(t)
	s := New(func() time.Time { return now }, nil)
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
	s.Supervisor(true)
	for _, gone := range []bool{false, true} {
		s.ShowSync(SyncStatus{Configured: true, Parked: 1, Outbox: []OutboxLine{{ID: fmt.Sprint(gone), State: fulfillment.OutboxParked, Gone: gone}}})
		test.Tap(s.parked.buttons[2])
		words := s.parked.buttons[1].Word() + ", " + s.parked.buttons[2].Word()
		if stays := strings.Contains(words, "stays"); stays == gone {
			t.Errorf("parcel gone %v, reasons to give up: %s", gone, words)
		}
	}
}

// What somebody else has reported with another tracking number can be corrected; other rows offer no such thing.
func TestASupervisorHasATrackingNumberCorrected(t *testing.T) {
	test.NewTempApp(t)
	var got []fulfillment.OutboxDecision
	s := New(func() time.Time { return now }, func(d fulfillment.OutboxDecision) { got = append(got, d) })
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
	row := OutboxLine{ID: "a", Kind: fulfillment.OutboxReportShipped, OrderID: "1", PackageID: "P", State: fulfillment.OutboxParked, Reason: "another number"}
	show := func(can bool) {
		row.Correctable = can
		s.ShowSync(SyncStatus{Configured: true, Parked: 1, Outbox: []OutboxLine{row}})
	}
	show(false)
	if s.parked.correct.Visible() {
		t.Error("there is nothing to correct")
	}
	show(true)
	test.Tap(s.parked.correct)
	if !s.parked.correct.Visible() || len(got) > 0 {
		t.Fatalf("visible %t; a packer decided: %+v", s.parked.correct.Visible(), got)
	}
	s.Supervisor(true)
	test.Tap(s.parked.correct)
	want := []fulfillment.OutboxDecision{{ID: "a", Kind: fulfillment.OutboxReportShipped, OrderID: "1", PackageID: "P", Action: fulfillment.OutboxPutRight}}
	if !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

// The sixth device is not cut off in a window of 1280 × 720; more than fit are scrolled to.
func TestSixDevicesAreInSight(t *testing.T) {
	test.NewTempApp(t)
	for _, n := range []int{1, 5, 6, 9} {
		s := New(func() time.Time { return now }, nil)
		test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1140, 444))
		var list []devices.Health
		for i := range n {
			list = append(list, devices.Health{Kind: devices.Scanner, ID: fmt.Sprint("scanner ", i), State: devices.Ready})
		}
		s.ShowDevices(list)
		room, last := s.scroll.Size().Height, s.rows[n-1].Container
		if end := last.Position().Y + last.Size().Height; end > room+0.5 && n <= 6 || end > s.cards.Size().Height+0.5 {
			t.Errorf("%d devices: the last one ends at %g of %g in sight, %g in all", n, end, room, s.cards.Size().Height)
		}
	}
}
