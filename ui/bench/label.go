package bench

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"image/draw"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Label is a label as it will be printed, and what was found out about it.
type Label struct {
	Picture image.Image // one dot of the printer a pixel
	DPI     int
	Verdict fulfillment.LabelVerdict
	Reason  string
	Codes   []LabelCode
	Lint    []string // sentences
	// Findings is how many of Lint, the first ones, are against the label; the rest only tell what was done to print it.
	Findings int
	Bitmap   fulfillment.Hash // of the picture as it is stored; empty: it is not
}

// LabelCode is one code that was read off the label.
type LabelCode struct {
	Text string
	Ours bool // it carries this parcel's tracking number
}

// zoom shows the label large, with what was read from it, over the whole screen. A touch or the next scan closes it.
type zoom struct {
	object  *fyne.Container
	label   Label
	picture *canvas.Image
	loupe   *loupe
	views   [4]*widgets.Button
	at      int
	title   *widgets.Text
	size    *widgets.Text
	verdict *widgets.Text
	icon    *widgets.Icon
	codes   *widgets.Text
	lint    *widgets.Text
	close   func()

	compare *widgets.Text // what a supervisor compares, where nothing proves the label
	confirm *fyne.Container
	words   *fyne.Container
	aside   []fyne.CanvasObject // makes room for what is to be compared
}

// viewKeys are the words of the views: all of it, a half at twice the size, or a part dot for dot.
var viewKeys = [4]string{"label.whole", "label.upper", "label.lower", "label.dots"}

const dotForDot = 3 // the last of them

func newZoom(closed func(), send func(code string)) *zoom {
	z := &zoom{close: closed, picture: &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleSmooth},
		title: widgets.NewText(widgets.SizeTitle, true, widgets.Ink).Fit(14, 1), size: small(""), icon: widgets.NewIcon("dash", widgets.Soft, 36),
		verdict: widgets.NewText(20, true, widgets.Ink).Fit(12, 3), codes: widgets.NewText(widgets.SizeBody, false, widgets.Ink).Fit(11, 6).Top(),
		lint: widgets.NewText(widgets.SizeBody, false, widgets.Ink).Fit(11, 5).Top()}
	z.title.Set(text.T("label.title"))
	var views []widgets.Item
	for i := range z.views {
		z.views[i] = widgets.NewButton("search", text.T(viewKeys[i]), widgets.Ink, widgets.Card, func() { z.turn(i) })
		views = append(views, widgets.Grow(z.views[i], 1))
	}
	head := func(key string) widgets.Item {
		t := small(text.T(key))
		t.Bold = true
		return widgets.Fix(t, 20)
	}
	z.compare = widgets.NewText(20, true, widgets.WarnInk).Fit(13, 3).Top()
	var reasons []widgets.Item
	for _, word := range fulfillment.ConfirmWords {
		reasons = append(reasons, widgets.Grow(widgets.NewButton("check", text.T("confirm."+word), widgets.Ink, widgets.Warn, func() { send("PB:CONFIRM:" + word) }), 1))
	}
	z.confirm = widgets.Row(8, reasons...)
	z.compare.Hide()
	z.confirm.Hide()
	codesHead := head("label.codes")
	z.aside = []fyne.CanvasObject{z.title, z.size, codesHead.Object, z.codes} // the verdict names the codes that were read
	z.words = widgets.Column(4, widgets.Fix(z.title, 32), widgets.Fix(z.size, 20), widgets.Fix(widgets.Row(10, widgets.Fix(z.icon, 36), widgets.Grow(z.verdict, 1)), 66),
		widgets.Fix(z.compare, 64), widgets.Fix(z.confirm, widgets.TouchSize),
		codesHead, widgets.Grow(z.codes, 5), head("label.lint"), widgets.Grow(z.lint, 4),
		widgets.Fix(widgets.Row(8, views...), widgets.TouchSize),
		widgets.Fix(widgets.NewButton("cross", text.T("label.close"), widgets.White, widgets.Navy, func() { z.close() }).Large(), widgets.TouchSize))
	z.loupe = newLoupe(z.scale, func() { z.close() })
	z.loupe.Hide()
	paper := widgets.NewPanel(widgets.White, 8, 8, container.NewStack(widgets.NewTouch(z.picture, func() { z.close() }), z.loupe))
	paper.Paint(widgets.White, widgets.Ink, 2)
	z.object = container.NewStack(canvas.NewRectangle(widgets.Paper), widgets.Row(14, widgets.Grow(paper.Container, 1), widgets.Fix(widgets.NewCard(z.words).Container, 480)))
	z.object.Hide()
	return z
}

// scale is how many pixels of the screen make one of the window's units.
func (z *zoom) scale() float32 {
	if c := fyne.CurrentApp().Driver().CanvasForObject(z.object); c != nil {
		return c.Scale()
	}
	return 1
}

// show fills the view and brings it to the front.
func (z *zoom) show(l Label) {
	z.label = l
	b := l.Picture.Bounds()
	z.size.Set(text.T("label.size", "w", fmt.Sprint(b.Dx()), "h", fmt.Sprint(b.Dy()), "dpi", fmt.Sprint(l.DPI)) + "  ·  " + text.T("label.scan.next"))
	switch l.Verdict {
	case fulfillment.LabelPrint:
		z.icon.Set("check", widgets.White, widgets.Good, false)
		z.verdict.Set(text.T("label.print"))
	case fulfillment.LabelRefuse:
		z.icon.Set("cross", widgets.White, widgets.Bad, true)
		z.verdict.Set(text.T("label.refuse", "why", text.Sentence(l.Reason)))
	default:
		z.icon.Set("bang", widgets.Ink, widgets.Warn, true)
		z.verdict.Set(text.T("label.unproved", "why", text.Sentence(l.Reason)))
	}
	z.codes.Set(CodeWords(l.Codes))
	z.lint.Set(LintWords(l.Lint))
	z.turn(0)
	z.object.Show()
}

// ask shows what a supervisor must compare before a label that nothing proves is printed, and the reasons to choose from; only
// for the very picture that would be printed.
func (z *zoom) ask(p *fulfillment.Parcel, supervisor bool) {
	may := p != nil && p.Confirmable() && p.Picture == z.label.Bitmap
	get := p != nil && z.label.Verdict == fulfillment.LabelRefuse && supervisor
	if p != nil && p.Confirmed != "" && p.Confirmed == z.label.Bitmap {
		z.confirmed(*p)
	}
	if get {
		z.compare.Set(text.T("label.get", "tracking", cmp.Or(text.Code(string(p.Package.Tracking)), text.T("bench.order")+" "+text.Code(string(p.Order.ID)))))
	}
	if may {
		words := text.T("label.compare", "carrier", cmp.Or(text.Visible(p.Package.Carrier), text.T("bench.nocarrier")), "tracking", text.Code(string(p.Package.Tracking)))
		if p.Package.Tracking == "" {
			words = text.T("label.compare.none")
		}
		if !supervisor {
			words += " " + text.T("label.supervisor")
		}
		z.compare.Set(words)
	}
	one, two := widgets.ShowOnly(z.compare, may || get), widgets.ShowOnly(z.confirm, may && supervisor)
	for _, o := range z.aside {
		widgets.ShowOnly(o, !may && !get)
	}
	if one || two {
		z.words.Refresh()
	}
}

// confirmed names who confirmed the label: then it is no longer one that is not printed.
func (z *zoom) confirmed(p fulfillment.Parcel) {
	key := "label.confirmed"
	if p.Print == fulfillment.PrintDone {
		key = "label.printed"
	}
	z.icon.Set("check", widgets.White, widgets.Good, false)
	z.verdict.Set(text.T(key, "by", cmp.Or(text.Visible(p.ConfirmedBy), text.T("noun.supervisor"))))
}

// CodeWords are the codes in words, one after the other.
func CodeWords(codes []LabelCode) string {
	if len(codes) == 0 {
		return text.T("label.codes.no")
	}
	words := ""
	for i, c := range codes {
		if i > 0 {
			words += "  ·  "
		}
		if c.Ours {
			words += text.T("label.ours", "code", text.Code(c.Text))
			continue
		}
		words += text.Code(c.Text)
	}
	return words
}

// Finding is what must be said of a label beside its small picture; bad: it will not print. Empty where all is well.
func Finding(l Label) (words string, bad bool) {
	switch {
	case l.Verdict == fulfillment.LabelRefuse:
		return text.T("label.finding.no"), true
	case l.Verdict != fulfillment.LabelPrint:
		return text.T("label.finding.ask"), false
	case l.Findings == 1:
		return text.T("label.finding"), false
	case l.Findings > 1:
		return text.T("label.findings", "n", fmt.Sprint(l.Findings)), false
	}
	return "", false
}

// LintWords are the findings as one text.
func LintWords(lint []string) string {
	if len(lint) == 0 {
		return text.T("label.lint.no")
	}
	words := ""
	for i, l := range lint {
		if i > 0 {
			words += "  ·  "
		}
		words += text.Sentence(l)
	}
	return words
}

// turn shows the whole label, a half of it, or a part dot for dot.
func (z *zoom) turn(at int) {
	z.at = at
	for i, b := range z.views {
		ink, fill := widgets.Ink, widgets.Card
		if i == at {
			ink, fill = widgets.White, widgets.Blue
		}
		b.Set("search", text.T(viewKeys[i]), ink, fill)
	}
	z.picture.Hidden, z.loupe.Hidden = at == dotForDot, at != dotForDot
	if at == dotForDot {
		z.loupe.set(z.label.Picture)
		z.loupe.Refresh()
		return
	}
	z.picture.Image = part(z.label.Picture, at)
	z.picture.Refresh()
}

// part is the whole picture (0), its upper half (1) or its lower one (2); dots are copied, never changed.
func part(pic image.Image, at int) image.Image {
	b := pic.Bounds()
	if at == 0 {
		return pic
	}
	half := image.Rect(b.Min.X, b.Min.Y, b.Max.X, b.Min.Y+(b.Dy()+1)/2)
	if at == 2 {
		half = image.Rect(b.Min.X, b.Min.Y+b.Dy()/2, b.Max.X, b.Max.Y)
	}
	out := image.NewGray(image.Rect(0, 0, half.Dx(), half.Dy()))
	draw.Draw(out, out.Rect, pic, half.Min, draw.Src)
	return out
}

// thumb is how large the small picture is at most, dots.
const thumbW, thumbH = 420, 640

// askLabel reads the picture of a label that came into hand.
func (s *Screen) askLabel(key string, p fulfillment.Parcel) {
	s.o.Background("label preview", func(ctx context.Context) func() {
		l, err := s.o.LabelPreview(ctx, p)
		if err != nil || l.Picture == nil {
			return nil // the place stays empty; the printed label is proved elsewhere
		}
		img := widgets.Shrink(l.Picture, thumbW, thumbH)
		return func() {
			if s.preview == key {
				s.shown = l
				s.facts.setLabel(img)
				s.facts.setFinding(Finding(l))
				s.askToConfirm()
				s.labelAhead()
			}
		}
	})
}

// zoomIn shows the label large, if there is one.
func (s *Screen) zoomIn() {
	if s.shown.Picture == nil {
		return
	}
	s.zoom.show(s.shown)
	s.zoom.ask(s.view.Parcel, s.view.Supervisor)
	s.work.Hide()
}

// askToConfirm shows the label to the supervisor who came to compare it.
func (s *Screen) askToConfirm() {
	p := s.view.Parcel
	if p != nil && p.Confirmable() && s.view.Supervisor && s.shown.Bitmap == p.Picture {
		s.zoomIn()
	}
	s.zoom.ask(p, s.view.Supervisor)
}

func (s *Screen) zoomOut() {
	s.zoom.object.Hide()
	s.work.Show()
}
