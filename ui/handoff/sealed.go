package handoff

import (
	"context"
	"fmt"
	"image/color"
	"time"

	"fyne.io/fyne/v2"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Manifests are the sealed ones. Its methods may take seconds, so they are called in the background; their errors are sentences
// for a person.
type Manifests interface {
	// Sealed lists the last sealed manifests, newest first.
	Sealed(ctx context.Context) ([]fulfillment.ManifestSummary, error)
	// Look reads the seal of one.
	Look(ctx context.Context, id fulfillment.ManifestID) (Seal, error)
	// Print hands its document to the document printer; that paper came out is not known.
	Print(ctx context.Context, id fulfillment.ManifestID) error
	// Export writes its document and returns the file.
	Export(ctx context.Context, id fulfillment.ManifestID) (file string, err error)
}

// Seal is what ties a sealed manifest to the station's record.
type Seal struct {
	Digest    fulfillment.Hash // of the event that sealed it; empty: the record does not name it
	Seq       int64            // of that event
	Unchecked time.Time        // since when the Seller Center had not been asked; zero: it was asked
	Queue     string           // of the document printer
	PrintWhy  string           // why it cannot be printed, a sentence; empty: it can
}

// sealedPage lists the sealed manifests beside one of them.
type sealedPage struct {
	object *fyne.Container
	stack  *widgets.RowStack
	rows   []*sealedRow
	title  *widgets.Text
	page   *widgets.Text
	up     *widgets.Button
	down   *widgets.Button
	card   *sealedCard

	m      Manifests
	back   widgets.Background
	now    func() time.Time
	list   []fulfillment.ManifestSummary
	first  int
	err    error
	loaded bool
}

// sealedCard is one sealed manifest in front.
type sealedCard struct {
	carrier, facts, digest, said *widgets.Text
	icon                         *widgets.Icon
	print, save                  *widgets.Button
	of                           fulfillment.ManifestSummary // none: there is none
	seal                         Seal
	known, busy                  bool
}

func newSealedPage(o Options) *sealedPage {
	p := &sealedPage{m: o.Manifests, back: o.Background, now: o.Now, stack: widgets.NewRowStack(66), title: widgets.NewText(widgets.SizeTitle, true, widgets.Ink).Fit(14, 1),
		page: widgets.NewText(widgets.SizeBody, true, widgets.Ink).Fit(12, 1).Centred()}
	p.stack.Resized = p.show
	p.up = widgets.NewButton("up", "", widgets.Ink, widgets.Card, func() { p.turn(-1) })
	p.down = widgets.NewButton("down", "", widgets.Ink, widgets.Card, func() { p.turn(1) })
	c := &sealedCard{carrier: widgets.NewText(28, true, widgets.Ink).Fit(16, 1), facts: widgets.NewText(20, false, widgets.Ink).Fit(13, 4).Top(), icon: widgets.NewIcon("", widgets.Clear, 28),
		digest: widgets.NewText(16, false, widgets.Soft).Fit(11, 4).Top(), said: widgets.NewText(widgets.SizeBody, false, widgets.Ink).Fit(12, 4)}
	c.print = widgets.NewButton("printer", text.T("sealed.print"), widgets.White, widgets.Blue, p.print)
	c.save = widgets.NewButton("document", text.T("sealed.save"), widgets.White, widgets.Blue, p.save)
	p.card = c
	turns := widgets.Row(8, widgets.Grow(p.up, 1), widgets.Grow(p.page, 1), widgets.Grow(p.down, 1))
	left := widgets.NewCard(widgets.Column(6, widgets.Fix(p.title, 32), widgets.Grow(p.stack.Object, 1), widgets.Fix(turns, widgets.TouchSize)))
	right := widgets.NewCard(widgets.Column(6, widgets.Fix(c.carrier, 38), widgets.Grow(c.facts, 1), widgets.Fix(c.digest, 58),
		widgets.Fix(widgets.Row(8, widgets.Fix(c.icon, 28), widgets.Grow(c.said, 1)), 62), widgets.Fix(widgets.Row(10, widgets.Grow(c.print, 1), widgets.Grow(c.save, 1)), 64)))
	p.object = widgets.Row(12, widgets.Grow(left.Container, 1), widgets.Grow(right.Container, 1))
	p.object.Hide()
	p.show()
	return p
}

// load reads the list anew; the one in front stays there.
func (p *sealedPage) load() {
	p.back("sealed manifests", func(ctx context.Context) func() {
		list, err := p.m.Sealed(ctx)
		return func() {
			if p.loaded, p.err = true, err; err == nil {
				p.list = list
				if p.card.of.ID == "" && len(list) > 0 {
					p.choose(list[0])
				}
			}
			p.show()
		}
	})
}

// choose puts a manifest in front and reads its seal.
func (p *sealedPage) choose(m fulfillment.ManifestSummary) {
	c := p.card
	if c.busy {
		return
	}
	c.of, c.seal, c.known = m, Seal{}, false
	p.say("", widgets.Ink, text.T("sealed.wait"))
	p.back("seal", func(ctx context.Context) func() {
		seal, err := p.m.Look(ctx, m.ID)
		return func() {
			if c.of.ID != m.ID {
				return
			}
			c.seal, c.known = seal, err == nil
			switch {
			case err != nil:
				p.say("bang", widgets.Bad, text.Advice(err.Error()))
			case seal.PrintWhy != "":
				p.say("hand", widgets.WarnInk, text.Advice(seal.PrintWhy))
			default:
				p.say("", widgets.Ink, "")
			}
			p.show()
		}
	})
	p.show()
}

func (p *sealedPage) turn(pages int) {
	p.first += pages * p.stack.Fits()
	p.show()
}

func (p *sealedPage) show() {
	now, size := p.now(), p.stack.Fits()
	p.first = min(max(0, p.first), max(0, len(p.list)-1)/size*size)
	shown := p.list[p.first:min(len(p.list), p.first+size)]
	for len(p.rows) < len(shown) {
		r := newSealedRow(p.choose)
		p.rows = append(p.rows, r)
		p.stack.Object.Add(r.touch)
	}
	for i, r := range p.rows {
		if i < len(shown) {
			r.set(shown[i], shown[i].ID == p.card.of.ID, now)
		}
		widgets.ShowOnly(r.touch, i < len(shown))
	}
	today := 0
	for _, m := range p.list {
		if y, d := m.SealedAt.In(now.Location()).Year(), m.SealedAt.In(now.Location()).YearDay(); y == now.Year() && d == now.YearDay() {
			today++
		}
	}
	title := text.T("sealed.title", "today", fmt.Sprint(today), "older", fmt.Sprint(len(p.list)-today))
	switch {
	case p.err != nil:
		title = text.Err(p.err)
	case !p.loaded:
		title = text.T("sealed.wait")
	case len(p.list) == 0:
		title = text.T("sealed.none")
	}
	p.title.Set(title)
	page := ""
	if len(p.list) > 0 {
		page = text.T("orders.page", "from", fmt.Sprint(p.first+1), "to", fmt.Sprint(p.first+len(shown)), "n", fmt.Sprint(len(p.list)))
	}
	p.page.Set(page)
	p.up.Enable(p.first > 0)
	p.down.Enable(p.first+size < len(p.list))
	p.card.show(now)
}

func (c *sealedCard) show(now time.Time) {
	m := c.of
	c.print.Enable(c.known && !c.busy && c.seal.PrintWhy == "")
	c.save.Enable(c.known && !c.busy)
	if m.ID == "" {
		for _, t := range []*widgets.Text{c.carrier, c.facts, c.digest} {
			t.Set("")
		}
		return
	}
	c.carrier.Set(text.Visible(m.Carrier) + "  ·  " + text.Plural("count.parcels", m.Parcels))
	facts := text.T("sealed.at", "at", text.Clock(m.SealedAt, now), "by", text.Visible(m.SealedBy), "station", text.Visible(m.Station))
	if m.LeftOff > 0 {
		facts += "  " + text.T("sealed.left", "n", fmt.Sprint(m.LeftOff))
	}
	if !c.seal.Unchecked.IsZero() {
		facts += "  " + text.T("seal.unchecked", "since", text.Clock(c.seal.Unchecked, now))
	}
	c.facts.Set(text.T("sealed.number", "id", text.Visible(string(m.ID))) + "  " + facts)
	digest := ""
	switch {
	case c.known && c.seal.Digest == "":
		digest = text.T("sealed.nodigest")
	case c.known:
		digest = text.T("sealed.digest", "seq", fmt.Sprint(c.seal.Seq), "hash", string(c.seal.Digest))
	}
	c.digest.Set(digest)
}

func (p *sealedPage) say(icon string, ink color.NRGBA, words string) {
	p.card.icon.Set(icon, ink, widgets.Clear, false)
	p.card.said.Set(words)
}

func (p *sealedPage) print() {
	queue := text.Visible(p.card.seal.Queue)
	p.do("print manifest", text.T("sealed.printing", "queue", queue), func(ctx context.Context, id fulfillment.ManifestID) (string, error) {
		return text.T("sealed.printed", "queue", queue), p.m.Print(ctx, id)
	})
}

func (p *sealedPage) save() {
	p.do("save manifest", text.T("sealed.saving"), func(ctx context.Context, id fulfillment.ManifestID) (string, error) {
		file, err := p.m.Export(ctx, id)
		return text.T("sealed.saved", "file", text.Visible(file)), err
	})
}

// do carries out one act on the manifest in front; until it has ended both buttons are deaf, and no other comes in front.
func (p *sealedPage) do(key, meanwhile string, act func(context.Context, fulfillment.ManifestID) (string, error)) {
	c := p.card
	if c.busy || !c.known {
		return
	}
	id := c.of.ID
	c.busy = true
	p.say("wait", widgets.Soft, meanwhile)
	p.show()
	p.back(key, func(ctx context.Context) func() {
		said, err := act(ctx, id)
		return func() {
			c.busy = false
			if err != nil {
				p.say("bang", widgets.Bad, text.Advice(err.Error()))
			} else {
				p.say("check", widgets.Good, said)
			}
			p.show()
		}
	})
}

// sealedRow is one sealed manifest in the list.
type sealedRow struct {
	*widgets.Panel
	touch               *widgets.Touch
	carrier, sub, count *widgets.Text
	of                  fulfillment.ManifestSummary
}

func newSealedRow(choose func(fulfillment.ManifestSummary)) *sealedRow {
	r := &sealedRow{carrier: widgets.NewText(20, true, widgets.Ink).Fit(13, 1), sub: widgets.NewText(15, false, widgets.Soft).Fit(11, 1), count: widgets.NewText(26, true, widgets.Blue).Fit(16, 1).Right()}
	r.Panel = widgets.NewPanel(widgets.Card, 10, 3, widgets.Row(8, widgets.Grow(widgets.Column(0, widgets.Grow(r.carrier, 1), widgets.Fix(r.sub, 22)), 1), widgets.Fix(r.count, 70)))
	r.touch = widgets.NewTouch(widgets.Column(0, widgets.Grow(r.Container, 1), widgets.Space(4)), func() { choose(r.of) })
	return r
}

func (r *sealedRow) set(m fulfillment.ManifestSummary, front bool, now time.Time) {
	r.of = m
	r.carrier.Set(text.Visible(m.Carrier))
	r.sub.Set(text.Clock(m.SealedAt, now) + "  ·  " + text.Code(string(m.ID)))
	r.count.Set(fmt.Sprint(m.Parcels))
	if front {
		r.Paint(widgets.BluePale, widgets.Blue, 2)
	} else {
		r.Paint(widgets.Paper, widgets.Line, 1)
	}
}
