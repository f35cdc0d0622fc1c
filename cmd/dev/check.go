package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// linterVersion is the one that .golangci.yml is written for.
const linterVersion = "v2.15.0"

// check is what reviewers should not have to say: gofmt, go vet and the linters.
func (d *dev) check(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("check takes no arguments: %w", errUsage)
	}
	if err := d.provide(ctx, forBuild); err != nil {
		return err
	}
	var bad []string
	out, err := d.host.output(ctx, "", gofmt(ctx, d.host), "-l", d.root)
	if err != nil {
		return fmt.Errorf("running gofmt: %w: %s", err, out)
	}
	if len(out) > 0 {
		fmt.Fprintf(d.out, "gofmt: not formatted (gofmt -w FILE):\n%s", out)
		bad = append(bad, "gofmt")
	}
	if err := d.warm(ctx, []string{"./..."}); err != nil {
		return err
	}
	if err := d.vet(ctx, []string{"./..."}); err != nil {
		bad = append(bad, "go vet")
	}
	if _, err := d.host.lookPath("golangci-lint"); err != nil {
		fmt.Fprintf(d.out, "linters: not run, golangci-lint is not installed: go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@%s\n", linterVersion)
	} else if err := d.host.stream(ctx, d.out, []string{"GOFLAGS=-buildvcs=false"}, "golangci-lint", "run", d.root+"/..."); err != nil {
		bad = append(bad, "golangci-lint")
	}
	if len(bad) > 0 {
		return fmt.Errorf("found by %s, see above", strings.Join(bad, ", "))
	}
	fmt.Fprintln(d.out, "check: ok")
	return nil
}

// gofmt prefers the one of the Go in use to another in the PATH.
func gofmt(ctx context.Context, h host) string {
	if root, err := h.output(ctx, "", "go", "env", "GOROOT"); err == nil {
		for _, f := range h.glob(filepath.Join(strings.TrimSpace(string(root)), "bin", "gofmt*")) {
			return f
		}
	}
	return "gofmt"
}
