package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/syncer"
)

// A parcel that is lost on its way moves nothing that a pull would see. It is found by the slow watch nevertheless, whoever made the
// label: held as lost, told in the chain, in the list of orders; and the carrier's steps are known, newest first.
func TestLostOnTheWay(t *testing.T) {
	for _, c := range []struct {
		market   string
		shipping fulfillment.ShippingType
	}{{"GB", fulfillment.ShippingSeller}, {"VN", fulfillment.ShippingPlatform}} {
		t.Run(c.market, func(t *testing.T) {
			t.Parallel()
			f := newFloorWith(t, c.market, setup{shop: shop.Options{StatusTimeOnly: true}, change: func(o *syncer.Options) { o.WayEvery = 500 * time.Millisecond }})
			ids := f.arrangeable()
			f.start()
			f.until("pulled", func() string {
				if f.sync.Status().LastPull.IsZero() {
					return "no pull yet"
				}
				return ""
			})
			if c.shipping == fulfillment.ShippingSeller {
				ids = f.report()
			}
			f.until("shipped", f.shipped(ids))
			f.until("outbox empty", f.idle)
			lost, fine := fulfillment.OrderID(ids[0]), fulfillment.OrderID(ids[1])
			if got := f.order(lost).ShippingType; got != c.shipping {
				t.Fatalf("shipped by %s", got)
			}
			for _, id := range []fulfillment.OrderID{lost, fine} {
				f.begun(f.order(id).Packages[0], fulfillment.RungHandedOver)
				f.post("/admin/orders/"+string(id)+"/carrier-scan", ``)
			}
			for _, id := range []fulfillment.OrderID{lost, fine} {
				f.until("scanned, and the carrier's step is known", f.onTheWay(id, "collected"))
			}
			before := f.atShop(lost)
			f.post("/admin/orders/"+string(lost)+"/lose", ``)
			f.until("held as lost", func() string {
				o := f.order(lost)
				if !slices.Contains(fulfillment.HoldsOf(o), fulfillment.HoldLost) {
					return fmt.Sprintf("%+v", o.Packages)
				}
				return f.onTheWay(lost, "lost or damaged")()
			})
			if after := f.atShop(lost); after.Status != before.Status || after.UpdateTime != before.UpdateTime {
				t.Errorf("the loss moved the order: %s at %d, then %s at %d", before.Status, before.UpdateTime, after.Status, after.UpdateTime)
			}
			if got := f.order(lost).Packages[0].Rung; got != fulfillment.RungCarrierScanned {
				t.Errorf("the lost parcel is %s", got)
			}
			if holds := fulfillment.HoldsOf(f.order(fine)); len(holds) != 0 {
				t.Errorf("the other order has the holds %v", holds)
			}
			f.toldOnce(lost)
			f.post("/admin/orders/"+string(fine)+"/deliver", ``)
			f.until("the other one is delivered", func() string {
				return strings.TrimPrefix(string(f.order(fine).Packages[0].Rung), string(fulfillment.RungDelivered))
			})
			if o := f.order(lost); o.Packages[0].Rung == fulfillment.RungDelivered {
				t.Error("what is lost is called delivered")
			}
		})
	}
}

func (f *floor) atShop(id fulfillment.OrderID) shop.OrderState {
	all := f.shop.State().Orders
	return all[slices.IndexFunc(all, func(o shop.OrderState) bool { return o.ID == string(id) })]
}

// onTheWay waits for the carrier's scan and a newest step with these words.
func (f *floor) onTheWay(id fulfillment.OrderID, words string) func() string {
	return func() string {
		steps, err := f.store.Tracking(f.t.Context(), id)
		if err != nil {
			f.t.Fatal(err)
		}
		if p := f.order(id).Packages[0]; p.Rung != fulfillment.RungCarrierScanned || len(steps) == 0 || !strings.Contains(steps[0].Text, words) || steps[0].At.IsZero() {
			return fmt.Sprintf("rung %s, steps %v", p.Rung, steps)
		}
		return ""
	}
}

// toldOnce looks for the loss in the order's events and in the list.
func (f *floor) toldOnce(id fulfillment.OrderID) {
	f.t.Helper()
	events, err := f.store.Events(f.t.Context(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	told := 0
	for _, e := range events {
		if e.Kind == fulfillment.EventOrderChanged && strings.Contains(fulfillment.Detail(e), "lost or damaged") {
			told++
		}
	}
	list, err := f.store.ListOrders(f.t.Context(), "", 500)
	if err != nil {
		f.t.Fatal(err)
	}
	shown := 0
	for _, o := range list {
		if o.ID == id && slices.Contains(o.Holds, fulfillment.HoldLost) {
			shown++
		}
	}
	if told != 1 || shown != 1 {
		f.t.Errorf("told %d times in the chain, listed %d times as lost, want once each", told, shown)
	}
}

// The slow watch asks for a bounded number a round, comes round to every order before it asks one again, and does not stop at an order
// whose way cannot be read.
func TestTheSlowWatchComesRound(t *testing.T) {
	var asked atomic.Int64
	f := newFloorWith(t, "GB", setup{shop: shop.Options{Orders: 120}, perSecond: 1e6, change: func(o *syncer.Options) {
		o.Market = &countingTracer{Market: o.Market, n: &asked}
		o.WayEvery, o.Policy = time.Hour, "at_pack"
	}})
	ways := f.manyOnTheWay(50)
	for round := 1; round <= 5; round++ {
		if _, err := f.sync.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := int(asked.Load()), min(20*round, ways); got != want {
			t.Errorf("after round %d %d orders were asked for, want %d", round, got, want)
		}
	}
}

// countingTracer counts, and every third way is one that nobody can read.
type countingTracer struct {
	syncer.Market
	n *atomic.Int64
}

func (m *countingTracer) Tracking(context.Context, fulfillment.OrderID) ([]fulfillment.TrackingStep, error) {
	if m.n.Add(1)%3 == 0 {
		return nil, errors.New("the answer makes no sense")
	}
	return nil, nil
}

// manyOnTheWay are orders of the floor's shop that the carrier has; the platform does not know them.
func (f *floor) manyOnTheWay(n int) int {
	f.t.Helper()
	var list []fulfillment.Order
	for i := range n {
		id := fulfillment.OrderID(fmt.Sprint("577", i))
		list = append(list, fulfillment.Order{ID: id, Status: fulfillment.StatusInTransit, FulfillmentType: fulfillment.FulfillmentBySeller, UpdatedAt: time.Now(),
			Lines:    []fulfillment.LineItem{{ID: fulfillment.LineID(id), SKU: "MUG"}},
			Packages: []fulfillment.Package{{ID: fulfillment.PackageID(id), OrderID: id, Rung: fulfillment.RungCarrierScanned, Lines: []fulfillment.LineID{fulfillment.LineID(id)}}}})
	}
	if _, err := f.store.ApplyPulled(f.t.Context(), f.cipher, list, time.Time{}); err != nil {
		f.t.Fatal(err)
	}
	for _, o := range f.shop.State().Orders {
		if o.Status == string(fulfillment.StatusInTransit) && o.FulfillmentType == fulfillment.FulfillmentBySeller {
			n++
		}
	}
	return n
}
