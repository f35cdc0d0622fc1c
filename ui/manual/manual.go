package manual

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"packbench/ui/widgets"
)

// Page is one part of the manual.
type Page struct {
	Title string
	Text  string // Markdown
}

// Pages parts the manual at its second-level headings; what stands before the first one is left out.
func Pages(manual string) []Page {
	var out []Page
	for i, part := range strings.Split("\n"+manual, "\n## ") {
		title, text, _ := strings.Cut(part, "\n")
		if i > 0 {
			out = append(out, Page{Title: strings.TrimSpace(title), Text: strings.TrimSpace(text)})
		}
	}
	return out
}

// Screen shows one page at a time. It belongs to the screen's goroutine.
type Screen struct {
	Object  fyne.CanvasObject
	pages   []Page
	buttons []*widgets.Button
	text    *widget.RichText
	scroll  *container.Scroll
}

// New lays the screen out with the first page in front.
func New(manual string) *Screen {
	s := &Screen{pages: Pages(manual), text: widget.NewRichTextFromMarkdown("")}
	s.text.Wrapping = fyne.TextWrapWord
	s.scroll = container.NewVScroll(s.text)
	var items []widgets.Item
	for i, p := range s.pages {
		b := widgets.NewButton("manual", p.Title, widgets.Navy, widgets.White, func() { s.Show(i) })
		s.buttons = append(s.buttons, b)
		items = append(items, widgets.Fix(b, 60))
	}
	items = append(items, widgets.Grow(&fyne.Container{}, 1))
	page := widgets.NewPanel(widgets.White, 14, 12, s.scroll)
	s.Object = widgets.Row(14, widgets.Fix(widgets.Column(8, items...), 340), widgets.Grow(page.Container, 1))
	if len(s.pages) > 0 {
		s.Show(0)
	}
	return s
}

// Show brings a page to the front.
func (s *Screen) Show(i int) {
	s.text.ParseMarkdown("## " + s.pages[i].Title + "\n\n" + s.pages[i].Text)
	s.scroll.ScrollToTop()
	for j, b := range s.buttons {
		ink, fill := widgets.Navy, widgets.White
		if i == j {
			ink, fill = widgets.OnNavy, widgets.Navy
		}
		b.Set("manual", b.Word(), ink, fill)
	}
}
