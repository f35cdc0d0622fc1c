package main

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWindowsFlag(t *testing.T) {
	for _, tt := range []struct {
		args, ci, rest string
		link           bool
	}{
		{args: "", rest: ""},
		{args: "--windows ./ui", rest: "./ui", link: true},
		{args: "./ui -- --windows", rest: "./ui -- --windows"},
		{args: "-run X", ci: "true", rest: "-run X", link: true},
	} {
		rest, link := windowsFlag(strings.Fields(tt.args), tt.ci)
		if strings.Join(rest, " ") != tt.rest || link != tt.link {
			t.Errorf("%q, CI=%q: %q, %v", tt.args, tt.ci, rest, link)
		}
	}
}

// A package is pure if nothing that it or its tests import is C, however far away.
func TestPurePackages(t *testing.T) {
	got := pure("p/devices fmt | testing p/devices/test\np/devices/test |\np/storage github.com/mattn/go-sqlite3 | testing\np/sync p/fulfillment | p/storage testing\n" +
		"p/fulfillment strings |\np/far p/near |\np/near p/storage |\np/ui fyne.io/fyne/v2/canvas |\n")
	if want := []string{"p/devices", "p/devices/test", "p/fulfillment"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// The look at Windows counts as a test: where it cannot be linked it is skipped with the reason, where it does not compile the run
// fails, and the closing line stays the last one.
func TestWindowsCountsAsATest(t *testing.T) {
	for _, tt := range []struct {
		name    string
		vet     error
		link    bool
		says    string
		p, f, s int
	}{
		{name: "vetted", says: "ok  \tGOOS=windows", p: 1},
		{name: "no compiler", link: true, says: "skip\tGOOS=windows", s: 1},
		{name: "it does not compile", vet: errors.New("exit status 1"), says: "FAIL\tGOOS=windows", f: 1},
	} {
		var out strings.Builder
		r := newReport(&out, false)
		var ran []string
		d := &dev{root: "/nowhere", out: &out, msg: io.Discard, host: host{goos: "linux", getenv: func(string) string { return "1" },
			lookPath: func(string) (string, error) { return "", os.ErrNotExist },
			readFile: func(string) ([]byte, error) { return []byte("module packbench\n"), nil },
			stream: func(_ context.Context, w io.Writer, env []string, _ string, args ...string) error {
				if slices.Contains(args, "list") {
					_, err := io.WriteString(w, "packbench/devices | testing\n")
					return err
				}
				ran = append(ran, strings.Join(append(env, args...), " "))
				return tt.vet
			}}}
		d.windows(t.Context(), r, tt.link)
		r.end(time.Second)
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if !strings.HasPrefix(lines[0], tt.says) || r.passed != tt.p || r.failed != tt.f || r.skipped != tt.s || !strings.HasSuffix(lines[len(lines)-1], " skipped") {
			t.Errorf("%s: %s", tt.name, out.String())
		}
		if len(ran) != 1 || !strings.Contains(ran[0], "GOOS=windows") || !strings.Contains(ran[0], "CGO_ENABLED=0") || !strings.Contains(ran[0], " vet ") {
			t.Errorf("%s: ran %q", tt.name, ran)
		}
	}
}
