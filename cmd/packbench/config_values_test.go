package main

import (
	"errors"
	"strings"
	"testing"
)

// TestValuesOfTheWrongKind: whatever stands in a key's place, the sentence is ours and names what is wanted.
func TestValuesOfTheWrongKind(t *testing.T) {
	for text, want := range map[string]string{
		"[sender]\nlines = \"a\"":         "sender.lines is given as a text in quotes, but a list of texts is wanted",
		"[sender]\nlines = 3":             "a list of texts is wanted",
		"[sender]\nlines = [1]":           "a text in quotes is wanted",
		"[sender]\nname = [\"a\"]":        "given as a list, but a text in quotes is wanted",
		"[[camera]]\ncrop = \"a\"":        "a list of whole numbers is wanted",
		"[[camera]]\ncrop = [1.5]":        "a whole number is wanted",
		"sender = 3":                      "a table is wanted that begins with [sender]",
		"scanner = 3":                     "tables are wanted that begin with [[scanner]]",
		"printer = [1]":                   "tables are wanted that begin with [[printer]]",
		"[station]\nid = {a = 1}":         "given as a table in braces",
		"[station]\nid = 1979-05-27":      "given as a date without quotes",
		"[station]\nid = 07:32:00":        "given as a time without quotes",
		"[station.id]\nx = 1":             "given as a table, but a text in quotes is wanted",
		"[shop]\npoll = [\"x\"]":          "a length of time is wanted",
		"[shop.poll]\nx = 1":              "a length of time is wanted",
		"[[sender]]\nname = \"a\"":        "[sender] in single brackets",
		"[policy]\napply_scan = \"true\"": "true or false is wanted",
	} {
		_, err := parseConfig("station.toml", []byte("# one line before\n"+text+"\n"))
		var bad *configError
		if !errors.As(err, &bad) || bad.line < 2 || !strings.Contains(bad.text, want) {
			t.Errorf("%q: %v, want %q", text, err, want)
			continue
		}
		for _, no := range []string{"cannot", "main.", "[]", "struct", "int64"} {
			if strings.Contains(bad.text, no) {
				t.Errorf("%q: %v speaks of %q", text, err, no)
			}
		}
	}
}

// TestValuesThatCannotBe: each was taken once.
func TestValuesThatCannotBe(t *testing.T) {
	const address = "[sender]\nname = \"N\"\nlines = [\"L\"]\ncity = \"C\"\ncountry = \"GB\"\n"
	const operators = "[[operator]]\nbadge = \"B1\"\nname = \"N\"\n[[operator]]\nbadge = \"B2\"\nname = \"M\"\n"
	const document = "[[printer]]\nrole = \"document\"\ntransport = \"spooler\"\nqueue = \"office\"\n"
	const redirect = "[shop]\nredirect = \"http://127.0.0.1:47819/connected\"\n"
	for _, good := range []string{address, operators, document, redirect} {
		if _, err := parseConfig("station.toml", []byte(good)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		text, old, new string
		line           int
		says           string
	}{
		{redirect, "47819", "99999", 2, "come back to this computer"},
		{redirect, "47819", "0", 2, "come back to this computer"},
		{document, "office", `off\u0001ice`, 4, "not the name of a print queue"},
		{document, "office", `office\r`, 4, "not the name of a print queue"},
		{document, "office", `office\u007f`, 4, "not the name of a print queue"},
		{address, `"N"`, `"  "`, 2, "needs a name"},
		{address, `["L"]`, `["L", " "]`, 3, "none of them blank"},
		{address, `["L"]`, `[]`, 3, "needs lines"},
		{address, `"C"`, `"\t"`, 4, "needs a city"},
		{address, "city = \"C\"\n", "", 1, "needs a city"},
		{operators, `"B1"`, `"  "`, 2, "needs a badge"},
		{operators, `"M"`, `" "`, 5, "needs a badge and a name"},
		{operators, `"B2"`, `"PB:USER:B2"`, 5, "begins like a command"},
		{operators, `"B2"`, `" pb:undo"`, 5, "begins like a command"},
		{operators, `"B2"`, `" B1 "`, 5, "somebody else already"},
	} {
		text := strings.Replace(c.text, c.old, c.new, 1)
		_, err := parseConfig("station.toml", []byte(text))
		var bad *configError
		if !errors.As(err, &bad) || bad.line != c.line || !strings.Contains(bad.text, c.says) {
			t.Errorf("%s: %v, want %q in line %d", text, err, c.says, c.line)
		}
	}
}

func TestThePackagingsWeightReachesTheRule(t *testing.T) {
	for text, want := range map[string]int{"packaging_g = 60": 60, "": 0, "packaging_g = 0": 0} {
		cfg, err := parseConfig("station.toml", []byte("[policy]\n"+text+"\n"))
		if err != nil || cfg.policy().PackagingG != want {
			t.Errorf("%q: %d, %v", text, cfg.policy().PackagingG, err)
		}
	}
	for _, text := range []string{"packaging_g = -1", "packaging_g = 10001"} {
		var bad *configError
		if _, err := parseConfig("station.toml", []byte("[policy]\n"+text+"\n")); !errors.As(err, &bad) || bad.line != 2 || !strings.Contains(bad.text, "no weight of packaging") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
