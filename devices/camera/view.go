package camera

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"packbench/devices"
)

// silence is how long no whole picture may come before a camera is said to be in trouble.
const silence = 3 * time.Second

// Frame is one picture as the camera sent it. JPEG is shared: it may be kept and must not be changed.
type Frame struct {
	JPEG []byte
	At   time.Time // when its first byte arrived, UTC
	Seq  uint64    // 1, 2, 3, … since the program started
}

// finish makes a picture of what a camera sent. It is called only when somebody looks.
type finish func(raw []byte) ([]byte, error)

// view is what every transport needs: the newest picture, who waits for one, and how the camera feels. Its methods may be
// called concurrently; again once at a time.
type view struct {
	who    devices.Health // ID, Role (the camera's name), Transport
	crop   Crop
	words  func(error) (devices.State, string)
	report devices.Report
	log    *slog.Logger

	mu     sync.Mutex
	last   Frame // JPEG is what the camera sent until it is finished
	finish finish
	state  devices.Health
	cause  error
	// changed is closed and replaced with every frame and every change of health.
	changed chan struct{}

	finishing sync.Mutex // held while a picture is finished, which may take tens of milliseconds
	finished  Frame
}

func newView(who devices.Health, crop Crop, words func(error) (devices.State, string), report devices.Report, log *slog.Logger) *view {
	who.Kind = devices.Camera
	return &view{who: who, crop: crop, words: words, report: report, log: log, changed: make(chan struct{})}
}

// again calls stream for ever, at most a second apart, until ctx ends.
func (v *view) again(ctx context.Context, stream func(context.Context) error) error {
	const longest = time.Second
	for wait := longest / 16; ; wait = min(2*wait, longest) {
		seq := v.seq()
		err := stream(ctx)
		if ctx.Err() != nil {
			return nil
		}
		v.lost(err)
		if v.seq() != seq {
			wait = longest / 16 // it worked until now
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-t.C:
		}
	}
}

func (v *view) seq() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.last.Seq
}

// Name is the camera's name in the settings.
func (v *view) Name() string { return v.who.Role }

// Latest is the newest whole picture; seq 0 and no picture if none has come yet, and no picture for one that cannot be read.
func (v *view) Latest() (jpeg []byte, at time.Time, seq uint64) {
	v.mu.Lock()
	last, do := v.last, v.finish
	v.mu.Unlock()
	f, err := v.finishIt(last, do)
	if err != nil {
		return nil, last.At, last.Seq
	}
	return f.JPEG, f.At, f.Seq
}

// Snapshot returns the first picture whose bytes began to arrive after the call, never one that was there before. It fails
// at once while the camera is known to be away, and else when ctx ends. The error is a sentence for the operator and wraps
// devices.ErrAbsent, devices.ErrTimeout or another cause.
func (v *view) Snapshot(ctx context.Context) (jpeg []byte, at time.Time, err error) {
	call := time.Now()
	for {
		v.mu.Lock()
		last, do, state, cause, changed := v.last, v.finish, v.state, v.cause, v.changed
		v.mu.Unlock()
		if last.Seq > 0 && last.At.After(call) {
			f, err := v.finishIt(last, do)
			if err == nil {
				return f.JPEG, f.At, nil
			}
			cause = err // the next picture may be whole
		}
		if state.State == devices.Absent || state.State == devices.Attention {
			return nil, time.Time{}, &Failure{Text: state.Text, Cause: cause}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, time.Time{}, &Failure{
				Text:  fmt.Sprintf("Camera %s sent no picture in time. Check its power and its cable.", v.who.Role),
				Cause: fmt.Errorf("wait for a picture: %w: %w", devices.ErrTimeout, errors.Join(ctx.Err(), cause)),
			}
		}
	}
}

// finishIt makes the picture, once for all who look at it.
func (v *view) finishIt(f Frame, do finish) (Frame, error) {
	if f.Seq == 0 || do == nil && v.crop.all() {
		return f, nil
	}
	v.finishing.Lock()
	defer v.finishing.Unlock()
	if v.finished.Seq == f.Seq {
		return v.finished, nil
	}
	var err error
	if do != nil {
		if f.JPEG, err = do(f.JPEG); err != nil {
			return Frame{}, err
		}
	}
	if f.JPEG, err = v.crop.apply(f.JPEG); err != nil {
		return Frame{}, err
	}
	v.finished = f
	return f, nil
}

// Failure is a sentence for the operator with its cause.
type Failure struct {
	Text  string
	Cause error
}

func (f *Failure) Error() string { return f.Text }
func (f *Failure) Unwrap() error { return f.Cause }

// show takes what the camera sent, which began to arrive at a moment; do, if any, makes a JPEG of it.
func (v *view) show(raw []byte, began time.Time, do finish) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.finish = do
	// At keeps its monotonic reading, by which Snapshot compares.
	v.last = Frame{JPEG: raw, At: began.UTC(), Seq: v.last.Seq + 1}
	v.tell(devices.Ready, "Sends pictures.", nil)
	v.broadcast()
}

// broadcast wakes who waits; mu is held.
func (v *view) broadcast() {
	close(v.changed)
	v.changed = make(chan struct{})
}

func (v *view) lost(err error) {
	state, text := v.words(err)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.tell(state, text, err) {
		v.log.Warn("Camera lost", "camera", v.who.Role, "error", err)
	}
	v.broadcast()
}

// tell reports a change of health; mu is held, so that changes are told in order. A Report does not block.
func (v *view) tell(state devices.State, text string, cause error) bool {
	h := v.who
	h.State, h.Text = state, text
	v.cause = cause
	if h.Same(v.state) {
		return false
	}
	v.state = h
	h.At = time.Now().UTC()
	v.report(h)
	return true
}
