package ui

import (
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2"

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
	row    *fyne.Container
	person *widgets.Panel // behind the operator: amber while a supervisor's badge counts
	face   *widgets.Icon
	said   string // what all cells say
}

type stripCell struct {
	state *widgets.Icon
	words *widgets.Text
	fixed float32 // what is beside the words, units
}

var stripOrder = []string{"person", "cloud", "printer", "scale", "scanner", "camera", "outbox"}

func newStrip() *strip {
	s := &strip{cells: map[string]*stripCell{}, row: &fyne.Container{}}
	for _, name := range stripOrder {
		c := &stripCell{state: widgets.NewIcon("dash", widgets.NavySoft, 24), words: widgets.NewText(stripPoints, true, widgets.OnNavy).Fit(11, 1), fixed: 24 + 8}
		s.cells[name] = c
		cell := widgets.Row(8, widgets.Fix(c.state, 24), widgets.Grow(c.words, 1))
		if name == "person" || name == "cloud" {
			face := widgets.NewIcon(name, widgets.NavySoft, 24)
			cell = widgets.Row(8, widgets.Fix(face, 24), widgets.Fix(c.state, 24), widgets.Grow(c.words, 1))
			c.fixed = 2 * (24 + 8)
			if name == "person" {
				s.face, s.person = face, widgets.NewPanel(widgets.Navy, 8, 2, cell).Square()
				cell = s.person.Container
				c.fixed += 2 * 8
			}
		}
		s.row.Add(cell)
	}
	s.row.Layout = s
	s.Panel = widgets.NewPanel(widgets.Navy, 14, 6, s.row).Square()
	s.operator(station.View{})
	s.devices(nil)
	s.sync(SyncStatus{}, time.Time{})
	return s
}

const (
	stripPoints = 15
	stripGap    = 10
)

// Layout implements fyne.Layout: each cell is as wide as its words want; where all together want more than there is, the words
// shrink alike. A cell of a fixed share cut the longest words off while the one beside it was empty.
func (s *strip) Layout(cells []fyne.CanvasObject, size fyne.Size) {
	var fixed, words float32
	wants := make([]float32, len(cells))
	for i, name := range stripOrder {
		c := s.cells[name]
		wants[i] = fyne.MeasureText(c.words.Words(), stripPoints, fyne.TextStyle{Bold: true}).Width + 4
		fixed, words = fixed+c.fixed, words+wants[i]
	}
	room := size.Width - fixed - stripGap*float32(len(cells)-1)
	share, spare := float32(1), float32(0)
	if words > room {
		share = max(0, room/max(1, words))
	} else {
		spare = (room - words) / float32(len(cells))
	}
	x := float32(0)
	for i, name := range stripOrder {
		width := s.cells[name].fixed + wants[i]*share + spare
		cells[i].Move(fyne.NewPos(x, 0))
		cells[i].Resize(fyne.NewSize(width, size.Height))
		x += width + stripGap
	}
}

// MinSize implements fyne.Layout.
func (s *strip) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, 24) }

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
	s.fit()
}

// fit gives the cells the room that their words want now; nothing moves where they say the same.
func (s *strip) fit() {
	said := ""
	for _, name := range stripOrder {
		said += s.cells[name].words.Words() + "\x00"
	}
	if said != s.said {
		s.said = said
		s.row.Refresh()
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
	s.fit()
}

// shortAge is an age in one unit, for the thin line.
func shortAge(d time.Duration) string {
	d = max(0, d)
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
	case x.OfflineSince.IsZero() || now.Sub(x.OfflineSince) < time.Minute:
		cloud.set(text.T("strip.offline"), equipment.Look)
	default:
		cloud.set(text.T("strip.since", "span", shortAge(now.Sub(x.OfflineSince))), equipment.Look)
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
	s.fit()
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
