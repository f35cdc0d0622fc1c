package devicetest

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/devices"
	"packbench/fulfillment"
)

// Patience is how long the suites wait for what must happen. It is no measure of speed: a busy machine may need it.
const Patience = 20 * time.Second

// Inbox takes what a driver gives out, and lets a test wait for it. All methods may be called concurrently; Take and
// Until belong to the test's goroutine.
type Inbox[T any] struct {
	mu   sync.Mutex
	got  []T
	wake chan struct{}
	read int
}

// NewInbox returns an empty inbox.
func NewInbox[T any]() *Inbox[T] { return &Inbox[T]{wake: make(chan struct{}, 1)} }

// Put adds one value.
func (b *Inbox[T]) Put(v T) {
	b.mu.Lock()
	b.got = append(b.got, v)
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// All is everything that has come.
func (b *Inbox[T]) All() []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]T(nil), b.got...)
}

// Take waits for the next value that has not been taken.
func (b *Inbox[T]) Take(t testing.TB) T {
	t.Helper()
	return b.Until(t, "another value", func(T) bool { return true })
}

// Until takes values until one is as wanted, and returns it; the test fails if it does not come.
func (b *Inbox[T]) Until(t testing.TB, what string, want func(T) bool) T {
	t.Helper()
	late := time.NewTimer(Patience)
	defer late.Stop()
	for {
		b.mu.Lock()
		for b.read < len(b.got) {
			v := b.got[b.read]
			b.read++
			if want(v) {
				b.mu.Unlock()
				return v
			}
		}
		b.mu.Unlock()
		select {
		case <-b.wake:
		case <-late.C:
			t.Fatalf("waited %v for %s; got only %+v", Patience, what, b.All())
		}
	}
}

// health waits for a state whose sentence holds all the words.
func health(t testing.TB, b *Inbox[devices.Health], state devices.State, words ...string) devices.Health {
	t.Helper()
	h := b.Until(t, "the state "+string(state)+" with "+strings.Join(words, ", "), func(h devices.Health) bool {
		for _, w := range words {
			if !strings.Contains(strings.ToLower(h.Text), w) {
				return false
			}
		}
		return h.State == state
	})
	if h.ID == "" || h.Kind == "" || h.Transport == "" || h.At.IsZero() {
		t.Errorf("a health must say whose it is and when: %+v", h)
	}
	if h.Text == "" || !strings.HasSuffix(h.Text, ".") {
		t.Errorf("a health must be a sentence: %q", h.Text)
	}
	return h
}

// start runs a long part for the time of a test and checks that it ends, without an error, when it is told to.
func start(t testing.TB, what string, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	var wg sync.WaitGroup
	wg.Go(func() { done <- run(ctx) })
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-done:
				if err != nil {
					t.Errorf("%s ended with %v, want nil when it is told to stop", what, err)
				}
			case <-time.After(Patience):
				t.Errorf("%s still runs %v after it was told to stop", what, Patience)
				return
			}
			wg.Wait()
		})
	}
	t.Cleanup(stop)
	return stop
}

// Start runs a virtual device or a driver until the test ends, or until stop is called, and fails the test if it does not
// end cleanly.
func Start(t testing.TB, what string, run func(context.Context) error) (stop func()) {
	t.Helper()
	return start(t, what, run)
}

// Checkerboard is a bitmap in which every dot tells whether it moved: what label suites print. seed varies it.
func Checkerboard(m fulfillment.Media, seed int) fulfillment.Bitmap {
	w, h := m.Dots()
	b := fulfillment.NewBitmap(w, h, m.DPI)
	for y := range h {
		for x := range w {
			if (x*x+y*3+x*y/(seed+7))%11 < 4 && y%97 > 8 {
				b.SetBlack(x, y)
			}
		}
	}
	return b
}
