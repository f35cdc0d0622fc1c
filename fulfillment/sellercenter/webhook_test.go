package sellercenter

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"packbench/fulfillment"
)

func TestReadWebhook(t *testing.T) {
	c := newFakeShop(t).client()
	for _, tc := range []struct {
		body   string
		typ    int
		orders string
	}{
		{`{"type":11,"tts_notification_id":"7327112393057371911","shop_id":"7494049642642441621","timestamp":1763800001,"data":{"order_id":"576461413038785752","cancel_status":"CANCELLATION_REQUEST_PENDING"}}`, EventCancellation, "576461413038785752"},
		{`{"type":4,"shop_id":"7","timestamp":1763800001,"data":{"sc_type":"COMBINE","package_list":[{"package_id":"1","order_id_list":["2","3"]},{"package_id":"4","order_id_list":["3","5"]}]}}`, EventPackage, "2 3 5"},
		{`{"type":36,"data":{"package_id":"1","order_ids":["8","9"],"invoice_status":"SUCCESS"}}`, EventInvoice, "8 9"},
		{`{"type":5,"data":{"product_id":1729382476852921560}}`, 5, ""},
		{`{"type":999,"data":{"order_id":576461413038785752,"new":[{}]}}`, 999, "576461413038785752"},
		{`{"type":1,"data":{"order_id":"../../etc"}}`, EventOrderStatus, ""},
		{`{"type":6,"data":null}`, EventDeauthorized, ""},
	} {
		e, err := c.ReadWebhook(SignWebhook(testKey, testSecret, []byte(tc.body)), []byte(tc.body))
		if got := strings.Join(texts(e.Orders), " "); err != nil || e.Type != tc.typ || got != tc.orders {
			t.Errorf("%s: %+v, %v", tc.body, e, err)
		}
		for _, sign := range []string{"", "Bearer " + SignWebhook(testKey, testSecret, []byte(tc.body)), strings.ToUpper(SignWebhook(testKey, testSecret, []byte(tc.body))),
			SignWebhook(testKey, "other", []byte(tc.body)), SignWebhook("other", testSecret, []byte(tc.body))} {
			if _, err := c.ReadWebhook(sign, []byte(tc.body)); err == nil {
				t.Errorf("%s was believed with %q", tc.body, sign)
			}
		}
	}
}

func FuzzWebhook(f *testing.F) {
	f.Add([]byte(`{"type":4,"data":{"package_list":[{"order_id_list":["2"]}]}}`))
	f.Add([]byte(`{"type":1e9}`))
	f.Add([]byte(`{"type":"1","data":[]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := readEvent(b)
		if err == nil && (e.Type <= 0 || slices.ContainsFunc(e.Orders, func(id fulfillment.OrderID) bool { return checkID("order id", id) != nil })) {
			t.Fatalf("%q: %+v", b, e)
		}
	})
}

func TestWebhookAddresses(t *testing.T) {
	c := inMemory(t, func(*http.Request) (int, []byte) { t.Error("sent"); return 200, nil })
	for _, bad := range []string{"", "http://relay.example/x", "https://10.0.0.1/x", "https://[::1]/x", "https://relay.example:8443/x", "https://u:p@relay.example/", "https://" + strings.Repeat("a", 260) + ".example/", "relay.example"} {
		if err := c.SetWebhook(ctx(), testShop, "PACKAGE_UPDATE", bad); class(err) != "refused here" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestAuthorizationLink(t *testing.T) {
	for _, tc := range []struct {
		hosts  LinkHosts
		market string
		want   string
	}{
		{LinkHosts{}, "US", "https://services.tiktokshops.us/open/authorize?service_id=700&state=s+1%2F"},
		{LinkHosts{}, "GB", "https://services.tiktokshop.com/open/authorize?service_id=700&state=s+1%2F"},
		{LinkHosts{}, "", "https://services.tiktokshop.com/open/authorize?service_id=700&state=s+1%2F"},
		{LinkHosts{US: "https://services.us.tiktokshop.com/"}, "us", "https://services.us.tiktokshop.com/open/authorize?service_id=700&state=s+1%2F"},
		{LinkHosts{Rest: "http://127.0.0.1:9/"}, "VN", "http://127.0.0.1:9/open/authorize?service_id=700&state=s+1%2F"},
		{LinkHosts{Rest: "http://example.com"}, "VN", ""},
	} {
		got, err := AuthorizationLink(tc.hosts, tc.market, "700", "s 1/")
		if got != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%+v %s: %q, %v", tc.hosts, tc.market, got, err)
		}
	}
	if _, err := AuthorizationLink(LinkHosts{}, "GB", "700", ""); err == nil {
		t.Error("a link without state")
	}
	if _, err := AuthorizationLink(LinkHosts{}, "GB", "a&b", "s"); err == nil {
		t.Error("a service id that is none")
	}
}

func TestAuthorizationCode(t *testing.T) {
	for _, tc := range []struct{ query, want string }{
		{"code=TTP_abc%2F1&state=s1", "TTP_abc/1"},
		{"code=TTP_abc&state=other", ""}, {"code=TTP_abc", ""}, {"code=null&error=auth_denied&state=s1", ""}, {"code=null&state=s1", ""}, {"state=s1", ""},
	} {
		got, err := AuthorizationCode("https://seller.example/done?"+tc.query, "s1")
		if got != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%s: %q, %v", tc.query, got, err)
		}
	}
	if _, err := AuthorizationCode("https://x.example/?code=null&error="+url.QueryEscape("auth_denied"), "s1"); !errors.Is(err, fulfillment.ErrUnauthorized) {
		t.Error(err)
	}
	if _, err := AuthorizationCode("https://x.example/?code=1&state=", ""); err == nil {
		t.Error("no state is the right one")
	}
}

// A version of a call that the platform has retired is left for good, also for a write: nothing was done.
func TestRetiredVersions(t *testing.T) {
	f := newFakeShop(t)
	gone := func(route string) {
		f.on(route, func(w http.ResponseWriter, _ *http.Request) {
			say(w, 200, codeBadVersion, "Invalid API version.", "null")
		})
	}
	gone(ordersRoute)
	gone(createRoute)
	f.answer("GET /order/202507/orders", oneOrder)
	f.answer("POST /fulfillment/202512/packages", `{"package_id":"P1"}`)
	c := f.client()
	for i := range 2 {
		os, _, err := c.Orders(ctx(), testShop, []fulfillment.OrderID{oid})
		if err != nil || len(os) != 1 {
			t.Fatal(os, err)
		}
		lines := []fulfillment.LineID{lid, "2"}[:1+i]
		b, err := c.CreatePackage(ctx(), testShop, Buy{Order: oid, Lines: lines, Part: i == 1, Parcel: box, Service: "S1"})
		if err != nil || b.Package != "P1" {
			t.Fatal(b, err)
		}
		want := []string{`{"ship_type":"1","order_id":"576461413038785752",`, `{"ship_type":"2","order_id":"576461413038785752","order_line_item":[{"order_line_id":"577086512123755123"},{"order_line_id":"2"}],`}[i]
		if body := f.body("POST /fulfillment/202512/packages"); !strings.HasPrefix(body, want) {
			t.Errorf("body %s", body)
		}
	}
	if f.count(ordersRoute) != 1 || f.count(createRoute) != 1 {
		t.Errorf("asked the retired versions %d and %d times", f.count(ordersRoute), f.count(createRoute))
	}
	gone("GET /order/202507/orders")
	if _, _, err := c.Orders(ctx(), testShop, []fulfillment.OrderID{oid}); !errors.Is(err, fulfillment.ErrMisconfigured) {
		t.Error(err)
	}
}

// A warning of whatever shape is shown; a parcel with a warning counts as shipped.
func TestWarnings(t *testing.T) {
	for warning, want := range map[string]string{`null`: "", `{}`: "", `{"message":""}`: "", `{"message":"Did you mean Other Post?"}`: "Did you mean Other Post?",
		`"match more than one provider"`: "match more than one provider", `["x"]`: warningUnread, `7`: warningUnread, `{"message":{"message":"deep"}}`: "deep", `{"message":["x"]}`: warningUnread, `{"text":"x"}`: warningUnread} {
		c := inMemory(t, func(*http.Request) (int, []byte) {
			return 200, []byte(envelopeOf(fmt.Sprintf(`{"package_id":"P1","warning":%s}`, warning)))
		})
		m, err := c.MarkShipped(ctx(), testShop, oid, []fulfillment.LineID{lid}, "T", "C")
		if err != nil || m.Warning != want {
			t.Errorf("%s: %+v, %v", warning, m, err)
		}
	}
}
