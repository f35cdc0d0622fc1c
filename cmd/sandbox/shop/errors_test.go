package shop

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestArtificialCodes: they stay in their own range, are never given twice, are all in use, and every message says that
// the platform has no such code.
func TestArtificialCodes(t *testing.T) {
	table, err := os.ReadFile("errors.go")
	if err != nil {
		t.Fatal(err)
	}
	var rest strings.Builder
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".go") && !strings.HasSuffix(f.Name(), "_test.go") && f.Name() != "errors.go" {
			text, err := os.ReadFile(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			rest.Write(text)
		}
	}
	var seen []string
	for _, m := range regexp.MustCompile(`(?m)^\s+(code\w+)\s+= (\d+) // \S`).FindAllStringSubmatch(string(table), -1) {
		if slices.Contains(seen, m[2]) || !strings.HasPrefix(m[2], "219990") {
			t.Errorf("%s is %s", m[1], m[2])
		}
		seen = append(seen, m[2])
		if !regexp.MustCompile(`\b` + m[1] + `\b`).MatchString(rest.String()) {
			t.Errorf("%s is not in use", m[1])
		}
	}
	if len(seen) < 20 {
		t.Fatalf("%d codes were found in the table", len(seen))
	}
	if loose := regexp.MustCompile(`21999\d{3}`).FindString(rest.String()); loose != "" {
		t.Errorf("%s is outside of the table", loose)
	}
	if e := artificial(codeLines, "x"); e.Status != 200 || !strings.HasSuffix(e.Message, sandboxCode) {
		t.Errorf("%+v", e)
	}
}
