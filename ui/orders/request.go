package orders

import (
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// requestCard shows one buyer's request to cancel in one line, so that the orders below stay in sight. A touch on "Answer" opens
// what an answer means in its market, and the answers. The reason of an answer is chosen by touch: nobody types here.
type requestCard struct {
	object     *fyne.Container
	head       *widgets.Text
	words      *widgets.Text
	means      *widgets.Text
	hint       *widgets.Text
	buttons    [3]*widgets.Button // the third is "back"
	next       *widgets.Button
	open       *widgets.Button
	more       []fyne.CanvasObject // what is in sight while the card is wide
	wide       bool
	rows       []fulfillment.OrderSummary
	at         int
	asking     fulfillment.OutboxKind // whose reason is being chosen; empty: none
	supervisor bool
	sent       map[fulfillment.OrderID]fulfillment.OutboxState // answers that are not done
	answer     func(fulfillment.CancelAnswer)
	now        func() time.Time
	swapped    time.Time // when the buttons got other words
	resized    func()    // the card got another height; may be nil
}

// swapPause is how long the buttons are deaf after their words changed: the second of two quick touches at one place was
// meant for the words before.
const swapPause = time.Second

func newRequestCard(now func() time.Time, answer func(fulfillment.CancelAnswer)) *requestCard {
	c := &requestCard{now: now, answer: answer, head: widgets.NewText(20, true, widgets.Ink).Fit(13, 1), words: widgets.NewText(16, true, widgets.Ink).Fit(12, 2).Top(),
		means: widgets.NewText(widgets.SizeBody, false, widgets.Ink).Fit(11, 2).Top(), hint: widgets.NewText(16, true, widgets.WarnInk).Fit(11, 2)}
	c.next = widgets.NewButton("", "", widgets.Ink, widgets.Card, c.turn)
	c.open = widgets.NewButton("note", "", widgets.Ink, widgets.Card, func() {
		c.wide = true
		c.swap("")
		c.show()
	})
	row := []widgets.Item{widgets.Grow(c.hint, 2)}
	for i := range c.buttons {
		c.buttons[i] = widgets.NewButton("", "", widgets.Ink, widgets.Card, func() { c.tapped(i) })
		row = append(row, widgets.Grow(c.buttons[i], 2))
	}
	line := widgets.Row(8, widgets.Fix(widgets.NewIcon("hand", widgets.Bad, 30), 30), widgets.Grow(widgets.Column(0, widgets.Fix(c.head, 28), widgets.Grow(c.words, 1)), 1),
		widgets.Fix(c.open, 210), widgets.Fix(c.next, 116))
	answers := widgets.Row(8, row...)
	c.more = []fyne.CanvasObject{c.means, answers}
	panel := widgets.NewPanel(widgets.BadPale, 12, 5, widgets.Column(2, widgets.Fix(line, widgets.TouchSize), widgets.Fix(c.means, 46), widgets.Fix(answers, widgets.TouchSize)))
	panel.Paint(widgets.BadPale, widgets.Bad, 2)
	c.object = panel.Container
	c.object.Hide()
	return c
}

// asked are the orders whose request is known and can be answered.
func asked(list []fulfillment.OrderSummary) []fulfillment.OrderSummary {
	return slices.DeleteFunc(slices.Clone(list), func(o fulfillment.OrderSummary) bool {
		return o.Request.ID == "" || o.Status == fulfillment.StatusCancelled
	})
}

// set shows the orders' requests; it reports whether the card came or went. The one in front stays there.
func (c *requestCard) set(list []fulfillment.OrderSummary) (changed bool) {
	var front string
	if c.at < len(c.rows) {
		front = c.rows[c.at].Request.ID
	}
	c.rows = asked(list)
	c.at = max(0, slices.IndexFunc(c.rows, func(o fulfillment.OrderSummary) bool { return o.Request.ID == front }))
	if c.at < len(c.rows) && c.rows[c.at].Request.ID != front {
		c.swap("") // the question was about another one
	}
	c.wide = c.wide && len(c.rows) > 0
	c.show()
	return widgets.ShowOnly(c.object, len(c.rows) > 0)
}

// laid shows what belongs to the card as it is now, and reports whether that gives it another height.
func (c *requestCard) laid() (changed bool) {
	for _, o := range c.more {
		changed = widgets.ShowOnly(o, c.wide) || changed
	}
	return widgets.ShowOnly(c.open, !c.wide) || changed
}

func (c *requestCard) turn() {
	if len(c.rows) > 0 {
		c.at = (c.at + 1) % len(c.rows)
		c.swap("")
		c.show()
	}
}

// swap gives the buttons other words.
func (c *requestCard) swap(asking fulfillment.OutboxKind) { c.asking, c.swapped = asking, c.now() }

// reasonsFor are the keys of the reasons that can be true of the order.
func reasonsFor(o fulfillment.OrderSummary, kind fulfillment.OutboxKind) [2]string {
	switch {
	case kind == fulfillment.OutboxApprove:
		return [2]string{"request.reason.wish", "request.reason.cannot"}
	case o.Rung.AtLeast(fulfillment.RungHandedOver):
		return [2]string{"request.reason.gone", "request.reason.packed"}
	}
	return [2]string{"request.reason.packed", "request.reason.label"}
}

func (c *requestCard) show() {
	if c.at >= len(c.rows) {
		return
	}
	o, now := c.rows[c.at], c.now()
	c.head.Set(text.T("request.head", "order", text.Code(string(o.ID))))
	c.words.Set(Deadline(o.Request, now))
	c.means.Set(Consequence(o))
	words, icons := [3]string{text.T("request.reject"), text.T("request.approve"), text.T("request.later")}, [3]string{"box", "cross", "undo"}
	hint, ink := text.T("request.hint"), widgets.Card
	if c.asking != "" {
		pair := reasonsFor(o, c.asking)
		words, icons = [3]string{text.T(pair[0]), text.T(pair[1]), text.T("decide.back")}, [3]string{"note", "note", "undo"}
		hint, ink = text.T("decide.why"), widgets.Warn
	}
	open := text.T("request.open")
	state, sent := c.sent[o.ID]
	switch {
	case sent && state == fulfillment.OutboxParked:
		hint = text.T("request.parked")
		open = hint
	case sent:
		hint = text.T("request.sent")
		open = hint
	case !c.supervisor:
		hint = text.T("decide.supervisor")
	case !o.Packed && c.asking == "":
		hint = text.T("request.unpacked")
	}
	c.hint.Set(hint)
	c.open.Set("note", open, widgets.Ink, widgets.Card)
	for i, b := range c.buttons {
		fill := ink
		if i == 2 {
			fill = widgets.Card
		}
		b.Set(icons[i], words[i], widgets.Ink, fill)
		b.Enable(i == 2 || c.supervisor && !sent && (i != 0 || c.asking != "" || o.Packed))
	}
	c.next.Set("arrow", text.T("decide.nth", "i", fmt.Sprint(c.at+1), "n", fmt.Sprint(len(c.rows))), widgets.Ink, widgets.Card)
	c.next.Enable(len(c.rows) > 1)
	c.object.Refresh()
	if c.laid() && c.resized != nil {
		c.resized()
	}
}

func (c *requestCard) tapped(i int) {
	if c.at >= len(c.rows) || c.now().Sub(c.swapped).Abs() < swapPause {
		return
	}
	o := c.rows[c.at]
	switch {
	case i == 2:
		c.wide = c.asking != ""
		c.swap("")
	case !c.supervisor:
	case c.asking != "":
		kind := c.asking
		c.wide = false
		c.swap("")
		if c.answer != nil {
			c.answer(fulfillment.CancelAnswer{Kind: kind, OrderID: o.ID, CancelID: o.Request.ID, Reason: text.T(reasonsFor(o, kind)[i])})
		}
	case i == 0:
		c.swap(fulfillment.OutboxReject)
	case i == 1:
		c.swap(fulfillment.OutboxApprove)
	}
	c.show()
}

// Deadline says why the buyer asks and what happens if nobody answers.
func Deadline(r fulfillment.CancelRequest, now time.Time) string {
	why := ""
	if r.Reason != "" {
		why = text.Sentence(r.Reason) + " "
	}
	switch left := r.AnswerBy.Sub(now); {
	case r.AnswerBy.IsZero():
		return why + text.T("request.nolimit")
	case left <= 0:
		return why + text.T("request.over")
	default:
		return why + text.T("request.until", "at", text.Clock(r.AnswerBy, now), "span", text.Span(left))
	}
}

// Consequence says what the answers mean for this parcel in its market.
func Consequence(o fulfillment.OrderSummary) string {
	key := "request.means"
	if o.Market == "US" { // the platform's own rule: shipping rejects the request
		key = "request.means.us"
	}
	if o.Rung.AtLeast(fulfillment.RungHandedOver) {
		key = "request.means.gone"
	}
	return text.T(key)
}

// Supervisor tells whether a supervisor is logged in: nobody else answers a request to cancel.
func (s *Screen) Supervisor(on bool) {
	if s.request.supervisor == on {
		return
	}
	if s.request.supervisor = on; !on {
		s.request.asking = ""
	}
	s.request.show()
}

// Answers tells which orders have an answer that the Seller Center does not have yet.
func (s *Screen) Answers(sent map[fulfillment.OrderID]fulfillment.OutboxState) {
	s.request.sent = sent
	s.request.show()
}
