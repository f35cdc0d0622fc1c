package setup

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"packbench/assets"
	"packbench/devices"
	"packbench/ui/handoff"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// perPage is how many devices are offered at once.
const perPage = 4

// maxTurns is how many settings one device has at most.
const maxTurns = 4

// view is what is drawn.
type view struct {
	chips   [len(Steps) + 1]*widgets.Button
	picture *canvas.Image
	good    *widgets.Text
	which   *widgets.Text
	list    *fyne.Container
	offers  *fyne.Container
	choices [perPage]*widgets.Button
	more    *widgets.Button
	again   *widgets.Button
	field   *fyne.Container

	plate *widgets.Panel
	icon  *widgets.Icon
	head  *widgets.Text
	words *widgets.Text
	said  *fyne.Container
	note  *widgets.Text
	big   *widgets.Text
	code  *canvas.Raster
	live  *handoff.Live
	crop  *cropFrame
	film  *fyne.Container
	turns [maxTurns]*widgets.Button
	warn  *widgets.Text
	alert *widgets.Panel
	row   *fyne.Container
	test  *widgets.Button
	calib *widgets.Button
	print *fyne.Container
	stage *fyne.Container
	body  *fyne.Container
	done  *fyne.Container
	sums  [len(Steps)]*sumRow
	file  *widgets.Text

	leave, out, skip, keep *widgets.Button
	bottom                 *fyne.Container
}

func (s *Screen) build() {
	v := &s.v
	var chips []widgets.Item
	for i := range v.chips {
		v.chips[i] = widgets.NewButton("", "", widgets.Ink, widgets.Card, func() { s.enter(i) }).Large()
		chips = append(chips, widgets.Grow(v.chips[i], 1))
	}
	v.leave = widgets.NewButton("undo", text.T("setup.leave"), widgets.Ink, widgets.Card, s.Leave)
	v.skip = widgets.NewButton("skip", text.T("setup.skip"), widgets.Ink, widgets.Card, s.skip)
	v.keep = widgets.NewButton("check", text.T("setup.keep"), widgets.White, widgets.Blue, func() { s.next() }).Large()
	v.out = widgets.NewButton("cross", text.T("setup.out"), widgets.Ink, widgets.Card, func() { s.keep(false) })
	v.bottom = widgets.Row(10, widgets.Grow(v.leave, 2), widgets.Grow(v.out, 2), widgets.Grow(v.skip, 2), widgets.Grow(v.keep, 3))
	v.body = widgets.Row(12, widgets.Fix(s.buildGood(), 210), widgets.Fix(s.buildList(), 340), widgets.Grow(s.buildTrial(), 1))
	v.done = s.buildDone()
	s.Object = widgets.Column(8, widgets.Fix(widgets.Row(8, chips...), widgets.TouchSize), widgets.Grow(container.NewStack(v.body, v.done), 1), widgets.Fix(v.bottom, 64))
}

func (s *Screen) buildGood() fyne.CanvasObject {
	v := &s.v
	v.picture = &canvas.Image{FillMode: canvas.ImageFillContain}
	v.good = widgets.NewText(20, true, widgets.Ink).Fit(13, 4).Top()
	title := widgets.NewText(widgets.SizeSmall, true, widgets.Good)
	title.Set(text.T("setup.good"))
	return widgets.NewCard(widgets.Column(6, widgets.Fix(title, 22), widgets.Fix(v.picture, 150), widgets.Grow(v.good, 1))).Container
}

func (s *Screen) buildList() fyne.CanvasObject {
	v := &s.v
	v.which = widgets.NewText(widgets.SizeTitle, true, widgets.Ink).Fit(14, 1)
	v.again = widgets.NewButton("search", text.T("setup.again"), widgets.Ink, widgets.Card, s.find)
	v.more = widgets.NewButton("down", text.T("setup.more"), widgets.Ink, widgets.Card, func() {
		st := s.now()
		if st.page++; st.page*perPage >= len(st.choices) {
			st.page = 0
		}
		s.draw()
	})
	var items []widgets.Item
	for i := range v.choices {
		v.choices[i] = widgets.NewButton("", "", widgets.Ink, widgets.Card, func() { s.choose(s.now().page*perPage + i) })
		items = append(items, widgets.Fix(v.choices[i], widgets.TouchSize))
	}
	v.field = container.NewStack(s.o.Field(text.T("setup.address")))
	foot := widgets.Row(8, widgets.Grow(v.field, 3), widgets.Grow(v.more, 2), widgets.Grow(v.again, 2))
	v.offers = widgets.Column(6, items...)
	v.list = widgets.Column(6, widgets.Fix(v.which, 30), widgets.Grow(v.offers, 1), widgets.Fix(foot, 56))
	return v.list
}

func (s *Screen) buildTrial() fyne.CanvasObject {
	v := &s.v
	v.icon = widgets.NewIcon("dash", widgets.Soft, 44)
	v.head = widgets.NewText(widgets.SizeBig, true, widgets.Ink).Fit(18, 1)
	v.words = widgets.NewText(20, false, widgets.Ink).Fit(13, 3).Top()
	v.big = widgets.NewText(90, true, widgets.Ink).Fit(40, 1).Centred()
	v.code = newBarcode(s.o.Calibration)
	v.note = widgets.NewText(widgets.SizeSmall, false, widgets.Soft).Fit(11, 1).Centred()
	v.note.Set(text.T("setup.scans"))
	v.live = handoff.NewLive(s.o.Frames)
	v.crop = newCropFrame(v.live.Picture)
	v.film = container.NewStack(v.live.Object(), v.crop.object)
	var turns []widgets.Item
	for i := range v.turns {
		v.turns[i] = widgets.NewButton("", "", widgets.Ink, widgets.BluePale, func() {
			if st := s.now(); st.chosen >= 0 && i < len(st.choices[st.chosen].Turns) {
				s.turn(st.choices[st.chosen].Turns[i].Name)
			}
		})
		turns = append(turns, widgets.Grow(v.turns[i], 1))
	}
	v.row = widgets.Row(8, turns...)
	v.test = widgets.NewButton("printer", text.T("setup.test"), widgets.White, widgets.Blue, func() { s.leftButton() }).Large()
	v.calib = widgets.NewButton("label", text.T("setup.calibrate"), widgets.Ink, widgets.Card, func() { s.rightButton() }).Large()
	v.print = widgets.Row(10, widgets.Grow(v.test, 1), widgets.Grow(v.calib, 1))
	barcode := widgets.NewPanel(widgets.White, 2, 8, widgets.Column(4, widgets.Grow(v.code, 1), widgets.Fix(v.note, 20)))
	v.stage = container.NewStack(barcode.Container, v.big, v.film, widgets.Column(10, widgets.Grow(v.print, 1)))
	v.warn = widgets.NewText(widgets.SizeSmall, true, widgets.Ink).Fit(11, 2)
	v.alert = widgets.NewPanel(widgets.WarnPale, 8, 3, widgets.Row(10, widgets.Fix(widgets.NewIcon("bang", widgets.Ink, 26), 26), widgets.Grow(v.warn, 1)))
	v.alert.Paint(widgets.WarnPale, widgets.Warn, 2)
	v.said = widgets.Row(14, widgets.Space(44), widgets.Grow(v.words, 1))
	said := widgets.Column(0, widgets.Fix(widgets.Row(14, widgets.Fix(v.icon, 44), widgets.Grow(v.head, 1)), 44), widgets.Fix(v.said, 50))
	v.plate = widgets.NewPanel(widgets.Card, 14, 10, widgets.Column(8, widgets.Own(said), widgets.Grow(v.stage, 1), widgets.Fix(v.alert.Container, 46), widgets.Fix(v.row, 58)))
	return v.plate.Container
}

// next is the large button at the end of the row.
func (s *Screen) next() {
	if s.kind() == "" {
		s.Leave()
		return
	}
	s.keep(true)
}

// leftButton and rightButton print, or answer the question about the test label.
func (s *Screen) leftButton() {
	if s.now().asked {
		s.straight(true)
		return
	}
	s.print(SheetTest)
}

func (s *Screen) rightButton() {
	if s.now().asked {
		s.straight(false)
		return
	}
	s.print(SheetCalibration)
}

// draw shows everything as it is.
func (s *Screen) draw() {
	if !s.open {
		return
	}
	s.drawChips()
	end := s.kind() == ""
	widgets.ShowOnly(s.v.body, !end)
	widgets.ShowOnly(s.v.done, end)
	widgets.ShowOnly(s.v.skip, !end)
	widgets.ShowOnly(s.v.leave, !end)
	if end {
		s.v.out.Hide()
	}
	if end {
		s.drawDone()
	} else {
		s.drawList()
		s.drawTrial()
	}
	s.Object.Refresh()
}

func (s *Screen) drawChips() {
	for i, b := range s.v.chips {
		icon, word := "check", text.T("setup.ready")
		if i < len(Steps) {
			icon, word = stepIcon(Steps[i]), Name(Steps[i])
			if s.steps[i].kept != "" {
				icon = "check"
			}
		}
		ink, fill := widgets.Ink, widgets.Card
		switch {
		case i == s.at:
			ink, fill = widgets.White, widgets.Blue
		case i < len(Steps) && s.steps[i].kept != "":
			ink, fill = widgets.Good, widgets.GoodPale
		case i < len(Steps) && s.steps[i].say.Mark == Skipped:
			ink = widgets.Soft
		}
		b.Set(icon, word, ink, fill)
	}
}

// stepIcon is the picture of a step's device.
func stepIcon(kind devices.Kind) string {
	if kind == Document {
		return "document"
	}
	return string(kind)
}

func (s *Screen) drawList() {
	v, st, kind := &s.v, s.now(), s.kind()
	if res := fyne.NewStaticResource("setup-"+string(kind)+".svg", assets.SetupPicture(string(kind))); v.picture.Resource == nil || v.picture.Resource.Name() != res.Name() {
		v.picture.Resource = res
		v.picture.Refresh()
	}
	v.good.Set(text.T("setup.good." + string(kind)))
	v.which.Set(text.T("setup.which"))
	if st.busy && !st.looked {
		v.which.Set(text.T("setup.looking"))
	}
	for i, b := range v.choices {
		at := st.page*perPage + i
		widgets.ShowOnly(b, at < len(st.choices))
		if at >= len(st.choices) {
			continue
		}
		c := st.choices[at]
		words := c.Name
		if c.Doubt {
			words = text.T("setup.doubt", "name", c.Name)
		}
		if c.Detail != "" {
			words += " – " + c.Detail
		}
		if c.Bound {
			words += " (" + text.T("setup.inuse") + ")"
		}
		ink, fill := widgets.Ink, widgets.Card
		if at == st.chosen {
			ink, fill = widgets.White, widgets.Navy
		}
		b.Set(stepIcon(kind), words, ink, fill)
	}
	widgets.ShowOnly(v.more, len(st.choices) > perPage)
	widgets.ShowOnly(v.field, kind == devices.Printer || kind == devices.Camera)
	v.list.Refresh()
}

// colours of a mark: shape and plate tell it without colour, too.
func (v *view) paint(m Mark) {
	switch m {
	case Good:
		v.icon.Set("check", widgets.White, widgets.Good, false)
		v.plate.Paint(widgets.GoodPale, widgets.Good, 3)
	case Bad:
		v.icon.Set("cross", widgets.White, widgets.Bad, true)
		v.plate.Paint(widgets.BadPale, widgets.Bad, 3)
	case Going:
		v.icon.Set("arrow", widgets.White, widgets.Blue, false)
		v.plate.Paint(widgets.BluePale, widgets.Blue, 3)
	default:
		v.icon.Set("arrow", widgets.Soft, widgets.Clear, false)
		v.plate.Paint(widgets.Card, widgets.Line, 1)
	}
}

func (s *Screen) drawTrial() {
	v, st, kind := &s.v, s.now(), s.kind()
	v.paint(st.say.Mark)
	v.head.Set(st.say.Head)
	v.words.Set(st.say.Text)
	widgets.ShowOnly(v.said, kind != devices.Camera || st.say.Mark != Good) // then the picture says it, and wants the room
	if s.front {
		s.o.Prompt(st.say.Head, st.say.Text)
	}
	chosen := st.chosen >= 0
	shown := map[int]bool{0: chosen && kind == devices.Scanner, 1: chosen && kind == devices.Scale, 2: chosen && kind == devices.Camera, 3: chosen && (kind == devices.Printer || kind == Document)}
	for i, o := range v.stage.Objects {
		widgets.ShowOnly(o, shown[i])
	}
	v.drawButtons(st, kind)
	var c Choice
	if chosen {
		c = st.choices[st.chosen]
	}
	for i, b := range v.turns {
		widgets.ShowOnly(b, i < len(c.Turns))
		if i < len(c.Turns) {
			b.Set("down", text.T("setup.turn."+c.Turns[i].Name)+": "+c.Turns[i].Shown(), widgets.Ink, widgets.White)
		}
	}
	v.crop.set(c.Value("crop"))
	warning := ""
	if chosen && s.o.Warn != nil {
		warning = s.o.Warn(c)
	}
	v.warn.Set(warning)
	widgets.ShowOnly(v.alert.Container, warning != "")
	word, fill, icon := text.T("setup.keep"), widgets.Good, "check"
	if st.say.Mark != Good {
		word, fill, icon = text.T("setup.anyway"), widgets.Idle, "arrow"
		if c.Bound {
			word = text.T("setup.kept")
		}
	}
	if st.busy && (st.doing == "setup.opening" || st.doing == "setup.ending") {
		word, icon = text.T(st.doing), "wait"
	}
	v.keep.Set(icon, word, widgets.White, fill)
	v.keep.Enable(chosen && !st.busy && (st.say.Mark == Good || !c.Doubt))
	v.leave.Enable(true)
	widgets.ShowOnly(v.out, c.Bound)
	v.out.Enable(!st.busy)
	v.bottom.Refresh()
}

func (v *view) drawButtons(st *step, kind devices.Kind) {
	widgets.ShowOnly(v.calib, kind == devices.Printer || st.asked)
	if st.asked {
		yes := text.T("setup.yes")
		if kind == Document {
			yes = text.T("setup.page.yes")
		}
		v.test.Set("check", yes, widgets.White, widgets.Good)
		v.calib.Set("cross", text.T("setup.no"), widgets.White, widgets.Bad)
		v.test.Enable(true)
		v.calib.Enable(true)
		return
	}
	word := text.T("setup.test")
	if kind == Document {
		word = text.T("setup.page")
	}
	if st.doing == "setup.printing" {
		word = text.T(st.doing)
	}
	v.test.Set("printer", word, widgets.White, widgets.Blue)
	v.calib.Set("label", text.T("setup.calibrate"), widgets.Ink, widgets.Card)
	v.test.Enable(!st.busy)
	v.calib.Enable(!st.busy)
}
