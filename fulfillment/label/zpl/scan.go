package zpl

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// token is one command: its prefix, its name in capitals and what follows it, up to the next command.
type token struct {
	tilde bool
	name  string // two characters; "A" and the font's letter for ^A
	args  string
	delim byte // what divides args
}

// String is the command as it is named to a person.
func (t token) String() string {
	if t.tilde {
		return "~" + t.name
	}
	return "^" + t.name
}

// part is the n-th argument, without space around it; empty if there is none.
func (t token) part(n int) string {
	rest := t.args
	for ; n > 0; n-- {
		i := strings.IndexByte(rest, t.delim)
		if i < 0 {
			return ""
		}
		rest = rest[i+1:]
	}
	if i := strings.IndexByte(rest, t.delim); i >= 0 {
		rest = rest[:i]
	}
	return strings.TrimSpace(rest)
}

// from is everything from the n-th argument on.
func (t token) from(n int) string {
	rest := t.args
	for ; n > 0; n-- {
		i := strings.IndexByte(rest, t.delim)
		if i < 0 {
			return ""
		}
		rest = rest[i+1:]
	}
	return rest
}

// num is the n-th argument as a whole number within lo and hi, or def where it is missing or no number.
func (t token) num(n, def, lo, hi int) int {
	text := t.part(n)
	if i := strings.IndexByte(text, '.'); i >= 0 {
		text = text[:i]
	}
	v, err := strconv.Atoi(text)
	if err != nil {
		v = def
	}
	return min(max(v, lo), hi)
}

// letter is the n-th argument's first character in capitals, or def.
func (t token) letter(n int, def byte) byte {
	if s := t.part(n); s != "" {
		return upper(s[0])
	}
	return def
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 32
	}
	return c
}

// maxTokens bounds one document. The largest carrier labels have a few hundred.
const maxTokens = 20_000

// tokenise divides a document into commands. It follows ^CC, ^CT and ^CD, and counts the bytes of a binary ^GF.
func tokenise(document []byte) ([]token, error) {
	caret, tilde, delim := byte('^'), byte('~'), byte(',')
	var tokens []token
	for i := 0; i < len(document); {
		c := document[i]
		if c != caret && c != tilde {
			i++
			continue
		}
		if i+2 >= len(document) {
			break
		}
		if len(tokens) == maxTokens {
			return nil, fmt.Errorf("more than %d commands", maxTokens)
		}
		t := token{tilde: c == tilde && c != caret, name: string([]byte{upper(document[i+1]), upper(document[i+2])}), delim: delim}
		start := i + 3
		switch t.name {
		case "CC", "CT", "CD":
			if start < len(document) {
				*map[string]*byte{"CC": &caret, "CT": &tilde, "CD": &delim}[t.name] = document[start]
				start++
			}
			i = start
			continue
		}
		end := start
		for end < len(document) && document[end] != caret && document[end] != tilde {
			end++
		}
		if t.name == "GF" {
			end = binaryEnd(document, start, end, delim)
		}
		t.args = string(document[start:end])
		tokens = append(tokens, t)
		i = end
	}
	return tokens, nil
}

// binaryEnd is where the picture of ^GFB and ^GFC ends: after as many bytes as its first count says, whatever they are.
func binaryEnd(document []byte, start, end int, delim byte) int {
	if start >= len(document) || upper(document[start]) == 'A' {
		return end
	}
	at := start
	var counts []int
	for n := 0; n < 4; n++ {
		i := bytes.IndexByte(document[at:min(len(document), at+16)], delim)
		if i < 0 {
			return end
		}
		if n > 0 {
			v, err := strconv.Atoi(strings.TrimSpace(string(document[at : at+i])))
			if err != nil || v < 0 {
				return end
			}
			counts = append(counts, v)
		}
		at += i + 1
	}
	if counts[0] > len(document)-at {
		return len(document)
	}
	return at + counts[0]
}
