package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// patience is how long anything of these tests may take. The race detector and software OpenGL are slow together.
const patience = 60 * time.Second

// eventually asks until ok, or fails with what was waited for.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.Now().Add(patience)
	for !ok() {
		if time.Now().After(limit) {
			t.Fatalf("not within %s: %s", patience, what)
		}
		time.Sleep(20 * time.Millisecond) // between two looks
	}
}

// needXvfb skips a test that needs a display of its own.
func needXvfb(t *testing.T, more ...string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("these displays are X11's")
	}
	if testing.Short() {
		t.Skip("-short: opens windows, which takes seconds")
	}
	for _, tool := range append([]string{"Xvfb", "xdotool"}, more...) {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed; `go run ./cmd/dev test` installs it", tool)
		}
	}
}

// newDisplay starts an X server on a free number with more arguments and returns its name.
func newDisplay(t *testing.T, more ...string) string {
	t.Helper()
	needXvfb(t)
	// Only root's Xvfb makes this folder by itself.
	if err := os.Mkdir("/tmp/.X11-unix", 0o777|os.ModeSticky); err == nil {
		if err := os.Chmod("/tmp/.X11-unix", 0o777|os.ModeSticky); err != nil {
			t.Fatal(err)
		}
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	x := exec.Command("Xvfb", append([]string{"-displayfd", "3", "-screen", "0", "1366x768x24", "-nolisten", "tcp", "-noreset"}, more...)...)
	x.ExtraFiles = []*os.File{write}
	err = x.Start()
	_ = write.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = x.Process.Kill()
		_ = x.Wait()
	})
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not come up: %v", err)
	}
	return ":" + strings.TrimSpace(number)
}

// newDesktop is a display with a window manager.
func newDesktop(t *testing.T) string {
	t.Helper()
	needXvfb(t, "openbox")
	d := newDisplay(t, "+extension", "GLX")
	wm := exec.Command("openbox", "--sm-disable")
	wm.Env = append(os.Environ(), "DISPLAY="+d, "HOME="+t.TempDir())
	if err := wm.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = wm.Process.Kill()
		_ = wm.Wait()
	})
	eventually(t, "openbox takes the display", func() bool { return xdotool(d, "get_num_desktops") != "" })
	return d
}

// xdotool returns what it says, empty if it fails.
func xdotool(display string, args ...string) string {
	cmd := exec.Command("xdotool", args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+display)
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// authority writes a file with a cookie for any display, as xauth does, and returns its path.
func authority(t *testing.T, cookie [16]byte) string {
	t.Helper()
	const wild = 0xffff // FamilyWild: any host
	entry := binary.BigEndian.AppendUint16(nil, wild)
	for _, field := range []string{"", "", "MIT-MAGIC-COOKIE-1", string(cookie[:])} {
		entry = binary.BigEndian.AppendUint16(entry, uint16(len(field)))
		entry = append(entry, field...)
	}
	file := filepath.Join(t.TempDir(), "authority")
	if err := os.WriteFile(file, entry, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// exitCode is how a program ended: its code, -1 if a signal ended it.
func exitCode(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	t.Fatal(err)
	return 0
}
