package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestWholeDay lets the autopilot work a day at the real program: real window, devices at the far ends of their wires,
// a Seller Center that checks every call. Everything that account finds wrong fails it.
func TestWholeDay(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the virtual devices need Linux")
	}
	if os.Getenv("DISPLAY") == "" {
		t.Skip("no display (DISPLAY is not set); `go run ./cmd/dev test` brings one")
	}
	if testing.Short() {
		t.Skip("-short: takes minutes")
	}
	bin := t.TempDir()
	buildPrograms(t, bin)
	out := filepath.Join(t.TempDir(), "out")
	var said strings.Builder
	start := time.Now()
	err := run(t.Context(), []string{"--autopilot", "--orders", "16", "--bin", bin, "--out", out},
		strings.NewReader(""), io.MultiWriter(&said, t.Output()), t.Output())
	if err != nil {
		for _, name := range []string{"packbench.log", "sandbox.log"} {
			t.Logf("end of %s:\n%s", name, tail(filepath.Join(out, name), 4000))
		}
		t.Fatalf("after %s: %v", time.Since(start).Round(time.Second), err)
	}
	count := regexp.MustCompile(`count +16 orders: (\d+) shipped once each, (\d+) held; (\d+) scans, (\d+) judged in order; (\d+) labels; 0 problems`).
		FindStringSubmatch(said.String())
	if count == nil {
		t.Fatalf("no count at the end of\n%s", said.String())
	}
	if count[1] == "0" || count[2] == "0" || count[3] != count[4] {
		t.Errorf("got %s: want some shipped, some held, every scan judged", count[0])
	}
	if strings.Contains(said.String(), "not made") {
		t.Error("some mistake was not made: choose a shop whose orders allow all of them")
	}
	for _, pattern := range []string{"screens/*sealed.png", "screens/*wrong-item.png", "screens/*handoff-with-camera.png", "labels/*.png",
		"manifest-*.pdf", "evidence-*.zip"} {
		if found, err := filepath.Glob(filepath.Join(out, pattern)); err != nil || len(found) == 0 {
			t.Errorf("no %s was left: %v", pattern, err)
		}
	}
}

func buildPrograms(t *testing.T, bin string) {
	t.Helper()
	args := append([]string{"build", "-tags", "x11,migrated_fynedo", "-buildvcs=false"}, raceFlags...)
	cmd := exec.CommandContext(t.Context(), "go", append(args, "-o", bin+string(filepath.Separator), "packbench/cmd/packbench", "packbench/cmd/sandbox")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("building the programs: %v\n%s", err, out)
		}
		t.Fatalf("starting the go command: %v", err)
	}
}

func tail(path string, n int) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-n):])
}
