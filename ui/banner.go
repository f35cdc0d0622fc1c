package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"packbench/fulfillment/station"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Heights of the frame's bands in units. Together with 500 units of content they fill 768.
const (
	bannerHeight = 120
	promptHeight = 92
	awayHeight   = 40 // of the prompt's band on pages where nothing is packed or handed over
	stripHeight  = 40
	navWidth     = 112
)

// banner says the last verdict: shape, colour, words. It stands in the frame, so it is seen whatever screen is in front.
type banner struct {
	*widgets.Panel
	icon   *widgets.Icon
	head   *widgets.Text
	detail *widgets.Text
	at     *widgets.Text
	look   look
	over   bool // what was said last is over, and not said any more
}

// newBanner returns a banner with the beacon as its last object: what lies before it has been painted when the beacon is.
func newBanner(beacon *canvas.Raster) *banner {
	b := &banner{icon: widgets.NewIcon("scanner", widgets.White, 80), head: widgets.NewText(widgets.SizeGiant, true, widgets.White).Fit(24, 1),
		detail: widgets.NewText(23, false, widgets.White).Fit(14, 2).Top(), at: widgets.NewText(widgets.SizeBody, false, widgets.White).Right()}
	words := widgets.Column(0, widgets.Grow(b.head, 60), widgets.Grow(b.detail, 52))
	right := widgets.Column(0, widgets.Fix(b.at, 24), widgets.Grow(&fyne.Container{}, 1), widgets.Fix(beacon, 1))
	b.Panel = widgets.NewPanel(widgets.Idle, 22, 4, widgets.Row(22, widgets.Fix(b.icon, 80), widgets.Grow(words, 1), widgets.Fix(right, 96))).Square()
	b.set(station.View{})
	return b
}

// set shows the verdict of v, or that the last scan could not be recorded.
func (b *banner) set(v station.View) {
	at := time.Time{}
	switch {
	case b.over:
		b.look = lookReady
		b.head.Set(text.T("verdict.none.head"))
		b.detail.Set(text.T("verdict.over.detail"))
	case v.Err != "":
		b.look = lookStop
		b.head.Set(text.T("verdict.error.head"))
		b.detail.Set(text.Sentence(v.Err))
	case v.Verdict == nil && v.Standing != nil:
		b.look = lookOf(*v.Standing)
		head, detail := text.Verdict(*v.Standing)
		b.head.Set(head)
		b.detail.Set(detail)
	case v.Verdict == nil:
		b.look = lookReady
		b.head.Set(text.T("verdict.none.head"))
		b.detail.Set(text.T("verdict.none.detail"))
	default:
		b.look = lookOf(*v.Verdict)
		head, detail := text.Verdict(*v.Verdict)
		if h, d, ok := text.Alarms(v); ok && text.Alarming(v) {
			head, detail, b.look = h, d, lookStop
		}
		b.head.Set(head)
		b.detail.Set(detail)
		at = v.Verdict.At
	}
	clock := ""
	if !at.IsZero() { // tells two equal verdicts apart
		clock = at.Local().Format("15:04:05")
	}
	b.at.Set(clock)
	for _, t := range []*widgets.Text{b.head, b.detail, b.at} {
		t.Colour(b.look.ink)
	}
	b.icon.Set(b.look.icon, b.look.ink, widgets.Clear, false)
	b.Paint(b.look.fill, widgets.Clear, 0)
}

// promptBand says the one thing to do next.
type promptBand struct {
	*widgets.Panel
	icon   *widgets.Icon
	head   *widgets.Text
	detail *widgets.Text
	label  string // that the label in hand will not print; empty: nothing is known against it
	why    bool   // the question why another label is wanted stands, with its answers below
	never  bool   // and that nobody's word changes that
	away   bool   // a page is in front on which nothing is packed or handed over: one line says what waits
}

func newPromptBand() *promptBand {
	p := &promptBand{icon: widgets.NewIcon("arrow", widgets.Warn, 60), head: widgets.NewText(widgets.SizeGiant, true, widgets.OnNavy).Fit(24, 1), detail: widgets.NewText(20, false, widgets.NavySoft).Fit(13, 1)}
	words := widgets.Column(0, widgets.Grow(p.head, 58), widgets.Grow(p.detail, 28))
	p.Panel = widgets.NewPanel(widgets.Navy, 22, 3, widgets.Row(22, widgets.Fix(p.icon, 80), widgets.Grow(words, 1))).Square()
	return p
}

func (p *promptBand) set(v station.View) {
	head, detail := text.Prompt(v.Prompt, v)
	if v.Prompt == "" {
		head, detail = text.Prompt(station.PromptScanOrder, v)
	}
	if p.away {
		detail = text.Away(v)
	} else if p.why { // the next step is the answer, whatever comes after it
		head, detail = text.T("band.why.head"), text.T("band.why")
	}
	ink, soft, arrow, fill := widgets.OnNavy, widgets.NavySoft, widgets.Warn, widgets.Navy
	if p.away {
		soft = ink
	}
	bad := func(words string) {
		ink, soft, arrow, fill, detail = widgets.White, widgets.White, widgets.White, widgets.Bad, words
	}
	careful := func(words string) {
		ink, soft, arrow, fill, detail = widgets.Ink, widgets.Ink, widgets.Ink, widgets.Warn, words
	}
	request := text.Request(v)
	switch h, d, ok := text.Alarms(v); {
	case ok && !text.Alarming(v):
		bad(h + ": " + d) // what was scanned since must not hide it
	case request != "":
		careful(request)
	case v.Parcel == nil || v.Prompt == station.PromptStop:
	case p.label != "" && p.never:
		bad(p.label)
	case p.label != "":
		careful(p.label)
	}
	widgets.ShowOnly(p.head, !p.away)
	p.icon.Set("arrow", arrow, widgets.Clear, false)
	p.head.Colour(ink)
	p.detail.Colour(soft)
	p.Paint(fill, widgets.Clear, 0)
	p.head.Set(head)
	p.detail.Set(detail)
}

// reasonAsked is told when the question for a reason comes and goes: banner, band and buttons ask together or not at all.
func (w *Window) reasonAsked(on bool) {
	if w.prompt.why = on; w.bench != nil {
		w.showPrompt()
		w.showVerdict()
	}
}

// showVerdict puts the last verdict in the banner, and a frame around everything where it stops; or nothing once its matter is over.
func (w *Window) showVerdict() {
	w.banner.over = text.Over(w.view, w.prompt.why, w.o.Now())
	w.banner.set(w.view)
	stroke := float32(0)
	if w.banner.look.stop {
		stroke = 12
	}
	w.frame.Paint(widgets.Clear, w.banner.look.fill, stroke)
}

// labelAhead is told what speaks against the label in hand.
func (w *Window) labelAhead(words string, never bool) {
	if w.prompt.label != words || w.prompt.never != never {
		w.prompt.label, w.prompt.never = words, never
		w.showPrompt()
	}
}

// bands lays banner, prompt, content and strip one under the other; banner and prompt grow with the window.
type bands struct {
	banner *banner
	prompt *promptBand
}

// Layout implements fyne.Layout.
func (b *bands) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	scale := widgets.Scale(size.Height / 768)
	b.banner.head.Max, b.banner.detail.Max = widgets.SizeGiant*scale, 23*scale
	b.prompt.head.Max, b.prompt.detail.Max = widgets.SizeGiant*scale, 20*scale
	heights := []float32{bannerHeight * scale, promptHeight * scale, 0, stripHeight}
	if b.prompt.away {
		heights[1] = awayHeight
	}
	heights[2] = max(0, size.Height-heights[0]-heights[1]-heights[3])
	y := float32(0)
	for i, o := range objects {
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, heights[i]))
		y += heights[i]
	}
}

// MinSize implements fyne.Layout.
func (b *bands) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(800, 600) }
