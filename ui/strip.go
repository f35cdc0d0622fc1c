package ui

import (
	"fmt"
	"slices"
	"time"

	"packbench/devices"
	"packbench/fulfillment/station"
	"packbench/ui/equipment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// strip is the thin line at the bottom: who packs, how the Seller Center and each device are, what is to be told.
type strip struct {
	*widgets.Panel
	cells  map[string]*stripCell
	person *widgets.Panel // behind the operator: amber while a supervisor's badge counts
	face   *widgets.Icon
}

type stripCell struct {
	state *widgets.Icon
	words *widgets.Text
}

var stripOrder = []string{"person", "cloud", "printer", "scale", "scanner", "camera", "outbox"}

func newStrip() *strip {
	s := &strip{cells: map[string]*stripCell{}}
	var items []widgets.Item
	for _, name := range stripOrder {
		c := &stripCell{state: widgets.NewIcon("dash", widgets.NavySoft, 24), words: widgets.NewText(15, true, widgets.OnNavy).Fit(11, 1)}
		s.cells[name] = c
		cell := widgets.Row(8, widgets.Fix(c.state, 24), widgets.Grow(c.words, 1))
		share := float32(10)
		if name == "person" || name == "cloud" {
			face := widgets.NewIcon(name, widgets.NavySoft, 24)
			cell = widgets.Row(8, widgets.Fix(face, 24), widgets.Fix(c.state, 24), widgets.Grow(c.words, 1))
			share = 14
			if name == "person" {
				share = 24 // a name and what the person may do, read from two steps away
				s.face, s.person = face, widgets.NewPanel(widgets.Clear, 8, 2, cell).Square()
				cell = s.person.Container
			}
		}
		if name == "printer" || name == "scanner" || name == "camera" || name == "outbox" {
			share = 12 // longer words
		}
		items = append(items, widgets.Grow(cell, share))
	}
	s.Panel = widgets.NewPanel(widgets.Navy, 14, 6, widgets.Row(10, items...)).Square()
	s.operator(station.View{})
	s.devices(nil)
	s.sync(SyncStatus{}, time.Time{})
	return s
}

func (c *stripCell) set(words string, t equipment.Tone) {
	c.words.Set(words)
	if t == equipment.Quiet { // set once: two shapes in turn would paint the window anew every second
		c.state.Set("dash", widgets.NavySoft, widgets.Clear, false)
		return
	}
	equipment.Shape(c.state, t)
}

func (s *strip) operator(v station.View) {
	fill, ink, face := widgets.Clear, widgets.OnNavy, widgets.NavySoft
	if v.Supervisor {
		fill, ink, face = widgets.Warn, widgets.Ink, widgets.Ink
	}
	s.person.Paint(fill, widgets.Clear, 0)
	s.cells["person"].words.Colour(ink)
	s.face.Set("person", face, widgets.Clear, false)
	switch {
	case v.Operator == "" && v.Prompt == station.PromptLogin:
		s.cells["person"].set(text.T("strip.nobody"), equipment.Look)
	case v.Operator == "":
		s.cells["person"].set(text.T("strip.nobody"), equipment.Quiet)
	case v.Supervisor:
		s.cells["person"].words.Set(text.T("strip.supervisor", "name", text.Shorten(text.Visible(v.Operator), 20)))
		s.cells["person"].state.Set("bang", widgets.Ink, widgets.Clear, false)
	default:
		s.cells["person"].set(text.Visible(v.Operator), equipment.Fine)
	}
}

func (s *strip) devices(list []devices.Health) {
	// The printer here is that of labels; how another feels stands in Equipment.
	list = slices.DeleteFunc(slices.Clone(list), func(h devices.Health) bool { return h.Role == "document" })
	for _, k := range []devices.Kind{devices.Printer, devices.Scale, devices.Scanner, devices.Camera} {
		t, ok := equipment.Worst(list, k)
		state := text.T("strip.none")
		switch {
		case !ok:
			t = equipment.Quiet
		case t == equipment.Fine:
			state = text.T("strip.ready")
		case t == equipment.Wrong:
			state = text.T("strip.absent")
		default:
			state = text.T("strip.check")
		}
		s.cells[string(k)].set(text.Device(k)+": "+state, t)
	}
}

// shortAge is an age in one unit, for the thin line.
func shortAge(d time.Duration) string {
	if d < time.Hour {
		return text.T("span.min", "m", fmt.Sprint(int(d.Minutes())))
	}
	return text.T("strip.hours", "h", fmt.Sprint(int(d.Hours())))
}

func (s *strip) sync(x SyncStatus, now time.Time) {
	cloud := s.cells["cloud"]
	shop, tone, renew := x.Renewal()
	switch n := x.Offline(); {
	case !x.Configured:
		cloud.set(text.T("sync.unset"), equipment.Quiet)
	case renew:
		cloud.set(renewWords(x, shop), tone)
	case x.Online:
		cloud.set(text.T("strip.online"), equipment.Fine)
	case n > 0 && n < len(x.Shops):
		cloud.set(text.T("strip.some", "n", fmt.Sprint(n), "all", fmt.Sprint(len(x.Shops))), equipment.Look)
	case x.OfflineSince.IsZero():
		cloud.set(text.T("strip.offline"), equipment.Look)
	default:
		cloud.set(text.T("strip.since", "at", text.Clock(x.OfflineSince, now)), equipment.Look)
	}
	n := x.Total()
	words := text.T("strip.outbox", "n", fmt.Sprint(n))
	if age := now.Sub(x.Oldest); !x.Oldest.IsZero() && age >= time.Minute {
		words = text.T("strip.outbox.old", "n", fmt.Sprint(n), "span", shortAge(age))
	}
	switch {
	case x.Parked > 0:
		s.cells["outbox"].set(words, equipment.Wrong)
	case x.Uncertain > 0:
		s.cells["outbox"].set(words, equipment.Look)
	case n > 0:
		s.cells["outbox"].set(words, equipment.Quiet)
	default:
		s.cells["outbox"].set(text.T("strip.told"), equipment.Fine)
	}
}

// renewWords names the shop where it is one of several.
func renewWords(x SyncStatus, shop equipment.ShopState) string {
	n := 0
	for _, s := range x.Shops {
		if s.Dead || s.Refused {
			n++
		}
	}
	if n == len(x.Shops) {
		return text.T("strip.renew")
	}
	return text.T("strip.renew.shop", "shop", text.Shorten(text.Visible(shop.Name), 10))
}
