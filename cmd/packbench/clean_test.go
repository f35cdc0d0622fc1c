package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestNothingUnsafeReachesTheTerminal: whatever a name holds, a JSON line stays one line, is read back as the name, and
// has no byte in it that a terminal acts on.
func TestNothingUnsafeReachesTheTerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.Custom(func(t *rapid.T) string {
			return string(rapid.SliceOf(rapid.SampledFrom([]rune("a\x00\x07\x08\x1b[2J\r\n\t\x7f\u009b\u200e\u202e\u2066\u2028\u061c\U000e0041\U0001f600é"))).Draw(t, "runes"))
		})).Draw(t, "name")
		var out bytes.Buffer
		c := &call{out: cleanWriter{&out}}
		if err := c.json(map[string]any{"name": name}); err != nil {
			t.Fatal(err)
		}
		line, more := strings.CutSuffix(out.String(), "\n")
		if !more || !utf8.ValidString(line) || strings.ContainsFunc(line, unsafeRune) {
			t.Fatalf("unsafe: %q", line)
		}
		var back struct{ Name string }
		if err := json.Unmarshal([]byte(line), &back); err != nil || back.Name != strings.ToValidUTF8(name, "\ufffd") {
			t.Fatalf("got %q back, %v, want %q", back.Name, err, name)
		}
		text := cleaned([]byte(oneLine(name)))
		if bytes.ContainsAny(text, "\r\n\x1b") || bytes.ContainsFunc(text, func(r rune) bool { return r != '\t' && unsafeRune(r) }) {
			t.Fatalf("unsafe text: %q", text)
		}
	})
}

// programmersWords must not reach a person.
var programmersWords = regexp.MustCompile(`\bEOF\b|\bnil\b|panic|goroutine|\*[a-z]+\.|\b[a-z]+\.[A-Z][a-z]+[A-Z]|context (canceled|deadline)|strconv|json:|sql:|i/o timeout|dial tcp|0x[0-9a-f]{6}|%!`)

func TestErrorsInPlainWords(t *testing.T) {
	_, number := strconv.Atoi("many")
	_, missing := os.Open(filepath.Join(t.TempDir(), "no", "file"))
	jsonErr := json.Unmarshal([]byte("{"), &struct{}{})
	typeErr := json.Unmarshal([]byte(`{"A":"x"}`), &struct{ A int }{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, refused := http.Get("http://" + address + "/path?sign=s3cret&app_key=k")
	client := http.Client{Timeout: time.Nanosecond}
	_, late := client.Get("http://" + address)
	for _, e := range []error{number, missing, jsonErr, typeErr, refused, late, io.EOF, io.ErrUnexpectedEOF, context.Canceled, context.DeadlineExceeded,
		&net.DNSError{Err: "no such host", Name: "nowhere.example", Server: "10.0.0.1:53", IsNotFound: true}, errors.Join(io.EOF, errors.New("two"))} {
		text := plain(fmt.Errorf("no answer: %w; try again", e))
		if programmersWords.MatchString(text) || strings.Contains(text, "s3cret") || strings.Contains(text, "\n") || !strings.HasPrefix(text, "no answer: ") {
			t.Errorf("%q became %q", e, text)
		}
	}
	for _, kept := range []string{"station.toml, line 3: nothing is called \"station.colour\" here; check the spelling", "there is no order A-1 at this station; it comes with the next pull or an import",
		"open the packet: it is no packet", "read the shops of this authorization: they are two"} {
		if got := plain(errors.New(kept)); got != kept {
			t.Errorf("%q became %q", kept, got)
		}
	}
}
