package bench

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// commandBar holds the buttons; those that end something must be touched twice.
type commandBar struct {
	object  *fyne.Container
	buttons []*widgets.Button
	sure    []widgets.Sure
	now     func() time.Time
	send    func(string)
	order   fulfillment.OrderID // that the first touches were meant for

	plain, reasons *fyne.Container // one of them is in sight
	choosing       time.Time       // since when a reason is being chosen; zero: none is
	swapped        time.Time       // when one took the place of the other
	seq            uint64          // of the verdict that was seen last
	asking         func(bool)      // hears when the reasons come in sight and go; may be nil
	asked          bool            // the printer's question stands: then a reprint answers it and needs no reason
	insist         bool            // the bench asked whether a wrong weight is gone over: Finish answers it
}

// ReprintWords are the words of PB:REPRINT:<word>, as they are offered.
var ReprintWords = []string{"SPOILED", "UNREADABLE", "LOST"}

func newCommandBar(send func(string), now func() time.Time) *commandBar {
	c := &commandBar{now: now, send: send, sure: make([]widgets.Sure, len(Commands))}
	var items []widgets.Item
	for i, cmd := range Commands {
		b := widgets.NewButton(cmd.Icon, text.T("cmd."+string(cmd.Cmd)), widgets.Ink, widgets.Card, func() { c.tapped(i) }).Large()
		b.Enable(false)
		b.Hidden = cmd.NextBox
		c.buttons = append(c.buttons, b)
		items = append(items, widgets.Grow(b, 1))
	}
	c.plain = widgets.Row(8, items...)
	var why []widgets.Item
	for _, word := range ReprintWords {
		why = append(why, widgets.Grow(widgets.NewButton("printer", text.T("cmd.reason."+word), widgets.Ink, widgets.Warn, func() {
			if c.bounced() {
				return
			}
			c.choose(false)
			c.send("PB:REPRINT:" + word)
		}).Large(), 1))
	}
	back := widgets.NewButton("undo", text.T("cmd.reason.back"), widgets.Ink, widgets.Card, func() {
		if !c.bounced() {
			c.choose(false)
		}
	}).Large()
	why = slices.Insert(why, reasonBack, widgets.Grow(back, 1))
	c.reasons = widgets.Row(8, why...)
	c.reasons.Hide()
	c.object = container.NewStack(c.plain, c.reasons)
	return c
}

// reasonBack is where the way back stands among the reasons: under the finger that touched Reprint.
const reasonBack = 1

// swapBounce is how long no touch counts after buttons took the place of others: a glove that touches twice never meets what it
// has not seen.
const swapBounce = time.Second

func (c *commandBar) bounced() bool { return c.now().Sub(c.swapped) < swapBounce }

// choose puts the reasons for another label in the place of the buttons, or takes them away.
func (c *commandBar) choose(on bool) {
	c.choosing = time.Time{}
	if on {
		c.choosing = c.now()
	}
	changed := widgets.ShowOnly(c.reasons, on)
	if changed {
		c.swapped = c.now()
	}
	widgets.ShowOnly(c.plain, !on)
	if changed && c.asking != nil {
		c.asking(on)
	}
}

// tapped sends the button's command. Reprint without a reason is refused with the question why, and the answers come with it.
func (c *commandBar) tapped(i int) {
	if c.bounced() {
		return
	}
	why := Commands[i].Cmd == fulfillment.CmdReprint && !c.asked
	if Commands[i].Sure && !why && !c.sure[i].Ask(c.now()) {
		c.tick()
		return
	}
	c.tick()
	c.send(Commands[i].Code)
}

// tick takes back a first touch that was forgotten.
func (c *commandBar) tick() {
	now := c.now()
	if !c.choosing.IsZero() && now.Sub(c.choosing) > chooseSlow {
		c.choose(false)
	}
	for i, cmd := range Commands {
		word := text.T("cmd." + string(cmd.Cmd))
		switch {
		case cmd.NextBox: // is in sight only while it is the next step, and looks it
			c.buttons[i].Set(cmd.Icon, word, widgets.White, widgets.Blue)
		case c.sure[i].Armed(now), c.insist && cmd.Cmd == fulfillment.CmdFinish:
			c.buttons[i].Set(cmd.Icon, text.T("cmd.confirm", "cmd", word), widgets.Ink, widgets.Warn)
		default:
			c.buttons[i].Set(cmd.Icon, word, widgets.Ink, widgets.Card)
		}
	}
}

// chooseSlow is how long a reason may be chosen: a touch that was forgotten must not meet the next parcel.
const chooseSlow = 15 * time.Second

// nextBox shows the button for the next box in the place of the one before it, which means nothing at an empty bench.
func (c *commandBar) nextBox(on bool) {
	for i, cmd := range Commands {
		if !cmd.NextBox {
			continue
		}
		c.buttons[i].Enable(on)
		widgets.ShowOnly(c.buttons[i-1], !on)
		if widgets.ShowOnly(c.buttons[i], on) {
			c.swapped = c.now()
			c.plain.Refresh()
		}
	}
}

// set lets those buttons be touched that the bench would not refuse. A first touch is forgotten when another parcel comes. The reasons for
// another label stand as long as the last thing said is the question for one.
func (c *commandBar) set(v station.View) {
	var order fulfillment.OrderID
	if v.Parcel != nil {
		order = v.Parcel.Order.ID
	}
	c.asked = v.Prompt == station.PromptPrinterAsk
	switch {
	case c.asked || order != c.order && v.VerdictSeq == c.seq:
		c.choose(false)
	case v.VerdictSeq != c.seq:
		c.choose(v.Verdict != nil && v.Verdict.Why == fulfillment.WhyReprintReason)
	}
	c.seq = v.VerdictSeq
	c.insist = v.Parcel != nil && !v.Parcel.InsistAt.IsZero()
	for i := range c.buttons {
		if order != c.order {
			c.sure[i].Drop()
		}
		// A parcel that may not leave has one way on, unless the platform has replaced it: then SKIP and the order anew.
		stopped := v.Prompt == station.PromptStop && !Commands[i].Stopped && !(v.Parcel != nil && v.Parcel.Gone)
		c.buttons[i].Enable(!stopped && slices.Contains(v.May, Commands[i].Cmd))
	}
	c.nextBox(v.Prompt == station.PromptNextBox)
	c.order = order
	c.tick()
}
