package shop

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

func mustJSON(t testing.TB, raw []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(raw, v); err != nil {
		t.Fatalf("reading %s: %v", raw, err)
	}
}

var strictBodies = []struct {
	body string
	code int64
}{
	{``, 0}, {`{}`, 0}, {`{"order_status":"ON_HOLD"}`, 0},
	{`{"order_statuses":"ON_HOLD"}`, codeUnknownField},
	{`{"Order_Status":"ON_HOLD"}`, codeUnknownField},
	{`{"order_status":"ON_HOLD","order_status":"UNPAID"}`, codeUnknownField},
	{`{"order_status":1}`, codeWrongType}, {`{"order_status":null}`, codeWrongType},
	{`{"update_time_ge":"1763799400"}`, codeWrongType}, {`{"update_time_ge":1.5}`, codeWrongType},
	{`{"update_time_ge":99999999999999999999}`, codeWrongType},
	{`{"is_buyer_request_cancel":"true"}`, codeWrongType},
	{`{"warehouse_ids":"1"}`, codeWrongType}, {`{"warehouse_ids":[1]}`, codeWrongType},
	{`[]`, codeWrongType}, {`"x"`, codeWrongType}, {`null`, codeWrongType},
	{`{`, 36009022}, {`{} {}`, 36009022}, {`x`, 36009022}, {"\xff", 36009022},
	{`{"order_status":"SHIPPED"}`, codeMissing}, {`{"shipping_type":"DHL"}`, codeMissing},
}

func TestStrictBodies(t *testing.T) {
	b := newBench(t, Options{})
	for _, tt := range strictBodies {
		a := b.call("POST", searchPath, url.Values{"page_size": {"1"}}, tt.body)
		b.wantCode(a, tt.code, tt.body)
	}
	nested := `{"packages":[{"id":"1","self_shipment":{"tracking_number":"X","shipping_provider":"1"}}]}`
	a := b.call("POST", "/fulfillment/202309/packages/ship", nil, nested)
	b.wantCode(a, codeUnknownField, nested)
	if !strings.Contains(a.env.Message, "body.packages[0].self_shipment") {
		t.Errorf("message %q does not say where", a.env.Message)
	}
}

func TestBatchTooLarge(t *testing.T) {
	b := newBench(t, Options{})
	a := b.call("POST", searchPath, url.Values{"page_size": {"1"}}, `{"order_status":"`+strings.Repeat("x", maxBody)+`"}`)
	b.wantCode(a, 36009021, "a body over a megabyte")
}
