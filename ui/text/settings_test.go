package text

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// Every phase of connecting a shop has its headline and its sentence, and every word of that screen is used for something.
func TestEveryPhaseOfConnectingHasWords(t *testing.T) {
	phases := constants(t, "../settings", "Phase")
	if len(phases) != 5 {
		t.Fatalf("phases %v", phases)
	}
	for _, p := range phases {
		head, detail := T("settings."+p), T("settings."+p+".text")
		sound(t, p, head, detail, 34)
		if strings.HasPrefix(head, "settings.") || strings.HasPrefix(detail, "settings.") {
			t.Errorf("%s has no words", p)
		}
		if n := utf8.RuneCountInString(detail); n > 130 {
			t.Errorf("%s: %d characters", p, n)
		}
	}
	used := sources(t, "../settings") + sources(t, "..")
	for key := range englishSettings {
		stem := strings.TrimSuffix(key, ".text")
		phase := false
		for _, p := range phases {
			phase = phase || stem == "settings."+p
		}
		if !phase && key != "nav.shop" && !strings.Contains(used, `"`+key+`"`) {
			t.Errorf("nobody says %s", key)
		}
	}
}

// sources are a room's files, tests left out.
func sources(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") {
			b, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			all.Write(b)
		}
	}
	return all.String()
}
