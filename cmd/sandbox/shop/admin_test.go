package shop

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSeedIsTheSameAgain(t *testing.T) {
	for _, region := range []string{"GB", "US", "VN"} {
		a, b := newBench(t, Options{Market: region, Seed: 7}), newBench(t, Options{Market: region, Seed: 7})
		if d := cmp.Diff(a.shop.State().Orders, b.shop.State().Orders); d != "" {
			t.Errorf("%s: the same seed gave another shop:\n%s", region, d)
		}
		c := newBench(t, Options{Market: region, Seed: 8})
		if cmp.Equal(a.shop.State().Orders, c.shop.State().Orders) || a.c.AppSecret == c.c.AppSecret {
			t.Errorf("%s: another seed gave the same shop", region)
		}
	}
}

// TestSeedHasWhatABenchMustHandle: the traps, both shipping types, bundles, gifts, dangerous goods, repeated units, and
// names in five scripts, in every market.
func TestSeedHasWhatABenchMustHandle(t *testing.T) {
	for _, region := range []string{"GB", "US", "VN"} {
		st := newBench(t, Options{Market: region}).shop.State()
		if len(st.Orders) != 60 || st.Counts.MayShip < 40 {
			t.Fatalf("%s: %d orders, %d may ship", region, len(st.Orders), st.Counts.MayShip)
		}
		has := map[string]int{}
		ids := map[string]bool{}
		for _, o := range st.Orders {
			has[o.Trap]++
			has[o.ShippingType]++
			has["name "+scriptName(o.Recipient)]++
			for _, id := range append([]string{o.ID, o.Tracking}, packageIDs(o)...) {
				if ids[id] && id != "" {
					t.Errorf("%s: %s appears twice", region, id)
				}
				ids[id] = true
			}
			for _, l := range o.Lines {
				if l.Bundle != "" {
					has["bundle"]++
				}
				if l.Gift {
					has["gift"]++
				}
				if l.Dangerous {
					has["dangerous"]++
				}
				if l.Qty > 1 {
					has["repeated"]++
				}
				if !validEAN(l.Barcode) {
					t.Errorf("barcode %q of %s is not a valid EAN-13", l.Barcode, l.SKU)
				}
			}
		}
		for _, tr := range traps() {
			if has[tr.why] == 0 {
				t.Errorf("%s: no order is a trap of kind %q", region, tr.why)
			}
		}
		for _, want := range []string{"bundle", "gift", "dangerous", "repeated", "name Latin", "name Thai", "name Han", "name Arabic"} {
			if has[want] == 0 {
				t.Errorf("%s: nothing with %s", region, want)
			}
		}
		if has[seller] < 20 || has[tiktok] < 20 {
			t.Errorf("%s: %d seller-shipped and %d platform-shipped", region, has[seller], has[tiktok])
		}
	}
}

func packageIDs(o OrderState) []string {
	var ids []string
	for _, p := range o.Packages {
		ids = append(ids, p.ID)
	}
	return ids
}

func scriptName(s string) string {
	script, _ := scriptOf(s)
	return map[string]string{"Latn": "Latin", "Thai": "Thai", "Arab": "Arabic", "Hani": "Han"}[script.String()]
}

// validEAN checks the digit sum, counted from the right as the standard does.
func validEAN(code string) bool {
	if len(code) != 13 {
		return false
	}
	sum := 0
	for i := range 13 {
		d := int(code[12-i] - '0')
		if i%2 == 1 {
			d *= 3
		}
		sum += d
	}
	return sum%10 == 0
}

// TestLinesAddUp: what the state says must be scanned is what the wire says was ordered.
func TestLinesAddUp(t *testing.T) {
	b := newBench(t, Options{RatePerSecond: 1000})
	for _, o := range b.shop.State().Orders {
		want := map[string]int{}
		for _, l := range b.detail(o.ID).LineItems {
			if l.DisplayStatus == "CANCELLED" {
				continue
			}
			for _, part := range l.CombinedListingSKUs {
				want[part.SellerSKU] += part.SKUCount
			}
			if len(l.CombinedListingSKUs) == 0 {
				want[l.SellerSKU]++
			}
		}
		got := map[string]int{}
		for _, l := range o.Lines {
			got[l.SKU] += l.Qty
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("order %s: %s", o.ID, d)
		}
	}
}

func readCSV(t *testing.T, raw []byte) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		list = append(list, m)
	}
	return list
}

func TestCSVFiles(t *testing.T) {
	b := newBench(t, Options{})
	products := readCSV(t, b.download(b.url+"/admin/products.csv").raw)
	codes := map[string]int{}
	for _, p := range products {
		codes[p["seller_sku"]]++
		if !validEAN(p["barcode"]) || p["weight_g"] == "0" || !strings.HasPrefix(p["image"], b.url+"/img/") {
			t.Errorf("product %v", p)
		}
	}
	if len(codes) != 20 || codes["NOTE-A5"] != 2 {
		t.Errorf("%d products, NOTE-A5 has %d barcodes", len(codes), codes["NOTE-A5"])
	}
	units := map[string]int{}
	for _, row := range readCSV(t, b.download(b.url+"/admin/labels.csv").raw) {
		units[row["order_id"]]++
		o := b.order(row["order_id"])
		if o.ShippingType != seller || o.Tracking != row["tracking_number"] || o.Carrier != row["carrier"] {
			t.Errorf("row %v of order %+v", row, o)
		}
		if a := b.download(b.url + "/admin/" + row["label_file"]); a.status != 200 || !bytes.HasPrefix(a.raw, []byte("%PDF")) {
			t.Fatalf("label_file %s: HTTP %d", row["label_file"], a.status)
		}
	}
	for _, o := range b.shop.State().Orders {
		if o.ShippingType == seller && o.MayShip && units[o.ID] == 0 {
			t.Errorf("labels.csv has no label for order %s", o.ID)
		}
	}
}

// A bought label is one parcel's: an order with two of them could not be imported with the one number that labels.csv has.
func TestEveryBoughtLabelIsOfOnePackage(t *testing.T) {
	for _, market := range []string{"GB", "US", "VN"} {
		b := newBench(t, Options{Market: market, Orders: 60, Boxes: 4})
		boxes := map[string]int{}
		divided := 0
		for _, o := range b.shop.State().Orders {
			if boxes[o.ID] = len(o.Packages); boxes[o.ID] == 2 {
				divided++
			}
		}
		for _, row := range readCSV(t, b.download(b.url+"/admin/labels.csv").raw) {
			if n := boxes[row["order_id"]]; n > 1 {
				t.Errorf("%s: order %s has %d packages and one label", market, row["order_id"], n)
			}
		}
		if divided == 0 && market != "US" { // packages come with shipping there
			t.Errorf("%s: no order was divided", market)
		}
	}
}

func TestAdminPageAndJournal(t *testing.T) {
	b := newBench(t, Options{})
	o := b.plain(seller, 1)
	data[markAnswer](b, b.mark(o, o.Tracking, b.detail(o.ID).lineIDs()))
	for view, wants := range map[string][]string{"": {o.ID, o.Tracking, "carrier scan", "Go offline"}, "?view=orders&only=traps": {"on hold for good"},
		"?view=orders&q=" + o.Tracking: {o.ID, "1–1 of 1"}, "?view=orders&q=nothing+like+it": {"No order fits"}, "?view=orders&from=40": {"41–60 of 60"},
		"?view=weather": {"bad-wifi", "late_effect"}, "?view=journal&only=effects": {"/packages", "<b>ship</b>"}, "?view=journal&order=" + o.ID: {"Calls about"},
		"?view=connect": {b.c.AppSecret, "/open/authorize?service_id=" + b.c.ServiceID}, "?view=training": {"not started for training"}} {
		page := string(b.download(b.url + "/admin/" + view).raw)
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("the page %q does not show %q", view, want)
			}
		}
	}
	r, err := http.NewRequest("POST", b.url+"/admin/orders/"+o.ID+"/carrier-scan", strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if a, err := b.do(r); err != nil || a.status != 200 || !bytes.Contains(a.raw, []byte("<table>")) || bytes.Contains(a.raw, []byte(`role="alert"`)) {
		t.Errorf("a click does not lead back to the page: HTTP %d, %v", a.status, err)
	}
	r.Body = io.NopCloser(strings.NewReader("back=/admin/?view=orders"))
	if a, err := b.do(r); err != nil || !bytes.Contains(a.raw, []byte("no package that waits for the carrier")) {
		t.Errorf("a click that is refused does not say why: %v", err)
	}
	var calls []entry
	mustJSON(t, b.download(b.url+"/admin/journal").raw, &calls)
	last := calls[len(calls)-1]
	if last.Order != o.ID || last.Package == "" || last.Method != "POST" || last.HTTP != 200 || last.RequestID == "" {
		t.Errorf("last call %+v", last)
	}
	mustJSON(t, b.download(b.url+"/admin/journal?since="+"1").raw, &calls)
	if calls[0].N != 2 {
		t.Errorf("since=1 begins at %d", calls[0].N)
	}
	var hooks []webhookRecord
	mustJSON(t, b.download(b.url+"/admin/webhooks").raw, &hooks)
	var body bytes.Buffer
	if err := json.Compact(&body, hooks[0].Body); err != nil {
		t.Fatal(err)
	}
	if hooks[0].Authorization != WebhookSign(b.c.AppKey, b.c.AppSecret, body.Bytes()) {
		t.Error("the recorded webhook is not signed over its body")
	}
}

func TestAdminIsForThisMachineOnly(t *testing.T) {
	b := newBench(t, Options{})
	for _, tt := range []struct{ what, remote, host, origin string }{
		{"another machine", "192.0.2.7:1000", "127.0.0.1:80", ""},
		{"a name that leads here", "127.0.0.1:1000", "evil.example", ""},
		{"a page of another site", "127.0.0.1:1000", "127.0.0.1:80", "http://evil.example"},
	} {
		r := httptest.NewRequest("GET", "/admin/state", nil)
		r.RemoteAddr, r.Host = tt.remote, tt.host
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		w := httptest.NewRecorder()
		b.shop.ServeHTTP(w, r)
		if w.Code != 403 {
			t.Errorf("%s: HTTP %d", tt.what, w.Code)
		}
	}
}

func TestAdminRefusals(t *testing.T) {
	b := newBench(t, Options{})
	o := b.plain(seller, 1)
	for _, tt := range []struct {
		path   string
		body   any
		status int
	}{
		{"orders/1/cancel", nil, 404}, {"orders/" + o.ID + "/release-hold", nil, 409}, {"orders/" + o.ID + "/carrier-scan", nil, 409},
		{"orders/" + o.ID + "/carrier-scan", map[string]string{"pkg": "1"}, 400}, {"speed", map[string]float64{"speed": -1}, 400},
		{"speed", nil, 400}, {"advance", map[string]float64{"seconds": 0}, 400},
	} {
		if a := b.admin(tt.path, tt.body); a.status != tt.status {
			t.Errorf("%s %v: HTTP %d %s, want %d", tt.path, tt.body, a.status, a.raw, tt.status)
		}
	}
	held := b.find("held", func(o OrderState) bool { return o.Status == "ON_HOLD" })
	if a := b.admin("orders/"+held.ID+"/release-hold", nil); a.status != 200 || b.order(held.ID).Status != "AWAITING_SHIPMENT" {
		t.Errorf("release: HTTP %d %s", a.status, a.raw)
	}
}

func TestLogistics(t *testing.T) {
	b := newBench(t, Options{})
	w := data[warehousesAnswer](b, b.call("GET", "/logistics/202309/warehouses", nil, nil))
	options := data[optionsAnswer](b, b.call("GET", "/logistics/202309/warehouses/"+w.Warehouses[0].ID+"/delivery_options", url.Values{"scope": {"WAREHOUSE"}}, nil))
	for _, o := range options.DeliveryOptions {
		got := data[providersAnswer](b, b.call("GET", "/logistics/202309/delivery_options/"+o.ID+"/shipping_providers", nil, nil))
		if len(got.ShippingProviders) == 0 {
			t.Errorf("option %s has no providers", o.Name)
		}
	}
	o := b.plain(seller, 1)
	if got := b.detail(o.ID).DeliveryOptionID; got != options.DeliveryOptions[1].ID || options.DeliveryOptions[1].Type != "SEND_BY_SELLER" {
		t.Errorf("delivery option of a seller-shipped order: %s", got)
	}
	b.wantCode(b.call("GET", "/logistics/202309/delivery_options/1/shipping_providers", nil, nil), codeMissing, "unknown option")
}

// TestManyAtOnce: of many simultaneous tries to ship the same order exactly one has an effect.
func TestManyAtOnce(t *testing.T) {
	b := newBench(t, Options{RatePerSecond: 1000})
	o := b.plain(seller, 1)
	lines := b.detail(o.ID).lineIDs()
	codes := make(chan int64, 16)
	var wg sync.WaitGroup
	for range cap(codes) {
		r := b.request("POST", "/fulfillment/202309/orders/"+o.ID+"/packages", nil, map[string]any{
			"order_line_item_ids": lines, "tracking_number": o.Tracking, "shipping_provider_id": b.provider(o)}, nil)
		wg.Go(func() {
			a, err := b.do(r)
			if err != nil {
				t.Error(err)
			}
			b.shop.State()
			codes <- a.env.Code
		})
	}
	wg.Wait()
	close(codes)
	done := 0
	for c := range codes {
		if c == 0 {
			done++
		} else if c != codeAlreadyShipped {
			t.Errorf("code %d", c)
		}
	}
	if got := b.shop.State().Counts; done != 1 || got.Shipped != 1 || got.DuplicateAttempts != cap(codes)-1 {
		t.Errorf("%d succeeded; counts %+v", done, got)
	}
}

func TestImpossibleOptions(t *testing.T) {
	for _, opt := range []Options{{Market: "XX"}, {Orders: -1}, {Speed: -1}, {RatePerSecond: -1}} {
		if _, err := New(opt); err == nil {
			t.Errorf("%+v was taken", opt)
		}
	}
}
