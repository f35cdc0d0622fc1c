package sellercenter

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
)

func fakeNow() time.Time { return time.Unix(1763800000, 0) }

// platformOrder is an order as the wire has it: one unit "L1", in package "P1" unless pkg is empty.
func platformOrder(region, shipping, pkg string) string {
	return fmt.Sprintf(`{"id":"576461413038785752","status":"AWAITING_SHIPMENT","update_time":1763793660,"fulfillment_type":"FULFILLMENT_BY_SELLER",
	 "shipping_type":%q,"delivery_option_id":"55","recipient_address":{"region_code":%q},
	 "line_items":[{"id":"L1","seller_sku":"MUG","display_status":"AWAITING_SHIPMENT","package_id":%q,"package_status":%q}]}`,
		shipping, region, pkg, map[bool]string{true: "TO_FULFILL", false: ""}[pkg != ""])
}

const (
	shipRoute     = "POST /fulfillment/202309/packages/P1/ship"
	createRoute   = "POST /fulfillment/202309/packages"
	servicesRoute = "POST /fulfillment/202309/orders/576461413038785752/shipping_services/query"
	detailRoute   = "GET /fulfillment/202309/packages/P1"
	carriersRoute = "GET /logistics/202309/delivery_options/55/shipping_providers"
	searchRoute   = "POST /order/202309/orders/search"
)

// Which call belongs to which market and shipping type, and what it carries.
func TestSendByMarket(t *testing.T) {
	mark := `{"order_line_item_ids":["L1"],"tracking_number":"JX1","shipping_provider_id":"C2"}`
	self := `{"self_shipment":{"tracking_number":"JX1","shipping_provider_id":"C2"}}`
	create := `{"order_id":"576461413038785752","order_line_item_ids":["L1"],"dimension":{"length":"20","width":"15.5","height":"10","unit":"CM"},"weight":{"value":"350","unit":"GRAM"},"shipping_service_id":"S2"}`
	for _, tc := range []struct{ market, shipping, route, body string }{
		{"US", "SELLER", markRoute, mark}, {"GB", "SELLER", markRoute, mark}, {"DE", "SELLER", markRoute, mark}, {"JP", "SELLER", markRoute, mark},
		{"VN", "SELLER", shipRoute, self}, {"TH", "SELLER", shipRoute, self}, {"MX", "SELLER", shipRoute, self}, {"BR", "SELLER", shipRoute, self},
		{"US", "TIKTOK", createRoute, create}, {"JP", "TIKTOK", createRoute, create},
		{"GB", "TIKTOK", shipRoute, ""}, {"ES", "TIKTOK", shipRoute, ""}, {"ID", "TIKTOK", shipRoute, ""}, {"MX", "TIKTOK", shipRoute, ""},
	} {
		t.Run(tc.market+" "+tc.shipping, func(t *testing.T) {
			f := newFakeShop(t)
			f.answer(markRoute, `{"package_id":"P1","warning":{"message":"Did you mean Other Post?"}}`)
			f.answer(shipRoute, `{}`)
			f.answer("GET /fulfillment/202309/orders/split_attributes", `{"split_attributes":[{"order_id":"576461413038785752","can_split":false,"must_split":false}]}`)
			f.answer(carriersRoute, `{"shipping_providers":[{"id":"C1","name":"Other Post"},{"id":"C2","name":"Demo Post"}]}`)
			f.answer(servicesRoute, `{"shipping_services":[{"id":"S1","price":"9.10"},{"id":"S2","price":"10","is_default":true,"shipping_provider_name":"Demo Post"}]}`)
			f.answer(createRoute, `{"package_id":"P1"}`)
			f.answer(detailRoute, `{"package_id":"P1","package_status":"PROCESSING","tracking_number":"TT1","shipping_provider_name":"Demo Post"}`)
			a := NewAdapter(f.client(), testShop, tc.market)
			pkg := "P1"
			if tc.route == createRoute || tc.route == markRoute {
				pkg = ""
			}
			o := convert(t, platformOrder(tc.market, tc.shipping, pkg))
			row := fulfillment.OutboxRow{Kind: fulfillment.OutboxReportShipped, OrderID: o.ID, PackageID: o.Packages[0].ID, Lines: []fulfillment.LineID{"L1"},
				Tracking: "JX1", Carrier: "demo-post", WeightG: 350, LengthMM: 200, WidthMM: 155, HeightMM: 100}
			if tc.shipping == "TIKTOK" {
				row.Kind = fulfillment.OutboxArrange
			}
			news, err := a.Send(ctx(), row, o)
			if err != nil {
				t.Fatal(err)
			}
			writes := f.count(markRoute) + f.count(shipRoute) + f.count(createRoute)
			if f.count(tc.route) != 1 || writes != 1 || f.body(tc.route) != tc.body {
				t.Errorf("%d writes, body of %s\n got %s\nwant %s", writes, tc.route, f.body(tc.route), tc.body)
			}
			tracking := fulfillment.Tracking("JX1")
			if tc.shipping == "TIKTOK" {
				tracking = "TT1"
			}
			if !news.Arranged || news.PlatformID != "P1" || news.Tracking != tracking || news.Carrier != "Demo Post" {
				t.Errorf("news %+v", news)
			}
			if (tc.route == markRoute) != (news.Warning != "") {
				t.Errorf("warning %q", news.Warning)
			}
		})
	}
}

// What this program refuses by itself is never sent, and says what to do.
func TestSendRefuses(t *testing.T) {
	base := fulfillment.OutboxRow{Kind: fulfillment.OutboxReportShipped, OrderID: "576461413038785752", Lines: []fulfillment.LineID{"L1"}, Tracking: "JX1", Carrier: "Demo Post"}
	for _, tc := range []struct {
		name, order, say string
		row              func(*fulfillment.OutboxRow)
	}{
		{"not the seller's", strings.Replace(platformOrder("GB", "SELLER", ""), "BY_SELLER", "BY_TIKTOK", 1), "not by the seller", nil},
		{"unknown market", platformOrder("XX", "SELLER", ""), "no rule", nil},
		{"unknown shipping type", platformOrder("GB", "TIKTOK_DIGITAL", ""), "no rule", nil},
		{"wrong kind", platformOrder("GB", "TIKTOK", "P1"), "has no report_shipped", nil},
		{"no tracking number", platformOrder("GB", "SELLER", ""), "no tracking number", func(r *fulfillment.OutboxRow) { r.Tracking = "" }},
		{"unknown carrier", platformOrder("GB", "SELLER", ""), "allowed are: Other Post", func(r *fulfillment.OutboxRow) { r.Carrier = "Pigeon" }},
		{"unit is gone", platformOrder("GB", "SELLER", ""), "not part of order", func(r *fulfillment.OutboxRow) { r.Lines = []fulfillment.LineID{"L9"} }},
		{"unit was cancelled", strings.Replace(platformOrder("GB", "SELLER", ""), `"display_status":"AWAITING_SHIPMENT"`, `"display_status":"CANCELLED"`, 1), "was cancelled", nil},
		{"no package yet", platformOrder("VN", "SELLER", ""), "no package", nil},
		{"size unknown", platformOrder("US", "TIKTOK", ""), "weigh it", func(r *fulfillment.OutboxRow) { r.Kind = fulfillment.OutboxArrange }},
		{"no service", platformOrder("US", "TIKTOK", ""), "no shipping service", func(r *fulfillment.OutboxRow) {
			r.Kind, r.WeightG, r.LengthMM, r.WidthMM, r.HeightMM = fulfillment.OutboxArrange, 1, 10, 10, 10
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFakeShop(t)
			f.answer(carriersRoute, `{"shipping_providers":[{"id":"C1","name":"Other Post"}]}`)
			f.answer(servicesRoute, `{"shipping_services":[]}`)
			row := base
			if tc.row != nil {
				tc.row(&row)
			}
			_, err := NewAdapter(f.client(), testShop, "GB").Send(ctx(), row, convert(t, tc.order))
			var no *fulfillment.RejectedError
			if !errors.As(err, &no) || no.Code != 0 || !strings.Contains(no.Message, tc.say) {
				t.Errorf("%v", err)
			}
		})
	}
}

// A carrier is found by its name, also in a script that PB:CARRIER codes cannot write.
func TestCarrierByName(t *testing.T) {
	f := newFakeShop(t)
	f.answer(carriersRoute, `{"shipping_providers":[{"id":"C1","name":"ตัวอย่างขนส่ง"},{"id":"C2","name":"ヤマ見本"},{"id":"C3","name":"Demo Post"}]}`)
	a := NewAdapter(f.client(), testShop, "TH")
	for name, want := range map[string]string{"ヤマ見本": "C2", "DEMO post ": "C3", "Demo-Post": "C3", "ขนส่งอื่น": "", "": ""} {
		id, _, err := a.provider(ctx(), fulfillment.OutboxRow{Carrier: name}, fulfillment.Order{ID: "1", DeliveryOptionID: "55"})
		if id != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", name, id, err)
		}
	}
	if n := f.count(carriersRoute); n != 1 {
		t.Errorf("the list was read %d times", n)
	}
}

func TestChooseService(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{`[{"id":"a","price":"10.00"},{"id":"b","price":"9.99"},{"id":"c","price":"9.990001"}]`, "b"},
		{`[{"id":"a","price":"free?"},{"id":"b","price":"100"}]`, "b"},
		{`[{"id":"a","price":"1"},{"id":"b","price":"100","is_default":true}]`, "b"},
		{`[{"id":"","price":"0"},{"id":"x","price":""}]`, "x"},
		{`[{"id":"a","price":"1e999999999"},{"id":"b","price":"5"}]`, "b"},
		{`[]`, ""},
	} {
		var in []wireService
		if err := json.Unmarshal([]byte(tc.in), &in); err != nil {
			t.Fatal(err)
		}
		var s []Service
		for _, w := range in {
			s = append(s, w.service())
		}
		if got, ok := ChooseService(s); got.ID != tc.want || ok != (tc.want != "") {
			t.Errorf("%s: %q", tc.in, got.ID)
		}
	}
}

func TestPullOrders(t *testing.T) {
	f := newFakeShop(t)
	order := func(i, updated int, extra string) string {
		return fmt.Sprintf(`{"id":"%d","status":"AWAITING_SHIPMENT","update_time":%d,"fulfillment_type":"FULFILLMENT_BY_SELLER","line_items":[{"id":"u%d"%s}]}`, i, updated, i, extra)
	}
	f.on(searchRoute, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("page_size") != "100" || q.Get("sort_field") != "update_time" || q.Get("sort_order") != "ASC" || f.body(searchRoute) != `{"update_time_ge":1763000000}` {
			t.Errorf("query %v, body %s", q, f.body(searchRoute))
		}
		from, next := 0, `"+/= page"`
		if q.Get("page_token") != "" {
			if q.Get("page_token") != "+/= page" {
				t.Errorf("page token %q", q.Get("page_token"))
			}
			from, next = 60, `""`
		}
		var os []string
		for i := from; i < from+60; i++ {
			os = append(os, order(i+1, 1763000000+i, ""))
		}
		os = append(os, `{"id":"9999","line_items":["broken"]}`)
		ok(w, fmt.Sprintf(`{"orders":[%s],"next_page_token":%s}`, strings.Join(os, ","), next))
	})
	f.on(ordersRoute, func(w http.ResponseWriter, r *http.Request) {
		ids := strings.Split(r.URL.Query().Get("ids"), ",")
		if len(ids) > 50 {
			t.Errorf("%d ids", len(ids))
		}
		var os []string
		for _, id := range ids {
			n, _ := strconv.Atoi(id)
			os = append(os, order(n, 1769999999, `,"combined_listing_skus":[{"seller_sku":"PART","sku_count":2}]`))
		}
		ok(w, `{"orders":[`+strings.Join(os, ",")+`]}`)
	})
	a := NewAdapter(f.client(), testShop, "GB")
	var got []fulfillment.Order
	var bad fulfillment.UnreadableOrders
	err := a.PullOrders(ctx(), time.Unix(1763000000, 0), func(page fulfillment.PulledPage) error {
		got, bad = append(got, page.Orders...), append(bad, page.Unreadable...)
		return nil
	})
	if err != nil || len(bad) != 2 || bad[0].ID != "9999" || bad[1].ID != "9999" || bad[0].Reason == "" {
		t.Errorf("the broken order of each page is not named: %v, %v", bad, err)
	}
	if len(got) != 120 {
		t.Fatalf("%d orders", len(got))
	}
	for i, o := range got {
		if o.UpdatedAt.Unix() != int64(1763000000+i) || len(o.Lines[0].Bundle) != 1 || o.Shop != testShop || o.Market != "GB" || o.CheckedAt.IsZero() {
			t.Fatalf("order %d: %+v", i, o)
		}
	}
	stop := errors.New("disk full")
	a = NewAdapter(f.client(), testShop, "GB") // which has not yielded them before
	if err := a.PullOrders(ctx(), time.Unix(1763000000, 0), func(fulfillment.PulledPage) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the store's error is lost: %v", err)
	}
}

func TestReadOrdersCompletesPackages(t *testing.T) {
	f := newFakeShop(t)
	f.answer(ordersRoute, `{"orders":[{"id":"1","status":"AWAITING_COLLECTION","fulfillment_type":"FULFILLMENT_BY_SELLER","shipping_type":"TIKTOK",
		"line_items":[{"id":"L1","package_id":"P1","package_status":"PROCESSING","display_status":"AWAITING_COLLECTION"}]}]}`)
	f.answer(detailRoute, `{"package_id":"P1","package_status":"PROCESSING","tracking_number":"TT1","shipping_provider_id":"C1","shipping_provider_name":"Demo Post"}`)
	got, err := NewAdapter(f.client(), testShop, "US").ReadOrders(ctx(), []fulfillment.OrderID{"1", "from a CSV / file", "404"})
	if err != nil || len(got) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	if p := got[0].Packages[0]; p.Tracking != "TT1" || p.Carrier != "Demo Post" || got[0].Market != "US" {
		t.Errorf("%+v", got[0])
	}
}

// One package that cannot be read, or an answer about another one, must not keep the station from its orders.
func TestReadOrdersWithAnUnreadablePackage(t *testing.T) {
	for _, answer := range []string{`{"package_id":"P9","tracking_number":"TT9","package_status":"COMPLETED"}`, `{}`, `null`, `{"package_id":["P1"]}`} {
		f := newFakeShop(t)
		f.answer(ordersRoute, `{"orders":[{"id":"1","status":"AWAITING_COLLECTION","fulfillment_type":"FULFILLMENT_BY_SELLER","shipping_type":"TIKTOK",
			"line_items":[{"id":"L1","package_id":"P1","package_status":"PROCESSING","display_status":"AWAITING_COLLECTION"}]}]}`)
		f.answer(detailRoute, answer)
		got, err := NewAdapter(f.client(), testShop, "US").ReadOrders(ctx(), []fulfillment.OrderID{"1"})
		if err != nil || len(got) != 1 || got[0].Packages[0].Tracking != "" || got[0].Packages[0].PlatformStatus != "PROCESSING" {
			t.Errorf("%s: %+v, %v", answer, got, err)
		}
	}
}

func TestLabel(t *testing.T) {
	const docs = "GET /fulfillment/202309/packages/P1/shipping_documents"
	pdf := "%PDF-1.4 a label"
	for _, tc := range []struct {
		name, url string
		doc       http.HandlerFunc
		want      error
	}{
		{"good", "", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("x-tts-access-token") != "" || r.URL.Query().Get("sign") != "abc" {
				t.Error("the download is a plain GET of the address as given")
			}
			fmt.Fprint(w, pdf)
		}, nil},
		{"not drawn yet", "none", nil, fulfillment.ErrNotYet},
		{"expired", "", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, fulfillment.ErrNotYet},
		{"error page", "", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>sorry") }, fulfillment.ErrNotYet},
		{"server fault", "", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, fulfillment.ErrOffline},
		{"cut", "", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "999")
			fmt.Fprint(w, pdf)
		}, fulfillment.ErrOffline},
		{"too big", "", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(append([]byte(pdf), make([]byte, maxDocument)...))
		}, fulfillment.ErrOffline},
		{"elsewhere", "http://example.com/x", nil, fulfillment.ErrNotYet},
		{"a file", "file:///etc/hostname", nil, fulfillment.ErrNotYet},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFakeShop(t)
			url := tc.url
			switch url {
			case "":
				url = f.server.URL + "/doc?sign=abc"
			case "none":
				url = ""
			}
			f.on(docs, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("document_type") != "SHIPPING_LABEL" {
					t.Errorf("query %v", r.URL.Query())
				}
				ok(w, fmt.Sprintf(`{"doc_url":%q,"tracking_number":"TT1"}`, url))
			})
			f.on("GET /doc", tc.doc)
			doc, tracking, err := NewAdapter(f.client(), testShop, "GB").Label(ctx(), fulfillment.Package{ID: "576-1", PlatformID: "P1"})
			if tc.want == nil {
				if err != nil || string(doc) != pdf || tracking != "TT1" {
					t.Errorf("%q %q %v", doc, tracking, err)
				}
				return
			}
			check(t, "label", err, tc.want)
			if strings.Contains(err.Error(), "abc") {
				t.Errorf("the address is in %q", err)
			}
		})
	}
}

func TestCancellationsAndTracking(t *testing.T) {
	f := newFakeShop(t)
	f.on("POST /return_refund/202309/cancellations/search", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page_token") == "" {
			ok(w, `{"cancellations":[{"cancel_id":"1","order_id":"9","cancel_status":"CANCELLATION_REQUEST_PENDING","role":"BUYER",
				"cancel_line_items":[{"order_line_item_id":"L1"}],"seller_next_action_response":[{"action":"SELLER_RESPOND_CANCEL","deadline":1763900000}]}],"next_page_token":"2"}`)
			return
		}
		ok(w, `{"cancellations":[{"cancel_id":"2","order_id":"8","cancel_status":"CANCELLATION_REQUEST_CANCELLED"}]}`)
	})
	f.answer("GET /fulfillment/202309/orders/9/tracking", `{"tracking":[{"description":"Collected","update_time_millis":1763800000123}]}`)
	c := f.client()
	cs, err := c.Cancellations(ctx(), testShop, CancelFilter{Orders: []fulfillment.OrderID{"9", "8"}})
	if err != nil || len(cs) != 2 || !cs[0].Pending() || cs[1].Pending() || cs[0].AnswerBy.Unix() != 1763900000 || cs[0].Lines[0] != "L1" {
		t.Errorf("%+v, %v", cs, err)
	}
	steps, err := c.Tracking(ctx(), testShop, "9")
	if err != nil || len(steps) != 1 || steps[0].At.UnixMilli() != 1763800000123 {
		t.Errorf("%+v, %v", steps, err)
	}
}

// An id from a file or a scan must not become part of another address.
func TestIDsStayInTheirPlace(t *testing.T) {
	f := newFakeShop(t)
	c := f.client()
	for _, id := range []string{"../../x", "a/b", "", "1?x=1", "1%2f", strings.Repeat("9", 65)} {
		if _, err := c.packageDetail(ctx(), testShop, id); err == nil {
			t.Errorf("%q was sent", id)
		}
		if err := c.Ship(ctx(), testShop, Ship{Package: fulfillment.PackageID(id)}); err == nil {
			t.Errorf("%q was sent", id)
		}
	}
	if len(f.calls) != 0 {
		t.Errorf("calls %v", f.calls)
	}
}
