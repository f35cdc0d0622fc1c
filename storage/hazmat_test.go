package storage

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A shop may have several keys: its cipher, earlier ones, and none.
func TestSheetsAreListedForAShopOfSeveralKeys(t *testing.T) {
	s := openTest(t, t.TempDir())
	for _, keys := range [][]string{{"a"}, {"a", ""}, {"a", "b", ""}} {
		if _, err := s.Shop(keys...).HazmatToFetch(t.Context(), 10); err != nil {
			t.Errorf("%q: %v", keys, err)
		}
		if _, err := s.Shop(keys...).OnTheWay(t.Context(), t0, 10); err != nil {
			t.Errorf("%q: %v", keys, err)
		}
	}
}

// A numbered parameter behind a list of unknown length means one of the list's members.
func TestNoNumberedParameterFollowsAList(t *testing.T) {
	files, err := filepath.Glob("internal/queries/*.sql.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range regexp.MustCompile("(?s)const \\w+ = `.*?`").FindAllString(string(text), -1) {
			if _, after, has := strings.Cut(statement, "/*SLICE:"); has && regexp.MustCompile(`\?\d`).MatchString(after) {
				t.Errorf("%s: %.60s", file, statement)
			}
		}
	}
}
