package setup

import (
	"path/filepath"

	"fyne.io/fyne/v2"

	"packbench/ui/text"
	"packbench/ui/widgets"
)

// sumRow is one device on the last page.
type sumRow struct {
	icon  *widgets.Icon
	words *widgets.Text
}

func (s *Screen) buildDone() *fyne.Container {
	v := &s.v
	var items []widgets.Item
	head, words := widgets.NewText(widgets.SizeBig, true, widgets.Ink).Fit(20, 1), widgets.NewText(20, false, widgets.Ink).Fit(14, 2).Top()
	head.Set(text.T("setup.done.head"))
	v.file = words
	items = append(items, widgets.Fix(head, 44), widgets.Fix(words, 62))
	for i := range v.sums {
		v.sums[i] = &sumRow{widgets.NewIcon("dash", widgets.Soft, 40), widgets.NewText(widgets.SizeTitle, true, widgets.Ink).Fit(14, 1)}
		items = append(items, widgets.Grow(widgets.Row(14, widgets.Fix(v.sums[i].icon, 40), widgets.Grow(v.sums[i].words, 1)), 1))
	}
	return widgets.NewCard(widgets.Column(4, items...)).Container
}

func (s *Screen) drawDone() {
	v, any := &s.v, false
	for i, r := range v.sums {
		st, name := s.steps[i], Name(Steps[i])+": "
		switch {
		case st.kept != "":
			any = true
			r.icon.Set("check", widgets.White, widgets.Good, false)
			r.words.Set(name + text.T("setup.done.kept", "name", st.kept))
		case st.out != "":
			any = true
			r.icon.Set("cross", widgets.Soft, widgets.Clear, false)
			r.words.Set(name + text.T("setup.done.out", "name", st.out))
		default:
			r.icon.Set("dash", widgets.Soft, widgets.Clear, false)
			r.words.Set(name + text.T("setup.done.was"))
		}
	}
	words := text.T("setup.done.nothing")
	first := words
	if any {
		words = text.T("setup.done.text")
		first = words
		if s.before != "" {
			words += " " + text.T("setup.done.before", "file", filepath.Base(s.before)+".")
		}
		words += " " + text.T("setup.done.fixed")
	}
	v.file.Set(words)
	v.keep.Set("check", text.T("setup.finish"), widgets.White, widgets.Good)
	v.keep.Enable(true)
	if s.front {
		s.o.Prompt(text.T("setup.done.head"), first)
	}
}
