package fulfillment

import "time"

const (
	// mostTareG is more than any tray on a packing scale weighs, in grams; a parcel must not be made to weigh nothing.
	mostTareG = 5_000
	// scaleFresh is how old the scale's last reading may be.
	scaleFresh = 10 * time.Second
)

// tare leaves out what lies on the scale from now on. Many scales have no key for it that a program may press.
func (t *turn) tare() {
	b, w := t.bench(), t.in.Scale
	switch {
	case !t.pol.HasScale || w.At.IsZero() || t.in.Now.Sub(w.At) > scaleFresh:
		t.no(CmdTare, WhyNoScale)
	case !w.Stable:
		t.no(CmdTare, WhyScaleMoves)
	case b.Parcel != nil && b.Parcel.Left() == 0 && b.Parcel.WeightOwed(t.pol):
		t.no(CmdTare, WhyTareParcel)
	case w.Grams > mostTareG || w.Grams < -mostTareG:
		t.no(CmdTare, WhyTareHeavy)
	default:
		b.TareG, b.Live, b.ScaleZeroed = w.Grams, 0, true
		t.event(EventTared, "", "", map[string]any{"g": w.Grams})
		t.done(CmdTare)
		t.out.Verdict.WeightG = w.Grams
	}
}
