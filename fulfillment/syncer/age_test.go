package syncer_test

import (
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/fulfillment/syncer"
)

// update_time is documented as the time of the last change of status. Where it moves with nothing else, a pull says nothing of a
// cancel request or a new address: what the bench has is read again by itself, its age is that of the reading, and what was
// asked meanwhile stops it.
func TestSandboxAgeWhereUpdateTimeIsOfTheStatus(t *testing.T) {
	t.Parallel()
	var b *onStation
	ready := make(chan struct{})
	told := func(send func()) {
		select {
		case <-ready:
			send()
		default:
		}
	}
	f := newFloorWith(t, "GB", setup{shop: shop.Options{StatusTimeOnly: true}, change: func(o *syncer.Options) {
		o.Changed = func(ids []fulfillment.OrderID) {
			told(func() {
				for _, id := range ids {
					_ = b.st.Changed(t.Context(), id)
				}
			})
		}
		o.Heard = func(ids []fulfillment.OrderID) { told(func() { _ = b.st.Heard(t.Context(), ids) }) }
	}})
	b = newStationOn(t, f, fulfillment.Policy{Verify: fulfillment.PolicyBlock})
	close(ready)
	f.start()
	f.until("orders pulled", func() string {
		if f.sync.Status().LastPull.IsZero() {
			return "no pull yet"
		}
		return ""
	})
	id := f.arrangeable()[0]
	if v := b.scan(id); v.Code != fulfillment.OrderOpened {
		t.Fatalf("%+v", v)
	}
	was := b.now().Parcel.Order
	for b.next().Parcel.Order.CheckedAt.Equal(was.CheckedAt) {
	}
	if is := b.now().Parcel.Order; !is.CheckedAt.After(was.CheckedAt) || time.Since(is.CheckedAt) > 10*time.Second {
		t.Errorf("read anew at %v after %v", is.CheckedAt, was.CheckedAt)
	}
	before := f.order(fulfillment.OrderID(id)).UpdatedAt
	f.post("/admin/orders/"+id+"/request-cancel", ``)
	for b.next().Verdict.Code != fulfillment.CancelRequested {
	}
	if b.now().Prompt != station.PromptStop {
		t.Errorf("prompt %q", b.now().Prompt)
	}
	if o := f.order(fulfillment.OrderID(id)); !o.CancelRequested || o.Status == fulfillment.StatusAwaitingShipment && !o.UpdatedAt.Equal(before) {
		t.Errorf("update time %v, before %v: this test proves nothing", o.UpdatedAt, before)
	}
	if at := f.sync.Status().WorkChecked; at.IsZero() || time.Since(at) > 10*time.Second {
		t.Errorf("orders in work were checked %v", at)
	}
}
