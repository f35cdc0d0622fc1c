package shop

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
)

const (
	tiktok = string(fulfillment.ShippingPlatform)
	seller = string(fulfillment.ShippingSeller)
)

func (b *bench) wantStatus(id string, want fulfillment.OrderStatus) {
	b.t.Helper()
	if got := b.detail(id).Status; got != string(want) {
		b.t.Errorf("order %s is %s, want %s", id, got, want)
	}
}

func TestMarkShippedGB(t *testing.T) {
	b := newBench(t, Options{})
	o := b.plain(seller, 3)
	before := b.detail(o.ID)
	if len(before.Packages) != 0 {
		t.Errorf("a seller-shipped order has package %v before it is marked", before.Packages)
	}
	lines := before.lineIDs()
	first := data[markAnswer](b, b.mark(o, o.Tracking, lines[:1]))
	b.wantStatus(o.ID, fulfillment.StatusPartiallyShipping)
	if first.PackageID == "" || first.Warning != nil {
		t.Errorf("answer %+v", first)
	}
	b.wantCode(b.mark(o, o.Tracking, lines[:1]), codeAlreadyShipped, "the same unit again")
	b.wantCode(b.mark(o, o.Tracking, append([]string{lines[0]}, lines[1:]...)), codeAlreadyShipped, "a shipped unit among others")
	second := data[markAnswer](b, b.mark(o, o.Tracking, lines[1:]))
	b.wantStatus(o.ID, fulfillment.StatusAwaitingCollection)
	if second.PackageID == first.PackageID {
		t.Error("two calls made one package")
	}
	after := b.detail(o.ID)
	if after.UpdateTime <= before.UpdateTime || after.RTSTime != testStart.Unix() || after.SplitOrCombineTag != "SPLIT" {
		t.Errorf("update_time %d → %d, rts_time %d, tag %q", before.UpdateTime, after.UpdateTime, after.RTSTime, after.SplitOrCombineTag)
	}
	for _, l := range after.LineItems {
		if l.PackageStatus != processing || l.TrackingNumber != o.Tracking || l.DisplayStatus != string(fulfillment.StatusAwaitingCollection) {
			t.Errorf("line %s: %s %s %s", l.ID, l.PackageStatus, l.TrackingNumber, l.DisplayStatus)
		}
	}
	st := b.shop.State()
	if st.Counts.Shipped != 2 || st.Counts.DuplicateAttempts != 2 || st.Counts.ShippedCancelled != 0 {
		t.Errorf("counts %+v", st.Counts)
	}
	if got := b.order(o.ID); !got.Shipped || got.ShippedCalls != 4 || got.MayShip {
		t.Errorf("state %+v", got)
	}
}

func TestMarkShippedRefusals(t *testing.T) {
	b := newBench(t, Options{})
	o := b.plain(seller, 2)
	lines := b.detail(o.ID).lineIDs()
	other := b.find("another seller order", func(x OrderState) bool {
		return x.MayShip && x.ShippingType == seller && x.ID != o.ID && x.Carrier == o.Carrier && x.Recipient != o.Recipient
	})
	b.wantCode(b.mark(o, "", lines), codeMissing, "no tracking number")
	b.wantCode(b.mark(o, "short", lines), codeBadTracking, "impossible tracking number")
	b.wantCode(b.mark(o, "SBX123456789GB", lines), codeBadTracking, "a number of the platform's carrier")
	b.wantCode(b.mark(o, o.Tracking, []string{}), codeLines, "no lines")
	b.wantCode(b.mark(o, o.Tracking, []string{lines[0], lines[0]}), codeLines, "a line twice")
	b.wantCode(b.mark(o, o.Tracking, b.detail(other.ID).lineIDs()), codeLines, "lines of another order")
	b.wantCode(b.call("POST", "/fulfillment/202309/orders/"+o.ID+"/packages", nil, map[string]any{
		"order_line_item_ids": lines, "tracking_number": o.Tracking, "shipping_provider_id": "1"}), codeProvider, "unknown provider")
	b.wantCode(b.mark(OrderState{ID: "1"}, o.Tracking, lines), codeOrderNotFound, "unknown order")
	platform := b.plain(tiktok, 1)
	b.wantCode(b.mark(platform, o.Tracking, b.detail(platform.ID).lineIDs()), codeWrongCall, "a platform-shipped order")
	if got := b.shop.State().Counts; got.Shipped != 0 || got.DuplicateAttempts != 0 {
		t.Errorf("refused calls had an effect: %+v", got)
	}
	data[markAnswer](b, b.mark(o, o.Tracking, lines))
	b.wantCode(b.mark(other, o.Tracking, b.detail(other.ID).lineIDs()), codeTrackingInUse, "a tracking number of another recipient")
}

// TestStatusRefusals: every status that must not be shipped is refused with its own code, through both kinds of calls.
func TestStatusRefusals(t *testing.T) {
	b := newBench(t, Options{Market: "VN"}) // every order has its package beforehand, so all can be tried alike
	body := func(o OrderState) any {
		if o.ShippingType == tiktok {
			return map[string]any{"handover_method": "PICKUP"}
		}
		return map[string]any{"self_shipment": map[string]string{"tracking_number": o.Tracking, "shipping_provider_id": b.provider(o)}}
	}
	for _, tt := range []struct {
		what string
		code int64
		is   func(OrderState) bool
	}{
		{"on hold", 21011044, func(o OrderState) bool { return o.Status == "ON_HOLD" }},
		{"cancel requested", 21011007, func(o OrderState) bool { return o.CancelRequested }},
		{"fulfilled by the platform", 21008025, func(o OrderState) bool { return o.FulfillmentType == fulfilledByPlatform }},
		{"unknown status", codeNotShippable, func(o OrderState) bool { return o.Status == unknownStatus }},
	} {
		o := b.find(tt.what, tt.is)
		if o.MayShip || o.WhyNot == "" {
			t.Errorf("%s: the state says it may ship (%q)", tt.what, o.WhyNot)
		}
		b.wantCode(b.ship(o.Packages[0].ID, body(o)), tt.code, tt.what)
	}
	o := b.plain(seller, 1)
	if a := b.admin("orders/"+o.ID+"/cancel", nil); a.status != 200 {
		t.Fatalf("cancel: HTTP %d %s", a.status, a.raw)
	}
	b.wantCode(b.ship(o.Packages[0].ID, body(o)), codeOrderCancelled, "cancelled")
	b.wantCode(b.ship("115000000000000000", nil), codePackageNotFound, "unknown package")
	c := b.shop.State().Counts
	if c.Shipped != 0 || c.ShipCancelledAttempts != 1 || c.ShippedCancelled != 0 || c.DuplicateAttempts != 0 {
		t.Errorf("counts %+v", c)
	}
}

func TestUnpaidIsRefused(t *testing.T) {
	b := newBench(t, Options{})
	o := b.find("an unpaid seller order", func(o OrderState) bool { return o.Status == "UNPAID" && o.ShippingType == seller })
	b.wantCode(b.mark(o, o.Tracking, b.detail(o.ID).lineIDs()), codeNotShippable, "unpaid")
}

func (b *bench) provider(o OrderState) string {
	for _, p := range b.shop.first().market.sellers {
		if p.Name == o.Carrier {
			return p.ID
		}
	}
	return ""
}

// TestWhichCallWhere: the table of markets and shipping types.
func TestWhichCallWhere(t *testing.T) {
	t.Run("VN", func(t *testing.T) {
		b := newBench(t, Options{Market: "VN"})
		o := b.plain(seller, 1)
		lines := b.detail(o.ID).lineIDs()
		b.wantCode(b.mark(o, o.Tracking, lines), 21008106, "mark in VN")
		b.wantCode(b.ship(o.Packages[0].ID, nil), codeMissing, "no self_shipment")
		b.wantCode(b.ship(o.Packages[0].ID, map[string]any{"self_shipment": map[string]string{"tracking_number": o.Tracking}}), codeMissing, "no provider")
		self := map[string]any{"self_shipment": map[string]string{"tracking_number": o.Tracking, "shipping_provider_id": b.provider(o)}}
		b.wantCode(b.ship(o.Packages[0].ID, self), 0, "ship with self_shipment")
		b.wantCode(b.ship(o.Packages[0].ID, self), codeAlreadyShipped, "again")
		b.wantStatus(o.ID, fulfillment.StatusAwaitingCollection)
		p := b.plain(tiktok, 1)
		b.wantCode(b.ship(p.Packages[0].ID, self), codeWrongCall, "self_shipment for a platform-shipped package")
		b.wantCode(b.ship(p.Packages[0].ID, map[string]any{"handover_method": "PICKUP"}), 0, "ship")
		if d := b.packageDetail(p.Packages[0].ID); d.HandoverMethod != "" || !strings.HasPrefix(d.TrackingNumber, "GTN") {
			t.Errorf("handover_method %q must have no effect; tracking %q", d.HandoverMethod, d.TrackingNumber)
		}
		b.wantCode(b.create(p, "", b.detail(p.ID).lineIDs()), 21008106, "create packages in VN")
	})
	t.Run("GB", func(t *testing.T) {
		b := newBench(t, Options{})
		p := b.plain(tiktok, 1)
		b.wantCode(b.ship(p.Packages[0].ID, map[string]any{"handover_method": "BY_DRONE"}), codeMissing, "unknown handover method")
		b.wantCode(b.ship(p.Packages[0].ID, map[string]any{"pickup_slot": map[string]int64{"start_time": 1, "end_time": 2}}), codeSlot, "slot not offered")
		slots := data[slotsAnswer](b, b.call("GET", "/fulfillment/202309/packages/"+p.Packages[0].ID+"/handover_time_slots", nil, nil))
		free := slots.PickupSlots[slices.IndexFunc(slots.PickupSlots, func(s slot) bool { return s.Available })]
		b.wantCode(b.ship(p.Packages[0].ID, map[string]any{"handover_method": "PICKUP", "pickup_slot": map[string]int64{
			"start_time": free.StartTime, "end_time": free.EndTime}}), 0, "ship with an offered slot")
		d := b.packageDetail(p.Packages[0].ID)
		if d.HandoverMethod != "PICKUP" || d.PickupSlot.StartTime != free.StartTime || d.PackageStatus != processing {
			t.Errorf("package %+v", d)
		}
	})
}

func (b *bench) packageDetail(id string) wirePackage {
	b.t.Helper()
	return data[wirePackage](b, b.call("GET", "/fulfillment/202309/packages/"+id, nil, nil))
}

func sizes(m map[string]any) map[string]any {
	m["dimension"] = map[string]string{"length": "20", "width": "15.5", "height": "10", "unit": "CM"}
	m["weight"] = map[string]string{"value": "0.75", "unit": "POUND"}
	return m
}

func (b *bench) create(o OrderState, service string, lines []string) answer {
	b.t.Helper()
	body := sizes(map[string]any{"order_id": o.ID, "order_line_item_ids": lines})
	if service != "" {
		body["shipping_service_id"] = service
	}
	return b.call("POST", "/fulfillment/202309/packages", nil, body)
}

func TestCreatePackagesUS(t *testing.T) {
	b := newBench(t, Options{Market: "US"})
	o := b.plain(tiktok, 2)
	w := b.detail(o.ID)
	if len(w.Packages) != 0 || w.LineItems[0].PackageID != "" {
		t.Errorf("a US order has packages before shipping: %v", w.Packages)
	}
	lines := w.lineIDs()
	offer := data[servicesAnswer](b, b.call("POST", "/fulfillment/202309/orders/"+o.ID+"/shipping_services/query", nil,
		sizes(map[string]any{"order_line_item_ids": lines})))
	if len(offer.ShippingServices) < 2 || offer.ShippingServices[0].IsDefault == nil {
		t.Fatalf("offer %+v", offer)
	}
	b.wantCode(b.create(o, "1", lines), codeProvider, "a service that was not offered")
	bad := sizes(map[string]any{"order_id": o.ID, "order_line_item_ids": lines})
	bad["weight"] = map[string]string{"value": "0", "unit": "GRAM"}
	b.wantCode(b.call("POST", "/fulfillment/202309/packages", nil, bad), codeMissing, "no weight")
	made := data[createAnswer](b, b.create(o, offer.ShippingServices[1].ID, lines[:1]))
	if made.ShippingServiceInfo.ID != offer.ShippingServices[1].ID || made.PackageID == "" {
		t.Errorf("made %+v", made)
	}
	b.wantStatus(o.ID, fulfillment.StatusPartiallyShipping)
	b.wantCode(b.create(o, "", lines[:1]), codeAlreadyShipped, "the same unit again")
	b.wantCode(b.ship(made.PackageID, nil), 21008106, "ship package in the US")
	rest := sizes(map[string]any{"ship_type": "2", "order_id": o.ID, "order_line_item": []map[string]string{{"order_line_id": lines[1]}}})
	data[createAnswer](b, b.call("POST", "/fulfillment/202512/packages", nil, rest))
	d := b.packageDetail(made.PackageID)
	if *d.Weight.Value != "0.75" || *d.Weight.Unit != "POUND" || d.TrackingNumber == "" {
		t.Errorf("package %+v", d)
	}
	p := b.find("another", func(x OrderState) bool {
		return x.MayShip && x.ShippingType == tiktok && x.ID != o.ID && !x.Shipped && x.Trap == ""
	})
	whole := sizes(map[string]any{"ship_type": "1", "order_id": p.ID})
	data[createAnswer](b, b.call("POST", "/fulfillment/202512/packages", nil, whole))
	b.wantStatus(p.ID, fulfillment.StatusAwaitingCollection)
	b.wantCode(b.call("POST", "/fulfillment/202512/packages", nil, sizes(map[string]any{"ship_type": "3", "order_list_ids": []string{o.ID, p.ID}})),
		codeAlreadyShipped, "orders that were shipped")
	pair := b.twins()
	one := data[createAnswer](b, b.call("POST", "/fulfillment/202512/packages", nil, sizes(map[string]any{"ship_type": "3", "order_list_ids": pair})))
	if d := b.packageDetail(one.PackageID); len(d.Orders) != 2 || d.SplitAndCombineTag != "COMBINE" {
		t.Errorf("package of two orders: %+v", d)
	}
	for _, id := range pair {
		b.wantStatus(id, fulfillment.StatusAwaitingCollection)
	}
	if c := b.shop.State().Counts; c.DuplicateAttempts != 2 || c.Shipped != 4 {
		t.Errorf("counts %+v", c)
	}
}

// TestPendingCancel: shipping rejects the request in the US and is refused elsewhere.
func TestPendingCancel(t *testing.T) {
	pending := func(o OrderState) bool { return o.CancelRequested && o.ShippingType == seller }
	gb := newBench(t, Options{})
	o := gb.find("pending", pending)
	gb.wantCode(gb.mark(o, o.Tracking, gb.detail(o.ID).lineIDs()), 21011007, "mark over a request in GB")

	us := newBench(t, Options{Market: "US"})
	o = us.find("pending", pending)
	data[markAnswer](us, us.mark(o, o.Tracking, us.detail(o.ID).lineIDs()))
	w := us.detail(o.ID)
	if w.IsBuyerRequestCancel || w.Status != string(fulfillment.StatusAwaitingCollection) {
		t.Errorf("after shipping over the request: %s, request pending %t", w.Status, w.IsBuyerRequestCancel)
	}
	list := data[cancellationsAnswer](us, us.call("POST", "/return_refund/202309/cancellations/search", nil, map[string]any{"order_ids": []string{o.ID}}))
	if len(list.Cancellations) != 1 || list.Cancellations[0].CancelStatus != "CANCELLATION_REQUEST_CANCELLED" {
		t.Errorf("cancellations %+v", list)
	}
}

func TestTrackingWarningsUS(t *testing.T) {
	b := newBench(t, Options{Market: "US"})
	for _, tt := range []struct{ tracking, want string }{{"ZZ12345678", "No shipping provider"}, {"SBX123456789US", "Did you mean"}} {
		o := b.plain(seller, 1)
		got := data[markAnswer](b, b.mark(o, tt.tracking, b.detail(o.ID).lineIDs()))
		if got.Warning == nil || !strings.Contains(got.Warning.Message, tt.want) {
			t.Errorf("%s: warning %+v, want %q", tt.tracking, got.Warning, tt.want)
		}
	}
}

func TestShipBatch(t *testing.T) {
	b := newBench(t, Options{})
	o := b.plain(tiktok, 1)
	pending := b.find("pending", func(o OrderState) bool { return o.CancelRequested && o.ShippingType == tiktok })
	items := []map[string]string{{"id": pending.Packages[0].ID}, {"id": o.Packages[0].ID}, {"id": "1"}, {"id": o.Packages[0].ID}}
	got := data[batchAnswer](b, b.call("POST", "/fulfillment/202309/packages/ship", nil, map[string]any{"packages": items}))
	var codes []int64
	for _, e := range got.Errors {
		codes = append(codes, e.Code)
	}
	if !slices.Equal(codes, []int64{21011007, codePackageNotFound, codeAlreadyShipped}) || got.Errors[0].Detail.PackageID != pending.Packages[0].ID {
		t.Errorf("errors %+v", got.Errors)
	}
	b.wantStatus(o.ID, fulfillment.StatusAwaitingCollection)
	found := data[packagesAnswer](b, b.call("POST", "/fulfillment/202309/packages/search", url.Values{"page_size": {"50"}}, map[string]string{"package_status": processing}))
	if found.TotalCount != 1 || found.Packages[0].ID != o.Packages[0].ID || found.Packages[0].TrackingNumber == "" {
		t.Errorf("packages found: %+v", found)
	}
}

func TestCorrectTracking(t *testing.T) {
	b := newBench(t, Options{CarrierAfter: -1})
	o := b.plain(seller, 1)
	path := "/fulfillment/202309/orders/" + o.ID + "/shipping_info/update"
	fresh := map[string]string{"tracking_number": "SP000000001GB", "shipping_provider_id": b.shop.first().market.sellers[0].ID}
	b.wantCode(b.call("POST", path, nil, fresh), codeNotShipped, "before shipping")
	made := data[markAnswer](b, b.mark(o, o.Tracking, b.detail(o.ID).lineIDs()))
	b.clock.add(72*time.Hour - time.Minute)
	b.token = b.freshToken()
	b.wantCode(b.call("POST", path, nil, fresh), 0, "within 72 hours")
	if d := b.packageDetail(made.PackageID); d.TrackingNumber != "SP000000001GB" {
		t.Errorf("tracking %s", d.TrackingNumber)
	}
	b.clock.add(2 * time.Minute)
	b.wantCode(b.call("POST", "/fulfillment/202309/packages/"+made.PackageID+"/shipping_info/update", nil, fresh), 21011049, "after 72 hours")
}

func (b *bench) freshToken() tokenAnswer {
	b.t.Helper()
	return data[tokenAnswer](b, b.getToken("refresh", "refresh_token", b.token.RefreshToken, "refresh_token"))
}
