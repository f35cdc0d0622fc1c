package settings

import (
	"time"

	"fyne.io/fyne/v2"

	"packbench/ui/text"
	"packbench/ui/widgets"
)

// shopRow is one connected shop. Disconnecting is asked for twice.
type shopRow struct {
	box         *fyne.Container
	icon        *widgets.Icon
	name, words *widgets.Text
	state       *widgets.Text
	off         *widgets.Button
	sure        widgets.Sure
	now         func() time.Time
	id          string
}

func newShopRow(disconnect func(id string), now func() time.Time) *shopRow {
	r := &shopRow{now: now, icon: widgets.NewIcon("dash", widgets.Soft, 36), name: widgets.NewText(20, true, widgets.Ink).Fit(13, 1),
		words: widgets.NewText(widgets.SizeSmall, false, widgets.Ink).Fit(11, 2).Top(),
		state: widgets.NewText(widgets.SizeSmall, false, widgets.Soft).Fit(10, 1).Right()}
	r.off = widgets.NewButton("cross", "", widgets.Ink, widgets.Card, func() {
		if r.sure.Ask(r.now()) {
			disconnect(r.id)
		}
		r.draw()
	})
	head := widgets.Row(8, widgets.Grow(r.name, 3), widgets.Grow(r.state, 2))
	r.box = widgets.Row(12, widgets.Fix(r.icon, 36), widgets.Grow(widgets.Column(0, widgets.Fix(head, 26), widgets.Grow(r.words, 1)), 1), widgets.Fix(r.off, 190))
	return r
}

func (r *shopRow) set(s Shop, may bool, now time.Time) {
	if r.id != s.ID {
		r.sure.Drop() // the question was about another shop
	}
	r.id = s.ID
	words, _ := s.Life(now)
	r.name.Set(s.Title())
	r.words.Set(words)
	r.state.Set(s.Now(now))
	shape(r.icon, s.Sign(now))
	r.off.Enable(may)
	r.draw()
}

func (r *shopRow) draw() {
	if r.sure.Armed(r.now()) {
		r.off.Set("bang", text.T("settings.off.sure"), widgets.Ink, widgets.Warn)
		return
	}
	r.off.Set("cross", text.T("settings.off"), widgets.Ink, widgets.Card)
}

// shape sets the icon of a tone; shape alone tells them apart.
func shape(i *widgets.Icon, t Tone) {
	switch t {
	case Fine:
		i.Set("check", widgets.White, widgets.Good, false)
	case Look:
		i.Set("bang", widgets.Ink, widgets.Warn, true)
	case Wrong:
		i.Set("cross", widgets.White, widgets.Bad, true)
	default:
		i.Set("dash", widgets.Soft, widgets.Clear, false)
	}
}
