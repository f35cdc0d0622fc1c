package syncer_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/fulfillment/syncer"
)

// A shop whose products have no sizes, in a market where labels are sold by them: nothing is arranged ahead and nothing parks.
// The bench asks for the box, and the label that is bought for it comes by itself – under both policies.
func TestSandboxBoxAtTheBench(t *testing.T) {
	for _, policy := range []string{"ahead", "at_pack"} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			f := newFloorWith(t, "US", setup{bare: true, change: func(o *syncer.Options) { o.Policy = policy }})
			orders := f.arrangeable()
			f.start()
			f.until("orders pulled", func() string {
				if f.sync.Status().LastPull.IsZero() {
					return "no pull yet"
				}
				return ""
			})
			if idle := f.idle(); idle != "" {
				t.Fatalf("queued without sizes: %s", idle)
			}
			b := newStationOn(t, f, fulfillment.Policy{Verify: fulfillment.PolicyBlock, HasScale: true, ArrangeAt: policy,
				Boxes: []fulfillment.Box{{Code: "B3", Name: "Medium", LengthMM: 254, WidthMM: 204, HeightMM: 153, WeightG: 120}}})
			o, err := f.store.Order(t.Context(), fulfillment.OrderID(orders[0]))
			if err != nil {
				t.Fatal(err)
			}
			b.scan(orders[0])
			last := fulfillment.Verdict{}
			for _, it := range fulfillment.NewParcel(o, o.Packages[0], nil, time.Time{}).Items {
				for range it.Need {
					last = b.scan(string(it.SKU))
				}
			}
			if last.Code != fulfillment.ItemComplete {
				t.Fatalf("the last item: %+v", last)
			}
			b.weigh(0)
			b.weigh(870)
			if p := b.now().Prompt; p != station.PromptBox {
				t.Fatalf("prompt %q, parcel %+v", p, b.now().Parcel)
			}
			if v := b.scan("PB:BOX:B3"); v.Code != fulfillment.CommandDone {
				t.Fatalf("the box: %+v", v)
			}
			f.until("arranged and labelled", f.labelled(orders[:1]))
			f.until("outbox empty", f.idle)
			f.honest()
		})
	}
}

// onStation is a station at work on a floor's store.
type onStation struct {
	t     *testing.T
	st    *station.Station
	views chan station.View
	last  station.View
}

func newStationOn(t *testing.T, f *floor, pol fulfillment.Policy) *onStation {
	t.Helper()
	b := &onStation{t: t, views: make(chan station.View, 64)}
	b.st = station.New(station.Options{ID: "PACK-01", Policy: pol, Operator: "Sample", Store: f.store, Show: func(v station.View) { b.views <- v },
		Candidates: func(string) []fulfillment.Tracking { return nil }, Outboxed: f.sync.Wake, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.st.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	b.last = <-b.views
	return b
}

// scan hands in a code and returns the verdict on it.
func (b *onStation) scan(code string) fulfillment.Verdict {
	b.t.Helper()
	if err := b.st.Submit(b.t.Context(), fulfillment.Scan{ID: uuid.Must(uuid.NewV7()).String(), Code: code, At: time.Now()}); err != nil {
		b.t.Fatal(err)
	}
	for {
		v := b.next()
		if v.Verdict != nil && v.Verdict.Scan == code {
			return *v.Verdict
		}
	}
}

func (b *onStation) weigh(g int) {
	b.t.Helper()
	if err := b.st.Weigh(b.t.Context(), fulfillment.Weight{Grams: g, Stable: true, At: time.Now()}); err != nil {
		b.t.Fatal(err)
	}
	for b.next().Weight.Grams != g {
	}
}

func (b *onStation) next() station.View {
	b.t.Helper()
	select {
	case b.last = <-b.views:
		return b.last
	case <-time.After(20 * time.Second):
		b.t.Fatal("the station says nothing")
	}
	return b.last
}

func (b *onStation) now() station.View { return b.last }
