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
	"strings"
	"sync"
	"time"
)

// build makes the program as one file.
func (d *dev) build(ctx context.Context, args []string) error {
	goos, file, err := buildArgs(args, d.host.goos)
	if err != nil {
		return err
	}
	sets, env := forBuild, []string(nil)
	if goos != d.host.goos {
		if goos != "windows" {
			return fmt.Errorf("cannot build for %s on %s; build it there: %w", goos, d.host.goos, errUsage)
		}
		sets = forWindows
		env = []string{"GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=1", "CC=" + mingw}
	}
	if err := d.provide(ctx, sets); err != nil {
		return err
	}
	out, err := filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("output file %s: %w", file, err)
	}
	if err := d.compile(ctx, goos, env, out, "./cmd/packbench"); err != nil {
		return err
	}
	info, err := os.Stat(out)
	if err != nil {
		return fmt.Errorf("looking at what was built: %w", err)
	}
	fmt.Fprintf(d.out, "%s: %s, %.1f MB\n", file, goos, float64(info.Size())/1e6)
	return nil
}

// buildArgs reads the flags of build.
func buildArgs(args []string, here string) (goos, file string, err error) {
	goos = here
	for i := 0; i < len(args); i++ {
		name, value, ok := strings.Cut(strings.TrimPrefix(args[i], "-"), "=")
		if name != "o" && name != "-o" && name != "os" && name != "-os" {
			return "", "", fmt.Errorf("build does not know %q; it takes --os SYSTEM and -o FILE: %w", args[i], errUsage)
		}
		if !ok {
			if i++; i == len(args) {
				return "", "", fmt.Errorf("%s needs a value: %w", args[i-1], errUsage)
			}
			value = args[i]
		}
		if strings.TrimLeft(name, "-") == "o" {
			file = value
		} else {
			goos = value
		}
	}
	if file == "" {
		return "", "", fmt.Errorf("build needs -o FILE: %w", errUsage)
	}
	return goos, file, nil
}

// compile runs one go build for main packages. out is a file, or a folder if it ends in a separator.
func (d *dev) compile(ctx context.Context, goos string, env []string, out string, pkgs ...string) error {
	toml, err := d.host.readFile(filepath.Join(d.root, "FyneApp.toml"))
	if err != nil {
		return fmt.Errorf("reading the version: %w", err)
	}
	version, err := appVersion(string(toml))
	if err != nil {
		return err
	}
	args := append([]string{"build", "-v"}, compileFlags(goos, false)...)
	args = append(args, "-ldflags", linkFlags(goos, version, d.commit(ctx)), "-o", out)
	return d.goProgress(ctx, env, append(args, pkgs...)...)
}

// commit is the short hash of the checkout, with a mark if it was changed; "unknown" outside of git.
func (d *dev) commit(ctx context.Context) string {
	out, err := d.host.output(ctx, "", "git", "-C", d.root, "rev-parse", "--short=12", "HEAD")
	if err != nil {
		return "unknown"
	}
	hash := strings.TrimSpace(string(out))
	if dirty, err := d.host.output(ctx, "", "git", "-C", d.root, "status", "--porcelain", "--untracked-files=no"); err != nil || len(dirty) > 0 {
		hash += "-changed"
	}
	return hash
}

// goProgress runs a go build -v, counts the packages it names instead of showing them, and says every 15 seconds how far
// it is. What is not a package name is an error text and shown as it is.
func (d *dev) goProgress(ctx context.Context, env []string, args ...string) error {
	p := &progress{msg: d.msg, start: time.Now()}
	done := make(chan struct{})
	var ticking sync.WaitGroup
	ticking.Go(func() { p.tick(done, 15*time.Second) })
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = d.root
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = p, p
	err := cmd.Run()
	close(done)
	ticking.Wait()
	p.flush()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return fmt.Errorf("go %s failed, see above: %w", args[0], err)
		}
		return fmt.Errorf("starting go %s: %w", args[0], err)
	}
	return nil
}

// progress takes the output of go build -v. Safe for use by the writer and the ticker at the same time.
type progress struct {
	mu       sync.Mutex
	msg      io.Writer
	start    time.Time
	rest     []byte
	compiled int
}

func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rest = append(p.rest, b...)
	for {
		line, rest, ok := bytes.Cut(p.rest, []byte("\n"))
		if !ok {
			return len(b), nil
		}
		p.rest = rest
		p.line(string(line))
	}
}

func (p *progress) line(line string) {
	if !isPackageName(line) {
		fmt.Fprintln(p.msg, line)
		return
	}
	p.compiled++
	if p.compiled == 1 {
		fmt.Fprintln(p.msg, "building; a first build compiles the window toolkit: a few minutes on two cores")
	}
}

// flush shows a last line without an end, and says what was done if it was much.
func (p *progress) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.rest) > 0 {
		p.line(string(p.rest))
		p.rest = nil
	}
	if took := time.Since(p.start); p.compiled > 0 && took > 15*time.Second {
		fmt.Fprintf(p.msg, "built %d packages in %s\n", p.compiled, took.Round(time.Second))
	}
}

func (p *progress) tick(done <-chan struct{}, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-done:
			return
		case <-t.C:
			p.mu.Lock()
			fmt.Fprintf(p.msg, "  %s: %d packages compiled\n", time.Since(p.start).Round(time.Second), p.compiled)
			p.mu.Unlock()
		}
	}
}

// isPackageName tells a package path from a message: go build -v prints one path a line and nothing else.
func isPackageName(line string) bool {
	if line == "" || strings.ContainsAny(line, " \t:#") {
		return false
	}
	return strings.Trim(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-~+") == ""
}
