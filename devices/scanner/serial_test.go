//go:build unix

package scanner_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/scanner"
	"packbench/fulfillment"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

func newEnd(t testing.TB) *devicetest.Scanner {
	t.Helper()
	end, err := devicetest.NewScanner("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := end.Close(); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	})
	return end
}

func TestSerial(t *testing.T) {
	devicetest.RunScanner(t, func(t *testing.T) (devicetest.ScannerEnd, devicetest.RunScannerDriver) {
		end := newEnd(t)
		return end, func(ctx context.Context, out func(context.Context, fulfillment.Scan) error, report devices.Report) error {
			return scanner.NewSerial(scanner.SerialConfig{Port: end.Path()}, out, report, quiet).Run(ctx)
		}
	})
}

// running starts a driver and waits until it listens.
func running(t testing.TB, cfg scanner.SerialConfig) (*devicetest.Inbox[fulfillment.Scan], *devicetest.Inbox[devices.Health]) {
	t.Helper()
	scans, states := devicetest.NewInbox[fulfillment.Scan](), devicetest.NewInbox[devices.Health]()
	s := scanner.NewSerial(cfg, func(_ context.Context, s fulfillment.Scan) error { scans.Put(s); return nil }, states.Put, quiet)
	devicetest.Start(t, "Run", s.Run)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	return scans, states
}

func send(t *testing.T, end *devicetest.Scanner, p string) {
	t.Helper()
	if err := end.Send([]byte(p)); err != nil {
		t.Fatal(err)
	}
}

func TestAPauseEndsACodeWithoutSuffix(t *testing.T) {
	end := newEnd(t)
	scans, _ := running(t, scanner.SerialConfig{Port: end.Path()})
	began := time.Now()
	send(t, end, "NOSUFFIX")
	if s := scans.Take(t); s.Code != "NOSUFFIX" {
		t.Errorf("got %q", s.Code)
	}
	if took := time.Since(began); took < 140*time.Millisecond {
		t.Errorf("committed after %v, before the pause of 150 ms was over", took)
	}
}

func TestAShortPauseKeepsThePartialFrame(t *testing.T) {
	end := newEnd(t)
	// A gap that is long beside the scheduling of a busy machine, and pauses in the frame well below it.
	scans, _ := running(t, scanner.SerialConfig{Port: end.Path(), IdleGap: 3 * time.Second, Prefix: "~"})
	for _, p := range []string{"~]C", "142", "0\x1d", "92\r\n"} {
		send(t, end, p)
		time.Sleep(60 * time.Millisecond)
	}
	s := scans.Take(t)
	if s.Code != "420\x1d92" || s.AIM != "]C1" {
		t.Errorf("got %q %q", s.AIM, s.Code)
	}
}

func TestAnUnplugDropsThePartialFrame(t *testing.T) {
	end := newEnd(t)
	scans, states := running(t, scanner.SerialConfig{Port: end.Path(), IdleGap: -1})
	send(t, end, "WHOLE\rHAL")
	scans.Take(t)
	if err := end.Unplug(); err != nil {
		t.Fatal(err)
	}
	states.Until(t, "absent", func(h devices.Health) bool { return h.State == devices.Absent && strings.Contains(h.Text, "unplugged") })
	if err := end.Plug(); err != nil {
		t.Fatal(err)
	}
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	send(t, end, "NEXT\r")
	if s := scans.Take(t); s.Code != "NEXT" {
		t.Errorf("got %q, want the half code forgotten", s.Code)
	}
}

func TestRepeatGuard(t *testing.T) {
	end := newEnd(t)
	scans, _ := running(t, scanner.SerialConfig{Port: end.Path(), Repeat: 30 * time.Millisecond})
	send(t, end, "A\rA\rB\rA\r")
	time.Sleep(100 * time.Millisecond)
	send(t, end, "A\rEND\r")
	var got []string
	for !slices.Contains(got, "END") {
		got = append(got, scans.Take(t).Code)
	}
	if want := []string{"A", "B", "A", "A", "END"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAPathThatIsNoPort(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	states := devicetest.NewInbox[devices.Health]()
	devicetest.Start(t, "Run", scanner.NewSerial(scanner.SerialConfig{Port: file}, nil, states.Put, quiet).Run)
	if h := states.Take(t); h.State != devices.Attention || !strings.Contains(h.Text, "cannot be used") {
		t.Errorf("health %+v", h)
	}
}

// BenchmarkScan measures from the bytes on the line to the callback.
func BenchmarkScan(b *testing.B) {
	end := newEnd(b)
	got := make(chan time.Time, 1)
	ready := make(chan struct{})
	var once sync.Once
	s := scanner.NewSerial(scanner.SerialConfig{Port: end.Path()},
		func(context.Context, fulfillment.Scan) error { got <- time.Now(); return nil },
		func(h devices.Health) {
			if h.State == devices.Ready {
				once.Do(func() { close(ready) })
			}
		}, quiet)
	devicetest.Start(b, "Run", s.Run)
	<-ready
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		if err := end.Scan("576461413038785752"); err != nil {
			b.Fatal(err)
		}
		took = append(took, (<-got).Sub(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
