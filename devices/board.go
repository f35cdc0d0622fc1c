package devices

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Board keeps the last health of every device, by kind and ID. All methods may be called concurrently. The zero value
// is an empty board.
type Board struct {
	// notify is held while watchers are called, so that each of them sees the changes in the order they were reported.
	// It is taken before mu and never while mu is held.
	notify sync.Mutex
	mu     sync.Mutex
	health map[boardKey]Health
	next   int
	watch  map[int]func(Health)
}

type boardKey struct {
	kind Kind
	id   string
}

// Report takes one health; it is a devices.Report. A zero At becomes now. What reads the same as before only renews At
// and wakes nobody.
func (b *Board) Report(h Health) {
	if h.At.IsZero() {
		h.At = time.Now()
	}
	h.At = h.At.UTC()
	b.notify.Lock()
	defer b.notify.Unlock()
	for _, f := range b.keep(h) {
		f(h)
	}
}

// keep stores h and returns who must be told.
func (b *Board) keep(h Health) []func(Health) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.health == nil {
		b.health = make(map[boardKey]Health)
	}
	key := boardKey{h.Kind, h.ID}
	was, known := b.health[key]
	b.health[key] = h
	if known && was.Same(h) {
		return nil
	}
	return b.watchers()
}

// watchers are in the order in which they came; mu is held.
func (b *Board) watchers() []func(Health) {
	var fs []func(Health)
	for i := range b.next {
		if f, ok := b.watch[i]; ok {
			fs = append(fs, f)
		}
	}
	return fs
}

// OnChange calls f first with everything that is known, then with every change, one call at a time, until stop is
// called. f must not block and must not call Report, OnChange or stop; Snapshot is allowed.
func (b *Board) OnChange(f func(Health)) (stop func()) {
	b.notify.Lock()
	defer b.notify.Unlock()
	for _, h := range b.Snapshot() {
		f(h)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watch == nil {
		b.watch = make(map[int]func(Health))
	}
	id := b.next
	b.next++
	b.watch[id] = f
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.watch, id)
	}
}

// Forget takes a device off the board, when the settings no longer name it. Watchers are told that it is absent.
func (b *Board) Forget(kind Kind, id string) {
	b.notify.Lock()
	defer b.notify.Unlock()
	b.mu.Lock()
	h, known := b.health[boardKey{kind, id}]
	delete(b.health, boardKey{kind, id})
	fs := b.watchers()
	b.mu.Unlock()
	if !known {
		return
	}
	h.State, h.Text, h.At = Absent, "No longer set up at this station.", time.Now().UTC()
	for _, f := range fs {
		f(h)
	}
}

// Snapshot returns the health of every device: scanners, scales, printers, cameras, each kind by ID.
func (b *Board) Snapshot() []Health {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]Health, 0, len(b.health))
	for _, h := range b.health {
		all = append(all, h)
	}
	order := []Kind{Scanner, Scale, Printer, Camera}
	slices.SortFunc(all, func(x, y Health) int {
		return cmp.Or(
			cmp.Compare(slices.Index(order, x.Kind), slices.Index(order, y.Kind)),
			cmp.Compare(x.Kind, y.Kind),
			cmp.Compare(x.ID, y.ID))
	})
	return all
}

// Same reports whether both read the same to a person; the moment is left aside.
func (h Health) Same(o Health) bool {
	h.At, o.At = time.Time{}, time.Time{}
	return h == o
}
