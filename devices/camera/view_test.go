package camera

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"packbench/devices"
)

// A clock may stand still for milliseconds, as that of Windows does: a picture of the moment of the call may be older than the call,
// and is not taken.
func TestPictureOfTheSameInstant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newView(devices.Health{}, Crop{}, func(error) (devices.State, string) { return devices.Absent, "" }, func(devices.Health) {}, slog.New(slog.DiscardHandler))
		v.show([]byte("old"), time.Now(), nil)
		go func() {
			time.Sleep(time.Second)
			v.show([]byte("new"), time.Now(), nil)
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		got, _, err := v.Snapshot(ctx)
		if err != nil || string(got) != "new" {
			t.Errorf("Snapshot = %q, %v", got, err)
		}
	})
}
