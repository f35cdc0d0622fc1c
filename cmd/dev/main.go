package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
)

const usage = `usage: go run ./cmd/dev COMMAND

  demo [--autopilot] [args]    build everything and show the bench at work with a virtual shop and virtual devices;
                               without a display it runs by itself under a virtual screen (see: demo --help)
  run [args]                   build the program and open its window
  test [--windows] [packages] [-- args]
                               go vet and go test -race on a virtual screen; args go to go test. A run of everything vets the
                               packages without C for Windows; --windows, or CI=true, links the whole program for it
  test --wine [packages] [-- args]
                               tests as Windows programs under Wine; of the packages without C if none is named
  bench [packages] [-- args]   the benchmarks as one table with their limits; args go to go test
  fuzz [--time 30s] [--only FuzzX] [packages]
                               every fuzz test for that long; what it finds stays in testdata/fuzz
  check                        gofmt, go vet and the linters
  build [--os windows] -o FILE the program as one file
  package -o FILE.deb          the Debian package: the program with icon, manual page and the rules for its devices
  record --transport serial|hid|usb [args] -o FILE
                               what a real device sends, with times, as a test can play it back (see: record --help)

Every command first looks for what it needs, and installs it with apt on Debian and Ubuntu. On other systems it names the
packages and exits 2. PACKBENCH_NO_INSTALL=1 makes it name them on Debian and Ubuntu, too.`

// errUsage marks wrong usage and a machine that lacks something: exit code 2.
var errUsage = errors.New("usage")

// exitError carries the exit code of a child whose output said it all.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// dev is one invocation: where the repository is, what the machine offers and where the words go.
type dev struct {
	root string
	host host
	out  io.Writer // results
	msg  io.Writer // everything else
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := mainErr(ctx, os.Args[1:])
	stop()
	var exit exitError
	switch {
	case err == nil:
	case errors.As(err, &exit):
		os.Exit(int(exit))
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, "dev:", strings.TrimSuffix(err.Error(), ": "+errUsage.Error()))
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "dev:", err)
		os.Exit(1)
	}
}

func mainErr(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("no command\n%s: %w", usage, errUsage)
	}
	root, err := findRoot()
	if err != nil {
		return err
	}
	d := &dev{root: root, host: realHost(), out: os.Stdout, msg: os.Stderr}
	commands := map[string]func(context.Context, []string) error{
		"demo": d.demo, "run": d.run, "test": d.test, "bench": d.bench, "fuzz": d.fuzz, "check": d.check, "build": d.build, "package": d.pack, "record": d.record,
	}
	switch name := args[0]; name {
	case "help", "-h", "-help", "--help":
		fmt.Fprintln(d.out, usage)
		return nil
	default:
		command, ok := commands[name]
		if !ok {
			return fmt.Errorf("no command %q\n%s: %w", name, usage, errUsage)
		}
		return command(ctx, args[1:])
	}
}

// findRoot walks up from the working directory to the go.mod of this module.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the repository: %w", err)
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module packbench\n") {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("this is not inside the packbench repository; change into it first: %w", errUsage)
		}
		dir = up
	}
}

// host is what the checks ask of the machine; tests put a made-up machine in its place.
type host struct {
	goos     string
	root     bool // may install without sudo
	lookPath func(name string) (string, error)
	getenv   func(key string) string
	glob     func(pattern string) []string
	readFile func(path string) ([]byte, error)
	// output runs a program to its end and returns what it printed, both streams together.
	output func(ctx context.Context, stdin string, name string, args ...string) ([]byte, error)
	// stream runs a program to its end with its output going to w; env is added to the environment.
	stream func(ctx context.Context, w io.Writer, env []string, name string, args ...string) error
}

func realHost() host {
	return host{
		goos:     runtime.GOOS,
		root:     os.Geteuid() == 0,
		lookPath: exec.LookPath,
		getenv:   os.Getenv,
		readFile: os.ReadFile,
		glob: func(pattern string) []string {
			found, _ := filepath.Glob(pattern) // only a malformed pattern fails, and ours are constants
			return found
		},
		output: func(ctx context.Context, stdin, name string, args ...string) ([]byte, error) {
			cmd := exec.CommandContext(ctx, name, args...)
			cmd.Stdin = strings.NewReader(stdin)
			return cmd.CombinedOutput()
		},
		stream: func(ctx context.Context, w io.Writer, env []string, name string, args ...string) error {
			cmd := exec.CommandContext(ctx, name, args...)
			cmd.Env = append(os.Environ(), env...)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, w, w
			return cmd.Run()
		},
	}
}
