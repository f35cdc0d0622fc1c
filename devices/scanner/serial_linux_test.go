package scanner_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/scanner"
)

// A port that another program holds, or that this user may not use, is said to be so. Root may open both, so the driver
// runs on a thread of another user.
func TestBusyAndDeniedAreSaidInWords(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to be another user on one thread")
	}
	dir := t.TempDir()
	for d := dir; d != "/"; d = filepath.Dir(d) {
		if st, err := os.Stat(d); err == nil && st.Mode().Perm()&0o001 == 0 {
			if err := os.Chmod(d, 0o755); err != nil {
				t.Skip("the temporary folder cannot be opened to others")
			}
		}
	}
	end, err := devicetest.NewScanner(filepath.Join(dir, "scanner"))
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
	said := func() string {
		states := devicetest.NewInbox[devices.Health]()
		s := scanner.NewSerial(scanner.SerialConfig{Port: end.Path()}, nil, states.Put, quiet)
		stop := devicetest.Start(t, "Run", func(ctx context.Context) error {
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
			if _, _, e := syscall.RawSyscall(syscall.SYS_SETRESUID, 65534, 65534, 65534); e != 0 {
				return e
			}
			return s.Run(ctx)
		})
		defer stop()
		h := states.Take(t)
		if h.State != devices.Attention {
			t.Errorf("health %+v, want attention", h)
		}
		return h.Text
	}
	if err := os.Chmod(end.Path(), 0o600); err != nil {
		t.Fatal(err)
	}
	if text := said(); !strings.Contains(text, "may not use") {
		t.Errorf("denied: %q", text)
	}
	if err := os.Chmod(end.Path(), 0o666); err != nil {
		t.Fatal(err)
	}
	running(t, scanner.SerialConfig{Port: end.Path()})
	if text := said(); !strings.Contains(text, "Another program") {
		t.Errorf("busy: %q", text)
	}
}
