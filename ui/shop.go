package ui

import (
	"fyne.io/fyne/v2"

	"packbench/ui/orders"
	"packbench/ui/settings"
)

// ShopDesk is what connecting shops needs of the program.
type ShopDesk struct {
	Desk settings.Desk // nil: shops cannot be changed here
}

// ShopStatus is what the screen of the shops shows.
type ShopStatus = settings.Status

// codeField is where an authorization code is pasted. A scan goes where scans go and never stays in it.
type codeField struct{ *orders.SearchField }

func (f codeField) Object() fyne.CanvasObject { return f.SearchField }

func (f codeField) Take() string {
	words := f.Text
	f.SetText("")
	return words
}

// newShop makes the screen of the shops.
func (w *Window) newShop() *settings.Screen {
	s := settings.New(settings.Options{Desk: w.o.Shop.Desk, Now: w.o.Now, Field: func(hint string) settings.Field {
		w.code = orders.NewSearchField(hint, w.o.Now, nil, w.searchScan)
		return codeField{w.code}
	}})
	w.code.Entered = func() {
		w.do(w.win.Canvas().Unfocus)
		s.Pasted()
	}
	return s
}

// codeWanted reports whether the focus is in the code's field, in sight and asked for.
func (w *Window) codeWanted(focused fyne.Focusable) bool {
	return w.code != nil && focused == fyne.Focusable(w.code) && w.tab == tabShop && w.shop.Typing()
}

// ShowShop shows how the shops stand. Any goroutine may call it; it never blocks.
func (w *Window) ShowShop(s ShopStatus) {
	w.do(func() { w.shop.Show(s) })
}

// ShowSync shows how the station and the Seller Center stand.
func (w *Window) ShowSync(s SyncStatus) {
	w.do(func() {
		w.sync = s
		w.strip.sync(s, w.o.Now())
		w.equipment.ShowSync(s)
		w.orders.Answers(answers(s))
		w.bench.Shops(s.OfflineOf, s.NameOf)
		w.orders.Shops(s.NameOf)
		w.shop.Know(s.Shops)
	})
}
