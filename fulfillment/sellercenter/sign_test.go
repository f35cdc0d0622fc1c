package sellercenter

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type vectors struct {
	Requests []struct {
		Name, Method, Path, Body, Secret, Sign, Wire string
		ContentType                                  string `json:"content_type"`
		Query                                        map[string]string
		Published                                    bool
	}
	Webhooks []struct {
		Name, Secret, Body, Sign string
		AppKey                   string `json:"app_key"`
	}
}

func loadVectors(t testing.TB) vectors {
	t.Helper()
	b, err := os.ReadFile("testdata/sign.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Requests) < 6 || len(v.Webhooks) < 1 {
		t.Fatalf("only %d request and %d webhook vectors", len(v.Requests), len(v.Webhooks))
	}
	return v
}

func TestSignVectors(t *testing.T) {
	for _, v := range loadVectors(t).Requests {
		t.Run(v.Name, func(t *testing.T) {
			if got := Sign(v.Secret, v.Path, v.Query, v.ContentType, []byte(v.Body)); got != v.Sign {
				t.Errorf("sign %s, want %s", got, v.Sign)
			}
			if got := queryString(v.Query); got != v.Wire {
				t.Errorf("on the wire\n%s, want\n%s", got, v.Wire)
			}
			q := map[string]string{"sign": "old", "access_token": "x"}
			for k, val := range v.Query {
				q[k] = val
			}
			if got := Sign(v.Secret, v.Path, q, v.ContentType, []byte(v.Body)); got != v.Sign {
				t.Error("sign and access_token must not be signed")
			}
		})
	}
}

func TestWebhookVectors(t *testing.T) {
	for _, v := range loadVectors(t).Webhooks {
		if !VerifyWebhook(v.AppKey, v.Secret, v.Sign, []byte(v.Body)) {
			t.Errorf("%s: not accepted", v.Name)
		}
		if VerifyWebhook(v.AppKey, v.Secret, v.Sign, []byte(v.Body+" ")) {
			t.Errorf("%s: a changed body was accepted", v.Name)
		}
	}
}

// serverSign is what a server does with what arrives: split the raw query, decode, sort, concatenate.
func serverSign(secret, path, rawQuery, contentType, body string) string {
	var pairs []string
	for _, kv := range strings.Split(rawQuery, "&") {
		k, v, _ := strings.Cut(kv, "=")
		if k == "sign" || k == "access_token" || k == "" {
			continue
		}
		key, err1 := url.QueryUnescape(k)
		val, err2 := url.QueryUnescape(v)
		if err1 != nil || err2 != nil {
			return "undecodable"
		}
		pairs = append(pairs, key+"\x00"+val)
	}
	sort.Strings(pairs)
	msg := secret + path + strings.ReplaceAll(strings.Join(pairs, ""), "\x00", "")
	if !strings.HasPrefix(contentType, "multipart/form-data") {
		msg += body
	}
	return fmt.Sprintf("%x", byHand([]byte(secret), []byte(msg+secret)))
}

// byHand is HMAC-SHA-256 as RFC 2104 writes it, without the library that the client uses.
func byHand(key, message []byte) [sha256.Size]byte {
	if len(key) > sha256.BlockSize {
		short := sha256.Sum256(key)
		key = short[:]
	}
	inner, outer := make([]byte, sha256.BlockSize), make([]byte, sha256.BlockSize)
	for i := range inner {
		var k byte
		if i < len(key) {
			k = key[i]
		}
		inner[i], outer[i] = k^0x36, k^0x5c
	}
	first := sha256.Sum256(append(inner, message...))
	return sha256.Sum256(append(outer, first[:]...))
}

// What is signed is what a server computes from the bytes on the wire, whatever the values hold; and every part counts.
func TestSignProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[0-9a-f]{8,90}`).Draw(t, "secret")
		path := rapid.StringMatching(`(/[a-z0-9_]{1,12}){1,5}`).Draw(t, "path")
		value := rapid.StringOf(rapid.RuneFrom([]rune("aZ09+/=, &%?#é漢\"'")))
		q := rapid.MapOfN(rapid.StringMatching(`[a-z_]{1,10}`), value, 0, 8).Draw(t, "query")
		body := rapid.String().Draw(t, "body")
		ct := rapid.SampledFrom([]string{"application/json", "application/json; charset=utf-8", "multipart/form-data; boundary=x", ""}).Draw(t, "type")
		got := Sign(secret, path, q, ct, []byte(body))
		if want := serverSign(secret, path, queryString(q), ct, body); got != want {
			t.Fatalf("client %s, server %s", got, want)
		}
		if got == Sign(secret, path+"x", q, ct, []byte(body)) || got == Sign(secret+"0", path, q, ct, []byte(body)) {
			t.Fatal("path or secret does not count")
		}
		multipart := strings.HasPrefix(ct, "multipart/")
		if same := got == Sign(secret, path, q, ct, []byte(body+" ")); same != multipart {
			t.Fatalf("a changed body changes nothing: %v, content type %q", same, ct)
		}
	})
}
