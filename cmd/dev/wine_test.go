package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestWineFlag(t *testing.T) {
	for _, tt := range []struct {
		args, rest string
		wine       bool
	}{{"", "", false}, {"--wine ./devices/hid -v", "./devices/hid -v", true}, {"./ui -- --wine", "./ui -- --wine", false}} {
		rest, wine := wineFlag(strings.Fields(tt.args))
		if strings.Join(rest, " ") != tt.rest || wine != tt.wine {
			t.Errorf("%q: %q, %v", tt.args, rest, wine)
		}
	}
}

// Without Wine nothing runs and that is said; with it the tests run after what Wine lacks was made, and its server is ended whatever
// they say.
func TestWine(t *testing.T) {
	for _, tt := range []struct {
		name, args string
		wine       bool
		tests      error
		want       []string
	}{
		{name: "no Wine"},
		{name: "all", wine: true, want: []string{"list", "wineserver -p", "wineboot -i", mingw, "test p/devices", "wineserver -k"}},
		{name: "one that fails", args: "./storage -- -run X", wine: true, tests: errors.New("exit status 1"),
			want: []string{"wineserver -p", "wineboot -i", mingw, "test ./storage -run X", "wineserver -k"}},
	} {
		var out strings.Builder
		var ran []string
		d := &dev{root: "/nowhere", out: &out, msg: io.Discard, host: host{goos: "linux", getenv: func(string) string { return "1" },
			lookPath: func(name string) (string, error) {
				if name == "wine" && !tt.wine {
					return "", os.ErrNotExist
				}
				return "/bin/" + name, nil
			},
			readFile: func(name string) ([]byte, error) {
				if strings.HasSuffix(name, "go.mod") {
					return []byte("module packbench\n"), nil
				}
				return os.ReadFile(name)
			},
			output: realHost().output, // go env
			stream: func(_ context.Context, w io.Writer, _ []string, name string, args ...string) error {
				switch {
				case slices.Contains(args, "list"):
					ran = append(ran, "list")
					_, err := io.WriteString(w, "p/devices | testing\np/cmd/dev | testing\n")
					return err
				case slices.Contains(args, "test"):
					i := slices.Index(args, "-buildvcs=false")
					ran = append(ran, "test "+strings.Join(args[i+1:], " "))
					return tt.tests
				case name == mingw:
					args = nil
				}
				ran = append(ran, strings.TrimSpace(name+" "+strings.Join(args, " ")))
				return nil
			}}}
		err := d.wineTest(t.Context(), strings.Fields(tt.args))
		if (err != nil) != (tt.tests != nil) || !slices.Equal(ran, tt.want) {
			t.Errorf("%s: %v, ran %q", tt.name, err, ran)
		}
		if said := strings.HasPrefix(out.String(), "skip\tGOOS=windows"); said == tt.wine {
			t.Errorf("%s: %s", tt.name, out.String())
		}
	}
}

// The overlay replaces a file of this Go's library, in which the older way is switched on.
func TestWineOverlay(t *testing.T) {
	dir := t.TempDir()
	d := &dev{host: realHost()}
	if err := d.overlay(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "at_windows.go"))
	if err != nil || !strings.Contains(string(text), "TestDeleteatFallback = true") {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if json, err := os.ReadFile(filepath.Join(dir, "overlay.json")); err != nil || !strings.Contains(string(json), "at_windows.go") {
		t.Errorf("%s, %v", json, err)
	}
}
