package serialport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"packbench/devices"
)

// Keep opens the port, calls serve with it, and starts again for ever: after an unplug, or while the port is absent, busy or
// denied, at most a second apart. It blocks until ctx ends and then returns nil. The port is closed when ctx ends, which
// wakes serve's Read, and whenever serve returns.
//
// who carries Kind, ID, Role and Transport of every health; noun is the device in a sentence ("scanner"). Keep reports
// every trouble with the port; serve reports ready and whatever the device says of itself, through the line's Health.
func Keep(ctx context.Context, c Config, who devices.Health, noun string, report devices.Report, log *slog.Logger,
	serve func(context.Context, *Port, *Line) error,
) error {
	l := &Line{who: who, report: report}
	wait := firstWait
	again := Reopener{Config: c}
	for ctx.Err() == nil {
		began := time.Now()
		err := once(ctx, &again, l, serve)
		if ctx.Err() != nil {
			return nil
		}
		if time.Since(began) > longestWait {
			wait = firstWait // it worked for a while: the cable was pulled just now
		}
		if l.worked && errors.Is(err, devices.ErrAbsent) {
			err = devices.ErrUnplugged // the sentence stays the same until the device is back
		}
		state, text := Words(noun, c.Port, err)
		if l.Say(state, text) {
			log.Warn("Serial device lost", "device", noun, "port", c.Port, "error", err)
		}
		if !sleep(ctx, wait) {
			return nil
		}
		wait = min(2*wait, longestWait)
	}
	return nil
}

const (
	firstWait   = 50 * time.Millisecond
	longestWait = time.Second
)

func once(ctx context.Context, again *Reopener, l *Line, serve func(context.Context, *Port, *Line) error) error {
	p, err := again.Open()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = p.Close() })
	defer func() {
		stop()
		_ = p.Close()
	}()
	return serve(ctx, p, l)
}

// Line tells how the device on one line feels, on change only. It belongs to the goroutine that runs Keep.
type Line struct {
	who    devices.Health
	report devices.Report
	said   bool
	worked bool // it has been ready since the program started
}

// Say reports a state and its sentence if they differ from the last, and whether they did.
func (l *Line) Say(state devices.State, text string) bool {
	h := l.who
	h.State, h.Text = state, text
	if l.said && h.Same(l.who) {
		return false
	}
	l.said = true
	l.worked = l.worked || state == devices.Ready
	l.who = h
	h.At = time.Now().UTC()
	l.report(h)
	return true
}

// Words turn the cause of a failed line into a sentence for the operator.
func Words(noun, port string, err error) (devices.State, string) {
	switch {
	case errors.Is(err, devices.ErrBusy):
		return devices.Attention, fmt.Sprintf("Another program uses the %s at %s. Close that program.", noun, port)
	case errors.Is(err, devices.ErrDenied):
		what := "sudo packbench udev" // the rules name the common adapters
		if id, ok := parseIdentity(port); ok {
			what += " " + id.vendor + ":" + id.product
		}
		return devices.Attention, fmt.Sprintf("This user may not use the %s at %s. An administrator types once: %s – then plug it in again.", noun, port, what)
	case errors.Is(err, devices.ErrAmbiguous):
		return devices.Attention, fmt.Sprintf("More than one device %s is plugged in, so it is not certain which one is the %s. Unplug one, or set the serial number of the right one.", port, noun)
	case errors.Is(err, devices.ErrOther):
		return devices.Absent, fmt.Sprintf("Another device than the %s is plugged in at %s now. Plug the %s in again, or set the new one up.", noun, port, noun)
	case errors.Is(err, devices.ErrUnplugged):
		return devices.Absent, fmt.Sprintf("The %s at %s was unplugged. Plug it in again.", noun, port)
	case errors.Is(err, devices.ErrAbsent):
		return devices.Absent, fmt.Sprintf("No %s at %s. Plug it in or set another port.", noun, port)
	}
	return devices.Attention, fmt.Sprintf("The %s at %s cannot be used: %v", noun, port, err)
}

// sleep waits d; it returns false as soon as ctx ends.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
