package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// inC are the modules that are partly C on every system.
var inC = []string{"github.com/mattn/go-sqlite3", "fyne.io/fyne/v2"}

// pure are the packages that need no C, their tests included: they are checked for Windows by every whole test run, because that
// costs seconds. list is what go list says: a package a line, its imports, a bar, those of its tests.
func pure(list string) (names []string) {
	imports, tests := map[string][]string{}, map[string][]string{}
	for line := range strings.Lines(list) {
		own, test, _ := strings.Cut(line, "|")
		if f := strings.Fields(own); len(f) > 0 {
			imports[f[0]], tests[f[0]] = f[1:], strings.Fields(test)
			names = append(names, f[0])
		}
	}
	var needsC func(name string) bool
	needsC = func(name string) bool {
		return slices.ContainsFunc(inC, func(c string) bool { return name == c || strings.HasPrefix(name, c+"/") }) || slices.ContainsFunc(imports[name], needsC)
	}
	return slices.DeleteFunc(names, func(name string) bool { return needsC(name) || slices.ContainsFunc(tests[name], needsC) })
}

// pureForWindows are the packages of this repository that need no C on Windows.
func (d *dev) pureForWindows(ctx context.Context) ([]string, error) {
	env := []string{"GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0"}
	var list strings.Builder
	const form = `{{.ImportPath}} {{join .Imports " "}} | {{join .TestImports " "}} {{join .XTestImports " "}}`
	if err := d.host.stream(ctx, &list, env, "go", "-C", d.root, "list", // not cmd/demo, whose film is for Linux
		"-e", "-tags", tags("windows"), "-f", form, "./assets/...", "./cmd/dev", "./cmd/sandbox/...", "./devices/...", "./fulfillment/...", "./storage/...", "./ui/text"); err != nil {
		return nil, fmt.Errorf("list the packages for Windows: %w\n%s", err, list.String())
	}
	return pure(list.String()), nil
}

// errSkipped marks a check that cannot be made on this machine; the text says why.
var errSkipped = errors.New("skipped")

// windowsFlag takes --windows out of the arguments of test: with it, or with CI=true as build services set it, the whole program is
// linked for Windows, too.
func windowsFlag(args []string, ci string) (rest []string, link bool) {
	link = ci == "true" || ci == "1"
	for i, a := range args {
		if a == "--" {
			return append(rest, args[i:]...), link
		}
		if a == "--windows" || a == "-windows" {
			link = true
			continue
		}
		rest = append(rest, a)
	}
	return rest, link
}

// crossWindows compiles for Windows, from Linux on the same processor: what was only linked, and never ran, is said so. The error
// wraps errSkipped where the machine cannot do it.
func (d *dev) crossWindows(ctx context.Context, link bool) error {
	names, err := d.pureForWindows(ctx)
	if err != nil {
		return err
	}
	env := []string{"GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0"}
	vet := append(append([]string{"-C", d.root, "vet"}, compileFlags("windows", false)...), names...)
	if err := d.host.stream(ctx, d.msg, env, "go", vet...); err != nil {
		return fmt.Errorf("go vet for Windows: %w; see above", err)
	}
	if !link {
		return nil
	}
	if err := d.provide(ctx, forWindows); err != nil {
		return fmt.Errorf("%w: there is no mingw-w64 here: %w", errSkipped, err)
	}
	dir, err := os.MkdirTemp("", "packbench-windows-")
	if err != nil {
		return fmt.Errorf("link for Windows: %w", err)
	}
	defer os.RemoveAll(dir)
	env = []string{"GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=1", "CC=" + mingw}
	return d.compile(ctx, "windows", env, filepath.Join(dir, "packbench.exe"), "./cmd/packbench")
}

// windows runs crossWindows as one test of the run, and says what it was and how long it took.
func (d *dev) windows(ctx context.Context, r *report, link bool) {
	const name = "GOOS=windows"
	what := "the packages without C are vetted"
	if link {
		what = "the packages without C are vetted, the whole program is linked with mingw-w64; it did not run"
	}
	start := time.Now()
	err := d.crossWindows(ctx, link)
	took := time.Since(start).Round(100 * time.Millisecond)
	switch {
	case err == nil:
		r.passed++
		fmt.Fprintf(d.out, "ok  \t%s\t%s\t(%s)\n", name, took, what)
	case errors.Is(err, errSkipped):
		r.skipped++
		fmt.Fprintf(d.out, "skip\t%s\t%s\t(the packages without C are vetted; not linked: %v)\n", name, took, err)
	default:
		r.failed++
		r.badPackages = append(r.badPackages, name)
		fmt.Fprintf(d.out, "FAIL\t%s\t%s\t%v\n", name, took, err)
	}
}
