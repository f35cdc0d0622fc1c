package main

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// cleanWriter is the last gate before a terminal, a JSON line or the log: names, order ids and messages come from the
// platform and from files, and may hold control characters that move the cursor or marks that turn the direction of
// writing. They are written as JSON escapes (\u and four hex digits), which read back as what they were.
//
// One Write must hold whole characters; every line of this program is one Write.
type cleanWriter struct{ w io.Writer }

func (c cleanWriter) Write(p []byte) (int, error) {
	out := cleaned(p)
	if _, err := c.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// cleaned leaves line ends and tabs alone.
func cleaned(p []byte) []byte {
	var out bytes.Buffer
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		switch {
		case r == utf8.RuneError && n == 1:
			out.WriteString("\ufffd")
		case r != '\n' && r != '\t' && unsafeRune(r):
			escape(&out, r)
		default:
			out.Write(p[:n])
		}
		p = p[n:]
	}
	return out.Bytes()
}

func escape(out *bytes.Buffer, r rune) {
	if a, b := utf16.EncodeRune(r); a != unicode.ReplacementChar {
		fmt.Fprintf(out, `\u%04x\u%04x`, a, b)
		return
	}
	fmt.Fprintf(out, `\u%04x`, r)
}

// unsafeRune: control characters, bidirectional marks, line separators, and the invisible tag letters.
func unsafeRune(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r >= 0xe0000 && r <= 0xe007f
}

// oneLine makes a text from outside fit into one line.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

// plainWords are the system's and the libraries' words for what went wrong, and what they mean to a person.
var plainWords = []struct {
	from *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(`\b(?:Get|Post|Put|Head) "([^"?]*)[^"]*": `), "$1: "}, // without the query: it is signed
	{regexp.MustCompile(`\b(?:dial|read|write) (?:tcp|udp|unix)[46]? (?:[^ ]+->)?([^ ]+): `), "$1: "},
	{regexp.MustCompile(`\b(?:open|stat|lstat|fstat|mkdir|unlinkat|remove|createtemp|read|write|close|sync|chmod|truncate|readdirent|fdopendir) ([^ :]*[/\\.][^:]*): `), "$1: "},
	{regexp.MustCompile(`\blookup ([^ :]+)(?: on [^ ]+)?: .*?(?:no such host|server misbehaving|Temporary failure in name resolution)`), "there is no computer called $1, or no network"},
	{regexp.MustCompile(`\bstrconv\.\w+: parsing ("[^"]*"): [a-z ]+`), "$1 is no number"},
	{regexp.MustCompile(`\bcontext deadline exceeded(?: \(Client\.Timeout[^)]*\))?|\bnet/http: (?:request canceled|timeout)[^:;]*|\bi/o timeout`), "no answer in time"},
	{regexp.MustCompile(`\bcontext canceled`), "it was stopped"},
	{regexp.MustCompile(`\b(?:statat|openat) ([^ ]+): path escapes from parent`), "$1 lies outside the file's own folder"},
	{regexp.MustCompile(`\bconnect: `), ""},
	{regexp.MustCompile(`\bunexpected EOF\b`), "it ends too early"},
	{regexp.MustCompile(`\bEOF\b`), "the connection ended"},
	{regexp.MustCompile(`\bjson: [^;]*|\binvalid character [^;]*`), "it is not written as expected"},
	{regexp.MustCompile(`\bzip: (?:not a valid zip file|checksum error|unsupported compression algorithm)`), "it is damaged or no zip file"},
	{regexp.MustCompile(`\bx509: `), "certificate: "},
	{regexp.MustCompile(`\b(?:sql|http|tls|exec|fork/exec|net/http): `), ""},
	{regexp.MustCompile(`\*?[a-z]+\.[A-Z][A-Za-z]+\b`), "value"},
}

// plain is an error in words for a person: one line, without the names of functions and types.
func plain(err error) string {
	text := oneLine(err.Error())
	for _, w := range plainWords {
		text = w.from.ReplaceAllString(text, w.to)
	}
	return text
}
