package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/template"
	"time"

	"packbench/devices/devicetest"
)

// needScreen skips a benchmark that has nowhere to open windows.
func needScreen(b *testing.B) {
	b.Helper()
	if runtime.GOOS != "linux" {
		b.Skip("the virtual devices and the figures of a process need Linux")
	}
	if os.Getenv("DISPLAY") == "" {
		b.Skip("no display (DISPLAY is not set); `go run ./cmd/dev bench` brings one")
	}
}

// The programs are built once for all benchmarks of a run, never with the race detector: it would be measured, too.
var benchBuild struct {
	sync.Once
	dir  string
	fail error
}

// benchPrograms returns the folder with packbench and bare.
func benchPrograms(b *testing.B) string {
	b.Helper()
	benchBuild.Do(func() {
		if benchBuild.dir, benchBuild.fail = os.MkdirTemp("", "packbench-bench-"); benchBuild.fail != nil {
			return
		}
		cmd := exec.Command("go", "build", "-tags", "x11,migrated_fynedo", "-buildvcs=false", "-o", benchBuild.dir+string(filepath.Separator),
			"packbench/cmd/packbench", "./testdata/bare")
		if out, err := cmd.CombinedOutput(); err != nil {
			benchBuild.fail = fmt.Errorf("building the programs: %w\n%s", err, out)
		}
	})
	if benchBuild.fail != nil {
		b.Fatal(benchBuild.fail)
	}
	return benchBuild.dir
}

// TestMain removes the programs that the benchmarks built.
func TestMain(m *testing.M) {
	code := m.Run()
	if benchBuild.dir != "" {
		_ = os.RemoveAll(benchBuild.dir)
	}
	os.Exit(code)
}

// benchTOML is a station with a scanner and a label printer and nothing that measures or films: what those send would be
// work in an idle window.
var benchTOML = template.Must(template.New("station.toml").Parse(`[station]
id = "PACK-01"
market = "GB"
operator = "Bench"

[[scanner]]
transport = "serial"
port = "{{.Scanner}}"

[[printer]]
role = "label"
transport = "network"
address = "{{.Printer}}"
language = "zpl"
dpi = 203
width_mm = 102
height_mm = 152

[policy]
weigh = "off"
`))

// measured is a running program with a scanner of its own, and the lines that it writes when a scan has been drawn. The
// lines come through a pipe, so that each is seen in the moment in which it is written.
type measured struct {
	name    string
	proc    *process
	scanner *devicetest.Scanner
	lines   chan drawn
	pipe    *os.File
	log     string
}

// drawn is one line of a trace, and when it came.
type drawn struct {
	judged
	at time.Time
}

// awaitScan waits for the line of a scan and returns it. Lines without a scan – a label came out – are passed over.
func (m *measured) awaitScan(b *testing.B, code string) drawn {
	b.Helper()
	limit := time.NewTimer(60 * time.Second)
	defer limit.Stop()
	for {
		select {
		case d := <-m.lines:
			if d.Scan == "" {
				continue
			}
			if d.Scan != code {
				b.Fatalf("%s drew %q, want %q", m.name, d.Scan, code)
			}
			return d
		case <-m.proc.done:
			b.Fatalf("%s ended: %v\n%s", m.name, m.proc.err, tail(m.log, 2000))
		case <-limit.C:
			b.Fatalf("%s has not drawn %q within a minute\n%s", m.name, code, tail(m.log, 2000))
		}
	}
}

// scan sends a code and returns when it was sent and the line that came of it.
func (m *measured) scan(b *testing.B, code string) (time.Time, drawn) {
	b.Helper()
	sent := time.Now()
	if err := m.scanner.Scan(code); err != nil {
		b.Fatal(err)
	}
	return sent, m.awaitScan(b, code)
}

// newMeasured plugs a scanner in and opens the pipe; start runs the program.
func newMeasured(b *testing.B, name, dir string) *measured {
	b.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	m := &measured{name: name, lines: make(chan drawn, 64), log: filepath.Join(dir, name+".log")}
	var err error
	if m.scanner, err = devicetest.NewScanner(filepath.Join(dir, "scanner")); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = m.scanner.Close() })
	fifo := filepath.Join(dir, "trace")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		b.Fatal(err)
	}
	// Open for both ways: the pipe then outlives each start of the program, and opening it waits for nobody.
	if m.pipe, err = os.OpenFile(fifo, os.O_RDWR, 0); err != nil {
		b.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		s := bufio.NewScanner(m.pipe)
		for s.Scan() {
			d := drawn{at: time.Now()}
			if err := json.Unmarshal(s.Bytes(), &d.judged); err != nil {
				d.Scan = "a line that is no JSON: " + s.Text()
			}
			m.lines <- d
		}
	})
	b.Cleanup(func() {
		_ = m.pipe.Close()
		for range 2 { // whoever waits with a line is let go
			select {
			case <-m.lines:
			default:
			}
		}
		reading.Wait()
	})
	return m
}

func (m *measured) start(b *testing.B, env []string, program string, args ...string) {
	b.Helper()
	// Settings of the toolkit stay out of the home of whoever measures.
	env = append(env, "DBUS_SESSION_BUS_ADDRESS=", "FYNE_SCALE=1", "XDG_CONFIG_HOME="+filepath.Dir(m.log))
	p, err := startProcess(m.log, env, nil, program, args...)
	if err != nil {
		b.Fatal(err)
	}
	m.proc = p
	b.Cleanup(func() { _ = p.stop(10 * time.Second) })
}

func (m *measured) stop(b *testing.B) {
	b.Helper()
	if err := m.proc.stop(30 * time.Second); err != nil {
		b.Fatalf("%v\n%s", err, tail(m.log, 2000))
	}
}

// benchStation is packbench with its devices and its data, and bare windows with a scanner each beside it.
type benchStation struct {
	bin         string
	prog        *program
	ours        *measured
	plain, full *measured // see testdata/bare
	printer     *devicetest.Printer
}

// newBenchStation sets up a station with orders of units pieces each; nothing is started.
func newBenchStation(b *testing.B, orders, units int) *benchStation {
	b.Helper()
	needScreen(b)
	s := &benchStation{bin: benchPrograms(b)}
	dir := b.TempDir()
	s.ours = newMeasured(b, "packbench", filepath.Join(dir, "ours"))
	s.plain, s.full = newMeasured(b, "plain", filepath.Join(dir, "plain")), newMeasured(b, "full", filepath.Join(dir, "full"))
	var err error
	if s.printer, err = devicetest.NewPrinter("", labelDPI); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var printing sync.WaitGroup
	printing.Go(func() { _ = s.printer.Run(ctx) })
	b.Cleanup(func() { cancel(); printing.Wait() })
	data := filepath.Join(dir, "ours", "data")
	s.prog = &program{path: filepath.Join(s.bin, "packbench"), data: data, config: filepath.Join(data, "station.toml"),
		env: []string{"DBUS_SESSION_BUS_ADDRESS="}}
	if err := os.MkdirAll(data, 0o700); err != nil {
		b.Fatal(err)
	}
	var text strings.Builder
	if err := benchTOML.Execute(&text, ports{Scanner: s.ours.scanner.Path(), Printer: s.printer.Address()}); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(s.prog.config, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	for kind, file := range benchGoods(b, filepath.Join(dir, "goods"), orders, units) {
		if _, err := s.prog.run(b.Context(), kind, "import", file); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

func (s *benchStation) startOurs(b *testing.B) {
	b.Helper()
	s.ours.start(b, []string{"PACKBENCH_TRACE=" + s.ours.pipe.Name()}, s.prog.path, "--data", s.prog.data)
}

func (s *benchStation) startBare(b *testing.B, m *measured) {
	b.Helper()
	m.start(b, nil, filepath.Join(s.bin, "bare"), m.name, m.scanner.Path(), m.pipe.Name())
}

// ready has each of the programs draw a scan and waits until they have no more work: the labels are proved.
func (s *benchStation) ready(b *testing.B, all ...*measured) {
	b.Helper()
	for _, m := range all {
		m.scan(b, "WARM-UP")
	}
	for _, m := range all {
		m.settle(b)
	}
}

// ticksPerSecond is USER_HZ, which Linux fixes for what /proc says.
const ticksPerSecond = 100

// busy is the processor time that the program has used.
func (m *measured) busy(b *testing.B) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", m.proc.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest) // the first is field 3 of proc(5)
	ticks := 0
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(f)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond
}

// resident is the program's memory in bytes.
func (m *measured) resident(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.proc.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var kB float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kB); n == 1 {
			return kB * 1024
		}
	}
	b.Fatalf("no VmRSS in\n%s", text)
	return 0
}

// settle waits until the program rests: four seconds, which is longer than its look for new labels, with little work.
func (m *measured) settle(b *testing.B) {
	b.Helper()
	const look, quiet, rounds = time.Second, 150 * time.Millisecond, 4
	limit := time.Now().Add(3 * time.Minute)
	still, before := 0, m.busy(b)
	for still < rounds {
		if time.Now().After(limit) {
			b.Fatalf("%s has been busy for three minutes", m.name)
		}
		time.Sleep(look)
		now := m.busy(b)
		if still++; now-before > quiet {
			still = 0
		}
		before = now
	}
}
