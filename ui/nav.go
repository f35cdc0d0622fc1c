package ui

import (
	"fyne.io/fyne/v2"

	"packbench/fulfillment"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// tab is one of the window's screens.
type tab int

const (
	tabBench tab = iota
	tabHandoff
	tabOrders
	tabEquipment
	tabShop
	tabManual
)

var tabNames = [...]string{tabBench: "bench", tabHandoff: "handoff", tabOrders: "orders", tabEquipment: "equipment", tabShop: "shop", tabManual: "manual"}

// nav is the rail on the left.
type nav struct {
	*widgets.Panel
	buttons [len(tabNames)]*widgets.Button
}

func newNav(stationID string, chosen func(tab)) *nav {
	n := &nav{}
	var items []widgets.Item
	for i, name := range tabNames {
		n.buttons[i] = widgets.NewButton(name, text.T("nav."+name), widgets.OnNavy, widgets.Clear, func() { chosen(tab(i)) }).Upright()
		items = append(items, widgets.Fix(n.buttons[i], 84))
	}
	id := widgets.NewText(16, true, widgets.NavySoft).Fit(9, 2).Centred()
	id.Set(text.Visible(stationID))
	items = append(items, widgets.Grow(&fyne.Container{}, 1), widgets.Fix(id, 44))
	n.Panel = widgets.NewPanel(widgets.Navy, 8, 10, widgets.Column(8, items...)).Square()
	return n
}

// set marks the screen in front.
func (n *nav) set(t tab) {
	for i, b := range n.buttons {
		ink, fill := widgets.OnNavy, widgets.Clear
		if tab(i) == t {
			ink, fill = widgets.Navy, widgets.White
		}
		b.Set(tabNames[i], b.Word(), ink, fill)
	}
}

// Looking reports whether the list of orders is in front: an order that is scanned then is looked for, not worked at. Any
// goroutine may ask.
func (w *Window) Looking() bool { return w.looking.Load() }

// Find shows an order in the list of orders, if that is still in front. Any goroutine may call it; it never blocks.
func (w *Window) Find(id fulfillment.OrderID) {
	w.do(func() {
		if w.tab == tabOrders {
			w.orders.Find(id)
		}
	})
}
