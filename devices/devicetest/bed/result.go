package bed

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Result is one test that ran inside.
type Result struct {
	Step string // name of the step
	Test string // as the testing package prints it, with "/" between a test and its parts
	Word string // PASS, FAIL, SKIP
	Took time.Duration
	Text string // what the test logged
}

// Report is everything that the inner computer said.
type Report struct {
	Results  []Result
	Problems []string // of whole steps: how they ended if not well, and a computer that stopped too early
	Lines    []string // benchmarks' results
}

var (
	verdictLine = regexp.MustCompile(`^\s*--- (PASS|FAIL|SKIP): (\S+) \(([0-9.]+)s\)$`)
	runLine     = regexp.MustCompile(`^=== (RUN|CONT|NAME|PAUSE)\s+(\S+)$`)
)

// ReadReport reads what the inner computer says, each step as go test -v prints it, until it ends. It fails only if r does.
func ReadReport(r io.Reader) (Report, error) {
	var report Report
	steps := map[string]*reading{}
	ended := false
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		line := strings.TrimRight(s.Text(), "\r")
		f := strings.SplitN(line, " ", 3)
		if len(f) < 3 {
			ended = ended || line == lineEnd
			continue
		}
		p := steps[f[1]]
		if p == nil {
			p = &reading{Report: &report, step: f[1], text: map[string][]string{}, open: map[string]bool{}}
			steps[f[1]] = p
		}
		switch f[0] {
		case lineSaid:
			p.line(f[2])
		case lineExit:
			if f[2] != "" {
				p.problem(f[2])
			}
			delete(steps, f[1])
		}
	}
	for _, p := range steps {
		p.problem("it did not end")
	}
	if !ended {
		report.Problems = append(report.Problems, "the inner computer stopped before its last step")
	}
	if err := s.Err(); err != nil {
		return report, fmt.Errorf("read what the inner computer says: %w", err)
	}
	return report, nil
}

// reading is one step.
type reading struct {
	*Report
	step string
	test string // whose lines come now
	text map[string][]string
	open map[string]bool // began and have no verdict
	last []string        // whatever came last: how a panic is seen
}

func (p *reading) problem(what string) {
	text := p.step + ": " + what
	if len(p.open) > 0 {
		text += "; without a verdict: " + strings.Join(slices.Sorted(maps.Keys(p.open)), ", ")
	}
	p.Problems = append(p.Problems, text+"\n"+strings.Join(p.last, "\n"))
}

func (p *reading) line(line string) {
	if m := runLine.FindStringSubmatch(line); m != nil {
		p.test = m[2]
		if m[1] == "RUN" {
			p.open[p.test] = true
		}
		return
	}
	if m := verdictLine.FindStringSubmatch(line); m != nil {
		took, _ := time.ParseDuration(m[3] + "s") // the pattern is a number
		p.Results = append(p.Results, Result{Step: p.step, Test: m[2], Word: m[1], Took: took, Text: strings.Join(p.text[m[2]], "\n")})
		delete(p.open, m[2])
		p.test = ""
		return
	}
	if strings.HasPrefix(line, "Benchmark") {
		p.Lines = append(p.Lines, line)
	}
	if p.test != "" {
		p.text[p.test] = append(p.text[p.test], line)
	}
	if p.last = append(p.last, line); len(p.last) > 60 {
		p.last = p.last[1:]
	}
}
