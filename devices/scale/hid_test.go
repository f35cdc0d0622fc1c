package scale_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/scale"
	"packbench/fulfillment"
)

func hidDriver(end *devicetest.USBScale) devicetest.RunScaleDriver {
	return func(ctx context.Context, out func(context.Context, fulfillment.Weight) error, report devices.Report) error {
		cfg := scale.HIDConfig{Device: end.ID(), Heartbeat: 100 * time.Millisecond, Silence: 500 * time.Millisecond}
		return scale.NewHID(cfg, end, out, report, slog.New(slog.DiscardHandler)).Run(ctx)
	}
}

func TestHID(t *testing.T) {
	devicetest.RunScale(t, func(t *testing.T) (devicetest.ScaleEnd, devicetest.RunScaleDriver) {
		end := devicetest.NewUSBScale()
		t.Cleanup(func() {
			if end.Claimed() {
				t.Error("the scale is still claimed")
			}
		})
		return end, hidDriver(end)
	})
}

func hidRunning(t *testing.T, end *devicetest.USBScale) (*devicetest.Inbox[fulfillment.Weight], *devicetest.Inbox[devices.Health]) {
	t.Helper()
	weights, states := devicetest.NewInbox[fulfillment.Weight](), devicetest.NewInbox[devices.Health]()
	devicetest.Start(t, "Run", func(ctx context.Context) error {
		return hidDriver(end)(ctx, func(_ context.Context, w fulfillment.Weight) error { weights.Put(w); return nil }, states.Put)
	})
	return weights, states
}

// A scale that cannot be asked is in order while it is quiet, and tells changes.
func TestHIDScaleThatTellsOnlyChanges(t *testing.T) {
	end := devicetest.NewUSBScale()
	end.OnlyChanges(true)
	weights, states := hidRunning(t, end)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	time.Sleep(700 * time.Millisecond) // longer than Silence
	end.SetGrams(1234, true)
	weights.Until(t, "the weight", func(w fulfillment.Weight) bool { return w.Grams == 1234 && w.Stable })
	for _, h := range states.All() {
		if h.State != devices.Ready {
			t.Errorf("quiet is not trouble: %+v", h)
		}
	}
}

func TestHIDFaultsAndOtherReports(t *testing.T) {
	end := devicetest.NewUSBScale()
	weights, states := hidRunning(t, end)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	for _, tt := range []struct{ report, says string }{
		{"\x03\x01\x02\x00\x14\x00", "fault in itself"},
		{"\x03\x08\x02\x00\x14\x00", "below zero"},
		{"\x03\x07\x02\x00\x14\x00", "fault in itself"},
		{"\x03\x04\x06\x00\x14\x00", "unit 6"},
	} {
		end.Show([]byte(tt.report))
		states.Until(t, tt.says, func(h devices.Health) bool {
			return h.State == devices.Attention && strings.Contains(h.Text, tt.says) && strings.HasSuffix(h.Text, ".")
		})
	}
	n := len(weights.All())
	end.Show([]byte{4, 0, 0})
	end.SetGrams(20, true)
	weights.Until(t, "the weight", func(w fulfillment.Weight) bool { return w.Grams == 20 && w.Stable })
	for _, w := range weights.All()[n:] {
		if w.Grams != 20 {
			t.Errorf("weight %+v", w)
		}
	}
}
