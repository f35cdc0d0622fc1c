package handoff

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"packbench/ui/text"
	"packbench/ui/widgets"
)

// sealBar is the seal: one wide button, and one on each carrier's card. The first touch replaces the wide one by "keep open"
// on the side where it was touched most easily and "yes" on the other, so that a bouncing or leaning glove can never seal;
// above them the question names each carrier and how many of its parcels go.
type sealBar struct {
	object   *fyne.Container
	question *widgets.Panel
	title    *widgets.Text
	list     *widgets.Text
	ask      *widgets.Button
	keep     *widgets.Button
	yes      *widgets.Button
	sure     widgets.Sure
	now      func() time.Time
	model    Model
	only     string // code of the carrier whose manifest alone is asked about; empty: all that the seal would close
	resized  func() // the question came or went
}

// sealAsks is how long the question stands: whoever asks it still looks into the truck.
const sealAsks = 15 * time.Second

// questionHeight is the question's, in units.
const questionHeight = 96

func newSealBar(send func(string), now func() time.Time) *sealBar {
	s := &sealBar{now: now, sure: widgets.Sure{Slow: sealAsks}, title: widgets.NewText(22, true, widgets.Bad).Fit(14, 1), list: widgets.NewText(24, true, widgets.Ink).Fit(13, 3)}
	s.ask = widgets.NewButton("seal", "", widgets.White, widgets.Navy, func() { s.begin("") })
	s.keep = widgets.NewButton("cross", text.T("seal.keep"), widgets.Ink, widgets.Card, func() { s.drop() })
	s.yes = widgets.NewButton("seal", "", widgets.White, widgets.Bad, func() {
		if s.sure.Ask(now()) {
			send(sealCode(s.parts()))
		}
		s.tick()
	})
	for _, b := range []*widgets.Button{s.ask, s.keep, s.yes} {
		b.Large()
	}
	s.keep.Hide()
	s.yes.Hide()
	s.question = widgets.NewPanel(widgets.BadPale, 14, 4, widgets.Row(14, widgets.Fix(widgets.NewIcon("seal", widgets.Bad, 40), 40),
		widgets.Grow(widgets.Column(0, widgets.Fix(s.title, 28), widgets.Grow(s.list, 1)), 1)))
	s.question.Paint(widgets.BadPale, widgets.Bad, 3)
	s.question.Hide()
	s.object = widgets.Row(10, widgets.Grow(s.ask, 1), widgets.Grow(s.keep, 3), widgets.Grow(s.yes, 2))
	return s
}

// begin asks about the manifest of the carrier with that code, or about all.
func (s *sealBar) begin(only string) {
	s.only = only
	s.sure.Drop()
	s.sure.Ask(s.now())
	s.tick()
}

// drop takes the question back.
func (s *sealBar) drop() {
	s.sure.Drop()
	s.tick()
}

// set shows what the next seal would do. Any other number of parcels takes back the first touch: it was meant for those.
func (s *sealBar) set(m Model) {
	if !slices.Equal(m.Parts, s.model.Parts) {
		s.sure.Drop()
	}
	s.model = m
	s.tick()
}

// parts are those asked about.
func (s *sealBar) parts() []Part {
	return slices.DeleteFunc(slices.Clone(s.model.Parts), func(p Part) bool { return s.only != "" && p.Code != s.only })
}

// sealCode is the command that seals these: what was confirmed and nothing that came since, where it can be named.
func sealCode(parts []Part) string {
	if len(parts) == 1 && parts[0].Code != "" {
		return "PB:SEAL:" + parts[0].Code
	}
	return "PB:SEAL"
}

// tick takes back a first touch that was forgotten.
func (s *sealBar) tick() {
	armed := s.sure.Armed(s.now())
	if !armed {
		s.only = ""
	}
	w := sealWordsOf(s.parts())
	s.ask.Set("seal", w.ask, widgets.White, widgets.Navy)
	s.ask.Enable(len(s.model.Parts) > 0)
	s.yes.Set("seal", w.yes, widgets.White, widgets.Bad)
	s.title.Set(w.title)
	s.list.Set(w.list)
	changed := widgets.ShowOnly(s.ask, !armed)
	changed = widgets.ShowOnly(s.keep, armed) || changed
	changed = widgets.ShowOnly(s.yes, armed) || changed
	changed = widgets.ShowOnly(s.question.Container, armed) || changed
	if changed {
		s.object.Refresh()
		if s.resized != nil {
			s.resized()
		}
	}
}

// sealWords are what a seal of some manifests says: on its button, in the question, and on the button that does it.
type sealWords struct{ ask, title, list, yes string }

func sealWordsOf(parts []Part) sealWords {
	parcels, off := 0, 0
	var names []string
	for _, p := range parts {
		parcels, off = parcels+p.Count, off+p.TakeOff
		name := p.Carrier + ": " + fmt.Sprint(p.Count)
		if p.TakeOff > 0 {
			name += " (" + text.T("seal.off", "n", fmt.Sprint(p.TakeOff)) + ")"
		}
		names = append(names, name)
	}
	n, carrier := text.Plural("count.parcels", parcels), ""
	if len(parts) == 1 {
		carrier = parts[0].Carrier
	}
	takeOff := text.T("seal.off", "n", fmt.Sprint(off))
	w := sealWords{list: strings.Join(names, "  ·  ")}
	all := fmt.Sprint(len(parts))
	switch {
	case len(parts) == 0:
		w.ask = text.T("seal.none")
	case parcels == 0:
		w.ask, w.title, w.yes = takeOff, text.T("seal.question.off", "n", fmt.Sprint(off)), text.T("seal.off.sure")
	case carrier != "":
		w.ask, w.yes = text.T("seal.carrier", "carrier", carrier, "parcels", n), text.T("seal.sure", "carrier", carrier, "parcels", n)
		w.title = text.T("seal.question.of", "carrier", carrier, "parcels", n) + "  " + text.T("seal.late")
	default:
		w.ask, w.yes = text.T("seal.all", "n", all, "parcels", n), text.T("seal.sure.all", "n", all, "parcels", n)
		w.title = text.T("seal.question.all", "n", all, "parcels", n) + "  " + text.T("seal.late")
	}
	if parcels > 0 && off > 0 {
		w.ask += "  ·  " + takeOff
	}
	return w
}
