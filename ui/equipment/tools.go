package equipment

import (
	"context"

	"fyne.io/fyne/v2"

	"packbench/ui/setup"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Tools are what can be done with the devices from this screen.
type Tools struct {
	Background widgets.Background
	// Print sends a label of our own to the printer in use, on the way that all labels go; nil: there never is a label printer.
	Print func(ctx context.Context, s setup.Sheet) error
	// Free: devices may be set up without a supervisor, because the station has no settings yet or names no supervisor.
	Free  bool
	Setup *setup.Screen
}

// toolRow are the buttons below the devices, and what became of the last touch.
type toolRow struct {
	object     *fyne.Container
	words      *widgets.Text
	icon       *widgets.Icon
	warn       *widgets.Text // of the printer: what is printed does not change it
	alert      *fyne.Container
	test, cal  *widgets.Button
	open       *widgets.Button
	tools      Tools
	supervisor bool
	printer    bool   // there is a label printer
	warning    string // what is wrong with it for the market's procedures, a sentence; empty: nothing
	busy       bool
}

func newToolRow(open func()) *toolRow {
	r := &toolRow{words: widgets.NewText(widgets.SizeBody, true, widgets.Ink).Fit(11, 3), icon: widgets.NewIcon("dash", widgets.Soft, 28),
		warn: widgets.NewText(widgets.SizeBody, true, widgets.Ink).Fit(11, 3)}
	bang := widgets.NewIcon("bang", widgets.Ink, 28)
	Shape(bang, Look)
	r.alert = widgets.Row(8, widgets.Fix(bang, 28), widgets.Grow(r.warn, 1))
	r.alert.Hide()
	r.test = widgets.NewButton("printer", text.T("setup.test"), widgets.Ink, widgets.Card, func() { r.print(setup.SheetTest) })
	r.cal = widgets.NewButton("label", text.T("setup.calibrate"), widgets.Ink, widgets.Card, func() { r.print(setup.SheetCalibration) })
	r.open = widgets.NewButton("equipment", text.T("setup.open"), widgets.White, widgets.Blue, func() {
		if r.mayOpen() {
			open()
		}
	})
	r.object = widgets.Column(6, widgets.Fix(r.alert, 44), widgets.Fix(widgets.Row(8, widgets.Grow(r.test, 1), widgets.Grow(r.cal, 1), widgets.Grow(r.open, 1)), widgets.TouchSize),
		widgets.Fix(widgets.Row(8, widgets.Fix(r.icon, 28), widgets.Grow(r.words, 1)), 48))
	r.show()
	return r
}

func (r *toolRow) mayOpen() bool { return r.tools.Setup != nil && (r.tools.Free || r.supervisor) }

func (r *toolRow) show() {
	r.test.Enable(r.printer && !r.busy)
	r.cal.Enable(r.printer && !r.busy)
	r.open.Enable(r.mayOpen())
}

// rest is what the line says while nothing has happened.
func (r *toolRow) rest() {
	r.warn.Set(r.warning)
	widgets.ShowOnly(r.alert, r.warning != "")
	switch {
	case r.tools.Setup != nil && !r.mayOpen():
		r.say(Quiet, text.T("setup.supervisor"))
	case !r.printer:
		r.say(Quiet, text.T("equipment.test.none"))
	default:
		r.say(Quiet, "")
	}
	r.show()
}

func (r *toolRow) say(t Tone, words string) {
	r.words.Set(words)
	Shape(r.icon, t)
	widgets.ShowOnly(r.icon, words != "")
	r.object.Refresh()
}

func (r *toolRow) print(sheet setup.Sheet) {
	if !r.printer || r.busy {
		return
	}
	name := text.T("setup.test")
	if sheet == setup.SheetCalibration {
		name = text.T("setup.calibrate")
	}
	r.busy = true
	r.show()
	r.say(Quiet, text.T("setup.printing"))
	r.tools.Background("tool print", func(ctx context.Context) func() {
		err := r.tools.Print(ctx, sheet)
		return func() {
			r.busy = false
			r.show()
			if err != nil {
				r.say(Wrong, text.T("equipment.test.fail", "label", name, "why", text.Sentence(err.Error())))
				return
			}
			r.say(Fine, text.T("equipment.test.sent", "label", name))
		}
	})
}

// SetTools gives the screen what can be done from it. Call it once, before the screen is shown.
func (s *Screen) SetTools(t Tools) {
	s.tools.tools, s.tools.printer = t, t.Print != nil
	if t.Setup != nil {
		s.stack.Add(t.Setup.Object)
	}
	s.tools.rest()
}

// Equip tells whether there is a label printer, and what is wrong with it for the market's procedures, a sentence; empty: nothing.
func (s *Screen) Equip(labels bool, warning string) {
	s.tools.printer, s.tools.warning = labels && s.tools.tools.Print != nil, warning
	s.tools.rest()
}

// Setup is the wizard; nil where there is none.
func (s *Screen) Setup() *setup.Screen { return s.tools.tools.Setup }

func (s *Screen) openSetup() {
	s.plain.Hide()
	s.Setup().Open()
}

// SetupClosed brings the devices back in sight.
func (s *Screen) SetupClosed() { s.plain.Show() }

// Front tells whether the screen can be seen.
func (s *Screen) Front(on bool) {
	if x := s.Setup(); x != nil {
		x.Front(on)
	}
}
