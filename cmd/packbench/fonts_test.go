package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/gomono"
)

// Without fonts the program's own writes Latin; a file that is no font, or has other letters than its name promises, is passed over.
func TestLettersWithoutFonts(t *testing.T) {
	dir := t.TempDir()
	for name, data := range map[string][]byte{"NotoSansThai-Regular.ttf": gomono.TTF, "deep/NotoSansCJK-Regular.ttc": []byte("no font")} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	letters, err := lettersIn([]string{dir, filepath.Join(dir, "missing")})
	if err != nil {
		t.Fatal(err)
	}
	if err := letters.Missing("Größe Ωж"); err != nil {
		t.Error(err)
	}
	if err := letters.Missing("ที่"); err == nil || !strings.Contains(err.Error(), "Thai") {
		t.Errorf("Thai: %v", err)
	}
}

func TestDoctorSaysWhatCanBeWritten(t *testing.T) {
	d := &doctor{cfg: Config{Station: StationConfig{Market: "TH"}}}
	d.letters()
	if len(d.checks) != 1 || !strings.Contains(d.checks[0].text, "Latin, Greek, Cyrillic") || d.checks[0].state == "fail" {
		t.Fatalf("%+v", d.checks)
	}
	if lacks := strings.Contains(d.checks[0].text, "Thai (fonts-noto-core)"); lacks != (d.checks[0].state == "warn") {
		t.Errorf("%+v", d.checks)
	}
}
