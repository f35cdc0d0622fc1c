package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"packbench/fulfillment"
)

// judged is one line of the program's trace: a scan, or something without one, and the bench's verdict.
type judged struct {
	At        time.Time               `json:"at"`
	Scan      string                  `json:"scan"`
	Class     fulfillment.Class       `json:"class"`
	Verdict   fulfillment.VerdictCode `json:"verdict"`
	Accepted  bool                    `json:"accepted"`
	Text      string                  `json:"text"`
	OrderID   string                  `json:"order_id"`
	PackageID string                  `json:"package_id"`
}

// trace follows the file that the program appends to. Safe for concurrent use.
type trace struct {
	path string

	mu      sync.Mutex
	lines   []judged
	changed chan struct{} // closed and replaced with every new line
	err     error
}

func newTrace(path string) *trace { return &trace{path: path, changed: make(chan struct{})} }

// Run reads what is appended until ctx ends. A broken line ends it with an error, which every await returns, too.
func (t *trace) Run(ctx context.Context) error {
	var at int64
	var rest []byte
	for {
		more, err := readFrom(t.path, at)
		if err == nil {
			at += int64(len(more))
			rest, err = t.take(append(rest, more...))
		}
		if err != nil {
			t.mu.Lock()
			t.err = err
			t.wake()
			t.mu.Unlock()
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func readFrom(path string, at int64) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil // the program has not started yet
	}
	if err != nil {
		return nil, fmt.Errorf("reading the trace: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.NewSectionReader(f, at, 1<<40))
	if err != nil {
		return nil, fmt.Errorf("reading the trace: %w", err)
	}
	return b, nil
}

// take adds the whole lines of b and returns the rest.
func (t *trace) take(b []byte) ([]byte, error) {
	for {
		line, rest, whole := bytes.Cut(b, []byte("\n"))
		if !whole {
			return b, nil
		}
		var j judged
		if err := json.Unmarshal(line, &j); err != nil {
			return nil, fmt.Errorf("trace line %q: %w", line, err)
		}
		t.mu.Lock()
		t.lines = append(t.lines, j)
		t.wake()
		t.mu.Unlock()
		b = rest
	}
}

// wake tells those who wait; mu is held.
func (t *trace) wake() {
	close(t.changed)
	t.changed = make(chan struct{})
}

// mark is the number of lines so far.
func (t *trace) mark() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.lines)
}

// since are the lines from mark on.
func (t *trace) since(mark int) []judged {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]judged(nil), t.lines[mark:]...)
}

// errSilent: the program has not said what was awaited.
var errSilent = errors.New("the program did not say it in time")

// await returns the first line from mark on that matches. what names it in the error, which wraps errSilent after patience.
func (t *trace) await(ctx context.Context, mark int, patience time.Duration, what string, match func(judged) bool) (judged, error) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for i := mark; ; {
		t.mu.Lock()
		lines, changed, err := t.lines, t.changed, t.err
		t.mu.Unlock()
		for ; i < len(lines); i++ {
			if match(lines[i]) {
				return lines[i], nil
			}
		}
		if err != nil {
			return judged{}, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return judged{}, ctx.Err()
		case <-limit.C:
			return judged{}, fmt.Errorf("%s: %w (%s)", what, errSilent, patience)
		}
	}
}
