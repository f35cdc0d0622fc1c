package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// binding is one device as it shall stand in station.toml: the table, which of several, and its keys.
type binding struct {
	table string // scanner, printer, scale, camera
	nth   int    // which [[table]] is replaced; -1: a new one
	keys  []tomlKey
	out   bool // the table is taken out
}

// tomlKey is one line of a table; value is written as TOML writes it.
type tomlKey struct{ name, value string }

func textKey(name, value string) tomlKey                { return tomlKey{name, strconv.Quote(value)} }
func numberKey[N int | int64](name string, n N) tomlKey { return tomlKey{name, fmt.Sprint(n)} }

// deviceKeys are all keys that say which device is meant and how to talk to it: those that the new binding does not have are
// taken out, or the old device would shine through. What a person set beside them – a prefix, gap_mm, no_status – stays.
var deviceKeys = map[string][]string{
	"scanner": {"transport", "port", "baud", "vid", "pid", "serial", "mode", "layout", "computer"},
	"printer": {"role", "transport", "address", "queue", "port", "baud", "language", "dpi", "width_mm", "height_mm", "vid", "pid", "serial"},
	"scale":   {"transport", "port", "protocol", "baud", "unit", "framing", "vid", "pid", "serial"},
	"camera":  {"name", "url", "device", "width", "height", "crop"},
}

// bindText puts a binding into the text of a station.toml. Comments, order and everything else stay as they are.
func bindText(text []byte, b binding) ([]byte, error) {
	if bytes.Contains(text, []byte(`"""`)) || bytes.Contains(text, []byte(`'''`)) {
		return nil, errors.New("the file has texts over several lines, which only a person can change; edit it by hand")
	}
	for bytes.HasPrefix(text, []byte(byteOrderMark)) { // it would hide the first table
		text = text[len(byteOrderMark):]
	}
	end := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		end = "\r\n"
	}
	lines := strings.Split(strings.TrimSuffix(string(text), end), end)
	if len(text) == 0 {
		lines = nil
	}
	from, to := tableLines(lines, b.table, b.nth)
	if b.out && from >= 0 {
		return []byte(strings.Join(slices.Delete(lines, from, to), end) + end), nil
	}
	if from < 0 {
		head := "[" + b.table + "]"
		if slices.Contains(manyTables, b.table) {
			head = "[[" + b.table + "]]"
		}
		if len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) != "" {
			lines = append(lines, "")
		}
		lines = append(lines, head)
		for _, k := range b.keys {
			lines = append(lines, k.name+" = "+k.value)
		}
		return []byte(strings.Join(lines, end) + end), nil
	}
	body := bindLines(lines[from+1:to], b)
	out := slices.Concat(lines[:from+1], body, lines[to:])
	return []byte(strings.Join(out, end) + end), nil
}

// tableLines is where the nth table of a name begins, and the first line after it; from is -1 if there is none.
func tableLines(lines []string, table string, nth int) (from, to int) {
	from = -1
	for i, raw := range lines {
		line := strings.TrimSpace(raw)
		if !strings.HasPrefix(line, "[") || strings.Contains(line, "=") {
			continue
		}
		if from >= 0 {
			return from, lastOf(lines, from, i)
		}
		head, _, _ := strings.Cut(line, "#")
		if strings.TrimSpace(strings.Trim(strings.TrimSpace(head), "[]")) != table || nth < 0 {
			continue
		}
		if nth == 0 {
			from = i
		}
		nth--
	}
	if from < 0 {
		return -1, -1
	}
	return from, lastOf(lines, from, len(lines))
}

// lastOf leaves blank lines and comments that stand before the next table to that table.
func lastOf(lines []string, from, to int) int {
	for to > from+1 {
		line := strings.TrimSpace(lines[to-1])
		if line != "" && !strings.HasPrefix(line, "#") {
			break
		}
		to--
	}
	return to
}

// bindLines changes the lines of one table.
func bindLines(lines []string, b binding) []string {
	var out []string
	done := map[string]bool{}
	for i := 0; i < len(lines); i++ {
		name, value, found := strings.Cut(lines[i], "=")
		name = strings.TrimSpace(name)
		if !found || strings.HasPrefix(name, "#") || !slices.Contains(deviceKeys[b.table], name) {
			out = append(out, lines[i])
			continue
		}
		first, note := lines[i], commentOf(value)
		for open := brackets(value); open > 0 && i+1 < len(lines); open += brackets(lines[i]) { // a list over several lines
			i++
			note += commentOf(lines[i])
		}
		at := slices.IndexFunc(b.keys, func(k tomlKey) bool { return k.name == name })
		switch {
		case at >= 0:
			out = append(out, strings.TrimRight(indent(first)+name+" = "+b.keys[at].value+note, " "))
			done[name] = true
		case note != "": // the key goes, what a person wrote beside it stays
			out = append(out, strings.TrimSpace(note))
		}
	}
	for _, k := range b.keys {
		if !done[k.name] {
			out = append(out, k.name+" = "+k.value)
		}
	}
	return out
}

func indent(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " \t"))] }

// brackets is how many lists a line opens more than it closes.
func brackets(line string) int {
	plain := line[:commentAt(line)]
	return strings.Count(plain, "[") - strings.Count(plain, "]")
}

// commentOf is the comment at the end of a line, with a space before it; empty if there is none.
func commentOf(line string) string {
	if at := commentAt(line); at < len(line) {
		return " " + strings.TrimSpace(line[at:])
	}
	return ""
}

// commentAt is where the comment begins, the line's end if there is none. A value in quotes may hold the sign.
func commentAt(value string) int {
	quote := rune(0)
	escaped := false
	for i, r := range value {
		switch {
		case escaped:
			escaped = false
		case quote == '"' && r == '\\':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '#':
			return i
		}
	}
	return len(value)
}

// errConfigChanged: a binding changed more than its device, so it was not written.
var errConfigChanged = errors.New("the file is written in a way that only a person can change; edit it by hand")

// keepBinding writes a binding into station.toml: the file as it was is kept beside it as NAME.before, the new one is read by
// the loader of the program start before it takes its place in one step. want says what the configuration must become; anything
// else is refused and nothing is changed. Where the name is a link, what it points at is written. It returns the name of the kept file, empty where there was no file.
func keepBinding(file string, b binding, want func(*Config)) (before string, err error) {
	old, err := readPlain(file, maxConfig)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return "", fmt.Errorf("read %s: %w", file, err)
	}
	was, err := parseConfig(file, old)
	if err != nil {
		return "", err
	}
	fresh, err := bindText(old, b)
	if err != nil {
		return "", fmt.Errorf("change %s: %w", filepath.Base(file), err)
	}
	is, err := parseConfig(file, fresh)
	if err != nil {
		return "", err
	}
	want(&was)
	if f := checkConfig(&was); f != nil {
		return "", &configError{file: file, text: f.text}
	}
	if !reflect.DeepEqual(was, is) {
		return "", fmt.Errorf("change %s: %w", filepath.Base(file), errConfigChanged)
	}
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(file); err == nil {
		mode = info.Mode().Perm()
	}
	if !missing {
		before = file + ".before"
		if err := replaceFile(before, old, mode); err != nil {
			return "", err
		}
	}
	return before, replaceFile(file, fresh, mode)
}
