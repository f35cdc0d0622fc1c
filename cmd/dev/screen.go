package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// screen is a virtual X display with a window manager. It belongs to whoever called newScreen, who must close it.
type screen struct {
	display string // ":7"
	parts   []*exec.Cmd
}

// newScreen starts Xvfb on a free display number and openbox on it, and returns when both answer. A screen of its own
// keeps tests from typing into somebody's desktop.
func newScreen(ctx context.Context) (*screen, error) {
	// Only root's Xvfb makes this folder by itself; the mode is the usual one for it.
	if err := os.Mkdir("/tmp/.X11-unix", 0o777); err == nil {
		if err := os.Chmod("/tmp/.X11-unix", 0o777|os.ModeSticky); err != nil {
			return nil, fmt.Errorf("preparing the virtual screen: %w", err)
		}
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("preparing the virtual screen: %w", err)
	}
	defer read.Close()
	// It outlives ctx: the programs on it are ended first, then close ends it.
	x := exec.CommandContext(context.WithoutCancel(ctx), "Xvfb", "-displayfd", "3", "-screen", "0", "1920x1080x24", "-nolisten", "tcp", "+extension", "GLX", "-noreset")
	x.ExtraFiles = []*os.File{write}
	var complaint strings.Builder
	x.Stderr = &complaint
	err = x.Start()
	_ = write.Close() // Xvfb has its own
	if err != nil {
		return nil, fmt.Errorf("starting Xvfb: %w", err)
	}
	s := &screen{parts: []*exec.Cmd{x}}
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		s.close()
		return nil, fmt.Errorf("the virtual screen (Xvfb) did not come up: %s: %w", strings.TrimSpace(complaint.String()), err)
	}
	s.display = ":" + strings.TrimSpace(number)
	if err := s.manage(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// manage starts the window manager and waits until it has taken the screen.
func (s *screen) manage(ctx context.Context) error {
	wm := exec.CommandContext(context.WithoutCancel(ctx), "openbox", "--sm-disable")
	wm.Env = append(os.Environ(), "DISPLAY="+s.display)
	if err := wm.Start(); err != nil {
		return fmt.Errorf("starting openbox: %w", err)
	}
	s.parts = append(s.parts, wm)
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		ask := exec.CommandContext(ctx, "xdotool", "get_num_desktops") // answered by a window manager only
		ask.Env = wm.Env
		if ask.Run() == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New("openbox did not take the virtual screen within 20 s")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// env is what a program needs to find the screen, and nothing else.
func (s *screen) env() []string {
	return []string{"DISPLAY=" + s.display, "WAYLAND_DISPLAY=", "LIBGL_ALWAYS_SOFTWARE=1"}
}

func (s *screen) close() {
	for i := len(s.parts) - 1; i >= 0; i-- {
		_ = s.parts[i].Process.Kill() // gone already is fine
		_ = s.parts[i].Wait()
	}
}

// testEnv is the environment of tests and benchmarks: a virtual screen on Linux, nothing elsewhere.
func (d *dev) testEnv(ctx context.Context) (env []string, stop func(), err error) {
	if d.host.goos != "linux" {
		return nil, func() {}, nil
	}
	s, err := newScreen(ctx)
	if err != nil {
		return nil, nil, err
	}
	env = s.env()
	if d.host.getenv("PACKBENCH_NO_INSTALL") == "" && d.host.getenv("PACKBENCH_BED") == "" {
		env = append(env, "PACKBENCH_BED=fetch") // the kernel for the emulated computer is downloaded once
	}
	return env, s.close, nil
}
