package shop

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"
)

const searchPath = "/order/202309/orders/search"

// resign signs again after a change, so that only the change is wrong.
func (b *bench) resign(r *http.Request, q url.Values) {
	q.Set("sign", requestSign(b.c.AppSecret, r.URL.Path, q, r.Header.Get("Content-Type"), nil))
}

func TestGate(t *testing.T) {
	b := newBench(t, Options{})
	at := func(d time.Duration) func(*http.Request, url.Values) {
		return func(r *http.Request, q url.Values) {
			q.Set("timestamp", fmt.Sprint(b.clock.Now().Add(d).Unix()))
			b.resign(r, q)
		}
	}
	set := func(k, v string) func(*http.Request, url.Values) {
		return func(r *http.Request, q url.Values) { q.Set(k, v); b.resign(r, q) }
	}
	del := func(k string) func(*http.Request, url.Values) {
		return func(r *http.Request, q url.Values) { q.Del(k); b.resign(r, q) }
	}
	const detail, shops = "/order/202309/orders", "/authorization/202309/shops"
	for _, tt := range []struct {
		name, method, path string
		edit               func(*http.Request, url.Values)
		want               *apiError
	}{
		{"unknown path", "GET", "/order/202309/nothing", nil, errInvalidPath},
		{"unknown version", "GET", "/order/202001/orders", nil, errVersion},
		{"wrong method", "PUT", detail, nil, errInvalidMethod},
		{"path is judged before the app key", "GET", "/order/202309/nothing", set("app_key", "x"), errInvalidPath},
		{"app key", "GET", detail, set("app_key", "x"), errBadAppKey},
		{"app key is judged before the timestamp", "GET", detail, func(r *http.Request, q url.Values) { q.Set("app_key", "x"); at(-time.Hour)(r, q) }, errBadAppKey},
		{"no timestamp", "GET", detail, del("timestamp"), errTimestamp},
		{"milliseconds", "GET", detail, set("timestamp", "1763800000000"), errTimestamp},
		{"301 s early", "GET", detail, at(-301 * time.Second), errTooEarly},
		{"31 s late", "GET", detail, at(31 * time.Second), errTooLate},
		{"timestamp is judged before the sign", "GET", detail, func(r *http.Request, q url.Values) { at(time.Hour)(r, q); q.Set("sign", "x") }, errTooLate},
		{"no sign", "GET", detail, func(_ *http.Request, q url.Values) { q.Del("sign") }, errNoSign},
		{"wrong sign", "GET", detail, func(_ *http.Request, q url.Values) { q.Set("sign", "00") }, errBadSign},
		{"sign is judged before the token", "GET", detail, func(r *http.Request, q url.Values) { q.Set("sign", "00"); r.Header.Del("x-tts-access-token") }, errBadSign},
		{"no token", "GET", detail, func(r *http.Request, _ url.Values) { r.Header.Del("x-tts-access-token") }, errBadToken},
		{"wrong token", "GET", detail, func(r *http.Request, _ url.Values) { r.Header.Set("x-tts-access-token", "x") }, errBadToken},
		{"no cipher", "GET", detail, del("shop_cipher"), errNoCipher},
		{"other cipher", "GET", detail, set("shop_cipher", "GCP_other"), errTokenOfOther},
		{"cipher where there is none", "GET", shops, set("shop_cipher", b.c.ShopCipher), errUnexpected},
		{"no content type", "GET", detail, func(r *http.Request, _ url.Values) { r.Header.Del("Content-Type") }, artificial(codeHeader, "")},
		{"unknown parameter", "GET", detail, set("sort_by", "x"), artificial(codeUnknownQuery, "")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := b.do(b.request(tt.method, tt.path, url.Values{"ids": {"1"}}, nil, tt.edit))
			if err != nil {
				t.Fatal(err)
			}
			wantRefusal(t, a, tt.want)
		})
	}
	for _, d := range []time.Duration{-300 * time.Second, 30 * time.Second} { // the bounds themselves are inside
		a, err := b.do(b.request("GET", detail, url.Values{"ids": {"1"}}, nil, at(d)))
		if err != nil || a.env.Code != 0 {
			t.Errorf("timestamp %v off: code %d, %v", d, a.env.Code, err)
		}
	}
}

// wantRefusal checks code, HTTP status and, where they are documented, the exact words.
func wantRefusal(t *testing.T, a answer, want *apiError) {
	t.Helper()
	if a.env.Code != want.Code || a.status != want.Status {
		t.Errorf("HTTP %d code %d (%s), want HTTP %d code %d", a.status, a.env.Code, a.env.Message, want.Status, want.Code)
	}
	if want.Code < 21999000 && a.env.Message != want.Message {
		t.Errorf("message %q, want %q", a.env.Message, want.Message)
	}
	if a.env.RequestID == "" {
		t.Error("no request_id")
	}
	if string(a.env.Data) != "null" {
		t.Errorf("data %s with an error", a.env.Data)
	}
}

func TestRateLimit(t *testing.T) {
	b := newBench(t, Options{RatePerSecond: 3})
	q := url.Values{"page_size": {"1"}}
	for i := range 3 {
		b.wantCode(b.call("POST", searchPath, q, nil), 0, fmt.Sprint("call ", i+1))
	}
	a := b.call("POST", searchPath, q, nil)
	if a.status != 429 || a.env.Code != 36009002 {
		t.Errorf("fourth call in a second: HTTP %d code %d, want 429 36009002", a.status, a.env.Code)
	}
	b.wantCode(b.call("GET", "/logistics/202309/warehouses", nil, nil), 0, "another endpoint has its own limit")
	b.clock.add(time.Second)
	b.wantCode(b.call("POST", searchPath, q, nil), 0, "a second later")
}

func TestScope(t *testing.T) {
	b := newBench(t, Options{Scopes: []string{scopeOrder}})
	b.wantCode(b.call("POST", searchPath, url.Values{"page_size": {"1"}}, nil), 0, "granted scope")
	b.wantCode(b.call("GET", "/logistics/202309/warehouses", nil, nil), 105005, "scope not granted")
}

func TestTokenLife(t *testing.T) {
	b := newBench(t, Options{})
	if got := time.Unix(b.token.AccessTokenExpireIn, 0); !got.Equal(testStart.Add(7 * 24 * time.Hour)) {
		t.Errorf("access token ends at %v: the value must be an absolute time, 7 days ahead", got)
	}
	b.wantCode(b.getToken("get", "auth_code", b.c.AuthCode, "authorized_code"), 36004005, "a code is good once")
	b.wantCode(b.getToken("get", "auth_code", b.c.AuthCode, "authorization_code"), codeMissing, "the grant type is spelled authorized_code")
	shops := func() answer { return b.call("GET", "/authorization/202309/shops", nil, nil) }
	if got := data[shopsAnswer](b, shops()); len(got.Shops) != 1 || got.Shops[0].Cipher != b.c.ShopCipher {
		t.Errorf("shops %+v", got)
	}
	b.clock.add(7 * 24 * time.Hour)
	a := shops()
	b.wantCode(a, 105002, "after 7 days")
	if a.env.Message != errTokenExpired.Message {
		t.Errorf("message %q", a.env.Message)
	}
	old := b.token
	b.token = data[tokenAnswer](b, b.getToken("refresh", "refresh_token", old.RefreshToken, "refresh_token"))
	if b.token.RefreshToken == old.RefreshToken || b.token.AccessToken == old.AccessToken {
		t.Error("the refresh did not bring a new pair")
	}
	b.wantCode(shops(), 0, "after the refresh")
	b.wantCode(b.getToken("refresh", "refresh_token", old.RefreshToken, "refresh_token"), 36004005, "an old refresh token")
	b.clock.add(366 * 24 * time.Hour)
	b.wantCode(b.getToken("refresh", "refresh_token", b.token.RefreshToken, "refresh_token"), 36004001, "after the authorization has ended")
}

func TestAuthCodeEnds(t *testing.T) {
	b := newBench(t, Options{})
	var fresh struct {
		Code string `json:"auth_code"`
	}
	mustJSON(t, b.admin("authorize", nil).raw, &fresh)
	b.clock.add(30 * time.Minute)
	b.wantCode(b.getToken("get", "auth_code", fresh.Code, "authorized_code"), 36004005, "after 30 minutes")
	mustJSON(t, b.admin("authorize", nil).raw, &fresh)
	b.clock.add(29 * time.Minute)
	b.wantCode(b.getToken("get", "auth_code", fresh.Code, "authorized_code"), 0, "after 29 minutes")
}
