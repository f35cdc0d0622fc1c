package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// say prints one line for each thing that happened, with the time since the start, and keeps what went wrong. Safe for
// concurrent use.
type say struct {
	mu       sync.Mutex
	out      io.Writer
	start    time.Time
	problems []string
}

func newSay(out io.Writer) *say { return &say{out: out, start: time.Now()} }

// step prints a line: what it is about, in a column, and what happened.
func (s *say) step(about, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := time.Since(s.start)
	fmt.Fprintf(s.out, "%3d:%04.1f  %-9s %s\n", int(t.Minutes()), t.Seconds()-60*float64(int(t.Minutes())), about, fmt.Sprintf(format, args...))
}

// problem prints and keeps something that must not happen.
func (s *say) problem(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	s.step("PROBLEM", "%s", text)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problems = append(s.problems, text)
}

func (s *say) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.problems...)
}
