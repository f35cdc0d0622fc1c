//go:build unix

package serialport

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

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

// desk is a folder in which ports come and go with the devices behind them.
type desk struct {
	t   *testing.T
	sys *system
	dir string
	all map[string]identity
}

func newDesk(t *testing.T) *desk {
	return &desk{t: t, sys: fake(t), dir: t.TempDir(), all: map[string]identity{}}
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, name) }

func (d *desk) plug(name string, is identity) (unplug func()) {
	d.t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := os.Symlink(slave.Name(), d.path(name)); err != nil {
		d.t.Fatal(err)
	}
	d.all[d.path(name)] = is
	d.sys.set(maps.Clone(d.all))
	unplug = sync.OnceFunc(func() {
		_ = os.Remove(d.path(name))
		delete(d.all, d.path(name))
		d.sys.set(maps.Clone(d.all))
		_ = slave.Close()
		_ = master.Close()
	})
	d.t.Cleanup(unplug)
	return unplug
}

// keep keeps a port until the test ends; opened gets the name of every port that is opened, and said what a person is told.
func (d *desk) keep(port string) (opened, said chan string) {
	opened, said = make(chan string, 100), make(chan string, 100)
	ctx, cancel := context.WithCancel(d.t.Context())
	done := make(chan error)
	go func() {
		done <- Keep(ctx, Config{Port: port}, devices.Health{}, "scanner", func(h devices.Health) { said <- h.Text }, slog.New(slog.DiscardHandler),
			func(_ context.Context, p *Port, _ *Line) error {
				opened <- filepath.Base(p.name)
				_, err := p.Read(make([]byte, 1))
				return err
			})
	}()
	d.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			d.t.Error(err)
		}
	})
	return opened, said
}

func heard(t *testing.T, said chan string, want string) {
	t.Helper()
	for {
		select {
		case text := <-said:
			if strings.Contains(text, want) {
				return
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("nobody said %q", want)
		}
	}
}

var scannerA, scaleB = identity{"0525", "a4a7", "C1"}, identity{"1a86", "7523", ""}

// A device whose old path is still held by somebody comes back under another.
func TestBackUnderAnotherPath(t *testing.T) {
	for _, is := range []identity{scannerA, scaleB} {
		d := newDesk(t)
		unplug := d.plug("tty0", is)
		opened, _ := d.keep(d.path("tty0"))
		if got := <-opened; got != "tty0" {
			t.Fatalf("opened %s", got)
		}
		unplug()
		d.plug("tty1", is)
		if got := <-opened; got != "tty1" {
			t.Errorf("opened %s, want the same device where it is now", got)
		}
	}
}

// The scanner and the scale come back with their paths exchanged.
func TestAnotherDeviceAtThePath(t *testing.T) {
	d := newDesk(t)
	unplug := d.plug("tty0", scannerA)
	opened, said := d.keep(d.path("tty0"))
	<-opened
	unplug()
	d.plug("tty0", scaleB)
	heard(t, said, "Another device than the scanner is plugged in at "+d.path("tty0"))
	select {
	case got := <-opened:
		t.Fatalf("opened %s, which is the scale", got)
	case <-time.After(300 * time.Millisecond):
	}
	d.plug("tty1", scannerA)
	if got := <-opened; got != "tty1" {
		t.Errorf("opened %s", got)
	}
}

// Two of one kind cannot be told apart: none is taken.
func TestSeveralOfOneKind(t *testing.T) {
	d := newDesk(t)
	d.plug("tty0", scaleB)
	unplug := d.plug("tty1", scaleB)
	opened, said := d.keep("1a86:7523")
	heard(t, said, "More than one device 1a86:7523")
	unplug()
	if got := <-opened; got != "tty0" {
		t.Errorf("opened %s", got)
	}
}

func TestPlace(t *testing.T) {
	sockets = t.TempDir()
	t.Cleanup(func() { sockets = "/dev/serial/by-path" })
	real := filepath.Join(t.TempDir(), "tty1")
	if err := os.WriteFile(real, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	real, err := filepath.EvalSymlinks(real)
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(sockets, "pci-0000:00:14.0-usb-0:2:1.0-port0")
	if err := os.Symlink(real, socket); err != nil {
		t.Fatal(err)
	}
	all := []Found{{"/tty0", "1a86", "7523", ""}, {real, "1a86", "7523", ""}, {"/tty2", "0403", "6001", ""}, {"/tty3", "0525", "a4a7", "C1"}}
	for i, want := range []string{"/tty0", socket, "0403:6001", "0525:a4a7:C1"} {
		if got := all[i].Place(all); got != want {
			t.Errorf("%+v is kept as %s, want %s", all[i], got, want)
		}
	}
}
