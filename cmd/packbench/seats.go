package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// printerSeat is the place of the label printer, whichever driver is in it. What prints is given the seat once. Its methods may be
// called concurrently.
type printerSeat struct {
	jobs sync.RWMutex // held for reading by a job, for writing while the driver is changed

	mu     sync.Mutex
	driver labelPrinter // nil: none, or it is being set up
	media  fulfillment.Media
}

// errNoPrinter is what a job hears that found the seat empty; nothing was sent.
var errNoPrinter = errors.New("no label printer is in use at this moment: look at Equipment, Set devices up")

// change waits for the job that is on its way and puts a driver in; media is the stock of the printer that belongs here. Jobs wait
// until done is called.
func (s *printerSeat) change(p labelPrinter, media fulfillment.Media) (done func()) {
	s.mu.Lock()
	same := s.driver == p && s.media == media
	s.mu.Unlock()
	if same {
		return func() {}
	}
	s.jobs.Lock()
	s.mu.Lock()
	s.driver, s.media = p, media
	s.mu.Unlock()
	return s.jobs.Unlock
}

func (s *printerSeat) now() labelPrinter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.driver
}

// Media is the stock in the printer; the zero value where there is none.
func (s *printerSeat) Media() fulfillment.Media {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.media
}

// Print sends one label to the printer that is there when it is its turn. One that was made for the stock of the printer before is
// refused by the driver before a byte is sent.
func (s *printerSeat) Print(ctx context.Context, b fulfillment.Bitmap) (fulfillment.PrintResult, error) {
	s.jobs.RLock()
	defer s.jobs.RUnlock()
	p := s.now()
	if p == nil {
		return fulfillment.PrintResult{}, errNoPrinter
	}
	return p.Print(ctx, b)
}

// PrintAfter is Print for a job of which something is still waited for; see station.Waiter.
func (s *printerSeat) PrintAfter(ctx context.Context, b fulfillment.Bitmap, last func() error) (fulfillment.PrintResult, error) {
	s.jobs.RLock()
	defer s.jobs.RUnlock()
	p := s.now()
	if p == nil {
		return fulfillment.PrintResult{}, errNoPrinter
	}
	return station.PrintAfter(ctx, p, b, last)
}

// Prepare makes a job that will probably be printed next.
func (s *printerSeat) Prepare(b fulfillment.Bitmap) {
	if p := s.now(); p != nil {
		p.Prepare(b)
	}
}

// cameraSeat is the place of the camera that takes the photos. Its methods may be called concurrently.
type cameraSeat struct {
	shots sync.RWMutex

	mu     sync.Mutex
	driver photoCamera
	seen   uint64 // pictures of the cameras before
	last   uint64
}

var errNoCamera = errors.New("no camera is in use at this moment")

// change waits for the photo that is being taken and puts a driver in.
func (s *cameraSeat) change(c photoCamera) (done func()) {
	s.mu.Lock()
	same := s.driver == c
	s.mu.Unlock()
	if same {
		return func() {}
	}
	s.shots.Lock()
	s.mu.Lock()
	s.driver, s.seen = c, s.last+1
	s.mu.Unlock()
	return s.shots.Unlock
}

func (s *cameraSeat) now() photoCamera {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.driver
}

// Name is the camera's name in the settings.
func (s *cameraSeat) Name() string {
	if c := s.now(); c != nil {
		return c.Name()
	}
	return ""
}

// Latest is the newest picture; its number is another for every picture, whichever camera took it.
func (s *cameraSeat) Latest() (jpeg []byte, at time.Time, seq uint64) {
	s.mu.Lock()
	c, seen := s.driver, s.seen
	s.mu.Unlock()
	if c == nil {
		return nil, time.Time{}, 0
	}
	if jpeg, at, seq = c.Latest(); seq == 0 {
		return jpeg, at, 0
	}
	s.mu.Lock()
	s.last = max(s.last, seen+seq)
	s.mu.Unlock()
	return jpeg, at, seen + seq
}

// Snapshot takes a picture with the camera that is there.
func (s *cameraSeat) Snapshot(ctx context.Context) (jpeg []byte, at time.Time, err error) {
	s.shots.RLock()
	defer s.shots.RUnlock()
	c := s.now()
	if c == nil {
		return nil, time.Time{}, errNoCamera
	}
	return c.Snapshot(ctx)
}
