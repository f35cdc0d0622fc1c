package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFlagsAreConstant(t *testing.T) {
	tests := []struct {
		goos string
		race bool
		want string
	}{
		{"linux", true, "-tags x11,migrated_fynedo -race -buildvcs=false"},
		{"linux", false, "-tags x11,migrated_fynedo -buildvcs=false"},
		{"windows", false, "-tags migrated_fynedo -buildvcs=false"},
		{"darwin", true, "-tags migrated_fynedo -race -buildvcs=false"},
	}
	for _, tt := range tests {
		if got := strings.Join(compileFlags(tt.goos, tt.race), " "); got != tt.want {
			t.Errorf("%s race=%v: got %q, want %q", tt.goos, tt.race, got, tt.want)
		}
	}
	if got, want := linkFlags("windows", "0.1.0", "abc"), "-s -w -X main.version=0.1.0 -X main.commit=abc -H windowsgui"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := linkFlags("linux", "0.1.0", "abc"); strings.Contains(got, "windowsgui") {
		t.Errorf("got %q, want no Windows flag", got)
	}
}

func TestVersionStandsInFyneApp(t *testing.T) {
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	toml, err := os.ReadFile(filepath.Join(root, "FyneApp.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := appVersion(string(toml)); err != nil || strings.Count(v, ".") != 2 {
		t.Errorf("got %q, %v, want a version of three numbers", v, err)
	}
	if _, err := appVersion("[Details]\nName = \"x\"\n"); err == nil {
		t.Error("no version: got no error")
	}
}

func TestBuildArgs(t *testing.T) {
	tests := []struct {
		args       string
		goos, file string
		bad        bool
	}{
		{args: "-o x", goos: "linux", file: "x"},
		{args: "--os windows -o x.exe", goos: "windows", file: "x.exe"},
		{args: "--os=windows -o=x.exe", goos: "windows", file: "x.exe"},
		{args: "-os windows --o x.exe", goos: "windows", file: "x.exe"},
		{args: "", bad: true},
		{args: "--os windows", bad: true},
		{args: "-o", bad: true},
		{args: "-o x --arch arm64", bad: true},
	}
	for _, tt := range tests {
		goos, file, err := buildArgs(strings.Fields(tt.args), "linux")
		if tt.bad {
			if !errors.Is(err, errUsage) {
				t.Errorf("%q: got %v, want exit code 2", tt.args, err)
			}
			continue
		}
		if err != nil || goos != tt.goos || file != tt.file {
			t.Errorf("%q: got %q %q %v, want %q %q", tt.args, goos, file, err, tt.goos, tt.file)
		}
	}
}

func TestSplitArgs(t *testing.T) {
	tests := []struct{ args, pkgs, extra string }{
		{"", "./...", ""},
		{"-- -run X", "./...", "-run X"},
		{"./ui/... ./storage -- -v", "./ui/... ./storage", "-v"},
		{"-run X", "./...", "-run X"},
		{"./a -count 1 -- -v", "./a", "-count 1 -v"},
	}
	for _, tt := range tests {
		pkgs, extra := splitArgs(strings.Fields(tt.args))
		if !slices.Equal(pkgs, strings.Fields(tt.pkgs)) || !slices.Equal(extra, strings.Fields(tt.extra)) {
			t.Errorf("%q: got %v %v, want %s %s", tt.args, pkgs, extra, tt.pkgs, tt.extra)
		}
	}
}

func TestProgressCountsPackagesAndShowsMessages(t *testing.T) {
	var said strings.Builder
	p := &progress{msg: &said, start: time.Now()}
	for _, chunk := range []string{"runtime/internal/sys\nfyne.io/fy", "ne/v2\n# packbench/ui\nui/x.go:3:1: undefined: y\n", "go: warning"} {
		if _, err := p.Write([]byte(chunk)); err != nil {
			t.Fatal(err)
		}
	}
	p.flush()
	if p.compiled != 2 {
		t.Errorf("got %d packages, want 2", p.compiled)
	}
	for _, want := range []string{"a few minutes", "# packbench/ui\n", "undefined: y\n", "go: warning\n"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("got\n%s\nwant %q in it", said.String(), want)
		}
	}
	if strings.Contains(said.String(), "fyne.io") {
		t.Errorf("got\n%s\nwant no package names", said.String())
	}
}

func TestProgressTicks(t *testing.T) {
	w := make(lines, 1)
	p := &progress{msg: w, start: time.Now()}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() { p.tick(done, time.Millisecond); close(ended) }()
	if got := <-w; !strings.Contains(got, "packages compiled") {
		t.Errorf("got %q, want the count", got)
	}
	close(done)
	for {
		select {
		case <-w:
		case <-ended:
			return
		}
	}
}

type lines chan string

func (l lines) Write(b []byte) (int, error) { l <- string(b); return len(b), nil }
