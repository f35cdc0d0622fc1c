package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

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
			v.OrderID, v.Scan, v.Got, v.Need, v.WeightG, v.ExpectedG = "576461413038785752", "00340434161094042557", 12, 12, 12480, 11250
			v.Market, v.At = "VN", time.Unix(1763800000, 0) // the longest consequence of a cancel request, with its age
			v.CheckedAt = v.At.Add(-25 * time.Hour)
			v.Name = "Stoneware mug, hand glazed, dishwasher safe, Terracotta red"
			w.banner.set(station.View{Verdict: &v})
			whole(string(v.Code)+"+"+string(v.Why)+" headline", w.banner.head, 34)
			whole(string(v.Code)+"+"+string(v.Why)+" sentence", w.banner.detail, 19)
		}
		for _, p := range []station.Prompt{station.PromptScanParcels, station.PromptWaitLabel, station.PromptStop, station.PromptWeigh, station.PromptReprint} {
			w.prompt.set(station.View{Prompt: p, Carrier: "UPS", CarrierName: "Royal Mail Tracked 24"})
			whole(string(p)+" headline", w.prompt.head, 34)
			whole(string(p)+" detail", w.prompt.detail, 15)
		}
	}
}
