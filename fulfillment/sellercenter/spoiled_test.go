package sellercenter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
)

// answering is a transport that gives one answer to every API call and a label to every download.
type answering func(r *http.Request) (status int, body []byte)

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	status, body := a(r)
	if r.URL.Path == "/doc" {
		status, body = 200, []byte("%PDF-1.4 a label")
	}
	return replyOf(r, status, string(body), http.Header{}), nil
}

func replyOf(r *http.Request, status int, body string, h http.Header) *http.Response {
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

// inMemory is a client on a transport. Its pace and its breaker do not get in the way.
func inMemory(t testing.TB, a answering) *Client {
	t.Helper()
	store := &memTokens{has: true, t: Tokens{Access: "tok-1", Refresh: "ref-1", AccessExpires: fakeNow().Add(week), ObtainedAt: fakeNow()}}
	c, err := New(Config{APIURL: "https://shop.example", AuthURL: "https://auth.example", AppKey: testKey, AppSecret: testSecret, Tokens: store,
		Transport: a, Now: fakeNow, ReadsPerSecond: 1e9, WritesPerSecond: 1e9})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func envelopeOf(data string) string {
	return `{"code":0,"message":"Success","request_id":"REQ1","data":` + data + `}`
}

// spoiled are the shapes a value is replaced with.
var spoiled = map[string]string{"null": `null`, "number": `7`, "text": `"NEW_WORD"`, "empty": `""`, "flag": `true`, "list": `[]`, "list of lists": `[[],{},null,1]`,
	"object": `{}`, "huge number": `1e400`, "long": `123456789012345678901234567890`, "negative": `-1`, "fraction": `0.5`,
	"huge text": `"` + strings.Repeat("x", 9_000) + `"`, "deep": strings.Repeat("[", 500) + strings.Repeat("]", 500)}

// paths walks a decoded answer.
func paths(v any, prefix string, visit func(path string)) {
	join := func(k string) string {
		if prefix == "" {
			return k
		}
		return prefix + "." + k
	}
	switch x := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			visit(join(k))
			paths(x[k], join(k), visit)
		}
	case []any:
		for i := range x {
			visit(join(strconv.Itoa(i)))
			paths(x[i], join(strconv.Itoa(i)), visit)
		}
	}
}

// marked replaces the value at path with a mark, or takes it away.
func changed(data, path string, with string) string {
	var v any
	dec := json.NewDecoder(strings.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		panic(err)
	}
	const mark = "\u2603mark"
	v = replaceAt(v, strings.Split(path, "."), mark, with == "")
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return strings.Replace(string(b), `"`+mark+`"`, with, 1)
}

func replaceAt(v any, path []string, with any, drop bool) any {
	switch x := v.(type) {
	case map[string]any:
		switch {
		case len(path) == 1 && drop:
			delete(x, path[0])
		case len(path) == 1:
			x[path[0]] = with
		default:
			x[path[0]] = replaceAt(x[path[0]], path[1:], with, drop)
		}
	case []any:
		i, _ := strconv.Atoi(path[0])
		switch {
		case len(path) == 1 && drop:
			return slices.Delete(x, i, i+1)
		case len(path) == 1:
			x[i] = with
		default:
			x[i] = replaceAt(x[i], path[1:], with, drop)
		}
	}
	return v
}

// badAnswer checks that a call whose answer cannot be used says so, in the class that decides what happens next.
func badAnswer(t *testing.T, tc apiCall, what string, err error) {
	t.Helper()
	var no *fulfillment.RejectedError
	switch {
	case err == nil:
		t.Errorf("%s: %s was taken for success", tc.name, what)
	case tc.write && !errors.Is(err, fulfillment.ErrUncertain):
		t.Errorf("%s: %s: %v is not uncertain", tc.name, what, err)
	case !tc.write && !errors.Is(err, fulfillment.ErrOffline) && !errors.Is(err, fulfillment.ErrNotYet):
		t.Errorf("%s: %s: %v may not be tried again", tc.name, what, err)
	case errors.As(err, &no):
		t.Errorf("%s: %s: the platform has refused nothing: %v", tc.name, what, err)
	}
}

// Every call with every part of its answer missing, null, of another type, huge or unknown: nothing panics, and what an
// answer must not do without is never taken for success.
func TestEveryCallSpoiled(t *testing.T) {
	n := 0
	for _, tc := range everyCall {
		body := ""
		c := inMemory(t, func(*http.Request) (int, []byte) { return 200, []byte(body) })
		try := func(what, answer string, must bool) {
			n++
			body = answer
			c.providers.m = nil
			c.breaker.note(true)
			if _, err := tc.do(c); must {
				badAnswer(t, tc, what, err)
			} else if err != nil {
				badAnswer(t, tc, what, err)
			}
		}
		var all []string
		var v any
		if err := json.Unmarshal([]byte(tc.good), &v); err != nil {
			t.Fatal(tc.name, err)
		}
		paths(v, "", func(p string) { all = append(all, p) })
		for _, m := range tc.must {
			if !slices.Contains(all, strings.TrimSuffix(m, "?")) {
				t.Fatalf("%s: the good answer has no %s", tc.name, m)
			}
		}
		for _, p := range all {
			must := slices.Contains(tc.must, p)
			element := p[len(p)-1] >= '0' && p[len(p)-1] <= '9' && !tc.write // a list of a read may be shorter
			try(p+" missing", envelopeOf(changed(tc.good, p, "")), must && !element)
			for kind, with := range spoiled {
				isText := kind == "number" || kind == "text" || strings.HasPrefix(kind, "huge") || kind == "long" || kind == "negative" || kind == "fraction"
				sure := must && !isText || slices.Contains(tc.must, p+"?") && kind != "null" && kind != "empty" && kind != "list"
				try(p+" as "+kind, envelopeOf(changed(tc.good, p, with)), sure)
			}
		}
		for kind, with := range spoiled {
			if kind != "object" {
				try("data as "+kind, envelopeOf(with), tc.good != `{}`)
			}
			if kind != "number" && kind != "negative" && kind != "long" { // those are codes, or none that fits
				try("code as "+kind, `{"code":`+with+`,"message":"Success","data":`+tc.good+`}`, true)
			}
		}
		try("no data", `{"code":0,"message":"Success"}`, tc.good != `{}`)
		try("no code", `{"message":"Success","data":`+tc.good+`}`, true)
		try("another page", "<html>Welcome to the Wi-Fi", true)
		try("nothing", "", true)
		try("a list", `[`+envelopeOf(tc.good)+`]`, true)
		whole := envelopeOf(tc.good)
		for cut := 1; cut < len(whole); cut += max(1, len(whole)/40) {
			try(fmt.Sprintf("cut at %d", cut), whole[:cut], true)
		}
		try("appended to", whole+"x", true)
	}
	t.Logf("%d answers", n)
}

// What the platform refuses is never success, whatever data comes with it, and a status that contradicts code 0 neither.
func TestEveryCallRefused(t *testing.T) {
	for _, tc := range everyCall {
		for _, status := range []int{201, 302, 400, 401, 403, 404, 429, 500, 503} {
			c := inMemory(t, func(*http.Request) (int, []byte) { return status, []byte(envelopeOf(tc.good)) })
			if _, err := tc.do(c); status != 201 {
				badAnswer(t, tc, fmt.Sprintf("code 0 with HTTP %d", status), err)
			}
		}
		for _, code := range []string{"21011007", "21999001", "-1", `"21011044"`, "36009003", "36009002", "106013", "99999999999"} {
			c := inMemory(t, func(*http.Request) (int, []byte) {
				return 200, []byte(`{"code":` + code + `,"message":"no","request_id":"R","data":` + tc.good + `}`)
			})
			if _, err := tc.do(c); err == nil {
				t.Errorf("%s: code %s was taken for success", tc.name, code)
			}
		}
	}
}

// An answer of any bytes: success only where an independent look at it finds code 0.
func FuzzEveryCall(f *testing.F) {
	for i, tc := range everyCall {
		f.Add(uint8(i), uint16(200), []byte(envelopeOf(tc.good)))
	}
	f.Add(uint8(3), uint16(200), []byte(`{"code":0,"CODE":5,"data":{}}`))
	f.Add(uint8(9), uint16(502), []byte(`{"code":0,"data":{"errors":[{"code":1,"detail":{"package_id":"2"}}]}}`))
	f.Fuzz(func(t *testing.T, which uint8, status uint16, answer []byte) {
		tc := everyCall[int(which)%len(everyCall)]
		st := 100 + int(status)%500
		c := inMemory(t, func(*http.Request) (int, []byte) { return st, answer })
		if _, err := tc.do(c); err != nil {
			return
		}
		var v map[string]json.RawMessage
		if err := json.Unmarshal(answer, &v); err != nil || st < 200 || st > 299 {
			t.Fatalf("%s: HTTP %d %q was taken for success: %v", tc.name, st, answer, err)
		}
		for k, code := range v {
			if strings.EqualFold(k, "code") && (string(code) == "0" || string(code) == `"0"` || string(code) == `-0` || string(code) == `"-0"` || string(code) == `"+0"` || strings.Trim(string(code), `"0+-`) == "") {
				return
			}
		}
		t.Fatalf("%s: %q has no code 0", tc.name, answer)
	})
}

// A batch: what failed is named with its cause, what is not named was done, and an error that names nobody leaves
// everybody uncertain.
func TestBatch(t *testing.T) {
	list := []Ship{{Package: "1"}, {Package: "2"}, {Package: "3"}}
	for _, tc := range []struct{ answer, want string }{
		{`{}`, ""},
		{`{"errors":null}`, ""},
		{`{"errors":[{"code":21011007,"message":"after-sale","detail":{"package_id":"2"}}]}`, "2 rejected"},
		{`{"errors":[{"code":36009003,"message":"internal","detail":{"package_id":"2"}},{"code":21011044,"message":"on hold","detail":{"package_id":"3"}}]}`, "2 uncertain,3 not yet"},
		{`{"errors":[{"code":21011007,"message":"x","detail":{"package_id":"1"}},{"code":10007014,"message":"invalid package id","detail":{}}]}`, "1 rejected,2 uncertain,3 uncertain"},
		{`{"errors":[{"code":0,"message":"?","detail":{"package_id":"3"}}]}`, "3 uncertain"},
		{`{"errors":[{"code":5,"detail":{"package_id":"99"}}]}`, "1 uncertain,2 uncertain,3 uncertain"},
	} {
		c := inMemory(t, func(*http.Request) (int, []byte) { return 200, []byte(envelopeOf(tc.answer)) })
		failed, err := c.ShipBatch(ctx(), testShop, list)
		if err != nil {
			t.Fatal(tc.answer, err)
		}
		var got []string
		for _, f := range failed {
			got = append(got, string(f.Package)+" "+class(f.Err))
		}
		if strings.Join(got, ",") != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.answer, got, tc.want)
		}
	}
	for _, bad := range [][]Ship{nil, make([]Ship, 51), {{Package: "1"}, {Package: "1"}}, {{Package: "1", Tracking: "T"}}, {{Package: "../x"}}} {
		c := inMemory(t, func(*http.Request) (int, []byte) { t.Error("sent"); return 200, nil })
		if _, err := c.ShipBatch(ctx(), testShop, bad); class(err) != "refused here" {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func class(err error) string {
	var no *fulfillment.RejectedError
	switch {
	case errors.As(err, &no) && no.Code == 0:
		return "refused here"
	case errors.As(err, &no):
		return "rejected"
	case errors.Is(err, fulfillment.ErrUncertain):
		return "uncertain"
	case errors.Is(err, fulfillment.ErrNotYet):
		return "not yet"
	}
	return fmt.Sprint(err)
}

// The adapter never claims a rung that no answer confirmed: each of its calls in turn gets a spoiled answer.
func TestSendNeverClaims(t *testing.T) {
	orders := map[string]string{"US": "SELLER", "VN": "SELLER", "JP": "TIKTOK", "GB": "TIKTOK"}
	good := map[string]string{markRoute: `{"package_id":"P1"}`, shipRoute: `{}`, createRoute: `{"package_id":"P1"}`,
		carriersRoute: `{"shipping_providers":[{"id":"C2","name":"Demo Post"}]}`, servicesRoute: `{"shipping_services":[{"id":"S1","is_default":true}]}`,
		detailRoute: `{"package_id":"P1","package_status":"PROCESSING","tracking_number":"TT1","shipping_provider_name":"Demo Post"}`}
	bad := []string{``, `<html>`, `{"code":0`, `{"code":null,"data":{}}`, `{"code":"","data":{"package_id":"P1"}}`, `{"code":21999001,"message":"no"}`,
		`{"code":0.4,"data":{"package_id":"P1"}}`, `{"data":{"package_id":"P1"}}`, `[]`, `{"code":0,"data":{"package_id":"P9","tracking_number":"TT-OTHER","package_status":"COMPLETED"}}`}
	for market, shipping := range orders {
		for spoil := range good {
			for _, answer := range bad {
				c := inMemory(t, func(r *http.Request) (int, []byte) {
					route := r.Method + " " + r.URL.Path
					if route == spoil {
						return 200, []byte(answer)
					}
					return 200, []byte(envelopeOf(good[route]))
				})
				pkg := ""
				if shipping == "TIKTOK" && market == "GB" || market == "VN" {
					pkg = "P1"
				}
				o := convert(t, platformOrder(market, shipping, pkg))
				row := fulfillment.OutboxRow{Kind: fulfillment.OutboxReportShipped, OrderID: o.ID, PackageID: o.Packages[0].ID, Lines: []fulfillment.LineID{"L1"},
					Tracking: "JX1", Carrier: "Demo Post", WeightG: 350, LengthMM: 200, WidthMM: 155, HeightMM: 100}
				if shipping == "TIKTOK" {
					row.Kind = fulfillment.OutboxArrange
				}
				news, err := NewAdapter(c, testShop, market).Send(ctx(), row, o)
				write := spoil == markRoute && market == "US" || spoil == shipRoute && pkg != "" || spoil == createRoute && market == "JP"
				valid := strings.Contains(answer, `"code":0,`) // a P9 of a create is a package; of a ship it says nothing
				if write && !valid && (err == nil || news.Arranged) {
					t.Errorf("%s: %s answered %q: %+v, %v", market, spoil, answer, news, err)
				}
				if err == nil != news.Arranged {
					t.Errorf("%s: %s answered %q: arranged %v, %v", market, spoil, answer, news.Arranged, err)
				}
				if spoil == detailRoute && (news.Tracking == "TT-OTHER" || news.PlatformStatus == "COMPLETED") {
					t.Errorf("%s: another package's news were believed: %+v", market, news)
				}
			}
		}
	}
}

// A list that cannot be read to its end is no shorter list.
func TestListsEndProperly(t *testing.T) {
	for name, next := range map[string]string{"repeated": `"same"`, "a number": `7`, "an object": `{}`, "endless": ""} {
		n := 0
		c := inMemory(t, func(r *http.Request) (int, []byte) {
			n++
			token := next
			if token == "" {
				token = strconv.Quote(strconv.Itoa(n))
			}
			return 200, []byte(envelopeOf(`{"orders":[],"cancellations":[],"next_page_token":` + token + `}`))
		})
		if _, err := c.Cancellations(ctx(), testShop, CancelFilter{}); !errors.Is(err, fulfillment.ErrOffline) {
			t.Errorf("%s: %v", name, err)
		}
		n = 0
		err := NewAdapter(c, testShop, "GB").PullOrders(ctx(), time.Time{}, func(fulfillment.PulledPage) error { return nil })
		if !errors.Is(err, fulfillment.ErrOffline) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
