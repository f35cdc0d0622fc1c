package devicetest

import (
	"context"
	"testing"

	"packbench/devices"
	"packbench/fulfillment"
)

// ScaleEnd is the scale's side of a transport.
type ScaleEnd interface {
	SetGrams(g int, stable bool)
	Over()
	Under()
	Silent(on bool)
	Unplug() error
	Plug() error
	Complaints() []string
}

// ScaleLimits are weights that a protocol has no words for. An end that has limits tells them by a method Limits.
type ScaleLimits struct {
	NoMoving   bool // while it moves there is no weight, and no trouble either
	NoNegative bool // below zero is told as Under, without a weight
	Unasked    bool // it cannot be asked, so that its silence says nothing
}

func limitsOf(end ScaleEnd) ScaleLimits {
	if l, ok := end.(interface{ Limits() ScaleLimits }); ok {
		return l.Limits()
	}
	return ScaleLimits{}
}

// RunScaleDriver is a driver's Run with what its constructor is given.
type RunScaleDriver func(ctx context.Context, out func(context.Context, fulfillment.Weight) error, report devices.Report) error

// RunScale is what every scale transport must do. open makes an empty scale that is plugged in and answers, and its
// driver, not running.
func RunScale(t *testing.T, open func(t *testing.T) (ScaleEnd, RunScaleDriver)) {
	tests := []struct {
		name string
		run  func(t *testing.T, end ScaleEnd, weights *Inbox[fulfillment.Weight], states *Inbox[devices.Health])
	}{
		{"tells weights as they change", scaleWeights},
		{"tells an unchanged weight again", scaleHeartbeat},
		{"says over and under in words and gives no weight", scaleOver},
		{"says when the scale is silent and goes on by itself", scaleSilent},
		{"comes back after being unplugged", scaleReplug},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			end, drive := open(t)
			weights, states := NewInbox[fulfillment.Weight](), NewInbox[devices.Health]()
			stop := start(t, "the scale's Run", func(ctx context.Context) error {
				return drive(ctx, func(_ context.Context, w fulfillment.Weight) error { weights.Put(w); return nil }, states.Put)
			})
			health(t, states, devices.Ready)
			tt.run(t, end, weights, states)
			stop()
			for _, c := range end.Complaints() {
				t.Error(c)
			}
		})
	}
}

func weighs(t *testing.T, weights *Inbox[fulfillment.Weight], g int, stable bool) {
	t.Helper()
	w := weights.Until(t, "a weight", func(w fulfillment.Weight) bool { return w.Grams == g && w.Stable == stable })
	if w.At.IsZero() {
		t.Error("a weight without a moment")
	}
}

func scaleWeights(t *testing.T, end ScaleEnd, weights *Inbox[fulfillment.Weight], states *Inbox[devices.Health]) {
	weighs(t, weights, 0, true)
	end.SetGrams(731, false)
	limits := limitsOf(end)
	if !limits.NoMoving {
		weighs(t, weights, 731, false)
	}
	end.SetGrams(1234, true)
	weighs(t, weights, 1234, true)
	for _, w := range weights.All() {
		if w.Grams == 731 && (w.Stable || limits.NoMoving) {
			t.Errorf("a weight of a scale that was moving: %+v", w)
		}
	}
	end.SetGrams(-12, true)
	if limits.NoNegative {
		health(t, states, devices.Attention, "below")
		if w := weights.All(); w[len(w)-1].Grams != 1234 {
			t.Errorf("below zero came out as %+v", w[len(w)-1])
		}
		return
	}
	weighs(t, weights, -12, true)
	for _, h := range states.All() {
		if h.State != devices.Ready {
			t.Errorf("weighing is not trouble: %+v", h)
		}
	}
}

func scaleHeartbeat(t *testing.T, end ScaleEnd, weights *Inbox[fulfillment.Weight], _ *Inbox[devices.Health]) {
	end.SetGrams(500, true)
	weighs(t, weights, 500, true)
	weighs(t, weights, 500, true)
}

func scaleOver(t *testing.T, end ScaleEnd, weights *Inbox[fulfillment.Weight], states *Inbox[devices.Health]) {
	end.SetGrams(500, true)
	weighs(t, weights, 500, true)
	end.Over()
	health(t, states, devices.Attention, "more on the scale")
	n := len(weights.All())
	end.Under()
	health(t, states, devices.Attention, "below")
	if got := weights.All(); len(got) != n {
		t.Errorf("weights %+v came out while the scale said over", got[n:])
	}
	end.SetGrams(20, true)
	health(t, states, devices.Ready)
	weighs(t, weights, 20, true)
}

func scaleSilent(t *testing.T, end ScaleEnd, weights *Inbox[fulfillment.Weight], states *Inbox[devices.Health]) {
	if limitsOf(end).Unasked {
		t.Skip("a scale that cannot be asked may be silent")
	}
	end.Silent(true)
	health(t, states, devices.Attention, "does not answer")
	end.SetGrams(77, true)
	end.Silent(false)
	health(t, states, devices.Ready)
	weighs(t, weights, 77, true)
}

func scaleReplug(t *testing.T, end ScaleEnd, weights *Inbox[fulfillment.Weight], states *Inbox[devices.Health]) {
	weighs(t, weights, 0, true)
	if err := end.Unplug(); err != nil {
		t.Fatal(err)
	}
	health(t, states, devices.Absent)
	end.SetGrams(42, true)
	if err := end.Plug(); err != nil {
		t.Fatal(err)
	}
	health(t, states, devices.Ready)
	weighs(t, weights, 42, true)
}
