package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Whatever the bench says is read whole, and large, on the smallest screens that benches have.
func TestEveryVerdictIsReadWholeOnSmallScreens(t *testing.T) {
	for _, size := range []fyne.Size{fyne.NewSize(1366, 768), fyne.NewSize(1280, 720), fyne.NewSize(1280, 680)} {
		w := newTestWindow(t, Options{})
		w.win.Resize(size)
		whole := func(what string, t2 *widgets.Text, least float32) {
			lines, points := t2.Drawn(t2.Size())
			if got := strings.Join(lines, " "); got != strings.Join(strings.Fields(t2.Words()), " ") || points < least {
				t.Errorf("%v: %s is drawn %q at %v", size, what, lines, points)
			}
		}
		for _, v := range text.Sayings() {
			v.OrderID, v.Scan, v.Got, v.Need, v.WeightG, v.LeastG, v.MostG = "576461413038785752", "00340434161094042557", 12, 12, 14480, 11250, 14100
			v.Market, v.At = "VN", time.Unix(1763800000, 0) // the longest consequence of a cancel request, with its age
			v.CheckedAt = v.At.Add(-25 * time.Hour)
			v.Name = "Stoneware mug, hand glazed, dishwasher safe, Terracotta red"
			w.banner.set(station.View{Verdict: &v})
			whole(string(v.Code)+"+"+string(v.Why)+" headline", w.banner.head, 34)
			whole(string(v.Code)+"+"+string(v.Why)+" sentence", w.banner.detail, 19)
		}
		parcel := inHand()
		parcel.Order.CancelRequested = true
		for _, over := range []bool{false, true} {
			parcel.Over = over
			w.prompt.set(station.View{Prompt: station.PromptScanItems, Parcel: parcel})
			whole("the request in the band", w.prompt.detail, 15)
		}
		parcel.Order.CancelRequested = false
		for _, verdict := range []fulfillment.LabelVerdict{fulfillment.LabelRefuse, fulfillment.LabelCannotVerify} {
			w.prompt.label, w.prompt.never = text.LabelAhead(parcel, verdict)
			w.prompt.set(station.View{Prompt: station.PromptScanItems, Parcel: parcel})
			whole("the label in the band", w.prompt.detail, 15)
		}
		for _, p := range []station.Prompt{station.PromptNextBox, station.PromptScanParcels, station.PromptWaitLabel, station.PromptStop, station.PromptWeigh, station.PromptReprint} {
			w.prompt.set(station.View{Prompt: p, Carrier: "UPS", CarrierName: "Royal Mail Tracked 24"})
			whole(string(p)+" headline", w.prompt.head, 34)
			whole(string(p)+" detail", w.prompt.detail, 15)
		}
	}
}

func TestTheBannerSaysHowAResumedParcelStands(t *testing.T) {
	w := newTestWindow(t, Options{})
	show := func(v station.View) {
		w.Show(v)
		w.win.Canvas().Capture()
	}
	show(station.View{Parcel: inHand(), Standing: &fulfillment.Verdict{Code: fulfillment.OrderOpened, Why: fulfillment.WhyResumed, OrderID: "5", Got: 2, Need: 4}})
	if got := w.banner.head.Words(); got != "Still open – 2 of 4 in" || w.banner.look != lookCareful { // nobody has scanned anything: no green tick
		t.Errorf("got %q", got)
	}
	show(station.View{Parcel: inHand(), Prompt: station.PromptStop, Standing: &fulfillment.Verdict{Code: fulfillment.Cancelled, Why: fulfillment.WhyStatus, OrderID: "5"}})
	if got := w.banner.head.Words(); got != "STOP – order cancelled" || w.banner.look != lookStop {
		t.Errorf("got %q, %+v", got, w.banner.look)
	}
}

// What must not be forgotten stands in the band, whatever takes the banner: a badge alone decides nothing.
func TestTheBandKeepsTheRequestAndTheLabelInSight(t *testing.T) {
	w := newTestWindow(t, Options{})
	show := func(v station.View) {
		w.Show(v)
		w.win.Canvas().Capture()
	}
	p := inHand()
	p.Order.CancelRequested, p.Order.Market = true, "GB"
	hello := &fulfillment.Verdict{Code: fulfillment.CommandDone, Class: fulfillment.ClassBadge, Scan: "PB:USER:9", Name: "Demo Supervisor"}
	v := station.View{Parcel: p, Supervisor: true, Prompt: station.PromptScanItems, Verdict: hello, VerdictSeq: 1}
	show(v)
	if got := w.prompt.detail.Words(); !strings.HasPrefix(got, "The buyer wants to cancel order") {
		t.Errorf("after the badge: %q", got)
	}
	over := *p
	over.Over = true
	v.Parcel, v.VerdictSeq = &over, 2
	show(v)
	if got := w.prompt.detail.Words(); !strings.HasPrefix(got, "Packed despite") {
		t.Errorf("after the decision and a second badge: %q", got)
	}
	v.Prompt = station.PromptStop
	if show(v); strings.HasPrefix(w.prompt.detail.Words(), "Packed despite") {
		t.Error("a stop is hidden")
	}
	plain := inHand()
	v.Parcel, v.Prompt, v.VerdictSeq = plain, station.PromptScanItems, 3
	show(v)
	w.labelAhead(text.LabelAhead(plain, fulfillment.LabelRefuse))
	if got := w.prompt.detail.Words(); !strings.HasPrefix(got, "Its label will not print") {
		t.Errorf("a label that will be refused: %q", got)
	}
	w.labelAhead(text.LabelAhead(plain, fulfillment.LabelPrint))
	if got := w.prompt.detail.Words(); strings.Contains(got, "label") {
		t.Errorf("a label that prints: %q", got)
	}
	for state, want := range map[fulfillment.PrintState]bool{fulfillment.PrintNone: true, fulfillment.PrintWaiting: true, fulfillment.PrintRefused: false, fulfillment.PrintDone: false} {
		plain.Print = state
		if words, bad := text.LabelAhead(plain, fulfillment.LabelCannotVerify); (words != "") != want || bad {
			t.Errorf("%s: %q, %v", state, words, bad)
		}
	}
}

// While the question for a reason stands the band says to answer it; it said "Scan the next order" beside it.
func TestTheBandSaysToAnswerWhyAnotherLabelIsWanted(t *testing.T) {
	w := newTestWindow(t, Options{})
	show := func(v station.View) {
		w.Show(v)
		w.win.Canvas().Capture()
	}
	asks := &fulfillment.Verdict{Code: fulfillment.Refused, Why: fulfillment.WhyReprintReason, Scan: "PB:REPRINT"}
	for _, before := range []station.Prompt{station.PromptScanOrder, station.PromptNextBox} {
		show(station.View{Prompt: before, Verdict: asks, VerdictSeq: w.view.VerdictSeq + 1})
		if got := w.prompt.head.Words(); got != "Choose why below" || w.banner.look != lookCareful {
			t.Errorf("%s: the band says %q", before, got)
		}
		show(station.View{Prompt: before, Verdict: &fulfillment.Verdict{Code: fulfillment.CommandDone, Scan: "PB:REPRINT:LOST"}, VerdictSeq: w.view.VerdictSeq + 1})
		if got := w.prompt.head.Words(); got == "Choose why below" {
			t.Errorf("%s: the band still asks", before)
		}
	}
}

// Banner, band and answers go together: when the choice was forgotten nobody is told to touch a reason that is not there.
func TestTheQuestionWhyGoesWithItsAnswers(t *testing.T) {
	clock := time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)
	w := newTestWindow(t, Options{Now: func() time.Time { return clock }})
	v := station.View{Prompt: station.PromptScanOrder, May: station.Buttons, VerdictSeq: 1,
		Verdict: &fulfillment.Verdict{Code: fulfillment.Refused, Why: fulfillment.WhyReprintReason, Scan: "PB:REPRINT", At: clock}}
	w.Show(v)
	w.win.Canvas().Capture()
	if got := w.banner.head.Words(); got != "Why another label?" || w.prompt.head.Words() != "Choose why below" {
		t.Fatalf("the banner says %q, the band %q", got, w.prompt.head.Words())
	}
	clock = clock.Add(time.Minute)
	w.second()
	if got := w.banner.head.Words(); got != "Ready" || w.prompt.head.Words() != "Scan the next order" {
		t.Errorf("after a minute the banner says %q, the band %q", got, w.prompt.head.Words())
	}
}

// "Logged in" is gone after a while, and so is its time.
func TestTheBannerForgetsWhatIsOver(t *testing.T) {
	clock := time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)
	w := newTestWindow(t, Options{Now: func() time.Time { return clock }})
	w.Show(station.View{Operator: "Packer One", VerdictSeq: 1,
		Verdict: &fulfillment.Verdict{Code: fulfillment.CommandDone, Class: fulfillment.ClassBadge, Scan: "PB:USER:1", Name: "Packer One", At: clock}})
	w.win.Canvas().Capture()
	if got := w.banner.head.Words(); got != "Logged in" {
		t.Fatalf("the banner says %q", got)
	}
	clock = clock.Add(time.Minute)
	w.second()
	if got := w.banner.head.Words(); got != "Ready" || w.banner.at.Words() != "" || w.banner.look != lookReady {
		t.Errorf("a minute later: %q at %q", got, w.banner.at.Words())
	}
}

// On pages where nothing is packed one line says what waits, and an alarm takes its place; on the bench the band is back.
func TestOtherPagesSayWhatWaitsInOneLine(t *testing.T) {
	w := newTestWindow(t, Options{})
	v := station.View{Parcel: inHand(), Prompt: station.PromptScanItems, VerdictSeq: 1, Verdict: &fulfillment.Verdict{Code: fulfillment.OrderOpened}}
	w.Show(v)
	w.win.Canvas().Capture()
	for _, page := range []tab{tabOrders, tabEquipment, tabShop, tabManual} {
		w.choose(page)
		if got := w.prompt.detail.Words(); got != "Order 576461413038785752 is open. Back to packing: touch Bench." || w.prompt.head.Visible() || w.prompt.Container.Size().Height != awayHeight {
			t.Errorf("%s: %q, %v high", tabNames[page], got, w.prompt.Container.Size().Height)
		}
	}
	w.asked = [2]string{"Scan the barcode", "On the screen."} // the wizard asks
	if w.showPrompt(); w.prompt.away || w.prompt.head.Words() != "Scan the barcode" {
		t.Errorf("the wizard's question is %q", w.prompt.head.Words())
	}
	w.asked = [2]string{}
	v.Alarms = []fulfillment.Verdict{{Code: fulfillment.Cancelled, OrderID: "7"}}
	w.Show(v)
	if got := w.prompt.detail.Words(); !strings.Contains(got, "cancelled") {
		t.Errorf("the alarm: %q", got)
	}
	lines, points := w.prompt.detail.Drawn(w.prompt.detail.Size())
	if len(lines) != 1 || points < 13 || lines[0] != w.prompt.detail.Words() {
		t.Errorf("the alarm is drawn %q at %v", lines, points)
	}
	w.choose(tabBench)
	if w.prompt.away || !w.prompt.head.Visible() || w.prompt.Container.Size().Height < promptHeight-1 {
		t.Errorf("back at the bench the band is %v high", w.prompt.Container.Size().Height)
	}
}
