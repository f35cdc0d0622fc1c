package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/storage"
)

// crashed is a bench on a data folder: the station, the print queue and a printer that the test is.
type crashed struct {
	t     *testing.T
	dir   string
	store *storage.Store
	s     *station.Station
	views chan station.View
	print func() (station.PrintResult, error)
	told  func(fulfillment.PrintJob) // before the bench hears of a job
	then  func(station.Commit)       // after a commit with a job
	queue *station.PrintQueue
	cold  bool // no label is in memory: a job is queued first
}

func (c *crashed) Media() fulfillment.Media { return fulfillment.Media{DPI: 203} }
func (c *crashed) Print(context.Context, fulfillment.Bitmap) (station.PrintResult, error) {
	return c.print()
}
func (c *crashed) Supervisor() bool { return false }
func (c *crashed) Printed(ctx context.Context, j fulfillment.PrintJob) error {
	c.told(j)
	return c.s.Printed(ctx, j)
}
func (c *crashed) Proved(context.Context, fulfillment.Hash, fulfillment.Shipment, fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, error) {
	return fulfillment.Proof{Verdict: fulfillment.LabelPrint}, fulfillment.NewBitmap(8, 8, 203), nil
}

func (c *crashed) Kept(fulfillment.Hash, fulfillment.Shipment, fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, bool) {
	return fulfillment.Proof{Verdict: fulfillment.LabelPrint}, fulfillment.NewBitmap(8, 8, 203), !c.cold
}

// start opens the bench as the program does, with everything that an earlier one left.
func (c *crashed) start() {
	c.t.Helper()
	var err error
	if c.store, err = storage.Open(c.t.Context(), c.dir, storage.Options{Station: "PACK-01", Market: "US"}); err != nil {
		c.t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	c.views = make(chan station.View, 1000)
	if c.then == nil {
		c.then = func(station.Commit) {}
	}
	c.s = station.New(station.Options{ID: "PACK-01", Store: betweenCommitAndDial{c.store, c.then}, NewID: newID, Log: quiet, Show: func(v station.View) { c.views <- v },
		Candidates: func(string) []fulfillment.Tracking { return nil }, Queued: func() { c.queue.Wake() },
		Reserve: func(j fulfillment.PrintJob, of fulfillment.Shipment) (*station.Reservation, bool) {
			return c.queue.Reserve(j, of)
		},
		Policy: fulfillment.Policy{Verify: fulfillment.PolicyBlock, HasPrinter: true, ApplyScan: true}})
	c.queue = station.NewPrintQueue(station.PrintQueue{Store: c.store, Labels: c, Printer: c, Back: c, Now: time.Now, Log: quiet})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() { done <- c.s.Run(ctx) }()
	go func() {
		err := recoverJobs(ctx, c.store, c.s.Printed)
		if err == nil {
			err = c.queue.Run(ctx)
		}
		done <- err
	}()
	c.t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				c.t.Error(err)
			}
		}
		if err := c.store.Close(); err != nil {
			c.t.Error(err)
		}
	})
}

// idle waits until the print queue has nothing to do.
func (c *crashed) idle() {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if taken, ok := c.queue.Reserve(fulfillment.PrintJob{}, fulfillment.Shipment{}); ok || c.cold {
			if ok {
				taken.Settle(false)
				time.Sleep(300 * time.Millisecond) // it looks for another job and rests again
			}
			return
		}
	}
	c.t.Fatal("the print queue is never idle")
}

func (c *crashed) scan(code string, prompt station.Prompt) {
	c.t.Helper()
	if err := c.s.Submit(c.t.Context(), fulfillment.Scan{Code: code, At: time.Now()}); err != nil {
		c.t.Fatal(err)
	}
	c.until(prompt)
}

// until waits for a prompt.
func (c *crashed) until(prompt station.Prompt) station.View {
	c.t.Helper()
	var last station.View
	for late := time.After(20 * time.Second); ; {
		select {
		case last = <-c.views:
			if last.Prompt == prompt {
				return last
			}
		case <-late:
			c.t.Fatalf("the bench stands at %q (%+v), want %q", last.Prompt, last.Verdict, prompt)
		}
	}
}

// copyDir takes what is in the data folder at this moment: what a computer that loses its power leaves.
func copyDir(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Error(err)
	}
	return to
}

// A computer dies while a label comes out once more. What is left must say so: the bench asks where it is not certain, and knows
// that the label is out where that was written, whether it had heard of it or not.
func TestAReprintThatACrashCutOffIsNotForgotten(t *testing.T) {
	for _, tt := range []struct {
		name   string
		when   func(c *crashed, die func())
		prompt station.Prompt
	}{
		{"while it is sent", func(c *crashed, die func()) {
			c.print = func() (station.PrintResult, error) { die(); return station.PrintResult{Complete: true}, nil }
		}, station.PromptPrinterAsk},
		{"before the bench has heard that it is out", func(c *crashed, die func()) {
			c.told = func(fulfillment.PrintJob) { die() }
		}, station.PromptApply},
		{"before the bench has heard that it is in doubt", func(c *crashed, die func()) {
			c.print = func() (station.PrintResult, error) {
				return station.PrintResult{Complete: true}, fmt.Errorf("the connection broke")
			}
			c.told = func(fulfillment.PrintJob) { die() }
		}, station.PromptPrinterAsk},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &crashed{t: t, dir: t.TempDir(), told: func(fulfillment.PrintJob) {},
				print: func() (station.PrintResult, error) { return station.PrintResult{Complete: true}, nil }}
			c.start()
			seedLabelled(t, c.store)
			c.scan("100", station.PromptScanItems)
			c.scan("MUG", station.PromptApply)
			var left atomic.Pointer[string]
			tt.when(c, func() {
				if left.Load() == nil {
					dir := copyDir(t, c.dir)
					left.Store(&dir)
				}
			})
			c.scan("PB:REPRINT:UNREADABLE", station.PromptPrinting)
			for left.Load() == nil {
				time.Sleep(time.Millisecond)
			}
			again := &crashed{t: t, dir: *left.Load(), told: func(fulfillment.PrintJob) {}, print: func() (station.PrintResult, error) {
				t.Error("a label was printed by guessing")
				return station.PrintResult{}, nil
			}}
			again.start()
			again.until(tt.prompt)
			again.scan("TRACK100", station.PromptScanOrder)
			if jobs, err := again.store.JobsToTell(t.Context()); err != nil || len(jobs) != 0 {
				t.Errorf("still to tell: %+v, %v", jobs, err)
			}
			if r, err := again.store.CompareState(t.Context()); err != nil || !r.OK() {
				t.Errorf("tables and events: %+v, %v", r.Differences, err)
			}
		})
	}
}

// betweenCommitAndDial is a store of which the test takes what is there when a job was committed and nothing else was done.
type betweenCommitAndDial struct {
	*storage.Store
	then func(station.Commit)
}

func (b betweenCommitAndDial) Record(ctx context.Context, c station.Commit) error {
	err := b.Store.Record(ctx, c)
	if err == nil && len(c.Jobs) > 0 {
		b.then(c)
	}
	return err
}

// A computer dies after the last scan is on the disk and before the printer was dialled. A job that was committed as sending is
// asked about; one that was queued is printed; neither is printed twice.
func TestACrashBetweenTheLastScanAndTheDial(t *testing.T) {
	for _, tt := range []struct {
		name   string
		cold   bool
		state  fulfillment.JobState
		prompt station.Prompt
		prints int32
	}{
		{"handed over", false, fulfillment.JobSending, station.PromptPrinterAsk, 0},
		{"queued", true, fulfillment.JobQueued, station.PromptApply, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var left atomic.Pointer[string]
			c := &crashed{t: t, dir: t.TempDir(), cold: tt.cold, told: func(fulfillment.PrintJob) {},
				print: func() (station.PrintResult, error) { return station.PrintResult{Complete: true}, nil }}
			c.then = func(commit station.Commit) {
				if left.Load() != nil {
					return
				}
				if j := commit.Jobs[0]; j.State != tt.state {
					t.Errorf("committed as %s, want %s", j.State, tt.state)
				}
				dir := copyDir(t, c.dir)
				left.Store(&dir)
			}
			c.start()
			seedLabelled(t, c.store)
			c.idle()
			c.scan("100", station.PromptScanItems)
			c.scan("MUG", station.PromptApply)
			var prints atomic.Int32
			again := &crashed{t: t, dir: *left.Load(), told: func(fulfillment.PrintJob) {}, print: func() (station.PrintResult, error) {
				prints.Add(1)
				return station.PrintResult{Complete: true}, nil
			}}
			again.start()
			again.until(tt.prompt)
			again.scan("TRACK100", station.PromptScanOrder)
			if n := prints.Load(); n != tt.prints {
				t.Errorf("%d labels were sent after the crash, want %d", n, tt.prints)
			}
			if jobs, err := again.store.UnfinishedJobs(t.Context()); err != nil || len(jobs) != 0 {
				t.Errorf("unfinished: %+v, %v", jobs, err)
			}
			if r, err := again.store.CompareState(t.Context()); err != nil || !r.OK() {
				t.Errorf("tables and events: %+v, %v", r.Differences, err)
			}
		})
	}
}

// seedLabelled stores an order with one item and its label.
func seedLabelled(t *testing.T, s *storage.Store) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "label.png"), []byte("\x89PNG label"), 0o600); err != nil {
		t.Fatal(err)
	}
	orders := "order_id,seller_sku,name,quantity,carrier,tracking_number,label_file\n100,MUG,Mug,1,Demo,TRACK100,label.png\n"
	if r, err := s.ImportOrders(t.Context(), strings.NewReader(orders), dir); err != nil {
		t.Fatal(r, err)
	}
}
