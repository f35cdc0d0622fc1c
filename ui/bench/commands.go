package bench

import (
	"time"

	"fyne.io/fyne/v2"

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
}

func newCommandBar(send func(string), now func() time.Time) *commandBar {
	c := &commandBar{now: now, send: send, sure: make([]widgets.Sure, len(Commands))}
	var items []widgets.Item
	for i, cmd := range Commands {
		b := widgets.NewButton(cmd.Icon, text.T("cmd."+string(cmd.Cmd)), widgets.Ink, widgets.Card, func() { c.tapped(i) })
		b.Enable(false)
		c.buttons = append(c.buttons, b)
		items = append(items, widgets.Grow(b, 1))
	}
	c.object = widgets.Row(8, items...)
	return c
}

func (c *commandBar) tapped(i int) {
	if Commands[i].Sure && !c.sure[i].Ask(c.now()) {
		c.tick()
		return
	}
	c.tick()
	c.send(Commands[i].Code)
}

// tick takes back a first touch that was forgotten.
func (c *commandBar) tick() {
	now := c.now()
	for i, cmd := range Commands {
		word := text.T("cmd." + string(cmd.Cmd))
		if c.sure[i].Armed(now) {
			c.buttons[i].Set(cmd.Icon, text.T("cmd.confirm", "cmd", word), widgets.Ink, widgets.Warn)
		} else {
			c.buttons[i].Set(cmd.Icon, word, widgets.Ink, widgets.Card)
		}
	}
}

// set lets the buttons be touched while a parcel is in hand. A first touch is forgotten when another parcel comes.
func (c *commandBar) set(v station.View) {
	var order fulfillment.OrderID
	if v.Parcel != nil {
		order = v.Parcel.Order.ID
	}
	for i := range c.buttons {
		if order != c.order {
			c.sure[i].Drop()
		}
		stopped := v.Prompt == station.PromptStop && !Commands[i].Stopped
		c.buttons[i].Enable(!stopped && (v.Parcel != nil || v.Mode != fulfillment.ModeHandoff && (Commands[i].Idle || v.Reprint != "" && Commands[i].Cmd == fulfillment.CmdUndo)))
	}
	c.order = order
	c.tick()
}
