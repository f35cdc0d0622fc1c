package station

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"

	"packbench/fulfillment"
)

// aheadLabels proves and notes; the printer's part is to note, too.
type aheadLabels struct {
	verdict fulfillment.LabelVerdict
	proved  []fulfillment.Hash
	encoded int
	hold    chan struct{}
}

func (a *aheadLabels) Proved(_ context.Context, l fulfillment.Hash, _ fulfillment.Shipment, _ fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, error) {
	a.proved = append(a.proved, l)
	if a.hold != nil {
		<-a.hold
	}
	return fulfillment.Proof{Verdict: a.verdict}, fulfillment.Bitmap{}, nil
}
func (a *aheadLabels) Kept(fulfillment.Hash, fulfillment.Shipment, fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, bool) {
	return fulfillment.Proof{}, fulfillment.Bitmap{}, false
}
func (a *aheadLabels) Media() fulfillment.Media   { return fulfillment.Media{} }
func (a *aheadLabels) Prepare(fulfillment.Bitmap) { a.encoded++ }

func holding(label fulfillment.Hash) View {
	return View{Parcel: &fulfillment.Parcel{Package: fulfillment.Package{Label: label}}}
}

// The label in hand is made ready once, not with every scan; of those that came while one was made only the last matters.
func TestTheLabelInHandIsMadeReadyOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &aheadLabels{verdict: fulfillment.LabelPrint, hold: make(chan struct{})}
		a := NewAhead(l, l, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		go a.Run(ctx)
		for _, v := range []View{{}, holding(""), holding("a"), holding("a"), holding("a")} {
			a.Show(v)
			synctest.Wait()
		}
		for _, v := range []View{holding("b"), {}, holding("c"), holding("d")} {
			a.Show(v)
		}
		close(l.hold)
		synctest.Wait()
		cancel()
		synctest.Wait()
		if want := []fulfillment.Hash{"a", "d"}; !slices.Equal(l.proved, want) || l.encoded != 2 {
			t.Errorf("proved %v, want %v; encoded %d, want 2", l.proved, want, l.encoded)
		}
	})
}

func TestALabelThatMayNotBePrintedIsNotEncoded(t *testing.T) {
	for _, verdict := range []fulfillment.LabelVerdict{fulfillment.LabelRefuse, fulfillment.LabelCannotVerify} {
		l := &aheadLabels{verdict: verdict}
		NewAhead(l, l, slog.New(slog.DiscardHandler)).prepare(t.Context(), labelInHand{label: "a"})
		if len(l.proved) != 1 || l.encoded != 0 {
			t.Errorf("%s: proved %d, encoded %d", verdict, len(l.proved), l.encoded)
		}
	}
}
