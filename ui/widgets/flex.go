package widgets

import "fyne.io/fyne/v2"

// Item is one child of a Flex: Basis units along the row or column (0: what the child asks for), plus Grow shares of
// what is left over.
type Item struct {
	Object fyne.CanvasObject
	Basis  float32
	Grow   float32
	Square bool // as long as the row is high or the column wide
}

// Fix is an item of a fixed length.
func Fix(o fyne.CanvasObject, length float32) Item { return Item{Object: o, Basis: length} }

// Own is an item as long as it asks to be.
func Own(o fyne.CanvasObject) Item { return Item{Object: o} }

// Grow is an item that takes shares of what is left over.
func Grow(o fyne.CanvasObject, shares float32) Item { return Item{Object: o, Basis: 1, Grow: shares} }

// Square is an item as long as the row is high.
func Square(o fyne.CanvasObject) Item { return Item{Object: o, Basis: 1, Square: true} }

// Space is room without content.
func Space(length float32) Item { return Item{Object: &spacer{}, Basis: length} }

// Row lays items side by side, Column one under the other, gap units apart. Hidden items take no room.
func Row(gap float32, items ...Item) *fyne.Container    { return flexBox(false, gap, items) }
func Column(gap float32, items ...Item) *fyne.Container { return flexBox(true, gap, items) }

func flexBox(down bool, gap float32, items []Item) *fyne.Container {
	objects := make([]fyne.CanvasObject, len(items))
	for i, it := range items {
		objects[i] = it.Object
	}
	return &fyne.Container{Layout: &flex{down: down, gap: gap, items: items}, Objects: objects}
}

type flex struct {
	down  bool
	gap   float32
	items []Item
}

func (f *flex) length(it Item, across float32) float32 {
	if it.Square && across > 0 {
		return across
	}
	if it.Basis > 0 {
		return it.Basis
	}
	if f.down {
		return it.Object.MinSize().Height
	}
	return it.Object.MinSize().Width
}

// Layout implements fyne.Layout.
func (f *flex) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	room, across, shares, n := size.Width, size.Height, float32(0), 0
	if f.down {
		room, across = size.Height, size.Width
	}
	for _, it := range f.items {
		if it.Object.Visible() {
			room -= f.length(it, across)
			shares += it.Grow
			n++
		}
	}
	room -= f.gap * float32(max(0, n-1))
	at := float32(0)
	for _, it := range f.items {
		if !it.Object.Visible() {
			continue
		}
		long := f.length(it, across)
		if shares > 0 && room > 0 {
			long += room * it.Grow / shares
		}
		if f.down {
			it.Object.Move(fyne.NewPos(0, at))
			it.Object.Resize(fyne.NewSize(size.Width, long))
		} else {
			it.Object.Move(fyne.NewPos(at, 0))
			it.Object.Resize(fyne.NewSize(long, size.Height))
		}
		at += long + f.gap
	}
}

// MinSize implements fyne.Layout.
func (f *flex) MinSize(_ []fyne.CanvasObject) fyne.Size {
	var along, across float32
	n := 0
	for _, it := range f.items {
		if !it.Object.Visible() {
			continue
		}
		n++
		along += f.length(it, 0)
		m := it.Object.MinSize()
		if f.down {
			across = max(across, m.Width)
		} else {
			across = max(across, m.Height)
		}
	}
	along += f.gap * float32(max(0, n-1))
	if f.down {
		return fyne.NewSize(across, along)
	}
	return fyne.NewSize(along, across)
}

type spacer struct {
	size fyne.Size
	pos  fyne.Position
	hid  bool
}

func (s *spacer) MinSize() fyne.Size      { return fyne.Size{} }
func (s *spacer) Move(p fyne.Position)    { s.pos = p }
func (s *spacer) Position() fyne.Position { return s.pos }
func (s *spacer) Resize(n fyne.Size)      { s.size = n }
func (s *spacer) Size() fyne.Size         { return s.size }
func (s *spacer) Hide()                   { s.hid = true }
func (s *spacer) Show()                   { s.hid = false }
func (s *spacer) Visible() bool           { return !s.hid }
func (s *spacer) Refresh()                {}
