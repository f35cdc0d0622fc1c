package main

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestFuzzArguments(t *testing.T) {
	each, only, pkgs, err := fuzzArgs([]string{"--time", "2m", "./storage", "--only=FuzzX", "./ui"})
	if err != nil || each != 2*time.Minute || only != "FuzzX" || !slices.Equal(pkgs, []string{"./storage", "./ui"}) {
		t.Errorf("%s %q %q %v", each, only, pkgs, err)
	}
	if each, _, pkgs, err := fuzzArgs(nil); err != nil || each != defaultFuzz || !slices.Equal(pkgs, []string{"./..."}) {
		t.Errorf("%s %q %v", each, pkgs, err)
	}
	for _, bad := range [][]string{{"--time"}, {"--time", "5"}, {"--time", "1ms"}, {"--tme", "5s"}} {
		if _, _, _, err := fuzzArgs(bad); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestFuzzTestsAreFound(t *testing.T) {
	got := fuzzNames([]byte("package x\n\nfunc FuzzA(f *testing.F) {\n}\nfunc FuzzHelper(t *testing.T) {}\n// func FuzzB(f *testing.F)\nfunc Fuzz(f *testing.F) {\n"))
	if !slices.Equal(got, []string{"FuzzA", "Fuzz"}) {
		t.Errorf("got %q", got)
	}
	d := &dev{root: "../..", host: realHost(), out: t.Output(), msg: t.Output()}
	targets, err := d.fuzzTargets(t.Context(), []string{"./fulfillment/label"}, "")
	if err != nil || !slices.Contains(targets, fuzzTarget{"packbench/fulfillment/label", "FuzzSellerLabel"}) {
		t.Errorf("got %q, %v", targets, err)
	}
}
