package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestScreenHasAManagerAndGoesAway(t *testing.T) {
	for _, p := range []string{"Xvfb", "openbox", "xdotool"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed", p)
		}
	}
	s, err := newScreen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	size := exec.Command("xdotool", "getdisplaygeometry")
	size.Env = append(os.Environ(), s.env()...)
	if out, err := size.Output(); err != nil || strings.TrimSpace(string(out)) != "1920 1080" {
		t.Errorf("got %q, %v, want 1920 1080", out, err)
	}
	s.close()
	for _, p := range s.parts {
		if p.ProcessState == nil {
			t.Errorf("%s still runs", p.Path)
		}
	}
}
