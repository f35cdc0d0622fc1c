package wire

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

const search = "POST /order/202309/orders/search"

var bodies = []struct {
	body  string
	fault Fault // 0: good
}{
	{``, 0}, {`  `, 0}, {`{}`, 0}, {`{"order_status":"ON_HOLD"}`, 0}, {`{"warehouse_ids":["1"],"update_time_ge":1}`, 0},
	{`{"order_statuses":"ON_HOLD"}`, UnknownField}, {`{"Order_Status":"ON_HOLD"}`, UnknownField},
	{`{"order_status":"ON_HOLD","order_status":"UNPAID"}`, UnknownField},
	{`{"order_status":1}`, WrongType}, {`{"order_status":null}`, WrongType}, {`{"update_time_ge":"1763799400"}`, WrongType},
	{`{"update_time_ge":1.5}`, WrongType}, {`{"update_time_ge":99999999999999999999}`, WrongType},
	{`{"is_buyer_request_cancel":"true"}`, WrongType}, {`{"warehouse_ids":"1"}`, WrongType}, {`{"warehouse_ids":[1]}`, WrongType},
	{`[]`, WrongType}, {`"x"`, WrongType}, {`null`, WrongType},
	{`{`, NotJSON}, {`{} {}`, NotJSON}, {`x`, NotJSON},
}

func TestBodies(t *testing.T) {
	for _, tt := range bodies {
		p := Find(search).CheckBody([]byte(tt.body))
		if p == nil && tt.fault != 0 || p != nil && p.Fault != tt.fault {
			t.Errorf("%s: %v, want fault %d", tt.body, p, tt.fault)
		}
	}
	approve := Find("POST /return_refund/202309/cancellations/{cancel_id}/approve")
	if p := approve.CheckBody([]byte(`{"decision":"x"}`)); p == nil || p.Fault != UnknownField {
		t.Errorf("a call without a documented body took one: %v", p)
	}
}

func TestQueries(t *testing.T) {
	for _, tt := range []struct {
		query string
		fault Fault
	}{
		{"page_size=20&app_key=x", 0}, {"app_key=x", Missing}, {"page_size=x", Missing}, {"page_size=1&page_size=2", UnknownParam},
		{"pagesize=1", UnknownParam}, {"page_size=", Missing},
	} {
		q, err := url.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		p := Find(search).CheckQuery(q, []string{"app_key"})
		if p == nil && tt.fault != 0 || p != nil && p.Fault != tt.fault {
			t.Errorf("%s: %v, want fault %d", tt.query, p, tt.fault)
		}
	}
}

func TestEveryEndpointHasAForm(t *testing.T) {
	if n := len(Names()); n < 45 {
		t.Fatalf("%d endpoints", n)
	}
	readers := 0
	for _, name := range Names() {
		e := Find(name)
		if e.Answer == nil && !strings.HasPrefix(name, "DELETE") && e.Answer == nil {
			t.Errorf("%s has no answer", name)
		}
		if e.Reader {
			readers++
		}
	}
	if readers != 2 {
		t.Errorf("%d endpoints are marked as known from readers only", readers)
	}
	if Find("GET /nothing") != nil {
		t.Error("an unknown endpoint was found")
	}
}

func FuzzCheck(f *testing.F) {
	for _, tt := range bodies {
		f.Add(tt.body)
	}
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, body string) {
		if Find(search).CheckBody([]byte(body)) != nil || strings.TrimSpace(body) == "" {
			return
		}
		var v struct {
			Status    *string  `json:"order_status"`
			Updated   *int64   `json:"update_time_ge"`
			Requested *bool    `json:"is_buyer_request_cancel"`
			Houses    []string `json:"warehouse_ids"`
		}
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatalf("%q was taken and cannot be read: %v", body, err)
		}
		var loose map[string]any
		if err := json.Unmarshal([]byte(body), &loose); err != nil {
			t.Fatalf("%q was taken for an object: %v", body, err)
		}
		if _, has := loose["order_status"]; has != (v.Status != nil) {
			t.Fatalf("%q: order_status present %t, read %v", body, has, v.Status)
		}
	})
}
