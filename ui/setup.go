package ui

import (
	"context"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"packbench/ui/equipment"
	"packbench/ui/orders"
	"packbench/ui/setup"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// buildSetup puts the wizard and the test labels on the equipment screen.
func (w *Window) buildSetup() {
	o := w.o.Setup
	t := equipmentTools(o, w.back.add)
	if o.Desk != nil {
		t.Setup = setup.New(setup.Options{Desk: o.Desk, Background: w.back.add, Frames: o.Frames, Calibration: o.Calibration, Warn: o.Warn, Now: w.o.Now,
			Prompt: func(head, detail string) {
				w.asked = [2]string{head, detail}
				w.showPrompt()
			},
			Field: w.addressField, Closed: w.equipment.SetupClosed})
	}
	w.equipment.SetTools(t)
}

// addressField is where an address is typed, or scanned. A scan that is no address goes where scans go.
func (w *Window) addressField(hint string) fyne.Widget {
	take := func(words string) {
		w.address.SetText("")
		w.do(w.win.Canvas().Unfocus)
		w.equipment.Setup().Address(words)
	}
	w.address = orders.NewSearchField(hint, w.o.Now, nil, func(code string) {
		if strings.ContainsAny(code, ".") && !strings.HasPrefix(code, "PB:") {
			take(code)
			return
		}
		w.searchScan(code)
	})
	w.address.Entered = func() { take(w.address.Text) }
	return w.address
}

// setupField reports whether the focus is in the wizard's field, in sight.
func (w *Window) setupField(focused fyne.Focusable) bool {
	return w.address != nil && focused == fyne.Focusable(w.address) && w.tab == tabEquipment && w.equipment.Setup().IsOpen() && w.address.Visible()
}

// showPrompt draws the one thing to do next: the bench's, or the wizard's while it is in front.
func (w *Window) showPrompt() {
	away := w.tab != tabBench && w.tab != tabHandoff && w.asked[0] == ""
	if w.prompt.away != away {
		w.prompt.away = away
		defer w.body.Refresh()
	}
	w.prompt.set(w.view)
	if w.asked[0] != "" {
		w.prompt.head.Set(w.asked[0])
		w.prompt.detail.Set(w.asked[1])
	}
}

// runSetup draws the camera under trial until ctx ends.
func (w *Window) runSetup(ctx context.Context) {
	if x := w.equipment.Setup(); x != nil {
		x.Run(ctx, w.do)
	}
}

// Equip tells what the bench has to work with from now on. Any goroutine may call it; it never blocks.
func (w *Window) Equip(e Equipped) {
	w.do(func() {
		w.handoff.Equip(e.Camera)
		w.equipment.Equip(e.LabelPrinter, e.Warning)
	})
}

// ShowSetup shows what a device under trial has given. Any goroutine may call it; it never blocks.
func (w *Window) ShowSetup(n setup.News) {
	w.do(func() {
		if x := w.equipment.Setup(); x != nil {
			x.Take(n)
		}
	})
}

func equipmentTools(o Setup, back widgets.Background) equipment.Tools {
	return equipment.Tools{Background: back, Print: o.Print, Free: o.Free}
}

// DPIWarning says that a printer is coarser than the market's procedure asks for.
func DPIWarning(dpi, least int, source string) string {
	return text.T("equipment.dpi", "dpi", fmt.Sprint(dpi), "least", fmt.Sprint(least), "source", source)
}
