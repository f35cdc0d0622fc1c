package sellercenter_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
)

// secondSign signs what arrived on the wire, written from Partner Center's "Sign your API request" alone, with nothing of the
// client's or the sandbox's: it takes the raw query apart itself and makes the HMAC from its definition (RFC 2104).
func secondSign(secret string, w wired) string {
	path, query, _ := strings.Cut(w.target, "?")
	message := path
	parts := strings.Split(query, "&")
	slices.SortStableFunc(parts, func(a, b string) int { return bytes.Compare(keyOf(a), keyOf(b)) })
	for _, p := range parts {
		if key := string(keyOf(p)); key != "sign" && key != "access_token" && p != "" {
			_, value, _ := strings.Cut(p, "=")
			message += key + string(unescaped(value))
		}
	}
	if !strings.HasPrefix(strings.ToLower(w.contentType), "multipart/form-data") {
		message += string(w.body)
	}
	return hmacOf(secret, secret+message+secret)
}

func keyOf(pair string) []byte {
	key, _, _ := strings.Cut(pair, "=")
	return unescaped(key)
}

func unescaped(s string) (out []byte) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			out = append(out, ' ')
		case s[i] == '%' && i+2 < len(s):
			b, err := hex.DecodeString(s[i+1 : i+3])
			if err != nil {
				return []byte("undecodable")
			}
			out = append(out, b...)
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return out
}

func hmacOf(key, message string) string {
	k := []byte(key)
	if len(k) > sha256.BlockSize {
		sum := sha256.Sum256(k)
		k = sum[:]
	}
	k = append(k, make([]byte, sha256.BlockSize-len(k))...)
	inner, outer := make([]byte, len(k)), make([]byte, len(k))
	for i, b := range k {
		inner[i], outer[i] = b^0x36, b^0x5c
	}
	first := sha256.Sum256(append(inner, message...))
	second := sha256.Sum256(append(outer, first[:]...))
	return hex.EncodeToString(second[:])
}

// wired is a request as it arrived, and what the sandbox said to it.
type wired struct {
	method, target, contentType, token string
	body, answer                       []byte
}

func (w wired) sign() string {
	_, query, _ := strings.Cut(w.target, "?")
	for _, p := range strings.Split(query, "&") {
		if value, ok := strings.CutPrefix(p, "sign="); ok {
			return value
		}
	}
	return ""
}

// wireTap keeps the requests that arrive at the sandbox, with its answers.
type wireTap struct {
	next http.Handler
	mu   sync.Mutex
	seen []wired
}

func (t *wireTap) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	rec := &copying{ResponseWriter: rw}
	t.next.ServeHTTP(rec, r)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen = append(t.seen, wired{r.Method, r.RequestURI, r.Header.Get("Content-Type"), r.Header.Get("X-Tts-Access-Token"), body, rec.b.Bytes()})
}

type copying struct {
	http.ResponseWriter
	b bytes.Buffer
}

func (c *copying) Write(p []byte) (int, error) {
	c.b.Write(p)
	return c.ResponseWriter.Write(p)
}

func (t *wireTap) take() []wired {
	t.mu.Lock()
	defer t.mu.Unlock()
	seen := t.seen
	t.seen = nil
	return seen
}

const badSign = `"code":106001`

// A random request – a read with an array in its query, a write with a body and words in its query, an upload – bears the
// signature that a second signer makes of what arrived, and the sandbox takes it. The same request with one byte changed it
// refuses.
func TestThreeSignersAgree(t *testing.T) {
	tap := &wireTap{}
	s := newSandbox(t, shop.Options{Market: "GB"}, func(next http.Handler) http.Handler { tap.next = next; return tap })
	secret := s.server.Credentials().AppSecret
	digits := rapid.StringMatching(`[1-9][0-9]{0,18}`)
	words := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{1,40}`), rapid.SampledFrom([]string{"a&b=c", "100%", "a+b c", "ü 包裹", "%2B", "x=1;y=2", "~*'()!"}))
	send := map[string]func(rt *rapid.T){ // what the sandbox answers to the matter is nothing to the signature
		"array": func(rt *rapid.T) {
			ids := rapid.SliceOfN(rapid.Map(digits, func(d string) fulfillment.OrderID { return fulfillment.OrderID(d) }), 1, 50).Draw(rt, "ids")
			_, _, _ = s.Orders(t.Context(), s.shop, ids)
		},
		"search": func(rt *rapid.T) {
			_, _ = s.Cancellations(t.Context(), s.shop, sellercenter.CancelFilter{Locale: words.Draw(rt, "locale"), Types: rapid.SliceOf(words).Draw(rt, "types")})
		},
		"decision": func(rt *rapid.T) {
			_ = s.RejectCancellation(t.Context(), s.shop, digits.Draw(rt, "id"), sellercenter.Rejection{Reason: "x" + words.Draw(rt, "reason"), Comment: words.Draw(rt, "comment")},
				"k"+words.Draw(rt, "key"))
		},
		"correction": func(rt *rapid.T) {
			_ = s.CorrectOrder(t.Context(), s.shop, fulfillment.OrderID(digits.Draw(rt, "order")), fulfillment.Tracking("T"+words.Draw(rt, "tracking")), "1"+words.Draw(rt, "provider"))
		},
		"picture": func(rt *rapid.T) { // from the platform's smallest side: the client sends no smaller one
			_, _ = s.UploadPicture(t.Context(), s.shop, picture(rapid.IntRange(100, 300).Draw(rt, "side")))
		},
		"file": func(rt *rapid.T) {
			_, _ = s.UploadFile(t.Context(), s.shop, "f"+words.Draw(rt, "name"), append([]byte("%PDF-1.4 "), rapid.SliceOf(rapid.Byte()).Draw(rt, "pdf")...))
		},
	}
	tap.take()
	for kind, send := range send {
		t.Run(kind, func(t *testing.T) {
			sent := 0
			rapid.Check(t, func(rt *rapid.T) {
				send(rt)
				for _, w := range tap.take() {
					sent++
					if want := secondSign(secret, w); w.sign() != want {
						rt.Fatalf("%s %s: signed %s, the second signer says %s", w.method, w.target, w.sign(), want)
					}
					if bytes.Contains(w.answer, []byte(badSign)) {
						rt.Fatalf("%s %s: the sandbox does not take the signature that two agree on: %s", w.method, w.target, w.answer)
					}
					s.tampered(rt, w)
				}
				tap.take()
			})
			if t.Log("sent:", sent); sent < 20 {
				t.Errorf("of 100 requests only %d were sent", sent)
			}
		})
	}
}

// tampered sends the request again with one byte of what is signed changed.
func (s *sandbox) tampered(rt *rapid.T, w wired) {
	target, body := w.target, bytes.Clone(w.body)
	if len(body) > 0 && !strings.HasPrefix(w.contentType, "multipart/form-data") {
		body[rapid.IntRange(0, len(body)-1).Draw(rt, "byte")] ^= 1
	} else {
		target = strings.Replace(target, "?", "?a=1&", 1)
	}
	req, err := http.NewRequest(w.method, s.url+target, bytes.NewReader(body))
	if err != nil {
		rt.Fatal(err)
	}
	req.Header.Set("Content-Type", w.contentType)
	req.Header.Set("X-Tts-Access-Token", w.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		rt.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Contains(answer, []byte(badSign)) {
		rt.Fatal(fmt.Sprintf("%s %s changed on the way was taken: %s, %v", w.method, w.target, answer, err))
	}
}
