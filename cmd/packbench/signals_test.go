package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// deafWindow is a toolkit that hears signals only from its n-th on, or never.
type deafWindow struct {
	ready  chan struct{}
	closed int
}

func (d *deafWindow) Ready() <-chan struct{} { return d.ready }
func (d *deafWindow) Close()                 { d.closed++ }

func TestASignalDuringTheStartIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, loopEnds := context.WithCancel(t.Context())
		start, signalled := context.WithCancel(t.Context())
		w := &deafWindow{ready: make(chan struct{})}
		sent := 0
		done := make(chan error, 1)
		go func() {
			done <- watchSignals(ctx, start, w, func() error {
				echoes.Add(-1) // as the program's own listener does
				if sent++; sent == 3 {
					loopEnds() // now the toolkit heard it
				}
				return nil
			})
		}()
		signalled()
		time.Sleep(time.Minute)
		if sent != 0 {
			t.Error("sent again before the toolkit could hear it")
		}
		close(w.ready)
		if err := <-done; err != nil || sent != 3 || w.closed != 0 {
			t.Errorf("got %v, sent %d times, closed %d times", err, sent, w.closed)
		}
	})
}

func TestAToolkitThatNeverHearsIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, loopEnds := context.WithCancel(t.Context())
		start, signalled := context.WithCancel(t.Context())
		w := &deafWindow{ready: make(chan struct{})}
		close(w.ready)
		signalled()
		done := make(chan error, 1)
		go func() { done <- watchSignals(ctx, start, w, func() error { return errors.ErrUnsupported }) }()
		time.Sleep(toolkitQuits + time.Second)
		synctest.Wait()
		if w.closed != 1 || echoes.Load() != 0 {
			t.Errorf("closed %d times, %d echoes awaited", w.closed, echoes.Load())
		}
		loopEnds()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	heard, done := make(chan os.Signal), make(chan struct{})
	defer close(done)
	ctx, cancel := context.WithCancel(t.Context())
	code := make(chan int, 1)
	var said strings.Builder
	go endBySignals(heard, done, cancel, &said, func(c int) { code <- c })
	heard <- os.Interrupt
	<-ctx.Done()
	echoes.Add(1)
	heard <- syscall.SIGINT // the program's own
	select {
	case <-code:
		t.Fatal("the program's own signal was taken for a second one")
	default:
	}
	heard <- syscall.SIGTERM
	if c := <-code; c == 0 || !strings.Contains(said.String(), "second signal") {
		t.Errorf("got %d, %q", c, said.String())
	}
}

// TestASignalAtAnyMomentOfTheStart: the real program ends after one signal, whenever it comes.
func TestASignalAtAnyMomentOfTheStart(t *testing.T) {
	s := newStation(t, newDisplay(t, "+extension", "GLX"), "")
	for after := 50 * time.Millisecond; after < 4*time.Second; after = after * 3 / 2 {
		w := s.start(t)
		select {
		case <-time.After(after):
		case <-w.done:
		}
		if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil && !w.ended() {
			t.Fatal(err)
		}
		eventually(t, "the program ends after a signal that came "+after.String()+" after its start", w.ended)
		// Before its listener runs, the system ends the process by the signal: code -1.
		if code := exitCode(t, w.err); code > exitFailed || strings.Contains(w.said(t), "context canceled") {
			t.Errorf("a signal after %s: exit code %d: %s", after, code, w.said(t))
		}
	}
}
