package handoff

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"packbench/ui/text"
	"packbench/ui/widgets"
)

// sealBar is the seal: one wide button; the first touch replaces it by "keep open" on the side where it was touched most
// easily and "yes" on the other, so that a bouncing or leaning glove can never seal.
type sealBar struct {
	object *fyne.Container
	ask    *widgets.Button
	keep   *widgets.Button
	yes    *widgets.Button
	sure   widgets.Sure
	now    func() time.Time
	model  Model
}

// sealAsks is how long the question stands: whoever asks it still looks into the truck.
const sealAsks = 15 * time.Second

func newSealBar(send func(string), now func() time.Time) *sealBar {
	s := &sealBar{now: now, sure: widgets.Sure{Slow: sealAsks}}
	s.ask = widgets.NewButton("seal", "", widgets.White, widgets.Navy, func() {
		s.sure.Ask(now())
		s.tick()
	})
	s.keep = widgets.NewButton("cross", text.T("seal.keep"), widgets.Ink, widgets.Card, func() {
		s.sure.Drop()
		s.tick()
	})
	s.yes = widgets.NewButton("seal", "", widgets.White, widgets.Bad, func() {
		if s.sure.Ask(now()) {
			send("PB:SEAL")
		}
		s.tick()
	})
	for _, b := range []*widgets.Button{s.ask, s.keep, s.yes} {
		b.Large()
	}
	s.keep.Hide()
	s.yes.Hide()
	s.object = widgets.Row(10, widgets.Grow(s.ask, 1), widgets.Grow(s.keep, 3), widgets.Grow(s.yes, 2))
	return s
}

// set shows what the next seal would do. Another number of parcels takes back the first touch: it was meant for fewer.
func (s *sealBar) set(m Model) {
	if m.Parcels != s.model.Parcels || m.TakeOff != s.model.TakeOff || m.Carrier != s.model.Carrier {
		s.sure.Drop()
	}
	s.model = m
	s.tick()
}

// tick takes back a first touch that was forgotten.
func (s *sealBar) tick() {
	parcels := text.Plural("count.parcels", s.model.Parcels)
	word := text.T("seal.all", "parcels", parcels)
	sure, off := text.T("seal.sure", "parcels", parcels), text.T("seal.off", "n", fmt.Sprint(s.model.TakeOff))
	switch {
	case s.model.Parcels == 0 && s.model.TakeOff > 0:
		word, sure = off, text.T("seal.off.sure")
	case s.model.Parcels == 0:
		word = text.T("seal.none")
	case s.model.Carrier != "":
		word = text.T("seal.carrier", "carrier", s.model.Carrier, "parcels", parcels)
	}
	if s.model.Parcels > 0 && s.model.TakeOff > 0 {
		word += "  ·  " + off
	}
	s.ask.Set("seal", word, widgets.White, widgets.Navy)
	s.ask.Enable(s.model.Parcels+s.model.TakeOff > 0)
	s.yes.Set("seal", sure, widgets.White, widgets.Bad)
	armed := s.sure.Armed(s.now())
	changed := widgets.ShowOnly(s.ask, !armed)
	changed = widgets.ShowOnly(s.keep, armed) || changed
	changed = widgets.ShowOnly(s.yes, armed) || changed
	if changed {
		s.object.Refresh()
	}
}
