//go:build unix

package serialport

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/creack/pty"

	"packbench/devices"
)

// system lets a test say which ports there are.
type system struct {
	mu  sync.Mutex
	all map[string]identity
}

func (s *system) set(all map[string]identity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = all
}

func fake(t *testing.T) *system {
	s := &system{}
	old := ports
	ports = func() (map[string]identity, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.all, nil
	}
	t.Cleanup(func() { ports = old })
	return s
}

func TestPortByIdentity(t *testing.T) {
	s := fake(t)
	s.set(map[string]identity{"/a": {"0525", "a4a7", "C1"}, "/b": {"0525", "a4a7", "C2"}, "/c": {"1a86", "7523", ""}})
	tests := []struct{ port, want string }{
		{"0525:A4A7:C2", "/b"}, {"1a86:7523", "/c"}, {"0525:a4a7", ""}, {"0525:a4a7:C3", ""},
	}
	for _, tt := range tests {
		id, ok := parseIdentity(tt.port)
		got, err := id.find()
		if !ok || got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: %q, %v, want %q", tt.port, got, err, tt.want)
		}
	}
	for _, path := range []string{"/dev/ttyACM0", "COM3", "0525-a4a7"} {
		if _, ok := parseIdentity(path); ok {
			t.Errorf("%s was taken for a USB device", path)
		}
	}
	if _, err := Open(Config{Port: "0525:a4a7:C3"}); !errors.Is(err, devices.ErrAbsent) {
		t.Errorf("a device that is not there: %v", err)
	}
}

// A device whose old path is still held by somebody comes back under another.
func TestBackUnderAnotherPath(t *testing.T) {
	s := fake(t)
	dir := t.TempDir()
	plug := func(name string) (path string, unplug func()) {
		master, slave, err := pty.Open()
		if err != nil {
			t.Fatal(err)
		}
		path = filepath.Join(dir, name)
		if err := os.Symlink(slave.Name(), path); err != nil {
			t.Fatal(err)
		}
		s.set(map[string]identity{path: {"0525", "a4a7", "C1"}})
		return path, sync.OnceFunc(func() {
			_ = os.Remove(path)
			s.set(nil)
			_ = slave.Close()
			_ = master.Close()
		})
	}
	first, unplug := plug("tty0")
	opened := make(chan string, 10)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- Keep(ctx, Config{Port: first}, devices.Health{}, "scanner", func(devices.Health) {}, slog.New(slog.DiscardHandler),
			func(_ context.Context, p *Port, _ *Line) error {
				opened <- filepath.Base(p.name)
				_, err := p.Read(make([]byte, 1))
				return err
			})
	}()
	if got := <-opened; got != "tty0" {
		t.Fatalf("opened %s", got)
	}
	unplug()
	_, unplug = plug("tty1")
	defer unplug()
	if got := <-opened; got != "tty1" {
		t.Errorf("opened %s, want the same device where it is now", got)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
