package shop

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"packbench/cmd/sandbox/shop/wire"
)

// known are fields that live answers have and the published files do not.
var known = strings.NewReplacer(`"shipping_vat_rate":"0.2",`, "")

// conform checks the data of a good answer against the published shape of its endpoint. The bench does it for every
// call of every test.
func conform(t testing.TB, r *http.Request, a answer) {
	t.Helper()
	if a.env.Code != 0 || a.status != http.StatusOK || len(a.env.Data) == 0 {
		return
	}
	rt, _, err := findRoute(r.Method, r.URL.Path)
	if err != nil || rt.form.Answer == nil || string(a.env.Data) == "{}" {
		return
	}
	if p := rt.form.Answer.Check([]byte(known.Replace(string(a.env.Data))), "data"); p != nil {
		t.Errorf("answer of %s %s: %s", rt.method, rt.pattern, p.Text)
	}
}

// TestReadsInEveryMarket: what can be read is read in every market, and every answer has the published form.
func TestReadsInEveryMarket(t *testing.T) {
	for _, region := range Markets() {
		b := newBench(t, Options{Market: region, RatePerSecond: 1000})
		page := url.Values{"page_size": {"50"}}
		b.call("POST", searchPath, page, nil)
		b.call("GET", "/authorization/202309/shops", nil, nil)
		b.call("GET", "/logistics/202309/warehouses", nil, nil)
		b.call("GET", "/logistics/202309/global_warehouses", nil, nil)
		o := b.plain(tiktok, 1)
		w := b.detail(o.ID)
		b.call("GET", "/order/202507/orders", url.Values{"ids": {o.ID}}, nil)
		b.call("GET", "/fulfillment/202309/orders/split_attributes", url.Values{"order_ids": {o.ID}}, nil)
		b.call("GET", "/return_refund/202309/orders/"+o.ID+"/aftersale_eligibility", nil, nil)
		b.call("POST", "/return_refund/202309/cancellations/search", page, nil)
		b.call("POST", "/product/202309/inventory/search", nil, map[string]any{"sku_ids": []string{w.LineItems[0].SKUID}})
		if len(w.Packages) > 0 {
			b.call("GET", "/fulfillment/202309/packages/"+w.Packages[0].ID, nil, nil)
		}
		if got := b.shop.State().Counts.Refused; got != 0 {
			t.Errorf("%s: %d reads were refused", region, got)
		}
	}
}

// TestEveryRouteHasAForm, and every form a route: what is published is emulated.
func TestEveryRouteHasAForm(t *testing.T) {
	have := map[string]bool{}
	for _, rt := range allRoutes {
		have[rt.method+" "+rt.pattern] = true
	}
	for _, name := range wire.Names() {
		if !have[name] {
			t.Errorf("%s is not emulated", name)
		}
	}
}
