package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// windowTitle is fixed by the contract.
const windowTitle = "Packbench — PACK-01"

// screen looks at the program's window from the outside. Every call has a time limit: ImageMagick's import waits for ever
// for a window that is gone.
type screen struct {
	dir    string // for the pictures
	window string // X window id; empty: not found
	w, h   int    // of the screen, dots
	shots  int
}

// find waits until the program's window is on the screen, and makes it as large as the screen.
func (s *screen) find(ctx context.Context, p *process, patience time.Duration) error {
	if os.Getenv("DISPLAY") == "" {
		return errors.New("there is no display: start the demo by `go run ./cmd/dev demo`, which brings one")
	}
	if _, err := exec.LookPath("xdotool"); err != nil {
		return fmt.Errorf("xdotool is not installed: %w", err)
	}
	limit := time.Now().Add(patience)
	for {
		if p.ended() {
			return fmt.Errorf("the program ended instead of opening its window: %w; see %s", p.err, p.log.Name())
		}
		if out, err := xdotool(ctx, "search", "--onlyvisible", "--name", windowTitle); err == nil && out != "" {
			s.window, _, _ = strings.Cut(out, "\n")
			break
		}
		if time.Now().After(limit) {
			return fmt.Errorf("no window called %q within %s; see %s", windowTitle, patience, p.log.Name())
		}
		if !pause(ctx, 100*time.Millisecond) {
			return ctx.Err()
		}
	}
	return s.enlarge(ctx)
}

// enlarge makes the window fill the screen, frame and title bar included, and brings it to the front.
func (s *screen) enlarge(ctx context.Context) error {
	size, err := xdotool(ctx, "getdisplaygeometry")
	if err != nil {
		return err
	}
	if _, err := fmt.Sscanf(size, "%d %d", &s.w, &s.h); err != nil {
		return fmt.Errorf("size of the screen %q: %w", size, err)
	}
	const probe = 100 // dots from the corner: the frame is on the screen for certain
	if _, err := xdotool(ctx, "windowactivate", s.window, "windowmove", s.window, strconv.Itoa(probe), strconv.Itoa(probe)); err != nil {
		return err
	}
	pause(ctx, 300*time.Millisecond) // the window manager answers later
	f, err := s.frame(ctx)
	if err != nil {
		return err
	}
	w, h := f.room(s.w, s.h)
	_, err = xdotool(ctx, "windowmove", s.window, strconv.Itoa(f.left+probe-f.x), strconv.Itoa(f.top+probe-f.y),
		"windowsize", s.window, strconv.Itoa(w), strconv.Itoa(h))
	return err
}

// frame is what the window manager put around the window: a title bar of top dots, an edge of left ones; and where the
// window's own corner is on the screen.
type frame struct{ left, top, x, y int }

// room is the largest window on a screen of w×h dots whose frame is seen whole. The lower edge may be thicker than the sides.
func (f frame) room(w, h int) (int, int) {
	low := 0
	if f.top > 0 {
		low = max(8, f.left)
	}
	return w - 2*f.left, h - f.top - low
}

// frame measures. xdotool's getwindowgeometry counts the offset inside the frame twice, the pointer tells the true corner;
// so the difference of the two is the frame. Where the window manager moves windows by their frame instead of their corner,
// x and y tell.
func (s *screen) frame(ctx context.Context) (frame, error) {
	var f frame
	said, err := xdotool(ctx, "mousemove", "--window", s.window, "0", "0", "sleep", "0.1", "getmouselocation")
	if err != nil {
		return f, err
	}
	if _, err := fmt.Sscanf(said, "x:%d y:%d", &f.x, &f.y); err != nil {
		return f, fmt.Errorf("place of the pointer %q: %w", said, err)
	}
	said, err = xdotool(ctx, "getwindowgeometry", "--shell", s.window)
	if err != nil {
		return f, err
	}
	var window, x, y int
	if _, err := fmt.Sscanf(strings.ReplaceAll(said, "\n", " "), "WINDOW=%d X=%d Y=%d", &window, &x, &y); err != nil {
		return f, fmt.Errorf("place of the window %q: %w", said, err)
	}
	f.left, f.top = max(0, x-f.x), max(0, y-f.y)
	return f, nil
}

func xdotool(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := command(ctx, nil, "xdotool", args...)
	return strings.TrimSpace(out), err
}

// click presses the left button at a place of the window, and takes the pointer away again.
func (s *screen) click(ctx context.Context, x, y int) error {
	_, err := xdotool(ctx, "mousemove", "--window", s.window, strconv.Itoa(x), strconv.Itoa(y), "sleep", "0.05", "click", "1",
		"sleep", "0.1", "mousemove", strconv.Itoa(s.w-5), strconv.Itoa(s.h-5))
	return err
}

// shot takes a picture of the whole screen and returns its file. The window is given a moment to draw what was committed.
func (s *screen) shot(ctx context.Context, name string) (string, error) {
	pause(ctx, 250*time.Millisecond)
	s.shots++
	file := filepath.Join(s.dir, fmt.Sprintf("%02d-%s.png", s.shots, name))
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if _, err := command(ctx, nil, "import", "-window", "root", file); err != nil {
		return "", err
	}
	return file, nil
}
