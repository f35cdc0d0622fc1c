package equipment

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"packbench/devices"
	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Screen shows devices and sync. Its methods are called on the screen's goroutine.
type Screen struct {
	Object fyne.CanvasObject

	now     func() time.Time
	devices []devices.Health
	sync    SyncStatus
	told    time.Time // when sync was told: ages grow from there
	cards   *fyne.Container
	scroll  *container.Scroll // of the cards
	rows    []*deviceRow
	none    *widgets.Text
	facts   [factShops + 5]*factRow
	outbox  *outboxList
	parked  *parkedCard
	super   bool // a supervisor is logged in
	column  *fyne.Container
	tools   *toolRow
	plain   *fyne.Container // devices and sync
	stack   *fyne.Container // plain, and the wizard in its place
}

// New returns the screen without devices. decide takes a supervisor's decision about a parked row; it must not block, and nil
// drops it.
func New(now func() time.Time, decide func(fulfillment.OutboxDecision)) *Screen {
	s := &Screen{now: now, parked: newParkedCard(decide), none: widgets.NewText(20, false, widgets.Soft).Fit(14, 3)}
	s.none.Set(text.T("equipment.none"))
	s.cards = container.New(&grid{})
	s.scroll = container.NewVScroll(s.cards)
	s.tools = newToolRow(s.openSetup)
	left := widgets.Column(8, widgets.Fix(s.none, 80), widgets.Grow(s.scroll, 1), widgets.Own(s.tools.object))
	s.column = s.newSync()
	s.plain = widgets.Row(14, widgets.Grow(left, 11), widgets.Grow(s.column, 10))
	s.stack = container.NewStack(s.plain)
	s.Object = s.stack
	s.ShowDevices(nil)
	s.ShowSync(SyncStatus{})
	return s
}

// ShowDevices draws all devices.
func (s *Screen) ShowDevices(list []devices.Health) {
	s.devices = list
	shown := Devices(list)
	for len(s.rows) < len(shown) {
		r := newDeviceRow()
		s.rows = append(s.rows, r)
		s.cards.Add(r.Container)
	}
	for i, r := range s.rows {
		if i < len(shown) {
			r.set(shown[i])
		}
		widgets.ShowOnly(r.Container, i < len(shown))
	}
	widgets.ShowOnly(s.none, len(shown) == 0)
	s.Object.Refresh()
}

// grid lays visible cards one under the other; in a low window they are lower, and where that does not do the list scrolls.
type grid struct{}

// The cards of six devices are in sight at once, also in a window of 720 units.
const (
	cardHeight = 56
	cardLow    = 48
	cardGap    = 4
	barRoom    = 14 // of the scroll bar, which would lie over the last letters
)

func (g grid) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	n := float32(g.shown(objects))
	height, y := max(cardLow, min(cardHeight, (size.Height-cardGap*(n-1))/max(1, n))), float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width-barRoom, height))
		y += height + cardGap
	}
}

func (g grid) MinSize(objects []fyne.CanvasObject) fyne.Size {
	n := float32(g.shown(objects))
	return fyne.NewSize(200, max(0, n*(cardLow+cardGap)-cardGap))
}

func (grid) shown(objects []fyne.CanvasObject) (n int) {
	for _, o := range objects {
		if o.Visible() {
			n++
		}
	}
	return n
}

type deviceRow struct {
	*widgets.Panel
	kind, state     *widgets.Icon
	name, id, words *widgets.Text
}

func newDeviceRow() *deviceRow {
	r := &deviceRow{kind: widgets.NewIcon("equipment", widgets.Ink, 40), state: widgets.NewIcon("check", widgets.White, 40),
		name: widgets.NewText(22, true, widgets.Ink).Fit(14, 1), id: widgets.NewText(14, false, widgets.Soft).Fit(10, 1).Right(),
		words: widgets.NewText(widgets.SizeBody, false, widgets.Ink).Fit(13, 2).Top()}
	head := widgets.Row(8, widgets.Grow(r.name, 1), widgets.Grow(r.id, 1))
	r.Panel = widgets.NewPanel(widgets.Card, 12, 3, widgets.Row(14, widgets.Fix(r.state, 40), widgets.Fix(r.kind, 40),
		widgets.Grow(widgets.Column(0, widgets.Fix(head, 27), widgets.Grow(r.words, 1)), 1)))
	return r
}

func (r *deviceRow) set(d Device) {
	r.kind.Set(d.Icon, widgets.Ink, widgets.Clear, false)
	r.name.Set(d.Name)
	r.id.Set(d.ID)
	r.words.Set(d.Words)
	Shape(r.state, d.Tone)
	switch d.Tone {
	case Fine:
		r.Paint(widgets.Card, widgets.Line, 1)
	case Quiet:
		r.Paint(widgets.Card, widgets.Line, 1)
	case Wrong:
		r.Paint(widgets.BadPale, widgets.Bad, 2)
	default:
		r.Paint(widgets.WarnPale, widgets.Warn, 2)
	}
}

// Shape sets the icon of a tone: round tick, square triangle, square cross, dash. Shape alone tells them apart.
func Shape(i *widgets.Icon, t Tone) {
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

// factRow is one line about the connection.
type factRow struct {
	box   *fyne.Container
	icon  *widgets.Icon
	words *widgets.Text
}

func (s *Screen) newSync() *fyne.Container {
	var facts []widgets.Item
	for i := range s.facts {
		size := widgets.SizeBody
		if i == 0 {
			size = widgets.SizeTitle
		}
		r := &factRow{icon: widgets.NewIcon("dash", widgets.Soft, 28), words: widgets.NewText(size, i == 0, widgets.Ink).Fit(13, 2)}
		r.box = widgets.Row(12, widgets.Fix(r.icon, 28), widgets.Grow(r.words, 1))
		s.facts[i] = r
		facts = append(facts, widgets.Fix(r.box, 36))
	}
	s.outbox = newOutboxList()
	return widgets.Column(12, widgets.Own(widgets.NewCard(widgets.Column(2, facts...)).Container), widgets.Fix(s.parked.object, parkedHeight), widgets.Grow(s.outbox.object, 1))
}

// ShowSync draws the connection.
func (s *Screen) ShowSync(x SyncStatus) {
	s.sync, s.told = x, s.now()
	s.showParked()
	s.Tick()
}

// Supervisor tells whether a supervisor is logged in: nobody else decides about parked rows.
func (s *Screen) Supervisor(on bool) {
	if on != s.super {
		s.super, s.tools.supervisor = on, on
		s.tools.rest()
		s.showParked()
	}
}

func (s *Screen) showParked() {
	s.parked.older = s.now().Sub(s.told)
	if s.parked.set(s.sync.Outbox, s.super) {
		s.column.Refresh()
	}
}

// Tick brings ages up to date; call it about once a second while the screen is in front.
func (s *Screen) Tick() {
	if x := s.Setup(); x != nil {
		x.Tick()
	}
	now := s.now()
	facts := Facts(s.sync, now)
	changed := false
	for i, r := range s.facts {
		changed = widgets.ShowOnly(r.box, i < len(facts)) || changed
		if i < len(facts) {
			r.words.Set(facts[i].Words)
			Shape(r.icon, facts[i].Tone)
		}
	}
	s.outbox.set(s.sync, now.Sub(s.told), now)
	s.parked.grow(now.Sub(s.told))
	if changed {
		s.column.Refresh()
	}
}
