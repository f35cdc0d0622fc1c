package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// demo builds the program, the sandbox and the demo's driver into build/ and runs the driver.
func (d *dev) demo(ctx context.Context, args []string) error {
	if d.host.goos != "linux" {
		return fmt.Errorf("the demo needs Linux: its virtual devices are pseudo terminals; use dev run here: %w", errUsage)
	}
	if err := d.provide(ctx, forBuild|forScreen|forShow); err != nil {
		return err
	}
	build := filepath.Join(d.root, "build") + string(filepath.Separator)
	if err := d.compile(ctx, d.host.goos, nil, build, "./cmd/packbench", "./cmd/sandbox", "./cmd/demo"); err != nil {
		return err
	}
	var env []string
	if d.host.getenv("DISPLAY") == "" && !wantsHelp(args) {
		s, err := newScreen(ctx)
		if err != nil {
			return err
		}
		defer s.close()
		env = s.env()
		if !slices.Contains(args, "--autopilot") {
			fmt.Fprintln(d.msg, "no display here: the demo runs by itself on a virtual screen (--autopilot)")
			args = append([]string{"--autopilot"}, args...)
		}
	}
	return d.runHere(ctx, env, filepath.Join(build, "demo"), args...)
}

func wantsHelp(args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool { return a == "-h" || a == "-help" || a == "--help" })
}

// run builds the program and opens its window.
func (d *dev) run(ctx context.Context, args []string) error {
	if err := d.provide(ctx, forBuild|forShow); err != nil {
		return err
	}
	name := "packbench"
	if d.host.goos == "windows" {
		name += ".exe"
	}
	program := filepath.Join(d.root, "build", name)
	if err := d.compile(ctx, d.host.goos, nil, program, "./cmd/packbench"); err != nil {
		return err
	}
	return d.runHere(ctx, nil, program, args...)
}

// runHere runs a program on this terminal. Ctrl-C reaches it by the terminal; a cancelled context asks it to end and
// gives it time to put its things away.
func (d *dev) runHere(ctx context.Context, env []string, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, d.out, d.msg
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		return exitError(exit.ExitCode())
	}
	if err != nil {
		return fmt.Errorf("running %s: %w", filepath.Base(program), err)
	}
	return nil
}
