package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// bench runs the benchmarks of every package that has some, one package after another so that they do not disturb each
// other, and prints one table. The race detector is off: it would be measured, too.
func (d *dev) bench(ctx context.Context, args []string) error {
	if err := d.provide(ctx, forBuild|forScreen|forBench); err != nil {
		return err
	}
	pkgs, extra := splitArgs(args)
	if slices.Equal(pkgs, []string{"./..."}) {
		var err error
		if pkgs, err = benchPackages(d.root); err != nil {
			return err
		}
	}
	if len(pkgs) == 0 {
		return errors.New("no package has a benchmark")
	}
	env, stop, err := d.testEnv(ctx)
	if err != nil {
		return err
	}
	defer stop()
	list := append([]string{"build", "-v"}, compileFlags(d.host.goos, false)...)
	if err := d.goProgress(ctx, nil, append(list, "fyne.io/fyne/v2/app", "github.com/mattn/go-sqlite3")...); err != nil {
		return err
	}
	var rows []row
	var failed []string
	for _, pkg := range pkgs {
		fmt.Fprintln(d.msg, "measuring", pkg)
		out, err := d.benchOne(ctx, env, pkg, extra)
		rows = append(rows, parseBench(pkg, out)...)
		if err != nil {
			failed = append(failed, pkg)
		}
	}
	writeTable(d.out, rows)
	return benchVerdict(rows, failed)
}

func (d *dev) benchOne(ctx context.Context, env []string, pkg string, extra []string) (string, error) {
	args := append([]string{"test", "-run", "^$", "-bench", ".", "-vet=off", "-timeout", "20m"}, compileFlags(d.host.goos, false)...)
	args = append(append(args, pkg), extra...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = d.root, append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, d.msg), d.msg
	err := cmd.Run()
	return out.String(), err
}

func benchVerdict(rows []row, failed []string) error {
	if len(failed) > 0 {
		return fmt.Errorf("benchmarks failed in %s, see above", strings.Join(failed, ", "))
	}
	if len(rows) == 0 {
		return errors.New("no benchmark gave a result")
	}
	over := 0
	for _, r := range rows {
		if r.verdict() == "over" {
			over++
		}
	}
	if over > 0 {
		return fmt.Errorf("%d of %d figures are over their limit", over, len(rows))
	}
	return nil
}

var benchFunc = regexp.MustCompile(`(?m)^func Benchmark[A-Z_0-9]\w*\(`)

// benchPackages finds the folders with benchmark functions, as patterns for the go command, sorted.
func benchPackages(root string) ([]string, error) {
	var pkgs []string
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := e.Name()
		if e.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "build") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !benchFunc.Match(text) {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		if pkg := "./" + filepath.ToSlash(rel); !slices.Contains(pkgs, pkg) {
			pkgs = append(pkgs, pkg)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking for benchmarks: %w", err)
	}
	slices.Sort(pkgs)
	return pkgs, nil
}
