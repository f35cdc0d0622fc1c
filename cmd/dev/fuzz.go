package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// defaultFuzz is how long each fuzz test runs where nothing else is said.
const defaultFuzz = 30 * time.Second

// fuzzTarget is one fuzz test.
type fuzzTarget struct{ pkg, name string }

// fuzz runs the fuzz tests of the packages one after the other, each for the same time. What one finds stays in the package's
// testdata/fuzz, where go test tries it from then on.
func (d *dev) fuzz(ctx context.Context, args []string) error {
	each, only, pkgs, err := fuzzArgs(args)
	if err != nil {
		return err
	}
	if err := d.provide(ctx, forBuild|forTest); err != nil {
		return err
	}
	targets, err := d.fuzzTargets(ctx, pkgs, only)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return fmt.Errorf("there is no such fuzz test: %w", errUsage)
	}
	fmt.Fprintf(d.msg, "%d fuzz tests, %s each: %s and the time to compile them\n", len(targets), each, time.Duration(len(targets))*each)
	var broken []string
	for _, t := range targets {
		fmt.Fprintf(d.out, "%s %s\n", t.pkg, t.name)
		if err := d.goFuzz(ctx, t, each); ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			broken = append(broken, t.pkg+" "+t.name)
		}
	}
	if len(broken) > 0 {
		return fmt.Errorf("found by %s, see above; the inputs lie in testdata/fuzz of the packages", strings.Join(broken, ", "))
	}
	fmt.Fprintf(d.out, "fuzz: nothing found by %d tests of %s\n", len(targets), each)
	return nil
}

// fuzzArgs reads --time 30s, --only NAME and packages.
func fuzzArgs(args []string) (each time.Duration, only string, pkgs []string, err error) {
	each = defaultFuzz
	for i := 0; i < len(args); i++ {
		name, value, has := strings.Cut(args[i], "=")
		switch {
		case name != "--time" && name != "--only":
			if strings.HasPrefix(name, "-") {
				return 0, "", nil, fmt.Errorf("fuzz has no flag %s: %w", name, errUsage)
			}
			pkgs = append(pkgs, args[i])
			continue
		case !has && i+1 >= len(args):
			return 0, "", nil, fmt.Errorf("%s needs a value: %w", name, errUsage)
		case !has:
			i++
			value = args[i]
		}
		if name == "--only" {
			only = value
		} else if each, err = time.ParseDuration(value); err != nil || each < time.Second {
			return 0, "", nil, fmt.Errorf("--time %s: write a length of a second or more, for example 30s or 10m: %w", value, errUsage)
		}
	}
	if len(pkgs) == 0 {
		pkgs = []string{"./..."}
	}
	return each, only, pkgs, nil
}

// fuzzTargets finds the fuzz tests by their functions' names, without compiling anything.
func (d *dev) fuzzTargets(ctx context.Context, pkgs []string, only string) ([]fuzzTarget, error) {
	list := append([]string{"list", "-tags", tags(d.host.goos), "-f", `{{$p := .}}{{range .TestGoFiles}}{{$p.ImportPath}} {{$p.Dir}}/{{.}}{{"\n"}}{{end}}{{range .XTestGoFiles}}{{$p.ImportPath}} {{$p.Dir}}/{{.}}{{"\n"}}{{end}}`}, pkgs...)
	cmd := exec.CommandContext(ctx, "go", list...)
	cmd.Dir, cmd.Stderr = d.root, d.msg
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("listing the packages: %w; what go list says is above", err)
	}
	var found []fuzzTarget
	for line := range strings.Lines(string(out)) {
		pkg, file, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok {
			continue
		}
		text, err := d.host.readFile(file)
		if err != nil {
			return nil, fmt.Errorf("looking for fuzz tests: %w", err)
		}
		for _, name := range fuzzNames(text) {
			if t := (fuzzTarget{pkg, name}); (only == "" || only == name) && !slices.Contains(found, t) {
				found = append(found, t)
			}
		}
	}
	return found, nil
}

// fuzzNames are the fuzz tests of a file.
func fuzzNames(text []byte) (names []string) {
	for line := range bytes.Lines(text) {
		rest, ok := bytes.CutPrefix(line, []byte("func Fuzz"))
		if name, _, call := bytes.Cut(rest, []byte("(")); ok && call && bytes.Contains(line, []byte("*testing.F)")) {
			names = append(names, "Fuzz"+string(name))
		}
	}
	return names
}

func (d *dev) goFuzz(ctx context.Context, t fuzzTarget, each time.Duration) error {
	args := append([]string{"test", "-run", "^$", "-fuzz", "^" + t.name + "$", "-fuzztime", each.String()}, compileFlags(d.host.goos, false)...)
	cmd := exec.CommandContext(ctx, "go", append(args, t.pkg)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // go test ends its workers itself
	cmd.WaitDelay = 30 * time.Second
	cmd.Dir, cmd.Stdout, cmd.Stderr = d.root, d.out, d.msg
	if err := cmd.Run(); err != nil {
		return errors.Join(fmt.Errorf("%s %s", t.pkg, t.name), err)
	}
	return nil
}
