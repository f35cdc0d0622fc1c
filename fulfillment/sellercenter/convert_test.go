package sellercenter

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"packbench/fulfillment"
)

const gbOrder = `{"id":"576461413038785752","status":"AWAITING_SHIPMENT","order_type":"NORMAL","create_time":1763790000,"paid_time":1763790060,
 "update_time":1763793660,"is_on_hold_order":true,"is_buyer_request_cancel":false,"fulfillment_type":"FULFILLMENT_BY_SELLER",
 "shipping_type":"SELLER","delivery_option_id":"6955034615128000261","delivery_option_name":"Standard Shipping","warehouse_id":"7000714532876273410",
 "rts_sla_time":1763960400,"tts_sla_time":1764046800,"shipping_due_time":"1764392400","collection_due_time":0,"delivery_due_time":null,
 "buyer_message":"please no paper","has_updated_recipient_address":false,"packages":null,"brand_new_field":{"a":[1]},
 "recipient_address":{"name":"Ann Example","region_code":"GB"},
 "line_items":[
  {"id":"577086512123755123","sku_id":2729382476852921560,"product_id":"1729582718312380123","seller_sku":"MUG-RED","product_name":"Mug","sku_name":"Red","display_status":"AWAITING_SHIPMENT","is_gift":false},
  {"id":"577086512123755124","sku_id":"2729382476852921561","seller_sku":"BUNDLE","product_name":"Tea set","display_status":"AWAITING_SHIPMENT","is_gift":"true",
   "combined_listing_skus":[{"product_id":"1","sku_id":"2","seller_sku":"TEA","sku_count":3},{"product_id":"4","sku_id":"5","seller_sku":"POT"}]},
  {"id":"577086512123755125","sku_id":"2729382476852921560","seller_sku":"MUG-RED","display_status":"CANCELLED"}]}`

func convert(t testing.TB, text string) fulfillment.Order {
	t.Helper()
	o, err := decodeOrder(json.RawMessage(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOrderFromWire(t *testing.T) {
	o := convert(t, gbOrder)
	if o.ID != "576461413038785752" || o.Market != "GB" || o.Status != fulfillment.StatusAwaitingShipment || !o.OnHoldOrder || o.ShippingType != fulfillment.ShippingSeller {
		t.Errorf("%+v", o)
	}
	if got := o.Deadline("shipping_due_time").Unix(); got != 1764392400 || len(o.Deadlines) != 3 || o.ShipBy().Unix() != 1763960400 {
		t.Errorf("deadlines %v", o.Deadlines)
	}
	if o.Lines[0].SKUID != "2729382476852921560" {
		t.Errorf("digits were lost: %s", o.Lines[0].SKUID)
	}
	if b := o.Lines[1].Bundle; !o.Lines[1].IsGift || len(b) != 2 || b[0].Count != 3 || b[1].Count != 1 {
		t.Errorf("bundle %+v", o.Lines[1])
	}
	if len(o.Lines) != 3 || len(o.Packages) != 1 {
		t.Fatalf("%d lines, packages %+v", len(o.Lines), o.Packages)
	}
	p := o.Packages[0]
	if p.ID != "576461413038785752-1" || p.PlatformID != "" || p.Arranged || !slices.Equal(p.Lines, []fulfillment.LineID{"577086512123755123", "577086512123755124"}) {
		t.Errorf("package %+v: the cancelled unit is not packed", p)
	}
}

func TestPackagesFromWire(t *testing.T) {
	order := func(status, rest, lines string) string {
		return fmt.Sprintf(`{"id":"9","status":%q,"fulfillment_type":"FULFILLMENT_BY_SELLER","shipping_type":"TIKTOK"%s,"line_items":[%s]}`, status, rest, lines)
	}
	line := func(id, pkg, pstat, disp, track string) string {
		return fmt.Sprintf(`{"id":%q,"package_id":%q,"package_status":%q,"display_status":%q,"tracking_number":%q,"shipping_provider_name":"Demo Post"}`, id, pkg, pstat, disp, track)
	}
	for _, tc := range []struct {
		name, text string
		want       []string // id platformID arranged tracking rung lines
	}{
		{"made with the order", order("AWAITING_SHIPMENT", "", line("a", "P1", "TO_FULFILL", "AWAITING_SHIPMENT", "")), []string{"P1 P1 false  to_pack a"}},
		{"arranged", order("AWAITING_COLLECTION", "", line("a", "P1", "PROCESSING", "AWAITING_COLLECTION", "T1")), []string{"P1 P1 true T1 to_pack a"}},
		{"arranged, no package status", order("AWAITING_COLLECTION", "", line("a", "P1", "", "AWAITING_COLLECTION", "T1")), []string{"P1 P1 true T1 to_pack a"}},
		{"collected", order("IN_TRANSIT", "", line("a", "P1", "FULFILLING", "IN_TRANSIT", "T1")), []string{"P1 P1 true T1 carrier_scanned a"}},
		{"delivered", order("DELIVERED", "", line("a", "P1", "COMPLETED", "DELIVERED", "T1")), []string{"P1 P1 true T1 delivered a"}},
		{"split, one shipped", order("PARTIALLY_SHIPPING", "", line("a", "P1", "PROCESSING", "AWAITING_COLLECTION", "T1")+","+line("b", "", "", "AWAITING_SHIPMENT", "")),
			[]string{"P1 P1 true T1 to_pack a", "9-2  false  to_pack b"}},
		{"split, the later unit shipped", order("PARTIALLY_SHIPPING", "", line("a", "", "", "AWAITING_SHIPMENT", "")+","+line("b", "P1", "PROCESSING", "AWAITING_COLLECTION", "T1")),
			[]string{"9-1  false  to_pack a", "P1 P1 true T1 to_pack b"}},
		{"one package, units do not name it", order("AWAITING_COLLECTION", `,"packages":[{"id":"P7"}],"tracking_number":"T9"`, line("a", "", "", "AWAITING_COLLECTION", "")),
			[]string{"P7 P7 true T9 to_pack a"}},
		{"cancelled whole", order("CANCELLED", "", line("a", "P1", "CANCELLED", "CANCELLED", "")), []string{"P1 P1 false  to_pack a"}},
		{"unknown words", order("FUTURE", "", line("a", "P1", "NEW_STATUS", "FUTURE", "")), []string{"P1 P1 false  to_pack a"}},
	} {
		o := convert(t, tc.text)
		var got []string
		for _, p := range o.Packages {
			var ls []string
			for _, l := range p.Lines {
				ls = append(ls, string(l))
			}
			got = append(got, fmt.Sprintf("%s %s %v %s %s %s", p.ID, p.PlatformID, p.Arranged, p.Tracking, p.Rung, strings.Join(ls, "+")))
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s:\n got %q\nwant %q", tc.name, got, tc.want)
		}
	}
	if o := convert(t, order("FUTURE", "", "")); o.Status != "FUTURE" {
		t.Errorf("an unknown status became %q", o.Status)
	}
}

func TestOrderThatCannotBeUsed(t *testing.T) {
	for _, text := range []string{`{}`, `{"id":""}`, `{"id":"1","line_items":["a line that is not an object"]}`,
		`{"id":"1","line_items":[{"id":"a"},{"id":"a"}]}`, `[]`, `"x"`} {
		if o, err := decodeOrder(json.RawMessage(text)); err == nil {
			t.Errorf("%s became %+v", text, o)
		}
	}
}

func FuzzOrder(f *testing.F) {
	for _, s := range []string{gbOrder, `{}`, `null`, `{"id":1e99}`, `{"id":12345678901234567890,"line_items":{}}`,
		`{"id":"1","line_items":[{"combined_listing_skus":[{"sku_count":-9223372036854775808}]}],"packages":[{},{"id":null}]}`,
		`{"id":"1","create_time":9223372036854775807,"update_time":"-1","recipient_address":[]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var w wireOrder
		if json.Unmarshal(b, &w) != nil {
			return
		}
		o, err := orderFromWire(w)
		if err != nil {
			return
		}
		if o.ID == "" || len(o.Lines) != len(w.Lines) {
			t.Fatalf("%d units of %d, id %q", len(o.Lines), len(w.Lines), o.ID)
		}
		seen := map[fulfillment.LineID]bool{}
		for _, p := range o.Packages {
			if p.ID == "" {
				t.Fatal("a package without an id")
			}
			for _, l := range p.Lines {
				if seen[l] {
					t.Fatalf("unit %s is in two packages", l)
				}
				seen[l] = true
			}
		}
		for _, l := range o.Lines {
			for _, part := range l.Bundle {
				if part.Count < 1 {
					t.Fatalf("a part %d times", part.Count)
				}
			}
		}
		for _, d := range o.Deadlines {
			if y := d.At.Year(); y < 1970 || y > 9999 {
				t.Fatalf("deadline in %d", y)
			}
		}
	})
}

func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"code":0,"message":"ok","data":{"package_id":1153091234567890123,"order_line_item_ids":["1",2,null]}}`))
	f.Add([]byte(`{"code":"36009002","message":null}`))
	f.Add([]byte(`{"code":0,"data":{"orders":[{"id":"1"},null,7],"next_page_token":null}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		env, err := decodeEnvelope("fuzz", true, reply{status: 200, body: b}, fakeNow())
		if err != nil || env.Code != 0 {
			if err == nil && refusal("fuzz", true, 200, env, 0) == nil {
				t.Fatal("a code other than 0 is no error")
			}
			return
		}
		for _, out := range []any{&wirePackage{}, &wireOrders{}, &wireMarked{}, &wireServices{}, &wireCreated{}, &wireDocument{},
			&wireCancellations{}, &wireReturns{}, &wirePackages{}, &wireShops{}, &wireToken{}} {
			_ = decodeData(request{what: "fuzz"}, 200, env, out)
		}
		var w wireOrders
		if decodeData(request{what: "fuzz"}, 200, env, &w) == nil {
			for _, raw := range w.Orders {
				_, _ = decodeOrder(raw)
			}
		}
	})
}
