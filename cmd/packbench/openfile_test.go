//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"packbench/fulfillment"
)

// TestWhatIsNoFileIsRefusedAtOnce: nobody ever writes into this pipe, and /dev/zero never ends.
func TestWhatIsNoFileIsRefusedAtOnce(t *testing.T) {
	s := newStation(t, "", "")
	s.stock(t, "E-1,MUG,1")
	pipe := filepath.Join(s.files, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		words string
		code  int
		args  []string
	}{
		{"is a pipe", exitFailed, []string{"orders", "import", pipe}},
		{"is a pipe", exitFailed, []string{"products", "import", pipe}},
		{"a device", exitFailed, []string{"orders", "import", "/dev/zero"}},
		{"is a folder", exitFailed, []string{"products", "import", s.files}},
		{"is a pipe", exitFailed, []string{"evidence", "verify", pipe}},
		{"is a pipe", exitFailed, []string{"label", pipe, "--out", filepath.Join(s.files, "o.zpl")}},
		{"no plain file", exitFailed, []string{"restore", pipe}},
		{"is a pipe", exitUsage, []string{"outbox", "--config", pipe}},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		var said bytes.Buffer
		code := make(chan int, 1)
		go func() { code <- run(ctx, append(c.args, "--data", s.dir), io.Discard, &said) }()
		if got := <-code; got != c.code || !strings.Contains(said.String(), c.words) || ctx.Err() != nil {
			t.Errorf("%v: got %d, %q, %v, want %d and %q", c.args, got, said.String(), ctx.Err(), c.code, c.words)
		}
		cancel()
	}
}

// TestAPipeInTheDataFolderStopsNothing: whatever stands where the program keeps a file, it is named and never waited for.
func TestAPipeInTheDataFolderStopsNothing(t *testing.T) {
	s := newStation(t, "", "")
	s.stock(t, "E-1,MUG,1")
	pipe := func(name string) string {
		t.Helper()
		path := filepath.Join(s.dir, name)
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ends := func(what string, do func()) {
		t.Helper()
		done := make(chan struct{})
		go func() { do(); close(done) }()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Errorf("%s waits for the other end of a pipe", what)
		}
	}
	pipe(headName)
	ends("evidence verify", func() { s.fails(t, "is a pipe", "evidence", "verify", "--all") })
	if err := os.Remove(filepath.Join(s.dir, headName)); err != nil {
		t.Fatal(err)
	}
	config := pipe("other.toml")
	ends("a binding", func() {
		if _, err := keepBinding(config, netPrinter, wantNetPrinter); err == nil || !strings.Contains(err.Error(), "is a pipe") {
			t.Errorf("a binding into a pipe: %v", err)
		}
	})
	pipe(frontName)
	ends("the first start", func() {
		one, err := claimInstance(s.dir)
		if err != nil {
			t.Errorf("the first start: %v", err)
			return
		}
		defer one.release()
		pipe(frontName)
		if _, err := claimInstance(s.dir); !errors.Is(err, errSecondStart) || !strings.Contains(err.Error(), "is a pipe") {
			t.Errorf("the second start: %v", err)
		}
		pipe(healthName)
		if _, err := deviceHealth(t.Context(), s.dir, Config{}); err == nil || !strings.Contains(err.Error(), "is a pipe") {
			t.Errorf("the devices' health: %v", err)
		}
		pipe(healthName + ".new")
		if err := keepHealth(s.dir, nil); err != nil {
			t.Errorf("keeping the health: %v", err)
		}
	})
	ends("a picture", func() {
		if _, err := newPictures(t.TempDir()).get(t.Context(), "/dev/zero"); err == nil {
			t.Error("/dev/zero is a picture")
		}
	})
	for _, name := range []string{"secrets.key", "secrets.sealed", "address.key"} {
		if _, err := os.Lstat(filepath.Join(s.dir, name)); err != nil {
			continue
		}
		pipe(name)
		ends(name, func() { _ = run(t.Context(), []string{"doctor", "--data", s.dir}, io.Discard, io.Discard) })
	}
}

// TestConfigurationsThatAreNone have sentences of their own.
func TestConfigurationsThatAreNone(t *testing.T) {
	big := filepath.Join(t.TempDir(), "big.toml")
	if err := os.WriteFile(big, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(big, 200<<20); err != nil { // sparse
		t.Fatal(err)
	}
	if _, err := loadConfig(big, true); err == nil || !strings.Contains(err.Error(), "larger than 1 MB") {
		t.Errorf("200 MB of zeros: got %v", err)
	}
	for text, words := range map[string]string{
		strings.Repeat("\x00", 300):             "nothing but zeros",
		"[[[[":                                  `line 1: "[[[[" is not the beginning of a table`,
		"[station]\nid = \"A\"\n[[[camera]]]\n": `line 3: "[[[camera]]]" is not`,
		"[shop\n":                               `line 1: "[shop" is not`,
		"[[printer]\n":                          `line 1: "[[printer]" is not`,
		"[station":                              `line 1: "[station" is not`,
		"[scale]]":                              `line 1: "[scale]]" is not`,
	} {
		_, err := parseConfig("x.toml", []byte(text))
		var bad *configError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), words) {
			t.Errorf("%.20q: got %v, want %q", text, err, words)
		}
	}
	if _, err := parseConfig("x.toml", []byte("[[camera]]\nname = \"dock\"\nurl = \"http://10.0.0.9/\"\ncrop = [\n 0, 0,\n 500, 500\n]\n")); err != nil {
		t.Errorf("a list over several lines: got %v", err)
	}
}

// TestASignalEndsACommandThatWaits: one that can end by itself has the time for it; one that waits for a line that never
// comes is left.
func TestASignalEndsACommandThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, signal := context.WithCancel(t.Context())
		never, tidy := make(chan struct{}), errors.New("tidied up")
		time.AfterFunc(time.Minute, signal)
		begin := time.Now()
		err := runToEnd(ctx, func() error { <-never; return nil }, commandEnds)
		if took := time.Since(begin); !errors.Is(err, context.Canceled) || took != time.Minute+commandEnds {
			t.Errorf("one that waits: got %v after %s", err, took)
		}
		err = runToEnd(ctx, func() error { time.Sleep(commandEnds / 2); return tidy }, commandEnds)
		if !errors.Is(err, tidy) {
			t.Errorf("one that tidies up: got %v", err)
		}
		close(never)
	})
}

// TestEveryDataFolderHasItsOwnID: two stations of one user share no file of the toolkit.
func TestEveryDataFolderHasItsOwnID(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	usual, err := defaultDataDir()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, dir := range []string{usual, "/srv/bench-1", "/srv/bench-2", "bench-1"} {
		id := appIDOf(dir)
		if other, twice := seen[id]; twice {
			t.Errorf("%s and %s have the id %s", dir, other, id)
		}
		seen[id] = dir
	}
	if appIDOf(usual) != appID || appIDOf("/srv/bench-1/") != appIDOf("/srv/bench-1") {
		t.Error(fmt.Sprint("got ", seen))
	}
}

// TestATraceIntoAPipeIsNotWaitedFor: without a reader it is said before the window comes, and with one it is written.
func TestATraceIntoAPipeIsNotWaitedFor(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openTracer(pipe); err == nil || !strings.Contains(err.Error(), "start its reader first") {
		t.Fatalf("got %v", err)
	}
	reader, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	trace, err := openTracer(pipe)
	if err != nil {
		t.Fatal(err)
	}
	defer trace.close()
	if err := trace.write(fulfillment.Verdict{Scan: "A-1", Code: fulfillment.OrderOpened}, "open", time.Now()); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 1024)
	if n, err := reader.Read(line); err != nil || !strings.Contains(string(line[:n]), `"scan":"A-1"`) {
		t.Errorf("read %q, %v", line[:n], err)
	}
}
