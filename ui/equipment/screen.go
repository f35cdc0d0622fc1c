package equipment

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
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
	rows    []*deviceRow
	none    *widgets.Text
	facts   [4]*factRow
	outHead *widgets.Text
	outRows []*outboxRow
	outMore *widgets.Text
	column  *fyne.Container
}

// New returns the screen without devices.
func New(now func() time.Time) *Screen {
	s := &Screen{now: now, none: widgets.NewText(20, false, widgets.Soft).Fit(14, 3)}
	s.none.Set(text.T("equipment.none"))
	s.cards = container.New(&grid{})
	title := widgets.NewText(widgets.SizeTitle, true, widgets.Ink)
	title.Set(text.T("equipment.devices"))
	left := widgets.Column(8, widgets.Fix(title, 34), widgets.Fix(s.none, 80), widgets.Grow(container.NewVScroll(s.cards), 1))
	s.column = s.newSync()
	s.Object = widgets.Row(14, widgets.Grow(left, 11), widgets.Grow(s.column, 10))
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
			r.Show()
		} else {
			r.Hide()
		}
	}
	if len(shown) == 0 {
		s.none.Show()
	} else {
		s.none.Hide()
	}
	s.Object.Refresh()
}

// grid lays visible cards one under the other.
type grid struct{}

const cardHeight = 92

func (grid) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, cardHeight))
		y += cardHeight + 8
	}
}

func (grid) MinSize(objects []fyne.CanvasObject) fyne.Size {
	n := 0
	for _, o := range objects {
		if o.Visible() {
			n++
		}
	}
	return fyne.NewSize(200, float32(n)*(cardHeight+8))
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
	r.Panel = widgets.NewPanel(widgets.Card, 12, 6, widgets.Row(14, widgets.Fix(r.state, 40), widgets.Fix(r.kind, 40),
		widgets.Grow(widgets.Column(0, widgets.Fix(head, 30), widgets.Grow(r.words, 1)), 1)))
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

const outboxRows = 5

func (s *Screen) newSync() *fyne.Container {
	title := widgets.NewText(widgets.SizeTitle, true, widgets.Ink)
	title.Set(text.T("sync.title"))
	facts := []widgets.Item{widgets.Fix(title, 34)}
	for i := range s.facts {
		size := widgets.SizeBody
		if i == 0 {
			size = 26
		}
		r := &factRow{icon: widgets.NewIcon("dash", widgets.Soft, 28), words: widgets.NewText(size, i == 0, widgets.Ink).Fit(13, 2)}
		r.box = widgets.Row(12, widgets.Fix(r.icon, 28), widgets.Grow(r.words, 1))
		s.facts[i] = r
		facts = append(facts, widgets.Fix(r.box, 40))
	}
	s.outHead = widgets.NewText(widgets.SizeBody, false, widgets.Soft).Fit(12, 1)
	s.outMore = widgets.NewText(widgets.SizeSmall, true, widgets.Soft)
	outTitle := widgets.NewText(widgets.SizeTitle, true, widgets.Ink).Fit(15, 1)
	outTitle.Set(text.T("outbox.title"))
	rows := []widgets.Item{widgets.Fix(outTitle, 32), widgets.Fix(s.outHead, 26)}
	for range outboxRows {
		r := newOutboxRow()
		s.outRows = append(s.outRows, r)
		rows = append(rows, widgets.Grow(r.box, 1))
	}
	rows = append(rows, widgets.Fix(s.outMore, 20))
	return widgets.Column(12, widgets.Own(widgets.NewCard(widgets.Column(2, facts...)).Container), widgets.Grow(widgets.NewCard(widgets.Column(2, rows...)).Container, 1))
}

// ShowSync draws the connection.
func (s *Screen) ShowSync(x SyncStatus) {
	s.sync, s.told = x, s.now()
	s.Tick()
}

// Tick brings ages up to date; call it about once a second while the screen is in front.
func (s *Screen) Tick() {
	now := s.now()
	facts := Facts(s.sync, now)
	changed := false
	for i, r := range s.facts {
		if on := i < len(facts); r.box.Visible() != on {
			changed = true
			if on {
				r.box.Show()
			} else {
				r.box.Hide()
			}
		}
		if i < len(facts) {
			r.words.Set(facts[i].Words)
			Shape(r.icon, facts[i].Tone)
		}
	}
	changed = s.showOutbox(now.Sub(s.told)) || changed
	if changed {
		s.column.Refresh()
	}
}

func (s *Screen) showOutbox(since time.Duration) (changed bool) {
	x := s.sync
	if x.Total() == 0 && len(x.Outbox) == 0 {
		s.outHead.Set(text.T("outbox.empty"))
	} else {
		s.outHead.Set(text.T("outbox.summary", "queued", fmt.Sprint(x.Queued), "uncertain", fmt.Sprint(x.Uncertain), "parked", fmt.Sprint(x.Parked)))
	}
	for i, r := range s.outRows {
		on := i < len(x.Outbox)
		if r.box.Visible() != on {
			changed = true
			if on {
				r.box.Show()
			} else {
				r.box.Hide()
			}
		}
		if on {
			r.set(x.Outbox[i], since)
		}
	}
	more := ""
	if n := max(x.Total(), len(x.Outbox)) - len(s.outRows); n > 0 {
		more = text.T("outbox.more", "n", fmt.Sprint(n))
	}
	s.outMore.Set(more)
	return changed
}

type outboxRow struct {
	box              *fyne.Container
	icon             *widgets.Icon
	what, age, words *widgets.Text
}

func newOutboxRow() *outboxRow {
	r := &outboxRow{icon: widgets.NewIcon("wait", widgets.Soft, 28), what: widgets.NewText(widgets.SizeBody, true, widgets.Ink).Fit(12, 1),
		age: widgets.NewText(widgets.SizeBody, false, widgets.Soft).Fit(12, 1).Right(), words: widgets.NewText(widgets.SizeSmall, false, widgets.Soft).Fit(11, 2).Top()}
	head := widgets.Row(8, widgets.Grow(r.what, 4), widgets.Grow(r.age, 1))
	line := canvas.NewRectangle(widgets.Line)
	r.box = widgets.Column(0, widgets.Fix(line, 1), widgets.Grow(widgets.Row(10, widgets.Fix(r.icon, 28), widgets.Grow(widgets.Column(0, widgets.Fix(head, 26), widgets.Grow(r.words, 1)), 1)), 1))
	r.box.Hide()
	return r
}

func (r *outboxRow) set(x OutboxLine, since time.Duration) {
	what, how := text.Outbox(x.Kind, x.State)
	r.what.Set(what + "  " + text.Code(string(x.OrderID)))
	r.age.Set(text.Span(x.Age + since))
	words := how
	if x.Reason != "" {
		words += " – " + text.Sentence(x.Reason)
	}
	r.words.Set(words)
	icon, ink := "wait", widgets.Soft
	switch x.State {
	case fulfillment.OutboxParked:
		icon, ink = "hand", widgets.Bad
	case fulfillment.OutboxUncertain:
		icon, ink = "bang", widgets.WarnInk
	}
	r.icon.Set(icon, ink, widgets.Clear, false)
}
