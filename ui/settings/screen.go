package settings

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"packbench/ui/equipment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Desk does what the screen asks for. Its methods must not block; what became of it comes with Show.
type Desk interface {
	Connect()             // a new link, opened in the browser
	Paste(words string)   // a code, or the address that the browser shows
	Choose(id string)     // a shop of the authorization; "all" takes each
	Cancel()              // gives up connecting
	Disconnect(id string) // forgets a shop
}

// Options are what the screen needs.
type Options struct {
	Desk  Desk                    // nil: nothing can be changed
	Field func(hint string) Field // where a code is pasted; a scan must not type into it
	Now   func() time.Time
}

// Field is a text field. Take empties it and returns what stood there.
type Field interface {
	Object() fyne.CanvasObject
	Take() string
}

const (
	rowHeight   = 64
	scrollBar   = 16
	choiceRows  = 2
	choicesEach = 3 // beside each other
	policyRows  = 9
)

// Screen is drawn and touched on the screen's goroutine.
type Screen struct {
	Object fyne.CanvasObject

	o          Options
	status     Status
	states     map[string]equipment.ShopState // by shop id, see Know
	supervisor bool
	rows       []*shopRow
	list       *fyne.Container // of rows
	none       *widgets.Text
	head       *widgets.Text
	detail     *widgets.Text
	err        *widgets.Text
	link       *widgets.Text
	field      Field
	paste      *fyne.Container
	use        *widgets.Button
	choices    [choiceRows * choicesEach]*widgets.Button
	chooseRow  [choiceRows]*fyne.Container
	connect    *widgets.Button
	cancel     *widgets.Button
	flow       *widgets.Panel
	vault      *widgets.Text
	vaultIcon  *widgets.Icon
	facts      [policyRows][2]*widgets.Text
	file       *widgets.Text
}

// New returns the screen without shops.
func New(o Options) *Screen {
	s := &Screen{o: o, status: Status{Phase: Idle}}
	left := widgets.Column(12, widgets.Grow(s.newShops(), 1), widgets.Own(s.newFlow()))
	s.Object = widgets.Row(14, widgets.Grow(left, 13), widgets.Grow(s.newFacts(), 8))
	s.draw()
	return s
}

func title(key string) *widgets.Text {
	t := widgets.NewText(widgets.SizeTitle, true, widgets.Ink).Fit(15, 1)
	t.Set(text.T(key))
	return t
}

func (s *Screen) newShops() fyne.CanvasObject {
	s.none = widgets.NewText(widgets.SizeBody, false, widgets.Soft).Fit(13, 3).Top()
	s.none.Set(text.T("settings.none"))
	s.list = container.New(shopRows{})
	return widgets.NewCard(widgets.Column(6, widgets.Fix(title("settings.shops"), 32), widgets.Fix(s.none, 60),
		widgets.Grow(container.NewVScroll(s.list), 1))).Container
}

func (s *Screen) newFlow() fyne.CanvasObject {
	s.head = widgets.NewText(22, true, widgets.Ink).Fit(14, 1)
	s.detail = widgets.NewText(widgets.SizeBody, false, widgets.Ink).Fit(12, 3).Top()
	s.err = widgets.NewText(widgets.SizeBody, true, widgets.Bad).Fit(11, 2).Top()
	s.link = widgets.NewText(widgets.SizeSmall, false, widgets.Blue).Fit(9, 2).Top()
	s.use = widgets.NewButton("check", text.T("settings.use"), widgets.Ink, widgets.Card, s.pasted)
	s.paste = widgets.Row(8, widgets.Grow(&fyne.Container{}, 1))
	if s.o.Field != nil {
		s.field = s.o.Field(text.T("settings.paste"))
		s.paste = widgets.Row(8, widgets.Grow(s.field.Object(), 1), widgets.Fix(s.use, 150))
	}
	for n := range s.chooseRow {
		var row []widgets.Item
		for i := n * choicesEach; i < (n+1)*choicesEach; i++ {
			s.choices[i] = widgets.NewButton("shop", "", widgets.Ink, widgets.Card, func() { s.chose(i) })
			row = append(row, widgets.Grow(s.choices[i], 1))
		}
		s.chooseRow[n] = widgets.Row(8, row...)
	}
	s.connect = widgets.NewButton("arrow", "", widgets.White, widgets.Blue, s.tapped)
	s.cancel = widgets.NewButton("cross", text.T("settings.cancel"), widgets.Ink, widgets.Card, func() {
		if s.o.Desk != nil {
			s.o.Desk.Cancel()
		}
	})
	buttons := widgets.Row(8, widgets.Grow(s.connect, 2), widgets.Grow(s.cancel, 1))
	s.flow = widgets.NewCard(widgets.Column(4, widgets.Fix(s.head, 28), widgets.Fix(s.detail, 54), widgets.Fix(s.err, 38), widgets.Fix(s.link, 34),
		widgets.Fix(s.paste, widgets.TouchSize), widgets.Fix(s.chooseRow[0], widgets.TouchSize), widgets.Fix(s.chooseRow[1], widgets.TouchSize), widgets.Fix(buttons, widgets.TouchSize)))
	return s.flow.Container
}

func (s *Screen) newFacts() fyne.CanvasObject {
	s.vault = widgets.NewText(widgets.SizeBody, false, widgets.Ink).Fit(12, 4)
	s.vaultIcon = widgets.NewIcon("dash", widgets.Soft, 28)
	s.file = widgets.NewText(widgets.SizeSmall, false, widgets.Soft).Fit(10, 4).Top()
	vault := widgets.NewCard(widgets.Column(4, widgets.Fix(title("settings.secrets"), 32),
		widgets.Fix(widgets.Row(10, widgets.Fix(s.vaultIcon, 28), widgets.Grow(s.vault, 1)), 84)))
	rows := []widgets.Item{widgets.Fix(title("settings.station"), 32)}
	for i := range s.facts {
		key, value := widgets.NewText(16, false, widgets.Soft).Fit(11, 1), widgets.NewText(16, true, widgets.Ink).Fit(11, 1)
		s.facts[i] = [2]*widgets.Text{key, value}
		rows = append(rows, widgets.Grow(widgets.Row(10, widgets.Grow(key, 1), widgets.Grow(value, 1)), 1))
	}
	policy := widgets.NewCard(widgets.Column(0, append(rows, widgets.Fix(s.file, 48))...))
	return widgets.Column(12, widgets.Own(vault.Container), widgets.Grow(policy.Container, 1))
}

// Show draws what the program tells.
func (s *Screen) Show(x Status) {
	s.status = x
	s.draw()
}

// Know tells how the shops stand at this moment; one that is not among them is not at work.
func (s *Screen) Know(shops []equipment.ShopState) {
	s.states = map[string]equipment.ShopState{}
	for _, x := range shops {
		s.states[x.ID] = x
	}
	for i, shop := range s.status.Shops {
		s.rows[i].set(s.known(shop), s.supervisor && s.o.Desk != nil, s.o.Now())
	}
}

// known is the shop with its state.
func (s *Screen) known(x Shop) Shop {
	x.State = s.states[x.ID]
	return x
}

// Supervisor tells whether a supervisor is logged in: nobody else disconnects, and only a station without any lets others connect.
func (s *Screen) Supervisor(on bool) {
	if on != s.supervisor {
		s.supervisor = on
		s.draw()
	}
}

// Tick brings confirmations up to date; call it about once a second while the screen is in front.
func (s *Screen) Tick() {
	for _, r := range s.rows {
		r.draw()
	}
}

func (s *Screen) may() bool { return s.o.Desk != nil && (s.supervisor || s.status.Free) }

func (s *Screen) draw() {
	x, now := s.status, s.o.Now()
	widgets.ShowOnly(s.none, len(x.Shops) == 0)
	for len(s.rows) < len(x.Shops) {
		r := newShopRow(s.disconnect, s.o.Now)
		s.rows = append(s.rows, r)
		s.list.Add(r.box)
	}
	for i, r := range s.rows {
		if i < len(x.Shops) {
			r.set(s.known(x.Shops[i]), s.supervisor && s.o.Desk != nil, now)
		}
		widgets.ShowOnly(r.box, i < len(x.Shops))
	}
	words, tone := x.Vault()
	s.vault.Set(words)
	shape(s.vaultIcon, tone)
	s.drawPolicy()
	s.drawFlow()
	s.Object.Refresh()
}

// disconnect is asked for by a row.
func (s *Screen) disconnect(id string) {
	if s.o.Desk != nil && s.supervisor {
		s.o.Desk.Disconnect(id)
	}
}

// shopRows lays rows one under the other; more than fit are scrolled to.
type shopRows struct{}

func (shopRows) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for i, o := range objects {
		o.Move(fyne.NewPos(0, float32(i)*rowHeight))
		o.Resize(fyne.NewSize(size.Width-scrollBar, rowHeight-4))
	}
}

func (shopRows) MinSize(objects []fyne.CanvasObject) fyne.Size {
	n := 0
	for _, o := range objects {
		if o.Visible() {
			n++
		}
	}
	return fyne.NewSize(200, float32(n)*rowHeight)
}

func (s *Screen) drawPolicy() {
	for i, row := range s.facts {
		var p [2]string
		if i < len(s.status.Policy) {
			p = s.status.Policy[i]
		}
		row[0].Set(text.Visible(p[0]))
		row[1].Set(text.Visible(p[1]))
	}
	s.file.Set(text.T("settings.file", "file", text.Visible(s.status.File)))
}

func (s *Screen) drawFlow() {
	x := s.status
	head, detail := x.Step(s.supervisor)
	s.head.Set(head)
	s.detail.Set(detail)
	s.err.Set(text.Sentence(x.Err))
	s.link.Set(x.Link)
	waiting := x.Phase == Waiting && s.may()
	widgets.ShowOnly(s.err, x.Err != "")
	widgets.ShowOnly(s.link, waiting)
	widgets.ShowOnly(s.paste, waiting && s.field != nil)
	for i, row := range s.chooseRow {
		widgets.ShowOnly(row, x.Phase == Choose && len(x.Choices) > i*choicesEach)
	}
	for i, b := range s.choices {
		if i < len(x.Choices) {
			b.Set("shop", x.Choices[i].Title(), widgets.Ink, widgets.Card)
		}
		widgets.ShowOnly(b, i < len(x.Choices))
		b.Enable(s.may())
	}
	word := "settings.connect"
	switch {
	case x.Phase == Waiting:
		word = "settings.open"
	case x.Phase == Choose:
		word = "settings.all"
	case len(x.Shops) > 0:
		word = "settings.more"
	}
	s.connect.Set("arrow", text.T(word), widgets.White, widgets.Blue)
	s.connect.Enable(s.may() && x.Phase != Asking && x.Missing == "")
	widgets.ShowOnly(s.cancel, x.Phase == Waiting || x.Phase == Choose)
	s.cancel.Enable(s.may())
	s.use.Enable(s.may())
}

func (s *Screen) tapped() {
	switch {
	case !s.may():
	case s.status.Phase == Choose:
		s.o.Desk.Choose("all")
	default:
		s.o.Desk.Connect()
	}
}

func (s *Screen) chose(i int) {
	if s.may() && s.status.Phase == Choose && i < len(s.status.Choices) {
		s.o.Desk.Choose(s.status.Choices[i].ID)
	}
}

func (s *Screen) pasted() { s.Pasted() }

// Pasted hands on what stands in the field; the field is emptied.
func (s *Screen) Pasted() {
	if s.field == nil || !s.may() || s.status.Phase != Waiting {
		return
	}
	if words := s.field.Take(); words != "" {
		s.o.Desk.Paste(words)
	}
}

// Typing reports whether the field may have the keyboard.
func (s *Screen) Typing() bool { return s.status.Phase == Waiting && s.may() }
