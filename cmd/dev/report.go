package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// event is one line of go test -json (go doc test2json).
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
	// ImportPath and Output describe a failed compilation, before its package appears.
	ImportPath string
}

// report turns go test -json back into what plain go test prints – the output of failed tests and a line for each
// package – and counts. A package's lines come together, also when several packages run at once.
type report struct {
	out     io.Writer
	verbose bool
	tests   map[string][]string // package and test: its output so far
	pkgs    map[string][]string // package: lines to show at its end
	broken  map[string]bool     // package has a failed test already

	passed, failed, skipped int
	badPackages             []string
}

func newReport(out io.Writer, verbose bool) *report {
	return &report{out: out, verbose: verbose, tests: map[string][]string{}, pkgs: map[string][]string{}, broken: map[string]bool{}}
}

func (r *report) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			r.take(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) take(line string) {
	var e event
	if err := json.Unmarshal([]byte(line), &e); err != nil {
		fmt.Fprint(r.out, line) // not from a test: show it
		return
	}
	if e.Action == "build-output" {
		fmt.Fprint(r.out, e.Output)
		return
	}
	if e.Test == "" {
		r.packageEvent(e)
		return
	}
	r.testEvent(e)
}

func (r *report) packageEvent(e event) {
	switch e.Action {
	case "output":
		if !r.verbose && strings.TrimSpace(e.Output) == "PASS" {
			return
		}
		r.pkgs[e.Package] = append(r.pkgs[e.Package], e.Output)
	case "pass", "fail", "skip":
		if e.Action == "fail" {
			r.badPackages = append(r.badPackages, e.Package)
			if !r.broken[e.Package] {
				r.failed++ // did not compile, crashed or ran out of time: no test of it says so
				r.unfinished(e.Package)
			}
		}
		for _, s := range r.pkgs[e.Package] {
			fmt.Fprint(r.out, s)
		}
		delete(r.pkgs, e.Package)
	}
}

// unfinished moves the output of tests without a result, where a crash is told, to their package.
func (r *report) unfinished(pkg string) {
	for key, lines := range r.tests {
		if strings.HasPrefix(key, pkg+" ") {
			r.pkgs[pkg] = append(lines, r.pkgs[pkg]...)
			delete(r.tests, key)
		}
	}
}

func (r *report) testEvent(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		framing := strings.HasPrefix(e.Output, "=== ")
		if r.verbose || !framing {
			r.tests[key] = append(r.tests[key], e.Output)
		}
		return
	case "pass":
		r.passed++
	case "skip":
		r.skipped++
	case "fail":
		r.failed++
		r.broken[e.Package] = true
	default:
		return
	}
	if e.Action != "pass" || r.verbose { // a skipped test says why
		r.pkgs[e.Package] = append(r.pkgs[e.Package], r.tests[key]...)
	}
	delete(r.tests, key)
}

// end prints the last lines.
func (r *report) end(took time.Duration) {
	for pkg := range r.pkgs { // only after an interruption
		for _, s := range r.pkgs[pkg] {
			fmt.Fprint(r.out, s)
		}
	}
	if r.failed > 0 {
		fmt.Fprintf(r.out, "FAIL\nfailed packages: %s\n", strings.Join(r.badPackages, " "))
	}
	fmt.Fprintf(r.out, "go test: finished in %s\n", took.Round(time.Second))
	fmt.Fprintf(r.out, "%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
}
