package syncer_test

import (
	"net/http"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/syncer"
)

// The overlap of a pull brings orders once more; those that did not change are not read in detail again, and one that did
// change is.
func TestOverlapIsReadOnce(t *testing.T) {
	count := &counting{base: http.DefaultTransport}
	f := newFloorWith(t, "GB", setup{shop: shop.Options{Orders: 120}, transport: count, perSecond: 1000, change: func(o *syncer.Options) {
		o.Policy, o.Overlap = "at_pack", 1000*time.Hour
	}})
	once := func() int64 {
		count.n.Store(0)
		if _, err := f.sync.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		return count.n.Load()
	}
	if n := once(); n != 2+3+2 {
		t.Errorf("first pull: %d requests, want 2 searches, 3 details, and a detail and a search for the buyers who ask to cancel", n)
	}
	if n := once(); n != 2 {
		t.Errorf("second pull: %d requests, want the 2 searches", n)
	}
	o := f.seller(0)
	f.post("/admin/orders/"+string(o.ID)+"/cancel", ``)
	if n := once(); n != 3 {
		t.Errorf("third pull: %d requests, want 2 searches and the detail of what changed", n)
	}
	if got := f.order(o.ID).Status; got != fulfillment.StatusCancelled {
		t.Error(got)
	}
	// It changed within this second: another change in the same one would not show, so it is read again.
	if n := once(); n != 3 {
		t.Errorf("fourth pull: %d requests, want 3", n)
	}
}
