package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// markets are the regions in which the Seller Center ships.
var markets = []string{"US", "GB", "IE", "ES", "IT", "DE", "FR", "JP", "VN", "TH", "ID", "MY", "PH", "SG", "MX", "BR"}

// oneOf says that a word is none of those that are known, and which of them was probably meant.
func oneOf(got string, words ...string) string {
	text := fmt.Sprintf("%q is none of %s", got, strings.Join(words, ", "))
	if w := nearest(got, words); w != "" {
		text += fmt.Sprintf("; did you mean %q?", w)
	}
	return text
}

// nearest is the word that is at most two letters away, and less than half of its own length; empty if there is none.
func nearest(got string, words []string) string {
	best, at := "", 3
	for _, w := range words {
		if d := distance(strings.ToLower(got), strings.ToLower(w)); d < at && 2*d < max(len(w), 2) {
			best, at = w, d
		}
	}
	return best
}

// distance is how many letters must be changed, added or taken away (Levenshtein).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			next := min(row[j], row[j+1]) + 1
			if x[i] == y[j] {
				next = min(next, diagonal)
			} else {
				next = min(next, diagonal+1)
			}
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(y)]
}

const byteOrderMark = "\xef\xbb\xbf"

// readable returns the file's text without byte order marks, or a finding about its encoding and the line.
func readable(text []byte) (clean []byte, line int, wrong string) {
	if len(text) > 0 && len(bytes.Trim(text, "\x00")) == 0 {
		return nil, 1, "the file holds nothing but zeros: it was damaged, as by a power cut while it was saved; put a copy of it back"
	}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) || bytes.Count(text, []byte{0}) > len(text)/4 && len(text) > 1 {
		return nil, 1, "the file is saved as UTF-16; save it again as UTF-8 (in the editor: Save as, encoding UTF-8)"
	}
	for bytes.HasPrefix(text, []byte(byteOrderMark)) { // programs that open a file with one and write another leave two
		text = text[len(byteOrderMark):]
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return nil, 1 + bytes.Count(text[:i], []byte("\n")), "the file is not UTF-8: a letter here is written in another encoding; save it again as UTF-8"
		}
		i += n
	}
	return text, 0, ""
}

// The parser's words for a value of the wrong type, and ours.
var (
	wrongKind  = regexp.MustCompile(`cannot decode TOML ([\w ]+) into .* of type (\S+)`)
	wrongTable = regexp.MustCompile(`cannot store an? (?:array )?table in an? (\S+)`)
	kinds      = map[string]string{"string": "a text in quotes", "integer": "a whole number", "float": "a number with a point", "boolean": "true or false",
		"array": "a list", "inline table": "a table in braces", "local date": "a date without quotes", "local time": "a time without quotes",
		"local datetime": "a date without quotes", "datetime": "a date without quotes"}
	wantedKinds = map[string]string{"string": kinds["string"], "int": kinds["integer"], "bool": kinds["boolean"],
		"[]string": `a list of texts is wanted, as in ["one", "two"]`, "[]int": "a list of whole numbers is wanted, as in [0, 0, 1000, 1000]",
		"main.Duration": lengthWanted, "int64": lengthWanted}
)

const lengthWanted = `a length of time is wanted, for example "30s"`

// wrongValue says what is given and what is wanted where the parser found a value of the wrong type; else it is empty.
func wrongValue(bad *toml.DecodeError) string {
	given, goType := "a table", ""
	if m := wrongKind.FindStringSubmatch(bad.Error()); m != nil {
		given, goType = m[1], m[2]
		if ours := kinds[given]; ours != "" {
			given = ours
		}
	} else if m := wrongTable.FindStringSubmatch(bad.Error()); m != nil {
		goType = m[1]
	} else {
		return ""
	}
	goType = strings.TrimPrefix(goType, "*")
	key := bad.Key()
	wanted := wantedKinds[goType]
	switch {
	case wanted == "" && (strings.HasPrefix(goType, "[]") || slices.Contains(manyTables, joinKey(key))):
		wanted = fmt.Sprintf("tables are wanted that begin with [[%s]]", joinKey(key))
	case wanted == "" && strings.HasPrefix(goType, "main."):
		wanted = fmt.Sprintf("a table is wanted that begins with [%s]", joinKey(key))
	case wanted == "":
		wanted = "a single value is wanted"
	case !strings.Contains(wanted, " wanted"):
		wanted += " is wanted"
	}
	if len(key) == 0 {
		return fmt.Sprintf("%s stands here, but %s", given, wanted)
	}
	return fmt.Sprintf("%s is given as %s, but %s", joinKey(key), given, wanted)
}

// Tables that stand once, and those that may stand several times.
var (
	onceTables = []string{"station", "shop", "scale", "policy", "sender"}
	manyTables = []string{"scanner", "printer", "camera", "operator", "box"}
)

// unclosed reports whether a line looks like the name of a table whose brackets do not fit. A line of a list looks else.
func unclosed(head, name string) bool {
	opened := len(head) - len(strings.TrimLeft(head, "["))
	closed := len(head) - len(strings.TrimRight(head, "]"))
	known := slices.Contains(onceTables, name) || slices.Contains(manyTables, name)
	return opened > 2 || opened > 0 && opened != closed && known
}

// wrongBrackets finds a table with too many or too few brackets, which the parser cannot explain.
func wrongBrackets(text []byte) (line int, wrong string) {
	for i, raw := range strings.Split(string(text), "\n") {
		head, _, _ := strings.Cut(strings.TrimSpace(raw), "#")
		head = strings.TrimSpace(head)
		name := strings.TrimSpace(strings.Trim(head, "[]"))
		switch {
		case head == "[["+name+"]]" && slices.Contains(onceTables, name):
			return i + 1, fmt.Sprintf("there is only one %s: write [%s] in single brackets", name, name)
		case head == "["+name+"]" && slices.Contains(manyTables, name):
			return i + 1, fmt.Sprintf("there may be several of these: write [[%s]] in double brackets", name)
		case unclosed(head, name):
			return i + 1, fmt.Sprintf("%.20q is not the beginning of a table: its name stands in brackets that are closed again, as in [station] or [[scanner]]", head)
		}
	}
	return 0, ""
}
