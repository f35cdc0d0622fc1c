package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
)

// markedSecret is an app secret that is found wherever it stands.
const markedSecret = "MARKEDappSecret0123456789abcdefMARKED"

// secretMarks are the beginnings of the sandbox's codes and tokens, and the app secret; as they are and as programs write them.
var secretMarks = func() (out []*regexp.Regexp) {
	for _, m := range []string{markedSecret, "TTP_acc", "TTP_ref", "TTP_code_"} {
		end := "[0-9a-f]{6}"
		if m == markedSecret {
			end = ""
		}
		out = append(out, regexp.MustCompile(regexp.QuoteMeta(m)+end), regexp.MustCompile(regexp.QuoteMeta(hex.EncodeToString([]byte(m)))),
			regexp.MustCompile(regexp.QuoteMeta(strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(m[:len(m)/3*3])), "="))))
	}
	return out
}()

// leaks names what is found in the bytes.
func leaks(text []byte) (found []string) {
	for _, m := range secretMarks {
		if hit := m.Find(text); hit != nil {
			found = append(found, string(hit))
		}
	}
	return found
}

// searchSecrets reads every file below a folder.
func searchSecrets(t *testing.T, root string) (files int) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if found := leaks(text); found != nil {
			t.Errorf("%s holds %q", path, found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestTheSearchFinds(t *testing.T) {
	for _, text := range []string{"a" + markedSecret, "token=TTP_acc0123ab", hex.EncodeToString([]byte("TTP_code_0")), base64.StdEncoding.EncodeToString([]byte(markedSecret))} {
		if leaks([]byte(text)) == nil {
			t.Errorf("%q is not found", text)
		}
	}
	if found := leaks([]byte("TTP_code_ is a prefix")); found != nil {
		t.Errorf("found %q", found)
	}
}

// newMarkedBed is a connected station whose secrets can be found. The authorization page's answer was pasted, so nothing secret
// came in by the command line.
func newMarkedBed(t *testing.T, o shop.Options) *connectBed {
	t.Helper()
	o.AppSecret = markedSecret
	b := newConnectBed(t, o)
	if _, said, code := b.packbench(t, b.server.Credentials().AuthCode+"\n", "shop", "connect", "--auth-code", "-"); code != 0 {
		t.Fatalf("%d %s", code, said)
	}
	b.env = nil
	return b
}

func (b *connectBed) admin(t *testing.T, path, body string) {
	t.Helper()
	res, err := http.Post(b.http.URL+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if text := bodyOf(t, res); res.StatusCode != 200 {
		t.Fatalf("%s: %d %s", path, res.StatusCode, text)
	}
}

// Every flow that has a secret in hand, well and with each kind of trouble; then every file, line and backup is searched.
func TestSecretsStayOut(t *testing.T) {
	b := newMarkedBed(t, shop.Options{Orders: 5})
	var said strings.Builder
	run := func(stdin string, args ...string) {
		out, errs, _ := b.packbench(t, stdin, args...)
		said.WriteString(out + errs)
	}
	code := b.server.Credentials().AuthCode // used up
	for _, kind := range []string{"", "expire_tokens", "expire_at_call", "lost_after", "garbled", "truncate", "http500", "error_in_200", "login_page", "offline"} {
		if kind != "" {
			b.admin(t, "/admin/fault", `{"kind":"`+kind+`","count":2}`)
		}
		run("", "sync", "--once")
		run("", "doctor")
		run(code+"\n", "shop", "connect", "--auth-code", "-")
		b.admin(t, "/admin/online", "")
	}
	run("", "shop", "connect", "--auth-code", "?code="+code)
	b.admin(t, "/admin/fault", `{"kind":"expire_tokens","refresh":true}`)
	run("", "sync", "--once")
	run("", "doctor")
	if !strings.Contains(said.String(), "Authorize again: press Connect") {
		t.Errorf("a dead authorization is not said:\n%s", said.String())
	}
	b.http.CloseClientConnections()
	b.http.Close()
	run("", "sync", "--once")
	run("", "doctor")
	run(code+"\n", "shop", "connect", "--auth-code", "-")
	backup := filepath.Join(b.files, "copy.packbench")
	run("", "backup", backup)
	if _, err := os.Stat(backup); err != nil {
		t.Fatal(err)
	}
	if found := leaks([]byte(said.String())); found != nil {
		t.Errorf("printed: %q", found)
	}
	if n := searchSecrets(t, b.files); n < 6 {
		t.Errorf("only %d files were searched", n)
	}
	zip, err := os.ReadFile(backup)
	if err != nil || bytes.Contains(zip, []byte("secrets.")) {
		t.Errorf("the secret store is in the backup, %v", err)
	}
}

// A crash in the middle of a token call writes all its goroutines; none of their lines holds a secret. The runtime prints
// addresses of texts, not texts; what the program gives to panic could be different, and this is the proof that it is not.
func TestACrashTellsNoSecret(t *testing.T) {
	if !canQuit {
		t.Skip("this system has no SIGQUIT")
	}
	b := newMarkedBed(t, shop.Options{Orders: 3})
	asked := make(chan struct{}, 8)
	release := make(chan struct{})
	slow := b.http.Config.Handler
	b.http.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/v2/token/") {
			asked <- struct{}{}
			<-release
			return
		}
		slow.ServeHTTP(w, r)
	})
	defer close(release)
	for _, args := range [][]string{{"sync", "--once"}, {"shop", "connect", "--auth-code", "-"}} {
		b.admin(t, "/admin/fault", `{"kind":"expire_tokens"}`)
		cmd := b.command(t, args...)
		cmd.Env = append(cmd.Env, "GOTRACEBACK=all")
		cmd.Stdin = strings.NewReader("TTP_code_" + strings.Repeat("ab", 10) + "\n")
		var errs bytes.Buffer
		cmd.Stderr = &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-asked:
		case <-time.After(patience):
			t.Fatalf("no token call: %s", errs.String())
		}
		if err := cmd.Process.Signal(syscall.SIGQUIT); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it has crashed
		if !strings.Contains(errs.String(), "tokenCall") || !strings.Contains(errs.String(), "goroutine ") {
			t.Fatalf("%v: this is no crash in a token call:\n%s", args, errs.String())
		}
		if found := leaks(errs.Bytes()); found != nil {
			t.Errorf("%v: the crash holds %q", args, found)
		}
	}
	searchSecrets(t, b.files)
}

// What a panic would print of the values that hold secrets.
func TestValuesHideTheirSecrets(t *testing.T) {
	b := newMarkedBed(t, shop.Options{Orders: 3})
	shops, said, code := b.packbench(t, "", "shop", "list")
	if found := leaks([]byte(shops + said)); code != 0 || found != nil {
		t.Errorf("shop list: %d %q", code, found)
	}
	var journal strings.Builder
	for _, e := range []error{errNoSecret, errNoShop, errNoService, errStranger} {
		journal.WriteString(e.Error())
	}
	_, err := bareCode("TTP_code_0123456789 and more")
	journal.WriteString(err.Error())
	a := &authorization{state: "s"}
	_, err = a.pasted("http://127.0.0.1/?code=TTP_code_0123456789&state=z")
	journal.WriteString(err.Error())
	u := url.URL{RawQuery: "code=TTP_code_0123456789&state=s&error=x"}
	_, err = a.pasted(u.String())
	journal.WriteString(err.Error())
	if found := leaks([]byte(journal.String())); found != nil {
		t.Errorf("errors hold %q", found)
	}
}
