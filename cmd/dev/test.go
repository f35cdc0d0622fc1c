package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// test is go vet and go test -race over the packages, on a virtual screen; a run of everything on Linux looks at Windows, too.
func (d *dev) test(ctx context.Context, args []string) error {
	args, wine := wineFlag(args)
	if wine {
		return d.wineTest(ctx, args)
	}
	args, link := windowsFlag(args, d.host.getenv("CI"))
	if err := d.provide(ctx, forBuild|forScreen|forTest); err != nil {
		return err
	}
	pkgs, extra := splitArgs(args)
	env, stop, err := d.testEnv(ctx)
	if err != nil {
		return err
	}
	defer stop()
	if err := d.warm(ctx, pkgs); err != nil {
		return err
	}
	vet := d.vet(ctx, pkgs)
	if vet != nil {
		fmt.Fprintln(d.msg, "go vet found something, see above; the tests run nevertheless")
	}
	then := func(r *report) {
		if slices.Contains(pkgs, "./...") && d.host.goos == "linux" && runtime.GOARCH == "amd64" && ctx.Err() == nil {
			d.windows(ctx, r, link)
		}
	}
	if err := d.goTest(ctx, env, append(pkgs, extra...), then); err != nil {
		return err
	}
	if vet != nil {
		return fmt.Errorf("the tests passed, but go vet found something: %w", vet)
	}
	return nil
}

// splitArgs parts "PKG PKG -- ARGS". Flags before "--" are taken for flags of go test, too.
func splitArgs(args []string) (pkgs, extra []string) {
	if i := slices.Index(args, "--"); i >= 0 {
		args, extra = args[:i], slices.Clone(args[i+1:])
	}
	if i := slices.IndexFunc(args, func(a string) bool { return strings.HasPrefix(a, "-") }); i >= 0 {
		args, extra = args[:i], append(slices.Clone(args[i:]), extra...)
	}
	if len(args) == 0 {
		return []string{"./..."}, extra
	}
	return slices.Clone(args), extra
}

// warm compiles everything that the packages import, with the flags of the test run and a word on progress. Main
// packages are left out, because go build would link them for nothing.
func (d *dev) warm(ctx context.Context, pkgs []string) error {
	list := append([]string{"list", "-deps", "-f", `{{if and (not .Standard) (ne .Name "main")}}{{.ImportPath}}{{end}}`,
		"-tags", tags(d.host.goos)}, pkgs...)
	cmd := exec.CommandContext(ctx, "go", list...)
	cmd.Dir, cmd.Stderr = d.root, d.msg
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("listing the packages: %w; what go list says is above", err)
	}
	deps := strings.Fields(string(out))
	if len(deps) == 0 {
		return nil
	}
	args := append([]string{"build", "-v"}, compileFlags(d.host.goos, true)...)
	if err := d.goProgress(ctx, nil, append(args, deps...)...); err != nil && ctx.Err() != nil {
		return err
	} // what does not compile is said again, with its package, by go test
	return nil
}

// vet uses the flags of the test run: with others it would compile the dependencies once more.
func (d *dev) vet(ctx context.Context, pkgs []string) error {
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"vet"}, compileFlags(d.host.goos, true)...), pkgs...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = d.root, d.msg, d.msg
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go vet: %w", err)
	}
	return nil
}

// goTest runs the tests. go vet ran before, so go test's own smaller one is off. Two packages at a time: more would let
// programs with windows fight for the processor and miss their deadlines.
// then runs after the tests and counts as one of them: the closing line stays the last.
func (d *dev) goTest(ctx context.Context, env, args []string, then func(*report)) error {
	all := append([]string{"test", "-json", "-vet=off", "-p", "2", "-timeout", "20m"}, compileFlags(d.host.goos, true)...)
	all = append(all, args...)
	// Interrupted and waited for, not killed: go test ends its children itself.
	cmd := exec.CommandContext(ctx, "go", all...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	cmd.Dir, cmd.Env, cmd.Stderr = d.root, append(os.Environ(), env...), d.msg
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("starting go test: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting go test: %w", err)
	}
	start := time.Now()
	r := newReport(d.out, slices.Contains(args, "-v"))
	readErr := r.read(pipe)
	err = cmd.Wait()
	then(r)
	r.end(time.Since(start))
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exitError(1)
	case err != nil:
		return fmt.Errorf("running go test: %w", err)
	case readErr != nil:
		return fmt.Errorf("reading go test's output: %w", readErr)
	case r.failed > 0:
		return exitError(1)
	}
	return nil
}
