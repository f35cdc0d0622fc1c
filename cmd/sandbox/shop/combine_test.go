package shop

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"packbench/fulfillment"
)

// twins finds two platform-shipped orders of one buyer that may be shipped.
func (b *bench) twins() []string {
	b.t.Helper()
	by := map[string][]string{}
	st := b.shop.State()
	for _, o := range st.Orders {
		if o.MayShip && o.Trap == "" && o.ShippingType == tiktok && !o.Shipped {
			w := b.detail(o.ID)
			by[w.UserID] = append(by[w.UserID], o.ID)
			if len(by[w.UserID]) == 2 {
				return by[w.UserID]
			}
		}
	}
	b.t.Fatal("no buyer has ordered twice")
	return nil
}

// TestCombineAndTakeApart: package ids change each time, the old ones mean nothing, and a combined package is shipped once.
func TestCombineAndTakeApart(t *testing.T) {
	b := newBench(t, Options{Market: "TH", RatePerSecond: 1000})
	found := data[combinableAnswer](b, b.call("GET", "/fulfillment/202309/combinable_packages/search", url.Values{"page_size": {"50"}}, nil))
	if len(found.CombinablePackages) == 0 {
		t.Fatal("nothing can be combined")
	}
	g := found.CombinablePackages[0]
	bogus := "1"
	made := data[combineAnswer](b, b.call("POST", "/fulfillment/202309/packages/combine", nil,
		combineRequest{[]combinable{{&bogus, g.OrderIDs}, g}}))
	if len(made.Packages) != 1 || len(made.Errors) != 1 || made.Errors[0].Code != codeCombine || made.Errors[0].Detail.PackageID != "1" {
		t.Fatalf("%+v", made)
	}
	id := made.Packages[0].ID
	b.wantCode(b.ship(*g.ID, nil), codePackageNotFound, "the old package id")
	if w := b.detail(g.OrderIDs[1]); w.SplitOrCombineTag != "COMBINED" || len(w.Packages) != 1 || w.Packages[0].ID != id {
		t.Errorf("order %+v", w.Packages)
	}
	apart := data[uncombineAnswer](b, b.call("POST", "/fulfillment/202309/packages/"+id+"/uncombine", nil, map[string]any{"order_ids": []string{g.OrderIDs[0]}}))
	if len(apart.Packages) != 2 || apart.Packages[0].ID == id {
		t.Fatalf("%+v", apart)
	}
	again := data[combinableAnswer](b, b.call("GET", "/fulfillment/202309/combinable_packages/search", url.Values{"page_size": {"50"}}, nil))
	i := slices.IndexFunc(again.CombinablePackages, func(x combinable) bool { return slices.Contains(x.OrderIDs, g.OrderIDs[0]) })
	made = data[combineAnswer](b, b.call("POST", "/fulfillment/202309/packages/combine", nil, combineRequest{again.CombinablePackages[i : i+1]}))
	id = made.Packages[0].ID
	ship := map[string]any{"handover_method": "PICKUP"}
	if b.detail(g.OrderIDs[0]).ShippingType == seller {
		o := b.order(g.OrderIDs[0])
		ship = map[string]any{"self_shipment": map[string]string{"tracking_number": o.Tracking, "shipping_provider_id": b.provider(o)}}
	}
	b.wantCode(b.ship(id, ship), 0, "shipping the combined package")
	for _, order := range g.OrderIDs {
		b.wantStatus(order, fulfillment.StatusAwaitingCollection)
	}
	b.wantCode(b.ship(id, ship), codeAlreadyShipped, "again")
	if c := b.shop.State().Counts; c.Shipped != 1 {
		t.Errorf("counts %+v", c)
	}
	b.wantCode(b.call("POST", "/fulfillment/202309/packages/"+id+"/uncombine", nil, nil), codeCombine, "apart after shipping")
	kinds := b.webhookKinds("PACKAGE_UPDATE")
	if !slices.Equal(kinds, []string{"COMBINE", "CANCEL_COMBINE", "COMBINE"}) {
		t.Errorf("webhooks %v", kinds)
	}
}

// webhookKinds are the sc_type of recorded package webhooks.
func (b *bench) webhookKinds(name string) []string {
	b.shop.mu.Lock()
	defer b.shop.mu.Unlock()
	var kinds []string
	for _, r := range b.shop.hooks.records {
		var v struct {
			Type int `json:"type"`
			Data struct {
				Kind string `json:"sc_type"`
			} `json:"data"`
		}
		mustJSON(b.t, r.Body, &v)
		if eventNames[v.Type] == name {
			kinds = append(kinds, v.Data.Kind)
		}
	}
	return kinds
}

// TestCancelledOrderLeavesCombinedPackage: the others can still go.
func TestCancelledOrderLeavesCombinedPackage(t *testing.T) {
	b := newBench(t, Options{Market: "VN", RatePerSecond: 1000})
	pair := b.twins()
	g := combinable{&b.detail(pair[0]).Packages[0].ID, pair}
	made := data[combineAnswer](b, b.call("POST", "/fulfillment/202309/packages/combine", nil, combineRequest{[]combinable{g}}))
	if a := b.admin("orders/"+pair[0]+"/cancel", nil); a.status != 200 {
		t.Fatalf("cancel: %s", a.raw)
	}
	b.wantCode(b.ship(made.Packages[0].ID, nil), 0, "the rest of the package")
	b.wantStatus(pair[0], fulfillment.StatusCancelled)
	b.wantStatus(pair[1], fulfillment.StatusAwaitingCollection)
	if c := b.shop.State().Counts; c.ShippedCancelled != 0 {
		t.Errorf("counts %+v", c)
	}
}

// group is a splittable group of a request.
func group(id string, lines ...string) map[string]any {
	return map[string]any{"id": id, "order_line_item_ids": lines}
}

func (b *bench) split(order string, groups ...map[string]any) answer {
	b.t.Helper()
	return b.call("POST", "/fulfillment/202309/orders/"+order+"/split", nil, map[string]any{"splittable_groups": groups})
}

func TestSplit(t *testing.T) {
	b := newBench(t, Options{Market: "VN", RatePerSecond: 1000})
	o := b.find("of two SKUs", func(o OrderState) bool {
		return o.MayShip && o.Trap == "" && o.ShippingType == tiktok && len(o.Lines) >= 2 && o.Lines[0].Bundle == "" && o.Lines[1].Bundle == ""
	})
	w := b.detail(o.ID)
	attr := data[attributesAnswer](b, b.call("GET", "/fulfillment/202309/orders/split_attributes", url.Values{"order_ids": {o.ID + ",1"}}, nil))
	if len(attr.SplitAttributes) != 1 || !attr.SplitAttributes[0].CanSplit || attr.SplitAttributes[0].MustSplit {
		t.Fatalf("%+v", attr)
	}
	var first, rest []string
	for _, l := range w.LineItems {
		if l.SKUID == w.LineItems[0].SKUID {
			first = append(first, l.ID)
		} else {
			rest = append(rest, l.ID)
		}
	}
	b.wantCode(b.split(o.ID, group("A", first...)), codeMissing, "one group")
	b.wantCode(b.split(o.ID, group("A", first...), group("A", rest...)), codeMissing, "two groups of one name")
	b.wantCode(b.split(o.ID, group("A", first...), group("B", first...)), codeLines, "a unit in two groups")
	b.wantCode(b.split(o.ID, group("A", first...), group("B", rest[:0]...)), codeLines, "an empty group")
	got := data[splitAnswer](b, b.split(o.ID, group("A", first...), group("B", rest...)))
	if len(got.Packages) != 2 || got.Packages[1].SplittableGroupID != "B" {
		t.Fatalf("%+v", got)
	}
	b.wantCode(b.ship(w.Packages[0].ID, nil), codePackageNotFound, "the old package id")
	b.wantCode(b.ship(got.Packages[0].ID, nil), 0, "the first half")
	b.wantStatus(o.ID, fulfillment.StatusPartiallyShipping)
	b.wantCode(b.split(o.ID, group("A", first...), group("B", rest...)), 21003002, "splitting what is on its way")
	b.wantCode(b.ship(got.Packages[1].ID, nil), 0, "the second half")
	b.wantStatus(o.ID, fulfillment.StatusAwaitingCollection)
	same := b.find("units of one SKU", func(o OrderState) bool {
		return o.MayShip && o.Trap == "" && len(o.Lines) == 1 && o.Lines[0].Qty > 1 && o.Lines[0].Bundle == ""
	})
	lines := b.detail(same.ID).lineIDs()
	a := b.split(same.ID, group("A", lines[0]), group("B", lines[1:]...))
	b.wantCode(a, 21003002, "units of one SKU in Viet Nam")
	if !strings.Contains(a.env.Message, "one SKU") {
		t.Errorf("message %q", a.env.Message)
	}
}

// TestMustSplit: in Mexico a package of too many units is refused until it is split.
func TestMustSplit(t *testing.T) {
	b := newBench(t, Options{Market: "MX", RatePerSecond: 1000})
	o := b.find("too large", func(o OrderState) bool { return strings.Contains(o.Trap, "must be split") })
	w := b.detail(o.ID)
	attr := data[attributesAnswer](b, b.call("GET", "/fulfillment/202309/orders/split_attributes", url.Values{"order_ids": {o.ID}}, nil))
	if !attr.SplitAttributes[0].MustSplit || attr.SplitAttributes[0].MustSplitReasons[0].MaxCount != "5" {
		t.Fatalf("%+v", attr)
	}
	b.wantCode(b.ship(w.Packages[0].ID, nil), 21004024, "before the split")
	by := map[string][]string{}
	for _, l := range w.LineItems {
		by[l.SKUID] = append(by[l.SKUID], l.ID)
	}
	var groups []map[string]any
	for sku, lines := range by {
		groups = append(groups, group(sku, lines...))
	}
	for _, p := range data[splitAnswer](b, b.split(o.ID, groups...)).Packages {
		b.wantCode(b.ship(p.ID, nil), 0, "after the split")
	}
	b.wantStatus(o.ID, fulfillment.StatusAwaitingCollection)
}
