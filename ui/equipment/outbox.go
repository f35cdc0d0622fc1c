package equipment

import (
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// outboxList shows what the Seller Center has not been told, as many rows as fit.
type outboxList struct {
	object *fyne.Container
	head   *widgets.Text
	more   *widgets.Text
	stack  *widgets.RowStack
	rows   []*outboxRow
	status SyncStatus
	since  time.Duration // the ages in status are this much older by now
}

func newOutboxList() *outboxList {
	l := &outboxList{head: widgets.NewText(widgets.SizeBody, false, widgets.Soft).Fit(13, 2), more: widgets.NewText(widgets.SizeSmall, true, widgets.Soft), stack: widgets.NewRowStack(62)}
	l.stack.Resized = l.show
	title := widgets.NewText(widgets.SizeTitle, true, widgets.Ink).Fit(15, 1)
	title.Set(text.T("outbox.title"))
	l.object = widgets.NewCard(widgets.Column(2, widgets.Fix(title, 30), widgets.Fix(l.head, 40), widgets.Grow(l.stack.Object, 1), widgets.Fix(l.more, 20))).Container
	return l
}

// drainShown: what is sent within half a minute needs no estimate.
const drainShown = 30 * time.Second

// drainWords say how long what waits will take: honest only about the rate that is allowed, so "about".
func drainWords(x SyncStatus) string {
	switch {
	case x.DrainIn <= 0:
		return ""
	case !x.Online:
		return text.T("outbox.drain.later", "span", text.Span(x.DrainIn))
	case x.DrainIn >= drainShown:
		return text.T("outbox.drain", "span", text.Span(x.DrainIn))
	}
	return ""
}

func (l *outboxList) set(x SyncStatus, since time.Duration, now time.Time) {
	l.status, l.since = x, since
	words := text.T("outbox.empty")
	if x.Total() > 0 || len(x.Outbox) > 0 {
		words = text.T("outbox.summary", "queued", fmt.Sprint(x.Queued), "uncertain", fmt.Sprint(x.Uncertain), "parked", fmt.Sprint(x.Parked))
	}
	if !x.Oldest.IsZero() {
		words += text.T("outbox.oldest", "span", text.Span(now.Sub(x.Oldest)))
	}
	words += drainWords(x)
	l.head.Set(words)
	l.show()
}

func (l *outboxList) show() {
	// Parked rows stand in a card of their own, one at a time.
	lines := slices.DeleteFunc(slices.Clone(l.status.Outbox), func(x OutboxLine) bool { return x.State == fulfillment.OutboxParked })
	n := min(len(lines), l.stack.Whole())
	for len(l.rows) < n {
		r := newOutboxRow()
		l.rows = append(l.rows, r)
		l.stack.Object.Add(r.box)
	}
	for i, r := range l.rows {
		if i < n {
			r.set(lines[i], l.since)
		}
		widgets.ShowOnly(r.box, i < n)
	}
	more := ""
	if rest := max(l.status.Queued+l.status.Uncertain, len(lines)) - n; rest > 0 {
		more = text.T("outbox.more", "n", fmt.Sprint(rest))
	}
	l.more.Set(more)
}

type outboxRow struct {
	box              *fyne.Container
	icon             *widgets.Icon
	what, age, words *widgets.Text
}

func newOutboxRow() *outboxRow {
	r := &outboxRow{icon: widgets.NewIcon("wait", widgets.Soft, 28), what: widgets.NewText(widgets.SizeBody, true, widgets.Ink).Fit(12, 1),
		age: widgets.NewText(widgets.SizeBody, false, widgets.Soft).Fit(12, 1).Right(), words: widgets.NewText(widgets.SizeSmall, false, widgets.Soft).Fit(12, 2).Top()}
	head := widgets.Row(8, widgets.Grow(r.what, 4), widgets.Grow(r.age, 1))
	body := widgets.Row(10, widgets.Fix(r.icon, 28), widgets.Grow(widgets.Column(0, widgets.Fix(head, 24), widgets.Grow(r.words, 1)), 1))
	r.box = widgets.Column(0, widgets.Fix(canvas.NewRectangle(widgets.Line), 1), widgets.Space(2), widgets.Grow(body, 1))
	return r
}

func (r *outboxRow) set(x OutboxLine, since time.Duration) {
	what, how := text.Outbox(x.Kind, x.State)
	r.what.Set(what + "  " + text.Code(string(x.OrderID)))
	r.age.Set(text.Span(x.Age + since))
	words := how
	if x.NoShop {
		words += " – " + text.T("outbox.noshop")
	} else if x.Reason != "" {
		words += " – " + text.Sentence(x.Reason)
	}
	r.words.Set(words)
	switch x.State {
	case fulfillment.OutboxUncertain:
		r.icon.Set("bang", widgets.WarnInk, widgets.Clear, false)
	default:
		r.icon.Set("wait", widgets.Soft, widgets.Clear, false)
	}
}
