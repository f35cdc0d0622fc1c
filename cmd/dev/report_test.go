package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestReportOfRealRun runs go test on a small module with every kind of end, and compares with what a person must see.
func TestReportOfRealRun(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: compiles a module")
	}
	dir := t.TempDir()
	files := map[string]string{
		"go.mod":         "module m\n\ngo 1.26\n",
		"ok/a_test.go":   "package ok\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Log(\"quiet\"); t.Run(\"sub\", func(t *testing.T) {}) }\nfunc TestS(t *testing.T) { t.Skip(\"no scale here\") }\n",
		"bad/a_test.go":  "package bad\nimport \"testing\"\nfunc TestB(t *testing.T) { t.Error(\"got 1, want 2\") }\n",
		"boom/a_test.go": "package boom\nimport \"testing\"\nfunc TestP(t *testing.T) { panic(\"the floor is gone\") }\n",
		"typo/a_test.go": "package typo\nfunc x() { undefinedThing() }\n",
		"none/a.go":      "package none\n",
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-json", "-vet=off", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=mod", "GOWORK=off")
	stream, err := cmd.Output()
	if err == nil {
		t.Fatal("go test passed, want it to fail")
	}
	var out strings.Builder
	r := newReport(&out, false)
	if err := r.read(strings.NewReader(string(stream))); err != nil {
		t.Fatal(err)
	}
	r.end(time.Second)
	got := out.String()
	for _, want := range []string{"got 1, want 2", "no scale here", "the floor is gone", "undefinedThing", "ok  \tm/ok", "FAIL\tm/bad",
		"?   \tm/none\t[no test files]"} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "quiet") || strings.Contains(got, "=== RUN") {
		t.Errorf("want no output of passed tests in\n%s", got)
	}
	if !strings.HasSuffix(got, "\n2 passed, 3 failed, 1 skipped\n") {
		t.Errorf("want the count at the end of\n%s", got)
	}
}
