package main

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"packbench/devices"
)

func TestSoundTroubleIsShownOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		got := make(chan devices.Health, 9)
		var text atomic.Value
		text.Store("")
		done := make(chan error, 1)
		go func() {
			done <- watchSound(ctx, func() string { return text.Load().(string) }, func(h devices.Health) { got <- h })
		}()
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(got) != 0 {
			t.Errorf("while it works: %+v", <-got)
		}
		text.Store("No sound: there is no card.")
		time.Sleep(time.Minute)
		if err := <-done; err != nil || len(got) != 1 {
			t.Fatalf("told %d times, %v", len(got), err)
		}
		if h := <-got; h.Text != text.Load() || h.State != devices.Attention {
			t.Errorf("got %+v", h)
		}
	})
}
