package shop

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
)

// TestInvoiceBeforeShipping: in Brazil a platform-shipped parcel leaves only after its invoice was accepted.
func TestInvoiceBeforeShipping(t *testing.T) {
	b := newBench(t, Options{Market: "BR"})
	o := b.invoiced()
	id := o.Packages[0].ID
	if got := b.detail(o.ID).NeedUploadInvoice; got != invoiceNeeded || o.MayShip != true {
		t.Fatalf("need_upload_invoice %s, may ship %t", got, o.MayShip)
	}
	b.wantCode(b.ship(id, nil), codeInvoice, "before the invoice")
	const path = "/fulfillment/202502/invoice/upload"
	data[invoiceAnswer](b, b.call("POST", path, nil, b.invoiceFor(o, "<html/>")))
	b.clock.add(invoiceCheck)
	if got := b.detail(o.ID).NeedUploadInvoice; got != invoiceNeeded {
		t.Fatalf("after an invoice that is none: %s", got)
	}
	data[invoiceAnswer](b, b.call("POST", path, nil, b.invoiceFor(o, "<nfeProc><NFe/></nfeProc>")))
	b.wantCode(b.ship(id, nil), codeInvoice, "while it is judged")
	twice := data[invoiceAnswer](b, b.call("POST", path, nil, b.invoiceFor(o, "<nfeProc/>")))
	if len(twice.Errors) != 1 || twice.Errors[0].Detail.PackageID != id {
		t.Errorf("a second invoice: %+v", twice)
	}
	b.clock.add(invoiceCheck)
	b.wantCode(b.ship(id, nil), 0, "after the invoice")
	var states []string
	b.shop.mu.Lock()
	for _, r := range b.shop.hooks.records {
		var v struct {
			Type int
			Data struct {
				Status string `json:"invoice_status"`
			}
		}
		mustJSON(t, r.Body, &v)
		if v.Type == 36 {
			states = append(states, v.Data.Status)
		}
	}
	b.shop.mu.Unlock()
	if got := strings.Join(states, " "); got != "PROCESSING INVALID PROCESSING SUCCESS" {
		t.Errorf("webhooks 36: %s", got)
	}
	slip := data[documentAnswer](b, b.document(id, "INVOICE_LABEL"))
	if a := b.download(slip.DocURL); a.status != 200 || !strings.HasPrefix(string(a.raw), "%PDF") {
		t.Errorf("invoice label: HTTP %d", a.status)
	}
}

// TestZPL: Brazil and Mexico give labels as printer programs, the others refuse.
func TestZPL(t *testing.T) {
	for _, region := range Markets() {
		b := newBench(t, Options{Market: region})
		want := int64(21008106)
		if region == "BR" || region == "MX" {
			want = 0
		}
		o := b.plain(tiktok, 1)
		b.shop.mu.Lock()
		of, order := b.shop.orderCalled(o.ID)
		if len(order.packages) == 0 {
			of.newParcel(order, order.live(), of.clock.now())
		}
		p := order.packages[0]
		of.ship(p, of.platformTracking(), of.market.platform, of.clock.now())
		b.shop.mu.Unlock()
		a := b.call("GET", f9+"packages/"+p.id+"/shipping_documents", url.Values{"document_type": {"SHIPPING_LABEL"}, "document_format": {"ZPL"}}, nil)
		b.wantCode(a, want, region+" as ZPL")
		if want != 0 {
			continue
		}
		doc := string(b.download(data[documentAnswer](b, a).DocURL).raw)
		if !strings.HasPrefix(doc, "^XA") || !strings.Contains(doc, "^FD"+p.tracking+"^FS") || !strings.HasSuffix(doc, "^XZ\n") {
			t.Errorf("%s: %s", region, doc)
		}
	}
}

func TestReturnCourse(t *testing.T) {
	b := newBench(t, Options{})
	id := b.returned("RETURN_AND_REFUND")
	status := func() wireReturn {
		t.Helper()
		got := data[returnsAnswer](b, b.call("POST", "/return_refund/202309/returns/search", url.Values{"page_size": {"10"}}, map[string]any{"return_ids": []string{id}}))
		if len(got.ReturnOrders) != 1 {
			t.Fatalf("%d returns", len(got.ReturnOrders))
		}
		return got.ReturnOrders[0]
	}
	if r := status(); r.ReturnStatus != returnPending || r.NextActions[0].Action != "SELLER_RESPOND_RETURN" || len(r.Lines) == 0 {
		t.Errorf("%+v", r)
	}
	path := "/return_refund/202309/returns/" + id
	b.wantCode(b.call("POST", "/return_refund/202309/returns/search", url.Values{"page_size": {"9"}}, nil), codeMissing, "page_size 9")
	b.wantCode(b.call("POST", path+"/approve", nil, map[string]any{"decision": "APPROVE_REFUND"}), codeReturnState, "a decision that does not fit")
	key := url.Values{"idempotency_key": {"k1"}}
	for range 2 {
		b.wantCode(b.call("POST", path+"/approve", key, map[string]any{"decision": "APPROVE_RETURN"}), 0, "approve, and the same again")
	}
	b.clock.add(25 * time.Hour)
	if r := status(); r.ReturnStatus != returnShipped || r.ReturnTracking == "" || r.NextActions[0].Action != "SELLER_RESPOND_RECEIVE_PACKAGE" {
		t.Errorf("%+v", r)
	}
	b.wantCode(b.call("POST", path+"/reject", nil, map[string]any{"decision": "REJECT_RECEIVED_PACKAGE", "reject_reason": returnReasons[1].Name,
		"images": []any{map[string]any{"image_id": "nothing"}}}), codeUpload, "an image that was never uploaded")
	a, err := b.do(b.form("/product/202309/images/upload", map[string][]byte{"data": picturePNG(t, 300, 200)}))
	if err != nil {
		t.Fatal(err)
	}
	img := data[productImageAnswer](b, a)
	b.wantCode(b.call("POST", path+"/reject", nil, map[string]any{"decision": "REJECT_RECEIVED_PACKAGE", "reject_reason": returnReasons[1].Name,
		"images": []any{map[string]any{"image_id": img.URI, "width": 300, "height": 200, "mime_type": "image/png"}}}), 0, "with a proof")
	if r := status(); r.ReturnStatus != returnRefused {
		t.Errorf("%+v", r)
	}
}

func TestUploadRefusals(t *testing.T) {
	b := newBench(t, Options{Market: "TH"})
	for _, tt := range []struct {
		what, path string
		fields     map[string][]byte
		code       int64
	}{
		{"a small image", "images/upload", map[string][]byte{"data": picturePNG(t, 99, 100)}, codeUpload},
		{"not an image", "images/upload", map[string][]byte{"data": []byte("x")}, codeUpload},
		{"an image over 5 MB", "images/upload", map[string][]byte{"data": make([]byte, maxImage+1)}, 36009021},
		{"no data", "images/upload", map[string][]byte{}, codeMissing},
		{"an unknown part", "images/upload", map[string][]byte{"data": picturePNG(t, 100, 100), "name": []byte("x")}, codeUnknownField},
		{"a text called PDF", "files/upload", map[string][]byte{"data": []byte("x"), "name": []byte("a.pdf")}, codeUpload},
		{"a PDF without a name", "files/upload", map[string][]byte{"data": []byte("%PDF-1.7")}, codeMissing},
	} {
		a, err := b.do(b.form(f9+tt.path, tt.fields))
		if err != nil {
			t.Fatal(err)
		}
		b.wantCode(a, tt.code, tt.what)
	}
	b.wantCode(b.call("POST", f9+"images/upload", nil, map[string]string{"data": "x"}), 36009023, "JSON instead of a form")
}

func TestInventoryFollowsOrders(t *testing.T) {
	b := newBench(t, Options{})
	o := b.plain(seller, 1)
	sku := b.detail(o.ID).LineItems[0].SKUID
	stock := func() skuStock {
		t.Helper()
		got := data[inventoryAnswer](b, b.call("POST", "/product/202309/inventory/search", nil, map[string]any{"sku_ids": []string{sku}, "product_ids": []string{"1"}}))
		return got.Inventory[0].SKUs[0]
	}
	before := stock()
	if a := b.admin("orders/"+o.ID+"/cancel", nil); a.status != 200 {
		t.Fatal(string(a.raw))
	}
	after := stock()
	if after.Committed >= before.Committed || after.Available <= before.Available || after.Available+after.Committed != before.Available+before.Committed {
		t.Errorf("before %+v, after the cancellation %+v", before, after)
	}
	bad := data[stockAnswer](b, b.call("POST", "/product/202309/products/1/inventory/update", nil, map[string]any{"skus": []any{map[string]any{"id": sku,
		"inventory": []any{map[string]any{"warehouse_id": "1", "quantity": 5}}}}}))
	if len(bad.Errors) != 1 || bad.Errors[0].Code != 12052990 {
		t.Errorf("%+v", bad)
	}
}

func TestSeveralShops(t *testing.T) {
	b := newBench(t, Options{Market: "GB", Also: []string{"vn", "GB"}, Orders: 20})
	list := data[shopsAnswer](b, b.call("GET", "/authorization/202309/shops", nil, nil))
	if len(list.Shops) != 3 || list.Shops[1].Region != "VN" || list.Shops[0].Cipher == list.Shops[2].Cipher || list.Shops[0].ID == list.Shops[2].ID {
		t.Fatalf("%+v", list)
	}
	seen := map[string]bool{}
	for _, sh := range list.Shops {
		b.c.ShopCipher = sh.Cipher
		page := data[ordersAnswer](b, b.call("POST", searchPath, url.Values{"page_size": {"100"}}, nil))
		if len(page.Orders) != 20 {
			t.Errorf("%s: %d orders", sh.Name, len(page.Orders))
		}
		for _, o := range page.Orders {
			if seen[o.ID] {
				t.Errorf("order %s is in two shops", o.ID)
			}
			seen[o.ID] = true
		}
	}
	b.c.ShopCipher = list.Shops[1].Cipher
	gb := b.find("in GB", func(o OrderState) bool { return o.Market == "GB" && o.MayShip && len(o.Packages) > 0 })
	b.wantCode(b.ship(gb.Packages[0].ID, nil), codePackageNotFound, "a package of another shop")
	b.wantCode(b.call("GET", "/order/202309/orders", url.Values{"ids": {gb.ID}}, nil), 0, "an order of another shop")
	var calls []entry
	mustJSON(t, b.download(b.url+"/admin/journal").raw, &calls)
	if last := calls[len(calls)-2:]; last[0].Shop != "VN" || len(last[0].Foreign) != 1 || last[0].Foreign[0] != gb.Packages[0].ID || len(last[1].Foreign) != 1 || last[1].Foreign[0] != gb.ID {
		t.Errorf("the journal does not tell what was asked for with the wrong cipher: %+v", last)
	}
	for _, c := range calls[:len(calls)-2] {
		if c.Foreign != nil {
			t.Errorf("%+v", c)
		}
	}
}

// The seller ends the authorization, or its end is near: both are told by a webhook of each shop.
func TestTheAuthorizationEnds(t *testing.T) {
	b := newBench(t, Options{Also: []string{"US"}})
	hooks := func(kind string) (n int) {
		for _, h := range b.shop.hooks.records {
			if strings.Contains(string(h.Body), `"type":`+kind+`}`) || strings.Contains(string(h.Body), `"type":`+kind+`,`) {
				n++
			}
		}
		return n
	}
	if a := b.admin("authorization-ends", map[string]any{"seconds": 86400}); a.status != 200 || hooks("7") != 2 {
		t.Errorf("%s, %d webhooks", a.raw, hooks("7"))
	}
	b.wantCode(b.call("GET", "/authorization/202309/shops", nil, nil), 0, "before the end")
	b.clock.add(25 * time.Hour)
	fresh := b.getToken("refresh", "refresh_token", b.token.RefreshToken, "refresh_token")
	b.wantCode(fresh, 36004001, "a refresh after the end")
	if a := b.admin("deauthorize", nil); a.status != 200 || hooks("6") != 2 {
		t.Errorf("%s, %d webhooks", a.raw, hooks("6"))
	}
	b.wantCode(b.call("GET", "/authorization/202309/shops", nil, nil), 36009004, "after the seller has ended it")
}

func TestAuthorizationPage(t *testing.T) {
	b := newBench(t, Options{})
	var landed url.Values
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { landed = r.URL.Query() }))
	t.Cleanup(app.Close)
	link := b.url + "/open/authorize?service_id=" + b.c.ServiceID + "&state=s%2B1&redirect_uri=" + url.QueryEscape(app.URL+"/done")
	get := func(link string) (int, string) {
		resp, err := b.http.Get(link)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	if status, page := get(link); status != 200 || !strings.Contains(page, "Authorize</button>") || !strings.Contains(page, "Packbench Sandbox GB") {
		t.Fatalf("HTTP %d %s", status, page)
	}
	answer := func(link, value string) string {
		resp, err := b.http.PostForm(link, url.Values{"answer": {value}})
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	answer(link, "authorize")
	if landed.Get("state") != "s+1" || !strings.HasPrefix(landed.Get("code"), "TTP_") {
		t.Fatalf("landed with %v", landed)
	}
	data[tokenAnswer](b, b.getToken("get", "auth_code", landed.Get("code"), "authorized_code"))
	answer(link, "refuse")
	if landed.Get("code") != "null" || landed.Get("error") != "auth_denied" || landed.Get("state") != "s+1" {
		t.Errorf("refused: %v", landed)
	}
	if page := answer(b.url+"/oauth/authorize?app_key="+b.c.AppKey, "authorize"); !strings.Contains(page, "TTP_code_") {
		t.Error("without a redirect the page does not show the code")
	}
	if status, _ := get(b.url + "/open/authorize?service_id=1"); status != 404 {
		t.Errorf("an unknown app: HTTP %d", status)
	}
	if status, _ := get(link + "&redirect_uri=x"); status != 200 {
		t.Errorf("of two redirects the first counts: HTTP %d", status)
	}
	if status, _ := get(b.url + "/open/authorize?service_id=" + b.c.ServiceID + "&redirect_uri=http://evil.example/"); status != 400 {
		t.Errorf("a redirect to elsewhere: HTTP %d", status)
	}
}

// TestMarketTable: which of the ship calls a market takes, and how it judges a pending cancel request.
func TestMarketTable(t *testing.T) {
	marks := "GB US JP DE FR ES IT IE"
	for _, region := range Markets() {
		b := newBench(t, Options{Market: region, RatePerSecond: 1000})
		o := b.plain(seller, 1)
		want := int64(21008106)
		if strings.Contains(marks, region) {
			want = 0
		}
		b.wantCode(b.mark(o, o.Tracking, b.detail(o.ID).lineIDs()), want, region+": mark as shipped")
		if want == 0 {
			b.wantStatus(o.ID, fulfillment.StatusAwaitingCollection)
		} else {
			b.wantCode(b.ship(o.Packages[0].ID, selfShip(b, o)), 0, region+": ship with self_shipment")
		}
		if n := len(b.order(o.ID).Packages); n != 1 {
			t.Errorf("%s: the shipped order has %d packages", region, n)
		}
		p := b.plain(tiktok, 1)
		want = 21008106
		if region == "US" || region == "JP" {
			want = 0
		}
		b.wantCode(b.create(p, "", b.detail(p.ID).lineIDs()), want, region+": create packages")
		held := b.find("pending", func(o OrderState) bool { return o.CancelRequested && o.ShippingType == seller })
		a := answer{}
		if strings.Contains(marks, region) {
			a = b.mark(held, held.Tracking, b.detail(held.ID).lineIDs())
		} else {
			a = b.ship(held.Packages[0].ID, selfShip(b, held))
		}
		want = 21011007
		if region == "US" {
			want = 0
		}
		b.wantCode(a, want, region+": shipping over a cancel request")
		cancelled := b.find("to cancel by line", func(o OrderState) bool { return o.MayShip && o.Trap == "" && !o.Shipped && len(o.Lines) > 0 })
		want = 21008106
		if region == "US" || region == "GB" {
			want = 0
		}
		b.wantCode(b.call("POST", "/return_refund/202309/cancellations", nil, map[string]any{"order_id": cancelled.ID,
			"cancel_reason": "seller_cancel_reason_out_of_stock", "order_line_item_ids": b.detail(cancelled.ID).lineIDs()[:1]}), want, region+": cancelling a line")
		validation := b.call("GET", "/fulfillment/202508/tts_tracking_validation", url.Values{"tracking_number": {"X"}}, nil)
		want = 21008106
		if region == "US" {
			want = 0
		}
		b.wantCode(validation, want, region+": tracking validation")
	}
}

// TestTwice: a call that arrives twice has one effect; its second answer says that it was done before.
func TestTwice(t *testing.T) {
	b := newBench(t, Options{})
	o := b.plain(tiktok, 1)
	b.fault(map[string]any{"kind": "twice"})
	b.wantCode(b.ship(o.Packages[0].ID, nil), codeAlreadyShipped, "the second answer")
	if c := b.shop.State().Counts; c.Shipped != 1 || c.DuplicateAttempts != 1 {
		t.Errorf("counts %+v", c)
	}
}

// TestPlansDisturbTheSameCallsAgain: a plan with a seed is the same bad day each time.
func TestPlansDisturbTheSameCallsAgain(t *testing.T) {
	for _, p := range plans {
		run := func(seed int) string {
			b := newBench(t, Options{RatePerSecond: 100000, Orders: 20})
			b.http.Timeout = 2 * time.Second
			if a := b.admin("plan", map[string]any{"plan": p.Name, "seed": seed}); a.status != 200 {
				t.Fatalf("%s: %s", p.Name, a.raw)
			}
			b.shop.mu.Lock()
			for _, f := range b.shop.faults {
				if f.Seconds > 0 && f.Kind != faultSkew {
					f.Seconds = 0.001
				}
			}
			b.shop.mu.Unlock()
			for range 60 {
				_, _ = b.do(b.request("POST", searchPath, url.Values{"page_size": {"1"}}, nil, nil))
				_, _ = b.do(b.post(f9+"packages/1/ship", nil))
			}
			var log strings.Builder
			b.shop.mu.Lock()
			defer b.shop.mu.Unlock()
			for _, e := range b.shop.journal.entries {
				log.WriteString(e.Fault + ",")
			}
			return log.String()
		}
		first := run(1)
		if first != run(1) {
			t.Errorf("%s: the same seed gave another day", p.Name)
		}
		random := false
		for _, f := range p.Faults {
			random = random || f.Chance > 0 && f.Chance < 1 && !f.isWebhook()
		}
		if random && first == run(2) {
			t.Errorf("%s: another seed gave the same day", p.Name)
		}
	}
	var list []plan
	b := newBench(t, Options{})
	mustJSON(t, b.download(b.url+"/admin/plans").raw, &list)
	if len(list) != len(plans) {
		t.Errorf("%d plans", len(list))
	}
	if a := b.admin("plan", map[string]any{"plan": "picnic"}); a.status != 400 {
		t.Errorf("an unknown plan: HTTP %d", a.status)
	}
}
