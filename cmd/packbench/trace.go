package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"packbench/fulfillment"
)

// tracer appends one JSON line for every verdict to the file of PACKBENCH_TRACE, after it was committed and drawn.
type tracer struct {
	mu sync.Mutex
	f  *os.File
}

// traceLine is fixed by the contract.
type traceLine struct {
	At        string `json:"at"`
	Scan      string `json:"scan"`
	Class     string `json:"class"`
	Verdict   string `json:"verdict"`
	Accepted  bool   `json:"accepted"`
	Text      string `json:"text"`
	OrderID   string `json:"order_id"`
	PackageID string `json:"package_id"`
}

// openTracer returns nil if no trace is wanted.
func openTracer(file string) (*tracer, error) {
	if file == "" {
		return nil, nil
	}
	flags := os.O_CREATE | os.O_APPEND | os.O_WRONLY
	if info, err := os.Stat(file); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		flags |= syscall.O_NONBLOCK // without a reader it is refused; the window would wait for one before it comes
	}
	f, err := os.OpenFile(file, flags, 0o600)
	if err != nil && flags&syscall.O_NONBLOCK != 0 {
		return nil, fmt.Errorf("open the trace file: %w; nobody reads this pipe: start its reader first, or name a file in PACKBENCH_TRACE", err)
	}
	if err != nil {
		return nil, fmt.Errorf("open the trace file: %w; check the path in PACKBENCH_TRACE", err)
	}
	return &tracer{f: f}, nil
}

// timeFormat is the contract's: RFC 3339, UTC, milliseconds.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeFormat)
}

// write appends the verdict. It may be called from any goroutine; a nil tracer does nothing.
func (t *tracer) write(v fulfillment.Verdict, text string, now time.Time) error {
	if t == nil {
		return nil
	}
	line, err := json.Marshal(traceLine{At: stamp(now), Scan: v.Scan, Class: string(v.Class), Verdict: string(v.Code), Accepted: v.Code.Accepted(),
		Text: text, OrderID: string(v.OrderID), PackageID: string(v.PackageID)})
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err = t.f.Write(append(cleaned(line), '\n'))
	return err
}

func (t *tracer) close() error {
	if t == nil {
		return nil
	}
	return t.f.Close()
}
