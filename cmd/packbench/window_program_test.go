package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"packbench/devices/devicetest"
)

// testStation is a data folder with a configuration, and the program that is started on it as a process of its own: the test
// binary, which TestMain makes stand in for packbench.
type testStation struct {
	dir     string
	files   string // beside the data folder: trace, input, what the program said
	display string
}

// newStation makes a data folder with a station.toml; toml is added to it.
func newStation(t *testing.T, display, toml string) *testStation {
	t.Helper()
	files := t.TempDir()
	s := &testStation{dir: filepath.Join(files, "data"), files: files, display: display}
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s.write(t, filepath.Join(s.dir, "station.toml"), "[station]\nid = \"PACK-01\"\nmarket = \"GB\"\noperator = \"Tester\"\n"+toml)
	return s
}

func (s *testStation) write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// command is packbench with arguments on this station, in an environment without a session bus, so that secrets stay in
// the data folder, and without the settings of whoever tests.
func (s *testStation) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "packbench", append(args, "--data", s.dir)...)
	cmd.Env = append(os.Environ(), "DISPLAY="+s.display, "WAYLAND_DISPLAY=", "XDG_SESSION_TYPE=x11", "LIBGL_ALWAYS_SOFTWARE=1",
		"DBUS_SESSION_BUS_ADDRESS=", "FYNE_SCALE=1", "HOME="+s.files, "XDG_CONFIG_HOME="+s.files, "XDG_CACHE_HOME="+sharedCache(t), "GORACE=atexit_sleep_ms=0", "PACKBENCH_TRACE="+s.trace())
	return cmd
}

// sharedCache is the tester's own: compiling the PDF renderer for every test takes longer than all of them.
func sharedCache(t *testing.T) string {
	t.Helper()
	dir, err := os.UserCacheDir()
	if err != nil {
		return t.TempDir()
	}
	return dir
}

func (s *testStation) trace() string { return filepath.Join(s.files, "trace.jsonl") }

// run is one subcommand that must succeed; its stdout is returned.
func (s *testStation) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := s.command(t, args...).Output()
	if err != nil {
		t.Fatalf("packbench %s: %v: %s", strings.Join(args, " "), err, stderrOf(err))
	}
	return string(out)
}

func stderrOf(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(exit.Stderr)
	}
	return ""
}

const mug = "4006381333931"

// stock imports one product and orders: id and number of pieces.
func (s *testStation) stock(t *testing.T, orders ...string) {
	t.Helper()
	files := map[string]string{"products": "seller_sku,barcode,name\nMUG," + mug + ",Mug\n", "orders": "order_id,seller_sku,quantity\n" + strings.Join(orders, "\n") + "\n"}
	for _, kind := range []string{"products", "orders"} {
		file := filepath.Join(s.files, kind+".csv")
		s.write(t, file, files[kind])
		s.run(t, kind, "import", file)
	}
}

// refusal starts the window, which must end by itself, and returns its exit code and its sentence.
func (s *testStation) refusal(t *testing.T) (int, string) {
	t.Helper()
	w := s.start(t)
	eventually(t, "the program ends by itself", w.ended)
	return exitCode(t, w.err), w.said(t)
}

// testWindow is the program with its window, running.
type testWindow struct {
	s    *testStation
	cmd  *exec.Cmd
	log  string
	done chan struct{}
	err  error // valid after done

	last   string // code scanned
	lastAt time.Time
}

// start starts the program; it is killed at the end of the test if it still runs then.
func (s *testStation) start(t *testing.T) *testWindow {
	t.Helper()
	log, err := os.CreateTemp(s.files, "said-*.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	w := &testWindow{s: s, cmd: s.command(t), log: log.Name(), done: make(chan struct{})}
	w.cmd.Stdout, w.cmd.Stderr = log, log
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		w.err = w.cmd.Wait()
		close(w.done)
	}()
	t.Cleanup(func() {
		w.kill(t)
		if text := w.said(t); strings.Contains(text, "DATA RACE") || strings.Contains(text, "panic:") || t.Failed() {
			t.Errorf("packbench said:\n%s", text)
		}
	})
	return w
}

func (w *testWindow) ended() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

// kill ends the program as a power cut does.
func (w *testWindow) kill(t *testing.T) {
	t.Helper()
	_ = w.cmd.Process.Kill() // gone already is fine
	<-w.done
}

// close asks the program to end, which it must do in order.
func (w *testWindow) close(t *testing.T) {
	t.Helper()
	if err := w.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the program ends after a signal", w.ended)
	if w.err != nil {
		t.Errorf("after a signal: got %v, want exit code 0", w.err)
	}
}

// said is stdout and stderr, without the sound library's words about a missing card.
func (w *testWindow) said(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(w.log)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(line, "ALSA lib") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// shown waits for the window and returns its X11 id.
func (w *testWindow) shown(t *testing.T) string {
	t.Helper()
	id := ""
	eventually(t, "the window is shown", func() bool {
		if w.ended() {
			t.Fatalf("the program ended: %v\n%s", w.err, w.said(t))
		}
		id, _, _ = strings.Cut(xdotool(w.s.display, "search", "--all", "--onlyvisible", "--pid", pid(w), "--name", "Packbench — PACK-01"), "\n")
		return id != ""
	})
	return id
}

// verdicts are the lines of the trace that belong to a scan.
func (s *testStation) verdicts(t *testing.T) []traceLine {
	t.Helper()
	b, err := os.ReadFile(s.trace())
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var all []traceLine
	for line := range strings.Lines(string(b)) {
		if !strings.HasSuffix(line, "\n") {
			break // still being written
		}
		var l traceLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("trace line %q: %v", line, err)
		}
		if l.Scan != "" {
			all = append(all, l)
		}
	}
	return all
}

// scan sends a code and returns the verdict that was drawn. The same code again waits as long as a person takes: within the time of
// repeat the program rightly takes it for one trigger that the scanner sent twice, and a quick computer has drawn the first by then.
func (w *testWindow) scan(t *testing.T, from *devicetest.Scanner, code string) traceLine {
	t.Helper()
	if code == w.last {
		time.Sleep(time.Until(w.lastAt.Add(4 * repeat)))
	}
	w.last, w.lastAt = code, time.Now()
	before := len(w.s.verdicts(t))
	if err := from.Scan(code); err != nil {
		t.Fatal(err)
	}
	var all []traceLine
	eventually(t, "a verdict on "+code, func() bool {
		if w.ended() {
			t.Fatalf("the program ended: %v\n%s", w.err, w.said(t))
		}
		all = w.s.verdicts(t)
		return len(all) > before
	})
	if got := all[before]; got.Scan != code || len(all) != before+1 {
		t.Fatalf("got %d verdicts, the first on %q, want one on %q", len(all)-before, got.Scan, code)
	}
	return all[before]
}

// want scans and fails on another verdict.
func (w *testWindow) want(t *testing.T, from *devicetest.Scanner, code, verdict string) traceLine {
	t.Helper()
	got := w.scan(t, from, code)
	if got.Verdict != verdict {
		t.Fatalf("%s: got %s (%s), want %s", code, got.Verdict, got.Text, verdict)
	}
	return got
}

// verified is how many pieces of the order's first line `packbench order` says were scanned.
func (s *testStation) verified(t *testing.T, order string) int {
	t.Helper()
	var o struct {
		Lines []struct {
			Verified int `json:"verified"`
		} `json:"lines"`
	}
	if err := json.Unmarshal([]byte(s.run(t, "order", order)), &o); err != nil {
		t.Fatal(err)
	}
	if len(o.Lines) == 0 {
		t.Fatalf("order %s has no lines", order)
	}
	return o.Lines[0].Verified
}

// newScanner plugs a scanner in and returns it with its lines of station.toml.
func newScanner(t *testing.T) (*devicetest.Scanner, string) {
	t.Helper()
	sc, err := devicetest.NewScanner(filepath.Join(t.TempDir(), "scanner"))
	if err != nil {
		t.Skip("virtual scanner:", err)
	}
	t.Cleanup(func() { _ = sc.Close() })
	return sc, "[[scanner]]\ntransport = \"serial\"\nport = \"" + sc.Path() + "\"\n[policy]\nweigh = \"off\"\n"
}
