package sellercenter

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"packbench/fulfillment"
)

const (
	testKey    = "testkey1"
	testSecret = "secret-that-must-stay-inside"
	testShop   = "GCP_demo+cipher/="
)

// memTokens is a token store that remembers the order of things.
type memTokens struct {
	mu     sync.Mutex
	t      Tokens
	has    bool
	stored int
	fail   error
}

func (m *memTokens) Tokens(context.Context) (Tokens, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.has {
		return Tokens{}, fulfillment.ErrNotFound
	}
	return m.t, nil
}

func (m *memTokens) StoreTokens(_ context.Context, t Tokens) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.t, m.has = t, true
	m.stored++
	return nil
}

func (m *memTokens) setFail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// fakeShop is a platform of a few lines: it checks what every platform call must carry and answers from a table.
type fakeShop struct {
	t      *testing.T
	store  *memTokens
	server *httptest.Server

	mu     sync.Mutex
	now    func() time.Time
	routes map[string]http.HandlerFunc // "POST /path"
	calls  []string
	bodies map[string]string
	querys map[string]url.Values
	good   string // the token that is accepted
	stale  string // the token that has expired
}

func newFakeShop(t *testing.T) *fakeShop {
	f := &fakeShop{t: t, store: &memTokens{}, now: time.Now, routes: map[string]http.HandlerFunc{}, bodies: map[string]string{}, querys: map[string]url.Values{}, good: "tok-1"}
	f.store.t = Tokens{Access: "tok-1", Refresh: "ref-1", AccessExpires: time.Now().Add(7 * 24 * time.Hour), ObtainedAt: time.Now()}
	f.store.has = true
	f.server = httptest.NewServer(f)
	t.Cleanup(f.server.Close)
	return f
}

func (f *fakeShop) client(change ...func(*Config)) *Client {
	f.t.Helper()
	c := Config{APIURL: f.server.URL, AuthURL: f.server.URL, AppKey: testKey, AppSecret: testSecret, Tokens: f.store,
		ReadsPerSecond: 1000, WritesPerSecond: 1000}
	for _, ch := range change {
		ch(&c)
	}
	cl, err := New(c)
	if err != nil {
		f.t.Fatal(err)
	}
	return cl
}

func (f *fakeShop) on(route string, h http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.routes[route] = h
}

// answer is a route that always gives this data.
func (f *fakeShop) answer(route, data string) {
	f.on(route, func(w http.ResponseWriter, _ *http.Request) { ok(w, data) })
}

func ok(w http.ResponseWriter, data string) { say(w, 200, 0, "Success", data) }

func say(w http.ResponseWriter, status, code int, message, data string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"code":%d,"message":%q,"request_id":"REQ1","data":%s}`, code, message, data)
}

func (f *fakeShop) count(route string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, c := range f.calls {
		if c == route {
			n++
		}
	}
	return n
}

func (f *fakeShop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	route := r.Method + " " + r.URL.Path
	f.mu.Lock()
	f.calls = append(f.calls, route)
	f.bodies[route] = string(body)
	f.querys[route] = r.URL.Query()
	h, now, good, stale := f.routes[route], f.now(), f.good, f.stale
	f.mu.Unlock()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	if r.URL.Path == "/api/v2/token/get" || r.URL.Path == "/api/v2/token/refresh" || r.URL.Path == "/doc" {
		h(w, r)
		return
	}
	q := r.URL.Query()
	ts, _ := strconv.ParseInt(q.Get("timestamp"), 10, 64)
	token := r.Header.Get("x-tts-access-token")
	switch {
	case h == nil:
		f.t.Errorf("unexpected call %s", route)
		say(w, 404, codeBadPath, "Invalid path.", "null")
	case string(body) == "{}":
		f.t.Errorf("%s: an empty object as body", route)
	case ts < now.Add(-5*time.Minute).Unix() || ts > now.Add(30*time.Second).Unix():
		say(w, 200, codeOverloaded, "Invalid timestamp. The value of the `timestamp` query parameter must not …", "null")
	case q.Get("sign") != serverSign(testSecret, r.URL.Path, r.URL.RawQuery, r.Header.Get("Content-Type"), string(body)):
		say(w, 401, codeBadSign, "Invalid credentials. The `sign` query parameter is invalid.", "null")
	case token == stale:
		say(w, 200, codeTokenExpired, "Expired credentials. The `access_token` or `x-tts-access-token` header has expired.", "null")
	case token != good:
		say(w, 200, codeOverloaded, "Invalid credentials. The `x-tts-access-token` header is invalid.", "null")
	case (r.URL.Path == "/authorization/202309/shops" || r.URL.Path == "/product/202309/images/upload") != (q.Get("shop_cipher") == ""):
		f.t.Errorf("%s: shop_cipher %q", route, q.Get("shop_cipher"))
	default:
		h(w, r)
	}
}

func (f *fakeShop) body(route string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bodies[route]
}

// ownQuery is the last query of a route without what every call carries.
func (f *fakeShop) ownQuery(route string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	q := f.querys[route]
	for _, k := range []string{"app_key", "timestamp", "sign", "shop_cipher"} {
		q.Del(k)
	}
	return q.Encode()
}

func sendPDF(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "%PDF-1.4 a label") }

func (f *fakeShop) setTokens(good, stale string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.good, f.stale = good, stale
}

func tokenAnswer(access, refresh string, life time.Duration) string {
	return fmt.Sprintf(`{"access_token":%q,"access_token_expire_in":%d,"refresh_token":%q,"refresh_token_expire_in":%d,
		"seller_name":"Demo","seller_base_region":"GB","user_type":0,"granted_scopes":["a"]}`,
		access, time.Now().Add(life).Unix(), refresh, time.Now().Add(365*24*time.Hour).Unix())
}
