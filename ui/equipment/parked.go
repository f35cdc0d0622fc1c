package equipment

import (
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// parkedCard shows one thing that the Seller Center refused, and what a supervisor can do about it. The reason of a
// decision is chosen by touch: nobody types here.
type parkedCard struct {
	object     *fyne.Container
	head       *widgets.Text
	words      *widgets.Text
	request    *widgets.Text
	hint       *widgets.Text
	next       *widgets.Button
	buttons    [3]*widgets.Button
	correct    *widgets.Button // for rows that can be corrected
	rows       []OutboxLine
	at         int
	asking     fulfillment.OutboxAction // whose reason is being chosen; empty: none
	supervisor bool
	older      time.Duration // than the rows' ages
	decide     func(fulfillment.OutboxDecision)
}

// reasons are the keys of the reasons to choose from, in the table's words.
var reasons = map[fulfillment.OutboxAction][2]string{
	fulfillment.OutboxDoneByHand: {"decide.reason.center", "decide.reason.support"},
	fulfillment.OutboxGiveUp:     {"decide.reason.cancelled", "decide.reason.stays"},
}

// reasonsFor are those that can be true of the row.
func reasonsFor(row OutboxLine, asking fulfillment.OutboxAction) (pair [2]string, ok bool) {
	pair, ok = reasons[asking]
	if ok && row.Gone && asking == fulfillment.OutboxGiveUp {
		pair = [2]string{"decide.reason.late", "decide.reason.support"}
	}
	return pair, ok
}

func newParkedCard(decide func(fulfillment.OutboxDecision)) *parkedCard {
	p := &parkedCard{decide: decide, head: widgets.NewText(20, true, widgets.Ink).Fit(13, 1), words: widgets.NewText(widgets.SizeBody, false, widgets.Ink).Fit(13, 2).Top(),
		request: widgets.NewText(14, false, widgets.Soft).Fit(10, 1), hint: widgets.NewText(widgets.SizeSmall, true, widgets.WarnInk).Fit(11, 1)}
	p.next = widgets.NewButton("", "", widgets.Ink, widgets.Card, func() { p.turn() })
	p.correct = widgets.NewButton("note", text.T("decide.correct"), widgets.Ink, widgets.Card, func() { p.put() })
	var row []widgets.Item
	for i := range p.buttons {
		p.buttons[i] = widgets.NewButton("", "", widgets.Ink, widgets.Card, func() { p.tapped(i) })
		row = append(row, widgets.Grow(p.buttons[i], 1))
	}
	row = append(row, widgets.Fix(p.next, 92))
	head := widgets.Row(8, widgets.Fix(widgets.NewIcon("hand", widgets.Bad, 26), 26), widgets.Grow(p.head, 1))
	panel := widgets.NewPanel(widgets.BadPale, 12, 8, widgets.Column(4, widgets.Fix(head, 30), widgets.Grow(p.words, 1), widgets.Fix(p.request, 18),
		widgets.Fix(p.hint, 20), widgets.Fix(p.correct, 44), widgets.Fix(widgets.Row(8, row...), widgets.TouchSize)))
	panel.Paint(widgets.BadPale, widgets.Bad, 2)
	p.object = panel.Container
	p.object.Hide()
	return p
}

// parkedHeight is the card's height in units.
const parkedHeight = 216

// set shows the parked rows of the outbox and whether a supervisor stands here; it reports whether the card came or went.
func (p *parkedCard) set(lines []OutboxLine, supervisor bool) (changed bool) {
	rows := slices.DeleteFunc(slices.Clone(lines), func(l OutboxLine) bool { return l.State != fulfillment.OutboxParked })
	var front string
	if p.at < len(p.rows) {
		front = p.rows[p.at].ID
	}
	p.rows, p.at = rows, max(0, slices.IndexFunc(rows, func(l OutboxLine) bool { return l.ID == front }))
	if !supervisor || p.at < len(rows) && rows[p.at].ID != front {
		p.asking = "" // the question was about another row, or for somebody else
	}
	p.supervisor = supervisor
	p.show()
	return widgets.ShowOnly(p.object, len(rows) > 0)
}

func (p *parkedCard) turn() {
	if len(p.rows) > 0 {
		p.at, p.asking = (p.at+1)%len(p.rows), ""
		p.show()
	}
}

func (p *parkedCard) show() {
	if p.at >= len(p.rows) {
		return
	}
	row := p.rows[p.at]
	what, _ := text.Outbox(row.Kind, row.State)
	p.head.Set(what + "  " + text.Code(string(row.OrderID)))
	p.words.Set(text.Sentence(row.Reason))
	p.grow(p.older)
	p.next.Set("", text.T("decide.nth", "i", fmt.Sprint(p.at+1), "n", fmt.Sprint(len(p.rows))), widgets.Ink, widgets.Card)
	p.next.Enable(len(p.rows) > 1)
	words := [3]string{text.T("decide.retry"), text.T("decide.done_by_hand"), text.T("decide.give_up")}
	icons := [3]string{"arrow", "check", "cross"}
	hint, ink := text.T("decide.hint"), widgets.Card
	if pair, asking := reasonsFor(row, p.asking); asking {
		words, icons = [3]string{text.T("decide.back"), text.T(pair[0]), text.T(pair[1])}, [3]string{"undo", "note", "note"}
		hint, ink = text.T("decide.why"), widgets.Warn
	}
	if !p.supervisor {
		hint = text.T("decide.supervisor")
	}
	p.hint.Set(hint)
	p.correct.Enable(p.supervisor)
	can := row.Correctable && p.asking == ""
	widgets.ShowOnly(p.correct, can) // in the place of the two lines
	widgets.ShowOnly(p.request, !can)
	widgets.ShowOnly(p.hint, !can)
	p.object.Refresh()
	for i, b := range p.buttons {
		fill := ink
		if i == 0 {
			fill = widgets.Card
		}
		b.Set(icons[i], words[i], widgets.Ink, fill)
		b.Enable(p.supervisor)
	}
}

func (p *parkedCard) tapped(i int) {
	if p.at >= len(p.rows) || !p.supervisor {
		return
	}
	pair, asking := reasonsFor(p.rows[p.at], p.asking)
	switch {
	case asking && i == 0:
		p.asking = ""
	case asking:
		p.send(p.asking, text.T(pair[i-1]))
	case i == 0:
		p.send(fulfillment.OutboxRetry, "")
	case i == 1:
		p.asking = fulfillment.OutboxDoneByHand
	default:
		p.asking = fulfillment.OutboxGiveUp
	}
	p.show()
}

// put corrects the tracking number that somebody else has reported.
func (p *parkedCard) put() {
	if p.at < len(p.rows) && p.supervisor {
		p.send(fulfillment.OutboxPutRight, "")
		p.show()
	}
}

func (p *parkedCard) send(action fulfillment.OutboxAction, reason string) {
	row := p.rows[p.at]
	p.asking = ""
	if p.decide != nil {
		p.decide(fulfillment.OutboxDecision{ID: row.ID, Kind: row.Kind, OrderID: row.OrderID, PackageID: row.PackageID, Action: action, Reason: reason})
	}
}

// grow shows the row's request and its age, older by d than it was told.
func (p *parkedCard) grow(d time.Duration) {
	p.older = d
	if p.at >= len(p.rows) {
		return
	}
	row, request := p.rows[p.at], text.T("decide.norequest")
	if row.RequestID != "" {
		request = text.T("decide.request", "id", text.Code(row.RequestID))
	}
	p.request.Set(request + "  ·  " + text.Span(row.Age+d))
}
