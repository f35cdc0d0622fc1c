package sellercenter

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"packbench/fulfillment"
)

// saying is a transport with one answer to everything.
type saying struct {
	status int
	kind   string
	body   string
	to     string
}

func (s saying) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	h := http.Header{}
	for name, value := range map[string]string{"Content-Type": s.kind, "Location": s.to} {
		if value != "" {
			h.Set(name, value)
		}
	}
	return replyOf(r, s.status, s.body, h), nil
}

func onTransport(t *testing.T, api string, hop http.RoundTripper) *Client {
	t.Helper()
	c, err := New(Config{APIURL: api, AuthURL: api, AppKey: testKey, AppSecret: testSecret, Transport: hop, Now: fakeNow, ReadsPerSecond: 1e9, WritesPerSecond: 1e9,
		Tokens: &memTokens{has: true, t: Tokens{Access: "tok-1", Refresh: "ref-1", AccessExpires: fakeNow().Add(week), ObtainedAt: fakeNow()}}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWhatCameInItsPlaceIsSaidWithWhatToDo: whatever stands between this PC and the platform, a read may be tried again, a write
// is uncertain, and a person reads one sentence that ends in something to do.
func TestWhatCameInItsPlaceIsSaidWithWhatToDo(t *testing.T) {
	const page = "<!DOCTYPE html><html><body>Welcome to the guest network</body></html>"
	const api = "https://open-api.tiktokglobalshop.com"
	for name, c := range map[string]struct {
		saying
		came, do string
		calm     bool // nobody here can do anything about it
	}{
		"a captive portal":         {saying{200, "text/html; charset=utf-8", page, ""}, "a web page came", "log in to the network", false},
		"a page without its type":  {saying{200, "", " \n" + page, ""}, "a web page came", "log in to the network", false},
		"a page that says JSON":    {saying{200, "application/json", page, ""}, "a web page came", "log in to the network", false},
		"a portal that sends away": {saying{302, "text/html", page, "https://portal.guest.example/login?was=secret"}, "is led to portal.guest.example (HTTP 302)", "log in to the network", false},
		"a moved address":          {saying{308, "", "", ""}, "is led to nowhere", "correct api_url", false},
		"a network with a log-in":  {saying{511, "text/html", page, ""}, "HTTP 511", "log in with a web browser", false},
		"a proxy's 401":            {saying{401, "text/html", page, ""}, "a proxy or firewall refuses open-api", "ask whoever keeps the network", false},
		"a firewall's 403":         {saying{403, "text/plain", "blocked by policy", ""}, "a proxy or firewall refuses", "ask whoever keeps the network", false},
		"a proxy's 407":            {saying{407, "text/html", page, ""}, "the proxy before", "HTTPS_PROXY", false},
		"a wrong address":          {saying{404, "text/html", page, ""}, "does not know what was asked (HTTP 404)", "correct api_url", false},
		"nothing":                  {saying{200, "application/json", " \r\n", ""}, "answers nothing", "ask whoever keeps the network", false},
		"204":                      {saying{204, "", "", ""}, "answers nothing", "ask whoever keeps the network", false},
		"another type":             {saying{200, "application/octet-stream", "\x00\x01\x02", ""}, "application/octet-stream", "correct api_url", false},
		"JSON of something else":   {saying{200, "application/json", `{"status":"UP"}`, ""}, "something unknown", "correct api_url", false},
		"half an answer":           {saying{200, "application/json", `{"code":0,"data":{"sh`, ""}, "something unknown", "ask whoever keeps the network", false},
		"a type that is no type":   {saying{200, ";;;\x01", "x", ""}, "something unknown", "correct api_url", false},
		"a gateway out of order":   {saying{502, "text/html", page, ""}, "a web page came", "nothing to do here but wait", true},
		"a gateway without a word": {saying{504, "", "", ""}, "nothing came", "nothing to do here but wait", true},
	} {
		t.Run(name, func(t *testing.T) {
			client := onTransport(t, api, c.saying)
			_, read := client.Shops(ctx())
			write := mark(client)
			for _, err := range []error{read, write} {
				var line *fulfillment.LineError
				if said := err.Error(); !strings.Contains(said, c.came) || !strings.Contains(said, c.do) || strings.Count(said, "HTTP ") != 1 || strings.ContainsAny(said, "\n\x01") || strings.Contains(said, "secret") {
					t.Errorf("said %q, want %q and %q", said, c.came, c.do)
				}
				if got := errors.As(err, &line); got == c.calm || got && len(line.Words) > 160 {
					t.Errorf("a person must look: %t, want %t: %v", got, !c.calm, err)
				}
			}
			if !errors.Is(read, fulfillment.ErrOffline) || errors.Is(read, fulfillment.ErrUncertain) || !errors.Is(write, fulfillment.ErrUncertain) {
				t.Errorf("a read is %v, a write is %v", read, write)
			}
		})
	}
}

// TestAProxyThatWantsALogIn: what it answers to CONNECT never left this PC as a request.
func TestAProxyThatWantsALogIn(t *testing.T) {
	proxy, err := url.Parse("http://" + strings.TrimPrefix(listen(t, func(c net.Conn) {
		defer c.Close()
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			_, _ = io.WriteString(c, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n")
		}
	}), "https://"))
	if err != nil {
		t.Fatal(err)
	}
	hop := newTransport()
	hop.Proxy = http.ProxyURL(proxy)
	err = mark(onTransport(t, "https://shop.example", hop))
	var line *fulfillment.LineError
	if !errors.Is(err, fulfillment.ErrOffline) || errors.Is(err, fulfillment.ErrUncertain) || !errors.As(err, &line) || !strings.Contains(line.Words, "HTTPS_PROXY") {
		t.Errorf("got %v", err)
	}
}
