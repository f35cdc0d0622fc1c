package shop

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type signVectors struct {
	Requests []struct {
		Name        string `json:"name"`
		Path        string `json:"path"`
		WireQuery   string `json:"wire_query"`
		Body        string `json:"body"`
		ContentType string `json:"content_type"`
		Secret      string `json:"secret"`
		Sign        string `json:"sign"`
	} `json:"requests"`
	Webhooks []struct {
		Name   string `json:"name"`
		AppKey string `json:"app_key"`
		Secret string `json:"secret"`
		Body   string `json:"body"`
		Sign   string `json:"sign"`
	} `json:"webhooks"`
}

// TestSignVectors: official-1 and the webhook are published by the platform with their digests, the others were computed
// from the documented rule by several independent implementations.
func TestSignVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/sign.json")
	if err != nil {
		t.Fatal(err)
	}
	var v signVectors
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Requests) < 6 || len(v.Webhooks) < 1 {
		t.Fatalf("%d request and %d webhook vectors are too few", len(v.Requests), len(v.Webhooks))
	}
	for _, r := range v.Requests {
		q, err := url.ParseQuery(r.WireQuery)
		if err != nil {
			t.Fatal(err)
		}
		q.Set("sign", "not part of it")
		q.Set("access_token", "nor is this")
		if got := requestSign(r.Secret, r.Path, q, r.ContentType, []byte(r.Body)); got != r.Sign {
			t.Errorf("%s: sign %s, want %s", r.Name, got, r.Sign)
		}
	}
	for _, w := range v.Webhooks {
		if got := WebhookSign(w.AppKey, w.Secret, []byte(w.Body)); got != w.Sign {
			t.Errorf("%s: sign %s, want %s", w.Name, got, w.Sign)
		}
	}
}

func TestSignCoversEverythingButMultipartBodies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringMatching(`[a-z_]{1,12}`).Filter(func(s string) bool { return s != "sign" && s != "access_token" }).Draw(t, "key")
		value, body := rapid.String().Draw(t, "value"), rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		q := url.Values{key: {value}}
		sign := requestSign("s", "/p", q, "application/json", body)
		if sign == requestSign("s", "/p", url.Values{key: {value + "x"}}, "application/json", body) {
			t.Fatal("the value is not signed")
		}
		if sign == requestSign("s", "/p", q, "application/json", append(body[:len(body):len(body)], ' ')) {
			t.Fatal("a blank after the body is not signed")
		}
		multi := "multipart/form-data; boundary=b"
		if requestSign("s", "/p", q, multi, body) != requestSign("s", "/p", q, multi, nil) {
			t.Fatal("a multipart body is signed")
		}
	})
}

// TestSignIsOverRawBytes: the same JSON with other blanks has another signature, and a page token with + / = is signed
// decoded.
func TestSignIsOverRawBytes(t *testing.T) {
	b := newBench(t, Options{})
	q := url.Values{"page_size": {"5"}}
	spoil := func(r *http.Request, _ url.Values) {
		body := `{ "shipping_type":"SELLER"}`
		fresh, err := http.NewRequest(r.Method, r.URL.String(), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Body, r.ContentLength, r.GetBody = fresh.Body, fresh.ContentLength, fresh.GetBody
	}
	a, err := b.do(b.request("POST", "/order/202309/orders/search", q, `{"shipping_type":"SELLER"}`, spoil))
	if err != nil {
		t.Fatal(err)
	}
	b.wantCode(a, 106001, "a body with another blank")
	page := data[ordersAnswer](b, b.call("POST", "/order/202309/orders/search", q, `{ "shipping_type" : "SELLER" }`))
	if !strings.ContainsAny(page.NextPageToken, "+") || !strings.Contains(page.NextPageToken, "/") {
		t.Fatalf("page token %q has no + and /", page.NextPageToken)
	}
	q.Set("page_token", page.NextPageToken)
	data[ordersAnswer](b, b.call("POST", "/order/202309/orders/search", q, `{ "shipping_type" : "SELLER" }`))
}
