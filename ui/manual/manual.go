package manual

import (
	"fmt"
	"math"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"packbench/ui/text"
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
		title, words, _ := strings.Cut(part, "\n")
		if i > 0 {
			out = append(out, Page{Title: strings.TrimSpace(title), Text: strings.TrimSpace(words)})
		}
	}
	return out
}

// Screen shows one page at a time. It belongs to the screen's goroutine.
type Screen struct {
	Object  fyne.CanvasObject
	pages   []Page
	buttons []*widgets.Button
	text    *lines
	edge    *canvas.Rectangle // over what is left of a line at the lower edge
	scroll  *container.Scroll
	up      *widgets.Button
	down    *widgets.Button
	place   *widgets.Text // which screenful of how many
}

// New lays the screen out with the first page in front.
func New(manual string) *Screen {
	s := &Screen{pages: Pages(manual), text: newLines(), edge: canvas.NewRectangle(widgets.White)}
	s.text.Wrapping = fyne.TextWrapWord
	// The text ends before the scroll bar, which would lie over its last letters.
	s.scroll = container.NewVScroll(widgets.Row(0, widgets.Grow(s.text, 1), widgets.Space(barRoom)))
	s.scroll.OnScrolled = func(fyne.Position) { s.paging() }
	s.up = widgets.NewButton("up", text.T("manual.up"), widgets.White, widgets.Blue, func() { s.turn(-1) }).Large()
	s.down = widgets.NewButton("down", text.T("manual.down"), widgets.White, widgets.Blue, func() { s.turn(1) }).Large()
	s.place = widgets.NewText(20, true, widgets.Ink).Fit(13, 1).Centred()
	index := container.New(&chapters{})
	for i, p := range s.pages {
		b := widgets.NewButton("manual", p.Title, widgets.Navy, widgets.White, func() { s.Show(i) })
		s.buttons = append(s.buttons, b)
		index.Add(b)
	}
	turns := widgets.Row(12, widgets.Grow(s.up, 2), widgets.Grow(s.place, 1), widgets.Grow(s.down, 2))
	page := widgets.NewPanel(widgets.White, 14, 10, widgets.Column(8, widgets.Grow(&fyne.Container{Layout: &follow{s}, Objects: []fyne.CanvasObject{s.scroll, s.edge}}, 1), widgets.Fix(turns, 68)))
	s.Object = widgets.Row(14, widgets.Fix(index, 340), widgets.Grow(page.Container, 1))
	if len(s.pages) > 0 {
		s.Show(0)
	}
	return s
}

// chapters lays the buttons of the pages one under the other, lower where the window is too low for all of them.
type chapters struct{}

const chapterHeight, chapterGap = 60, 6

// Layout implements fyne.Layout.
func (chapters) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	n := float32(len(objects))
	height := min(chapterHeight, (size.Height-chapterGap*(n-1))/max(1, n))
	for i, o := range objects {
		o.Move(fyne.NewPos(0, float32(i)*(height+chapterGap)))
		o.Resize(fyne.NewSize(size.Width, height))
	}
}

// MinSize implements fyne.Layout.
func (chapters) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, 100) }

// barRoom is the width of the scroll bar with some air, in units.
const barRoom = 30

// overlap is what two screenfuls share, in units: who reads on finds the line where the last one ended.
const overlap = 40

// step is how far one touch turns, at least a line.
func (s *Screen) step() float32 { return max(overlap, s.scroll.Size().Height-overlap) }

// hidden is how much of the text is out of sight.
func (s *Screen) hidden() float32 {
	return max(0, s.scroll.Content.MinSize().Height-s.scroll.Size().Height)
}

// measure gives the text its width first: how high it is follows from that, and the scroll must know.
func (s *Screen) measure() {
	if width := s.scroll.Size().Width; width > barRoom {
		s.text.Resize(fyne.NewSize(width-barRoom, s.text.Size().Height))
		s.scroll.Refresh()
	}
}

func (s *Screen) turn(pages int) {
	y := s.scroll.Offset.Y + float32(pages)*s.step()
	s.scroll.ScrollToOffset(fyne.NewPos(0, min(max(0, y), s.hidden())))
	s.paging()
}

// paging lets the buttons be touched where there is more, and says where the reader is.
func (s *Screen) paging() {
	if s.scroll.Size().Height < overlap { // not laid out yet
		return
	}
	y, hidden := s.scroll.Offset.Y, s.hidden()
	s.cover(y)
	s.up.Enable(y > 1)
	s.down.Enable(y < hidden-1)
	of := 1 + int(math.Ceil(float64(hidden/s.step())))
	at := min(of, 1+int(math.Ceil(float64(y/s.step())-0.01)))
	s.place.Set(text.T("manual.place", "i", fmt.Sprint(at), "n", fmt.Sprint(of)))
}

// cover hides what the lower edge leaves of a line: half a line reads as another.
func (s *Screen) cover(y float32) {
	size := s.scroll.Size()
	cut := s.text.cut(y+size.Height, size.Height/2)
	s.edge.Move(fyne.NewPos(0, size.Height-cut))
	s.edge.Resize(fyne.NewSize(max(0, size.Width-barRoom), cut))
	widgets.ShowOnly(s.edge, cut > 0)
}

// follow lays the text out and counts its screenfuls anew with each size of the window.
type follow struct{ s *Screen }

// Layout implements fyne.Layout.
func (f *follow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	f.s.measure()
	f.s.paging()
}

// MinSize implements fyne.Layout.
func (f *follow) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, 100) }

// Show brings a page to the front.
func (s *Screen) Show(i int) {
	s.text.ParseMarkdown("## " + s.pages[i].Title + "\n\n" + s.pages[i].Text)
	s.measure()
	s.scroll.ScrollToTop()
	s.paging()
	for j, b := range s.buttons {
		ink, fill := widgets.Navy, widgets.White
		if i == j {
			ink, fill = widgets.OnNavy, widgets.Navy
		}
		b.Set("manual", b.Word(), ink, fill)
	}
}
