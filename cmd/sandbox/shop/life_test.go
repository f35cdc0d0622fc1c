package shop

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"packbench/fulfillment"
)

func (b *bench) at(sinceStart time.Duration) {
	b.clock.add(testStart.Add(sinceStart).Sub(b.clock.Now()))
}

func TestHoldEndsByItself(t *testing.T) {
	b := newBench(t, Options{})
	o := b.find("held for five minutes", func(o OrderState) bool { return o.Trap == "on hold, becomes shippable 5 minutes after the start" })
	lines := b.detail(o.ID).lineIDs()
	if w := b.detail(o.ID); !w.IsOnHoldOrder || w.RecipientAddress.Name != mask(o.Recipient) {
		t.Errorf("held order: flag %t, recipient %q", w.IsOnHoldOrder, w.RecipientAddress.Name)
	}
	b.at(5*time.Minute - time.Second)
	b.wantCode(b.mark(o, o.Tracking, lines), 21011044, "a second too early")
	before := b.detail(o.ID).UpdateTime
	b.at(5 * time.Minute)
	b.wantStatus(o.ID, fulfillment.StatusAwaitingShipment)
	if after := b.detail(o.ID); after.UpdateTime <= before || after.RecipientAddress.Name != o.Recipient {
		t.Errorf("update_time %d → %d, recipient %q", before, after.UpdateTime, after.RecipientAddress.Name)
	}
	b.wantCode(b.mark(o, o.Tracking, lines), 0, "after the hold")
}

func TestSpeed(t *testing.T) {
	b := newBench(t, Options{Speed: 60})
	o := b.find("held for five minutes", func(o OrderState) bool { return o.Trap == "on hold, becomes shippable 5 minutes after the start" })
	b.clock.add(5 * time.Second)
	b.wantStatus(o.ID, fulfillment.StatusAwaitingShipment)
	b.admin("speed", map[string]float64{"speed": 1})
	now := b.shop.Now()
	b.clock.add(time.Second)
	if got := b.shop.Now().Sub(now); got != time.Second {
		t.Errorf("at speed 1 a second lasts %v", got)
	}
	b.admin("advance", map[string]float64{"seconds": 3600})
	if got := b.shop.Now().Sub(now); got != time.Hour+time.Second {
		t.Errorf("after the jump %v have passed", got)
	}
}

// TestCourseOfAnOrder: shipped → scanned → delivered → completed, each moving update_time.
func TestCourseOfAnOrder(t *testing.T) {
	b := newBench(t, Options{CarrierAfter: 3 * time.Hour})
	o := b.plain(seller, 1)
	data[markAnswer](b, b.mark(o, o.Tracking, b.detail(o.ID).lineIDs()))
	last := b.detail(o.ID).UpdateTime
	for _, step := range []struct {
		after time.Duration
		want  fulfillment.OrderStatus
		line  string
	}{
		{3*time.Hour - time.Second, fulfillment.StatusAwaitingCollection, processing},
		{3 * time.Hour, fulfillment.StatusInTransit, fulfilling},
		{73 * time.Hour, fulfillment.StatusDelivered, completed},
		{(73 + 7*24) * time.Hour, fulfillment.StatusCompleted, completed},
	} {
		b.at(step.after)
		b.token = b.freshToken()
		w := b.detail(o.ID)
		if w.Status != string(step.want) || w.LineItems[0].PackageStatus != step.line {
			t.Errorf("after %v: order %s, line %s; want %s, %s", step.after, w.Status, w.LineItems[0].PackageStatus, step.want, step.line)
		}
		if step.want != fulfillment.StatusAwaitingCollection {
			if w.UpdateTime <= last {
				t.Errorf("%s: update_time did not move", w.Status)
			}
			last = w.UpdateTime
		}
	}
	track := data[trackingAnswer](b, b.call("GET", "/fulfillment/202309/orders/"+o.ID+"/tracking", nil, nil))
	if len(track.Tracking) != 3 || track.Tracking[0].UpdateTimeMillis < track.Tracking[2].UpdateTimeMillis {
		t.Errorf("tracking %+v", track)
	}
	if w := b.detail(o.ID); w.CollectionTime == 0 || w.DeliveryTime == 0 {
		t.Errorf("collection_time %d, delivery_time %d", w.CollectionTime, w.DeliveryTime)
	}
}

func TestAutoCancel(t *testing.T) {
	b := newBench(t, Options{CarrierAfter: -1})
	shipped, left := b.plain(seller, 1), b.plain(tiktok, 1)
	data[markAnswer](b, b.mark(shipped, shipped.Tracking, b.detail(shipped.ID).lineIDs()))
	due := b.detail(left.ID).ShippingDueTime
	b.at(time.Unix(due, 0).Sub(testStart) - time.Second)
	b.token = b.freshToken()
	b.wantStatus(left.ID, fulfillment.StatusAwaitingShipment)
	b.clock.add(time.Second)
	w := b.detail(left.ID)
	if w.Status != string(fulfillment.StatusCancelled) || w.CancellationInitiator != "SYSTEM" || w.LineItems[0].DisplayStatus != "CANCELLED" {
		t.Errorf("past shipping_due_time: %s by %s", w.Status, w.CancellationInitiator)
	}
	b.at(time.Unix(b.detail(shipped.ID).CollectionDueTime, 0).Sub(testStart))
	b.wantStatus(shipped.ID, fulfillment.StatusCancelled)
}

func TestCancelAfterPackingAndCarrierScan(t *testing.T) {
	b := newBench(t, Options{CarrierAfter: -1})
	o := b.plain(tiktok, 1)
	b.wantCode(b.ship(o.Packages[0].ID, nil), 0, "ship")
	if a := b.admin("orders/"+o.ID+"/cancel", nil); a.status != 200 {
		t.Fatalf("cancel: %s", a.raw)
	}
	b.wantStatus(o.ID, fulfillment.StatusCancelled)
	if d := b.packageDetail(o.Packages[0].ID); d.PackageStatus != cancelled {
		t.Errorf("package is %s", d.PackageStatus)
	}
	b.wantCode(b.document(o.Packages[0].ID, "SHIPPING_LABEL"), codeOrderCancelled, "label of a cancelled order")
	if a := b.admin("orders/"+o.ID+"/carrier-scan", nil); a.status != 409 {
		t.Errorf("the carrier got a cancelled parcel: HTTP %d", a.status)
	}
	if c := b.shop.State().Counts; c.ShippedCancelled != 1 {
		t.Errorf("shipped_cancelled %d, want 1", c.ShippedCancelled)
	}
	p := b.plain(tiktok, 1)
	b.ship(p.Packages[0].ID, nil)
	if a := b.admin("orders/"+p.ID+"/carrier-scan", nil); a.status != 200 {
		t.Fatalf("scan: %s", a.raw)
	}
	b.wantStatus(p.ID, fulfillment.StatusInTransit)
	b.wantCode(b.document(p.Packages[0].ID, "SHIPPING_LABEL"), codeNoDocument, "label after collection")
	if a := b.admin("orders/"+p.ID+"/cancel", nil); a.status != 409 {
		t.Errorf("an order in transit was cancelled: HTTP %d", a.status)
	}
}

// What is lost is told of the package and of nothing else: the order stays in transit, and its update_time stands.
func TestLostOnItsWay(t *testing.T) {
	b := newBench(t, Options{CarrierAfter: -1})
	o := b.plain(tiktok, 2)
	if a := b.admin("orders/"+o.ID+"/lose", nil); a.status != 409 {
		t.Errorf("a parcel that the carrier does not have was lost: HTTP %d", a.status)
	}
	b.wantCode(b.ship(o.Packages[0].ID, nil), 0, "ship")
	b.admin("orders/"+o.ID+"/carrier-scan", nil)
	before := b.detail(o.ID)
	b.clock.add(time.Hour)
	if a := b.admin("orders/"+o.ID+"/lose", nil); a.status != 200 {
		t.Fatalf("lose: %s", a.raw)
	}
	w := b.detail(o.ID)
	if w.Status != string(fulfillment.StatusInTransit) || w.UpdateTime != before.UpdateTime {
		t.Errorf("the order is %s, updated %d (before %d)", w.Status, w.UpdateTime, before.UpdateTime)
	}
	for _, l := range w.LineItems {
		if l.PackageStatus != cancelled || l.DisplayStatus != string(fulfillment.StatusInTransit) {
			t.Errorf("unit %s: package %s, display %s", l.ID, l.PackageStatus, l.DisplayStatus)
		}
	}
	if d := b.packageDetail(o.Packages[0].ID); d.PackageStatus != cancelled {
		t.Errorf("the package is %s", d.PackageStatus)
	}
	if track := data[trackingAnswer](b, b.call("GET", "/fulfillment/202309/orders/"+o.ID+"/tracking", nil, nil)); !strings.Contains(track.Tracking[0].Description, "lost") {
		t.Errorf("tracking %+v", track)
	}
	if a := b.admin("orders/"+o.ID+"/deliver", nil); a.status != 409 {
		t.Errorf("a lost parcel was delivered: HTTP %d", a.status)
	}
}

func (b *bench) cancellationOf(id string) wireCancellation {
	b.t.Helper()
	list := data[cancellationsAnswer](b, b.call("POST", "/return_refund/202309/cancellations/search", nil, map[string]any{"order_ids": []string{id}}))
	if len(list.Cancellations) != 1 {
		b.t.Fatalf("order %s has %d cancellations", id, len(list.Cancellations))
	}
	return list.Cancellations[0]
}

func TestCancellationDecisions(t *testing.T) {
	b := newBench(t, Options{})
	o := b.plain(seller, 1)
	b.admin("orders/"+o.ID+"/request-cancel", nil)
	if w := b.detail(o.ID); !w.IsBuyerRequestCancel || w.RequestCancelTime == 0 {
		t.Errorf("request not shown: %+v", w.IsBuyerRequestCancel)
	}
	c := b.cancellationOf(o.ID)
	base := "/return_refund/202309/cancellations/" + c.CancelID
	b.wantCode(b.call("POST", base+"/reject", nil, map[string]string{"reject_reason": "no"}), codeMissing, "unknown reason")
	reasons := data[reasonsAnswer](b, b.call("GET", "/return_refund/202309/reject_reasons", url.Values{"return_or_cancel_id": {c.CancelID}}, nil))
	reject := map[string]string{"reject_reason": reasons.Reasons[0].Name, "comment": "packed"}
	key := url.Values{"idempotency_key": {"k1"}}
	b.wantCode(b.call("POST", base+"/reject", key, reject), 0, "reject")
	b.wantCode(b.call("POST", base+"/reject", key, reject), 0, "the same decision with the same key")
	b.wantCode(b.call("POST", base+"/approve", key, nil), codeCancelState, "the other decision")
	b.wantCode(b.mark(o, o.Tracking, b.detail(o.ID).lineIDs()), 0, "ship after the rejection")

	p := b.find("pending", func(o OrderState) bool { return o.CancelRequested })
	b.wantCode(b.call("POST", "/return_refund/202309/cancellations/"+b.cancellationOf(p.ID).CancelID+"/approve", nil, nil), 0, "approve")
	b.wantStatus(p.ID, fulfillment.StatusCancelled)
	late := b.find("pending", func(o OrderState) bool { return o.CancelRequested })
	b.at(24 * time.Hour)
	b.wantStatus(late.ID, fulfillment.StatusCancelled) // not answered in 24 hours
}

func TestSellerCancels(t *testing.T) {
	b := newBench(t, Options{})
	o := b.plain(seller, 2)
	lines := b.detail(o.ID).lineIDs()
	cancel := func(body map[string]any) answer {
		return b.call("POST", "/return_refund/202309/cancellations", nil, body)
	}
	b.wantCode(cancel(map[string]any{"order_id": o.ID, "cancel_reason": "because"}), 25001021, "unknown reason")
	stock := "seller_cancel_reason_out_of_stock_uk"
	b.wantCode(cancel(map[string]any{"order_id": o.ID, "cancel_reason": stock, "order_line_item_ids": lines[:1]}), 0, "one unit")
	b.wantStatus(o.ID, fulfillment.StatusAwaitingShipment)
	b.wantCode(b.mark(o, o.Tracking, lines), codeOrderCancelled, "a cancelled unit")
	b.wantCode(b.mark(o, o.Tracking, lines[1:]), 0, "the rest")
	b.wantStatus(o.ID, fulfillment.StatusAwaitingCollection)
	b.wantCode(cancel(map[string]any{"order_id": o.ID, "cancel_reason": stock}), 25001021, "after shipping, outside the US")
}

// TestAnyCourseKeepsTheBooks drives a shop at random and checks what must always hold.
func TestAnyCourseKeepsTheBooks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		clock := &handClock{now: testStart}
		srv, err := New(Options{Market: rapid.SampledFrom(Markets()).Draw(rt, "market"), Orders: 12, Clock: clock.Now})
		if err != nil {
			rt.Fatal(err)
		}
		s := srv.first()
		last := map[string]int64{}
		shipped := 0
		for range 40 {
			shipped += step(rt, s, clock)
			s.advance()
			for _, o := range s.orders {
				if o.updated.Unix() < last[o.id] {
					rt.Fatalf("order %s: update_time went back", o.id)
				}
				last[o.id] = o.updated.Unix()
				if (o.status == cancelled) != (len(o.live()) == 0) {
					rt.Fatalf("order %s is %s with %d live units", o.id, o.status, len(o.live()))
				}
				if !slices.Contains(orderStatuses, fulfillment.OrderStatus(o.status)) && o.status != unknownStatus {
					rt.Fatalf("order %s has status %q", o.id, o.status)
				}
				checkPackages(rt, s, o)
			}
		}
		if s.tally.Shipped != shipped || s.tally.ShippedCancelled != 0 {
			rt.Fatalf("%d shipped, counted %d; %d cancelled ones", shipped, s.tally.Shipped, s.tally.ShippedCancelled)
		}
	})
}

// step does something at random to an order and returns how many packages were shipped by it.
func step(rt *rapid.T, s *store, clock *handClock) int {
	o := s.orders[rapid.IntRange(0, len(s.orders)-1).Draw(rt, "order")]
	switch rapid.IntRange(0, 6).Draw(rt, "what") {
	case 0:
		clock.add(time.Duration(rapid.IntRange(1, 40).Draw(rt, "hours")) * time.Hour)
	case 1:
		s.askCancel(o, s.clock.now())
	case 2:
		s.updateAddress(o, s.clock.now())
	case 3:
		if groups := s.combinableGroups(); len(groups) > 0 {
			g := groups[0]
			if _, e := s.combineGroup(&call{now: s.clock.now()}, g); e != nil {
				rt.Fatalf("group %v: %v", g, e)
			}
		}
	case 4:
		for _, p := range o.packages {
			s.scan(p, s.clock.now())
		}
	default:
		if s.shippable(o) == nil && len(o.unshipped()) > 0 {
			if len(o.packages) == 0 {
				s.newParcel(o, o.unshipped(), s.clock.now())
			}
			if p := o.packages[0]; p.status == toFulfill {
				s.ship(p, "T", o.provider, s.clock.now())
				return 1
			}
		}
	}
	return 0
}

// checkPackages: units and packages name each other, and a package that is gone is nowhere.
func checkPackages(rt *rapid.T, s *store, o *order) {
	for _, p := range o.packages {
		if s.packages[p.id] != p || !slices.Contains(p.all(), o) || len(p.lines) == 0 {
			rt.Fatalf("order %s has package %s with %d units, which the shop does not know so", o.id, p.id, len(p.lines))
		}
	}
	for _, l := range o.lines {
		if l.parcel != nil && (!slices.Contains(l.parcel.lines, l) || !slices.Contains(o.packages, l.parcel)) {
			rt.Fatalf("order %s: unit %s is not in its package %s", o.id, l.id, l.parcel.id)
		}
	}
}

func TestAddressUpdate(t *testing.T) {
	b := newBench(t, Options{Market: "VN"})
	o := b.plain(seller, 1)
	before := b.detail(o.ID)
	if a := b.admin("orders/"+o.ID+"/update-address", nil); a.status != 200 {
		t.Fatalf("HTTP %d %s", a.status, a.raw)
	}
	after := b.detail(o.ID)
	if !after.HasUpdatedRecipientAddress || after.RecipientAddress.FullAddress == before.RecipientAddress.FullAddress ||
		after.UpdateTime <= before.UpdateTime || after.Packages[0].ID == before.Packages[0].ID {
		t.Errorf("before %+v %+v, after %+v %+v", before.Packages, before.RecipientAddress, after.Packages, after.RecipientAddress)
	}
	b.wantCode(b.ship(before.Packages[0].ID, nil), codePackageNotFound, "the old package id")
	self := map[string]any{"self_shipment": map[string]string{"tracking_number": o.Tracking, "shipping_provider_id": b.provider(o)}}
	b.wantCode(b.ship(after.Packages[0].ID, self), 0, "the new package id")
}
