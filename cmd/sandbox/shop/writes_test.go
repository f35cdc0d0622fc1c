package shop

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// write is one good request of a call that changes something.
type write struct {
	market string
	make   func(b *bench) *http.Request
}

func (b *bench) post(path string, body any) *http.Request {
	return b.request("POST", path, nil, body, nil)
}

// form makes a signed multipart request; the platform signs it without its body.
func (b *bench) form(path string, fields map[string][]byte) *http.Request {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, v := range fields {
		part, err := w.CreateFormFile(name, name)
		if err != nil {
			b.t.Fatal(err)
		}
		if _, err := part.Write(v); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.t.Fatal(err)
	}
	return b.request("POST", path, nil, body.String(), func(r *http.Request, q url.Values) {
		r.Header.Set("Content-Type", w.FormDataContentType())
		q.Del("sign")
		q.Set("sign", requestSign(b.c.AppSecret, path, q, w.FormDataContentType(), nil))
	})
}

func picturePNG(t testing.TB, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func (b *bench) pendingCancel() string {
	b.t.Helper()
	o := b.find("pending", func(o OrderState) bool { return o.CancelRequested })
	return b.cancellationOf(o.ID).CancelID
}

// returned makes a return that waits for an answer.
func (b *bench) returned(kind string) string {
	b.t.Helper()
	b.shop.mu.Lock()
	defer b.shop.mu.Unlock()
	s := b.shop.first()
	for _, o := range s.orders {
		if s.shippable(o) == nil && s.market.packageFirst[o.shippingType] && o.invoice != invoiceNeeded && !s.tooMany(o.lines) {
			p, at := o.packages[0], s.clock.now()
			s.ship(p, "T"+o.id, o.provider, at)
			s.scan(p, at)
			s.deliver(p, at)
			if r := s.askReturn(o, kind, at); r != nil {
				return r.id
			}
		}
	}
	b.t.Fatal("nothing can be returned")
	return ""
}

func selfShip(b *bench, o OrderState) map[string]any {
	return map[string]any{"self_shipment": map[string]string{"tracking_number": o.Tracking, "shipping_provider_id": b.provider(o)}}
}

const f9 = "/fulfillment/202309/"

// allWrites is a good request for every call that changes something.
func allWrites(t *testing.T) map[string]write {
	correct := map[string]string{"tracking_number": "SP000000001GB", "shipping_provider_id": mustMarket(t, "GB").sellers[0].ID}
	marked := func(b *bench) (OrderState, string) {
		o := b.plain(seller, 1)
		return o, data[markAnswer](b, b.mark(o, o.Tracking, b.detail(o.ID).lineIDs())).PackageID
	}
	list := map[string]write{
		f9 + "packages/{package_id}/ship": {"VN", func(b *bench) *http.Request {
			o := b.plain(seller, 1)
			return b.post(f9+"packages/"+o.Packages[0].ID+"/ship", selfShip(b, o))
		}},
		f9 + "packages/ship": {"GB", func(b *bench) *http.Request {
			return b.post(f9+"packages/ship", map[string]any{"packages": []map[string]string{{"id": b.plain(tiktok, 1).Packages[0].ID}}})
		}},
		f9 + "packages/schedule": {"GB", func(b *bench) *http.Request {
			return b.post(f9+"packages/schedule", map[string]any{"order_id": b.plain(tiktok, 1).ID, "handover_method": "DROP_OFF"})
		}},
		f9 + "orders/{order_id}/packages": {"DE", func(b *bench) *http.Request {
			o := b.plain(seller, 1)
			return b.post(f9+"orders/"+o.ID+"/packages", map[string]any{"order_line_item_ids": b.detail(o.ID).lineIDs(),
				"tracking_number": o.Tracking, "shipping_provider_id": b.provider(o)})
		}},
		f9 + "packages": {"JP", func(b *bench) *http.Request {
			o := b.plain(tiktok, 1)
			return b.post(f9+"packages", sizes(map[string]any{"order_id": o.ID, "order_line_item_ids": b.detail(o.ID).lineIDs()}))
		}},
		"/fulfillment/202512/packages": {"US", func(b *bench) *http.Request {
			return b.post("/fulfillment/202512/packages", sizes(map[string]any{"ship_type": "3", "order_list_ids": b.twins()}))
		}},
		f9 + "packages/{package_id}/shipping_info/update": {"GB", func(b *bench) *http.Request {
			_, id := marked(b)
			return b.post(f9+"packages/"+id+"/shipping_info/update", correct)
		}},
		f9 + "orders/{order_id}/shipping_info/update": {"GB", func(b *bench) *http.Request {
			o, _ := marked(b)
			return b.post(f9+"orders/"+o.ID+"/shipping_info/update", correct)
		}},
		f9 + "packages/combine": {"MY", func(b *bench) *http.Request {
			g, path := combining(b)
			return b.post(path, combineRequest{[]combinable{g}})
		}},
		f9 + "packages/{package_id}/uncombine": {"PH", func(b *bench) *http.Request {
			g, path := combining(b)
			made := data[combineAnswer](b, b.call("POST", path, nil, combineRequest{[]combinable{g}}))
			return b.post(f9+"packages/"+made.Packages[0].ID+"/uncombine", nil)
		}},
		f9 + "orders/{order_id}/split": {"FR", func(b *bench) *http.Request {
			o := b.plain(tiktok, 2)
			lines := b.detail(o.ID).lineIDs()
			return b.post(f9+"orders/"+o.ID+"/split", map[string]any{"splittable_groups": []any{group("A", lines[0]), group("B", lines[1:]...)}})
		}},
		f9 + "packages/deliver": {"ID", func(b *bench) *http.Request {
			o := b.plain(seller, 1)
			b.wantCode(b.ship(o.Packages[0].ID, selfShip(b, o)), 0, "ship")
			a, err := b.do(b.form(f9+"images/upload", map[string][]byte{"data": picturePNG(b.t, 200, 150)}))
			if err != nil {
				b.t.Fatal(err)
			}
			proof := data[imageAnswer](b, a)
			b.clock.add(25 * time.Hour)
			return b.post(f9+"packages/deliver", map[string]any{"packages": []map[string]string{{"id": o.Packages[0].ID,
				"delivery_type": "DELIVERY_SUCCESS", "file_type": "IMG", "file_url": proof.URL}}})
		}},
	}
	maps.Copy(list, otherWrites(t))
	return list
}

// combining makes a group of two orders that can be combined.
func combining(b *bench) (combinable, string) {
	pair := b.twins()
	return combinable{&b.detail(pair[0]).Packages[0].ID, pair}, f9 + "packages/combine"
}

// otherWrites are those that do not move parcels.
func otherWrites(t *testing.T) map[string]write {
	t.Helper()
	return map[string]write{
		f9 + "images/upload": {"TH", func(b *bench) *http.Request {
			return b.form(f9+"images/upload", map[string][]byte{"data": picturePNG(b.t, 100, 100)})
		}},
		f9 + "files/upload": {"TH", func(b *bench) *http.Request {
			return b.form(f9+"files/upload", map[string][]byte{"data": []byte("%PDF-1.4 x"), "name": []byte("proof.pdf")})
		}},
		"/product/202309/images/upload": {"GB", func(b *bench) *http.Request {
			return b.form("/product/202309/images/upload", map[string][]byte{"data": picturePNG(b.t, 300, 300)})
		}},
		"/fulfillment/202502/invoice/upload": {"BR", func(b *bench) *http.Request {
			return b.post("/fulfillment/202502/invoice/upload", b.invoiceFor(b.invoiced(), "<nfeProc><NFe/></nfeProc>"))
		}},
		"/return_refund/202309/cancellations": {"ES", func(b *bench) *http.Request {
			return b.post("/return_refund/202309/cancellations", map[string]any{"order_id": b.plain(seller, 1).ID, "cancel_reason": "seller_cancel_reason_out_of_stock"})
		}},
		"/return_refund/202309/cancellations/{cancel_id}/approve": {"IT", func(b *bench) *http.Request {
			return b.post("/return_refund/202309/cancellations/"+b.pendingCancel()+"/approve", nil)
		}},
		"/return_refund/202309/cancellations/{cancel_id}/reject": {"IE", func(b *bench) *http.Request {
			return b.post("/return_refund/202309/cancellations/"+b.pendingCancel()+"/reject", map[string]any{"reject_reason": "seller_reject_apply_product_has_been_packed"})
		}},
		"/return_refund/202309/returns/{return_id}/approve": {"GB", func(b *bench) *http.Request {
			return b.post("/return_refund/202309/returns/"+b.returned("RETURN_AND_REFUND")+"/approve", map[string]any{"decision": "APPROVE_RETURN"})
		}},
		"/return_refund/202309/returns/{return_id}/reject": {"SG", func(b *bench) *http.Request {
			return b.post("/return_refund/202309/returns/"+b.returned("REFUND")+"/reject", map[string]any{"decision": "REJECT_REFUND", "reject_reason": returnReasons[0].Name})
		}},
		"/product/202309/products/{product_id}/inventory/update": {"GB", func(b *bench) *http.Request {
			p := b.shop.first().catalog[3]
			return b.post("/product/202309/products/"+p.productID+"/inventory/update", map[string]any{"skus": []any{map[string]any{"id": p.skuID,
				"inventory": []any{map[string]any{"warehouse_id": warehouseID, "quantity": 77}}}}})
		}},
		"/event/202309/webhooks": {"GB", func(b *bench) *http.Request {
			return b.request("PUT", "/event/202309/webhooks", nil, map[string]string{"address": "https://relay.example/hook", "event_type": "PACKAGE_UPDATE"}, nil)
		}},
		"DELETE /event/202309/webhooks": {"GB", func(b *bench) *http.Request {
			return b.request("DELETE", "/event/202309/webhooks", nil, map[string]string{"event_type": "PACKAGE_UPDATE"}, nil)
		}},
	}
}

// invoiced finds a package that waits for its invoice.
func (b *bench) invoiced() OrderState {
	b.t.Helper()
	return b.plain(tiktok, 1)
}

func (b *bench) invoiceFor(o OrderState, xml string) map[string]any {
	return map[string]any{"invoices": []any{map[string]any{"package_id": o.Packages[0].ID, "order_ids": []string{o.ID},
		"file_type": "XML", "file": base64.StdEncoding.EncodeToString([]byte(xml))}}}
}

// reads are POST calls that change nothing.
var readingPosts = []string{"/search", "/shipping_services/query"}

// TestEveryWriteUnderEveryFault: for each call that changes something, a fault before the effect leaves nothing behind,
// one after it leaves exactly what the call does undisturbed, and the journal says so either way.
func TestEveryWriteUnderEveryFault(t *testing.T) {
	recipes := allWrites(t)
	for _, rt := range allRoutes {
		name := rt.pattern
		if rt.method == "DELETE" {
			name = "DELETE " + rt.pattern
		}
		isRead := rt.method == "GET" || slices.ContainsFunc(readingPosts, func(end string) bool { return strings.HasSuffix(rt.pattern, end) })
		w, known := recipes[name]
		known = known && rt.method != "GET"
		if isRead != !known {
			t.Errorf("%s %s: has a recipe: %t", rt.method, rt.pattern, known)
		}
		if !known {
			continue
		}
		t.Run(strings.Trim(rt.method+rt.pattern, "/"), func(t *testing.T) {
			t.Parallel()
			plainEffects := undisturbed(t, w)
			for _, kind := range []string{faultRefuse, faultPortal, faultHTTP500, faultErrorIn200, faultRateLimit, faultExpireAt} {
				disturb(t, w, map[string]any{"kind": kind}, nil)
			}
			for _, f := range []map[string]any{{"kind": faultLost}, {"kind": faultTruncate}, {"kind": faultGarbled}, {"kind": faultSlow, "seconds": 0.01},
				{"kind": faultLate, "seconds": 0.01}, {"kind": faultHTTP500, "after": true}, {"kind": faultErrorIn200, "after": true},
				{"kind": faultPortal, "after": true}, {"kind": faultRateLimit, "after": true}} {
				disturb(t, w, f, plainEffects)
			}
		})
	}
}

func undisturbed(t *testing.T, w write) []string {
	t.Helper()
	b := newBench(t, Options{Market: w.market, RatePerSecond: 1000, CarrierAfter: -1})
	r := w.make(b)
	a, err := b.do(r)
	if err != nil || a.env.Code != 0 || strings.Contains(string(a.env.Data), `"errors"`) {
		t.Fatalf("the undisturbed call: %v, code %d %s %s", err, a.env.Code, a.env.Message, a.env.Data)
	}
	effects := b.lastEffects()
	if len(effects) == 0 {
		t.Fatal("the undisturbed call has no effect in the journal")
	}
	return effects
}

// lastEffects are the kinds of effects of the last call.
func (b *bench) lastEffects() []string {
	b.shop.mu.Lock()
	defer b.shop.mu.Unlock()
	list := b.shop.journal.entries
	var kinds []string
	for _, e := range list[len(list)-1].Effects {
		kinds = append(kinds, e.What)
	}
	return kinds
}

func disturb(t *testing.T, w write, f map[string]any, want []string) {
	t.Helper()
	b := newBench(t, Options{Market: w.market, RatePerSecond: 1000, CarrierAfter: -1})
	r := w.make(b)
	f["count"] = 1
	b.fault(f)
	_, _ = b.do(r) // what the client sees differs by fault and is tested elsewhere
	if got := b.lastEffects(); !slices.Equal(got, want) {
		t.Errorf("%v: effects %v, want %v", f, got, want)
	}
	b.shop.mu.Lock()
	defer b.shop.mu.Unlock()
	last := b.shop.journal.entries[len(b.shop.journal.entries)-1]
	if last.Fault != f["kind"] {
		t.Errorf("%v: the journal says %q", f, last.Fault)
	}
}
