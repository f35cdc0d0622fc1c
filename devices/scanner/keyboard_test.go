package scanner

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"packbench/devices"
	"packbench/fulfillment"
)

// typed runs a keyboard under a false clock, lets play press keys, and returns the codes.
func typed(t *testing.T, play func(k *Keyboard)) []string {
	t.Helper()
	var codes []string
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		k := NewKeyboard("", func(_ context.Context, s fulfillment.Scan) error {
			codes = append(codes, s.Code)
			if s.Device != KeyboardDevice || s.ID == "" {
				t.Errorf("scan %+v", s)
			}
			return nil
		}, func(h devices.Health) {
			if h.State != devices.Ready {
				t.Errorf("health %+v", h)
			}
		}, slog.New(slog.DiscardHandler))
		done := make(chan error)
		go func() { done <- k.Run(ctx) }()
		play(k)
		time.Sleep(time.Minute)
		synctest.Wait()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return codes
}

func press(k *Keyboard, s string, pace time.Duration) {
	for _, r := range s {
		k.Type(r)
		time.Sleep(pace)
	}
}

func TestKeyboard(t *testing.T) {
	tests := []struct {
		name string
		play func(k *Keyboard)
		want []string
	}{
		{"a scanner that types and sends Enter", func(k *Keyboard) { press(k, "PB:UNDO\r12\x1d34\r", 2*time.Millisecond) }, []string{"PB:UNDO", "12\x1d34"}},
		{"keys all at one moment", func(k *Keyboard) { press(k, "A\rB\rC\r", 0) }, []string{"A", "B", "C"}},
		{"a person who types and presses Enter", func(k *Keyboard) { press(k, "4711\n", 400*time.Millisecond) }, []string{"4711"}},
		{"a scanner without Enter", func(k *Keyboard) {
			press(k, "1234567890", 5*time.Millisecond)
			time.Sleep(time.Second)
			press(k, "0987654321", 5*time.Millisecond)
		}, []string{"1234567890", "0987654321"}},
		{"what a person left is forgotten", func(k *Keyboard) {
			press(k, "47", 400*time.Millisecond)
			time.Sleep(30 * time.Second)
			press(k, "TRACK123\r", 5*time.Millisecond)
		}, []string{"TRACK123"}},
		{"letters beyond ASCII", func(k *Keyboard) { press(k, "กล่อง\r", time.Millisecond) }, []string{"กล่อง"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, typed(t, tt.play)); diff != "" {
				t.Errorf("codes (-want +got):\n%s", diff)
			}
		})
	}
}
