package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
)

// connectBed is a Seller Center on loopback and a station that knows its app.
type connectBed struct {
	*testStation
	server   *shop.Server
	http     *httptest.Server
	redirect string
	env      []string
}

// newConnectBed: the redirect's port is free at this moment.
func newConnectBed(t *testing.T, o shop.Options) *connectBed {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &connectBed{redirect: "http://" + l.Addr().String() + "/connected"}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	o.RedirectURL = b.redirect
	b.server, err = shop.New(o)
	if err != nil {
		t.Fatal(err)
	}
	b.http = httptest.NewServer(b.server)
	t.Cleanup(b.http.Close)
	b.env = []string{envSecret + "=" + b.server.Credentials().AppSecret}
	b.testStation = newStation(t, "", b.shopTable())
	return b
}

func (b *connectBed) shopTable() string {
	c := b.server.Credentials()
	return fmt.Sprintf("[shop]\napi_url = %q\nauth_url = %q\nauthorize_url = %q\napp_key = %q\nservice_id = %q\nredirect = %q\n",
		b.http.URL, b.http.URL, b.http.URL, c.AppKey, c.ServiceID, b.redirect)
}

// packbench is a subcommand of which output, errors and exit code are wanted.
func (b *connectBed) packbench(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := b.command(t, args...)
	cmd.Env = append(cmd.Env, b.env...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	return out.String(), errs.String(), exitCode(t, err)
}

// connecting is `shop connect` that waits for the browser.
type connecting struct {
	cmd   *exec.Cmd
	out   bytes.Buffer
	errs  syncBuffer
	link  string
	paste io.WriteCloser
}

type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

func (b *connectBed) connect(t *testing.T, args ...string) *connecting {
	t.Helper()
	c := &connecting{cmd: b.command(t, append([]string{"shop", "connect"}, args...)...)}
	c.cmd.Env = append(c.cmd.Env, b.env...)
	c.cmd.Stdout, c.cmd.Stderr = &c.out, &c.errs
	var err error
	if c.paste, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.cmd.Process.Kill() })
	eventually(t, "the link is printed", func() bool {
		lines := bufio.NewScanner(strings.NewReader(c.errs.String()))
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "http") {
				c.link = lines.Text()
			}
		}
		return c.link != "" && strings.Contains(c.errs.String(), "Or paste")
	})
	return c
}

// browser follows links and redirects, answers the consent page, and keeps the address it ended at.
func browser(t *testing.T, link, answer string) (page string, landed *url.URL) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(r *http.Request, _ []*http.Request) error { landed = r.URL; return nil }}
	res, err := client.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	consent := bodyOf(t, res)
	if res.StatusCode != 200 || !strings.Contains(consent, "asks to work with your shop") {
		t.Fatalf("the link leads to %d %s", res.StatusCode, consent)
	}
	res, err = client.PostForm(link, url.Values{"answer": {answer}})
	if err != nil {
		return err.Error(), landed
	}
	return bodyOf(t, res), landed
}

func bodyOf(t *testing.T, res *http.Response) string {
	t.Helper()
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The whole way as a person goes it: the link, the consent page, the way back to this computer, two shops of one seller.
func TestConnectByTheBrowser(t *testing.T) {
	b := newConnectBed(t, shop.Options{Market: "US", Also: []string{"GB"}, Orders: 5})
	c := b.connect(t, "--shop", "all")
	u, err := url.Parse(c.link)
	if err != nil || u.Query().Get("service_id") != b.server.Credentials().ServiceID || len(u.Query().Get("state")) != 32 {
		t.Fatalf("link %s, %v", c.link, err)
	}
	for _, bad := range []string{"?code=TTP_code_of_a_stranger&state=guessed", "?code=TTP_code_of_a_stranger", "?error=auth_denied&state=guessed", "", "/../x?state=" + u.Query().Get("state")} {
		res, err := http.Get(b.redirect + bad) // a stranger's page on this computer tries first
		if err != nil {
			t.Fatal(err)
		}
		if page := bodyOf(t, res); res.StatusCode < 400 || strings.Contains(page, "stranger") {
			t.Errorf("%s: %d %s", bad, res.StatusCode, page)
		}
	}
	page, landed := browser(t, c.link, "authorize")
	if !strings.Contains(page, "Packbench has the answer") || landed.Path != "/connected" || landed.Query().Get("code") == "" {
		t.Errorf("the browser ends at %v with %q", landed, page)
	}
	if err := c.cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, c.errs.String())
	}
	if got := ids(t, c.out.String()); len(got) != 2 || got[0] == got[1] {
		t.Errorf("connected %v", got)
	}
	if strings.Contains(c.errs.String()+c.out.String(), landed.Query().Get("code")) {
		t.Error("the code was printed")
	}
	list, said, code := b.packbench(t, "", "shop", "list")
	if got := ids(t, list); code != 0 || len(got) != 2 || !strings.Contains(list, `"authorized_until":"20`) {
		t.Errorf("list: %d %s %s", code, list, said)
	}
	b.env = nil // the app secret is in the secret store now
	synced, said, code := b.packbench(t, "", "sync", "--once")
	for _, id := range ids(t, list) { // a pull of each shop, called by its id
		if !strings.Contains(synced, `orders changed","shop":"`+id+`"`) || code != 0 {
			t.Errorf("sync of shop %s: %d %s %s", id, code, synced, said)
		}
	}
	out, _, _ := b.packbench(t, "", "doctor")
	if strings.Count(out, "answers; the seller's authorization lasts until 20") != 2 || !strings.Contains(out, "kept in a file in the data folder") {
		t.Errorf("doctor:\n%s", out)
	}
	all := ids(t, list)
	if _, said, code := b.packbench(t, "", "shop", "disconnect", "--shop", all[0]); code != 0 {
		t.Errorf("disconnect: %d %s", code, said)
	}
	list, _, _ = b.packbench(t, "", "shop", "list")
	if got := ids(t, list); len(got) != 1 || got[0] != all[1] || !strings.Contains(list, "authorized_until") {
		t.Errorf("the other shop of the account: %s", list)
	}
	if _, _, code := b.packbench(t, "", "shop", "disconnect", "--shop", all[1]); code != 0 {
		t.Error("disconnect the last")
	}
	if _, said, code := b.packbench(t, "", "sync", "--once"); code != 1 || !strings.Contains(said, "no shop is connected") {
		t.Errorf("after disconnecting: %d %s", code, said)
	}
}

func ids(t *testing.T, lines string) []string {
	t.Helper()
	var out []string
	for line := range strings.Lines(lines) {
		var s struct{ Shop string }
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		out = append(out, s.Shop)
	}
	return out
}

// A seller who says no is believed, and a shop that is connected stays so.
func TestTheSellerRefuses(t *testing.T) {
	b := newConnectBed(t, shop.Options{Orders: 3})
	if _, said, code := b.packbench(t, b.server.Credentials().AuthCode+"\n", "shop", "connect", "--auth-code", "-"); code != 0 {
		t.Fatalf("code from stdin: %d %s", code, said)
	}
	c := b.connect(t)
	browser(t, c.link, "refuse")
	err := c.cmd.Wait()
	if exitCode(t, err) != 1 || !strings.Contains(c.errs.String(), "the seller did not let the app in") {
		t.Errorf("%v: %s", err, c.errs.String())
	}
	if out, said, code := b.packbench(t, "", "sync", "--once"); code != 0 {
		t.Errorf("the old connection: %s %s", out, said)
	}
}

// Where the browser cannot come back, what it shows is pasted: the whole address with its state, or the code alone.
func TestConnectByPasting(t *testing.T) {
	b := newConnectBed(t, shop.Options{Market: "US", Also: []string{"GB"}, Orders: 3})
	var lc net.ListenConfig
	taken, err := lc.Listen(t.Context(), "tcp", strings.TrimSuffix(strings.TrimPrefix(b.redirect, "http://"), "/connected"))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_ = taken.(*net.TCPListener).SetDeadline(time.Now()) // somebody else's, and deaf
	c := b.connect(t)
	if !strings.Contains(c.errs.String(), "Nothing can listen at "+b.redirect) {
		t.Errorf("said: %s", c.errs.String())
	}
	u, err := url.Parse(c.link)
	if err != nil {
		t.Fatal(err)
	}
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).PostForm(c.link, url.Values{"answer": {"authorize"}})
	if err != nil {
		t.Fatal(err)
	}
	bodyOf(t, res)
	address := res.Header.Get("Location")
	state := u.Query().Get("state")
	fmt.Fprintln(c.paste, strings.Replace(address, state, "another-station", 1))
	eventually(t, "the strange address is refused", func() bool { return strings.Contains(c.errs.String(), "was not started from here") })
	fmt.Fprintln(c.paste, "  "+address)
	err = c.cmd.Wait()
	if exitCode(t, err) != 2 || !strings.Contains(c.errs.String(), "there are several shops; run `packbench shop connect --shop ID`") {
		t.Fatalf("%v: %s", err, c.errs.String())
	}
	// The code is used up; the choice needs none.
	want := b.server.Credentials().ShopID
	out, said, code := b.packbench(t, "", "shop", "connect", "--shop", want)
	if got := ids(t, out); code != 0 || len(got) != 1 || got[0] != want {
		t.Errorf("%d %s %s", code, out, said)
	}
	if _, said, code := b.packbench(t, "", "shop", "connect", "--auth-code", address); code != 2 || !strings.Contains(said, "not an authorization code") || strings.Contains(said, "TTP_") {
		t.Errorf("an address as a code: %d %s", code, said)
	}
}

// A code works once: where its shops were not chosen they wait, and whoever gives the code again is told so.
func TestTheCodeIsUsedUpAndTheShopsWait(t *testing.T) {
	b := newConnectBed(t, shop.Options{Market: "US", Also: []string{"GB"}, Orders: 3})
	cred := b.server.Credentials()
	connect := func(args ...string) (string, string, int) {
		return b.packbench(t, "", append([]string{"shop", "connect"}, args...)...)
	}
	if _, said, code := connect("--auth-code", "TTP_of_nobody"); code == 0 || !strings.Contains(said, "get a new code") || strings.Contains(said, "without --auth-code") {
		t.Errorf("a code of nobody: %d %s", code, said)
	}
	if _, said, code := connect("--auth-code", cred.AuthCode); code != 2 || !strings.Contains(said, "no code: it is used up") {
		t.Errorf("several shops: %d %s", code, said)
	}
	if _, said, code := connect("--auth-code", cred.AuthCode, "--shop", cred.ShopID); code == 0 || !strings.Contains(said, "run `packbench shop connect --shop ID` without --auth-code") {
		t.Errorf("the same code again: %d %s", code, said)
	}
	out, said, code := connect("--shop", cred.ShopID)
	if got := ids(t, out); code != 0 || len(got) != 1 || got[0] != cred.ShopID {
		t.Errorf("the choice alone: %d %s %s", code, out, said)
	}
}

// TestAuthorizationMarkets: which page a seller is sent to.
func TestAuthorizationMarkets(t *testing.T) {
	for _, tt := range []struct{ market, host, want string }{
		{"US", "", "https://services.tiktokshops.us/open/authorize?"},
		{"GB", "", "https://services.tiktokshop.com/open/authorize?"},
		{"US", "https://services.us.tiktokshop.com", "https://services.us.tiktokshop.com/open/authorize?"},
	} {
		cfg := defaultConfig()
		cfg.Shop.AppKey, cfg.Shop.ServiceID, cfg.Shop.AuthorizeURL, cfg.Shop.Redirect = "k", "7300", tt.host, "http://127.0.0.1:0/"
		a, err := newAuthorization(t.Context(), cfg.Shop, tt.market)
		if err != nil {
			t.Fatal(err)
		}
		a.close()
		if !strings.HasPrefix(a.link, tt.want) || !strings.Contains(a.link, "state="+a.state) || len(a.state) != 32 {
			t.Errorf("%s: %s", tt.market, a.link)
		}
	}
}
