package station

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"log/slog"
	"sync"
	"time"

	"packbench/fulfillment"
)

// Photographer takes the photos that the handoff wishes for, one after the other, beside the scans: a slow camera delays
// no verdict. Wishes may be handed in from any goroutine.
type Photographer struct {
	camera Camera
	files  Files
	back   func(context.Context, fulfillment.PhotoTaken) error
	log    *slog.Logger

	mu     sync.Mutex
	wishes []fulfillment.PhotoWish
	taking bool            // one is being taken
	rested []chan struct{} // who waits until nothing is wished for
	wake   chan struct{}
}

// NewPhotographer returns a photographer; Run starts it. back takes each stored photo.
func NewPhotographer(c Camera, f Files, back func(context.Context, fulfillment.PhotoTaken) error, log *slog.Logger) *Photographer {
	return &Photographer{camera: c, files: f, back: back, log: log, wake: make(chan struct{}, 1)}
}

// Wish asks for a photo. It never blocks.
func (p *Photographer) Wish(w fulfillment.PhotoWish) {
	p.mu.Lock()
	p.wishes = append(p.wishes, w)
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *Photographer) next() (fulfillment.PhotoWish, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taking = len(p.wishes) > 0; !p.taking {
		for _, done := range p.rested {
			close(done)
		}
		p.rested = nil
		return fulfillment.PhotoWish{}, false
	}
	w := p.wishes[0]
	p.wishes = p.wishes[1:]
	return w, true
}

// Rest waits until every photo that was wished for is taken or given up, or ctx ends: before the camera is changed.
func (p *Photographer) Rest(ctx context.Context) {
	p.mu.Lock()
	if !p.taking && len(p.wishes) == 0 {
		p.mu.Unlock()
		return
	}
	done := make(chan struct{})
	p.rested = append(p.rested, done)
	p.mu.Unlock()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// Run takes photos until ctx ends. A photo that cannot be taken within three seconds is given up: the parcel stays on the
// manifest and the screen shows it without a photo.
func (p *Photographer) Run(ctx context.Context) error {
	for {
		for w, ok := p.next(); ok; w, ok = p.next() {
			if err := p.take(ctx, w); err != nil {
				p.log.Warn("Photo not taken", "orderID", w.OrderID, "err", err)
			}
		}
		select {
		case <-p.wake:
		case <-ctx.Done():
			return nil
		}
	}
}

func (p *Photographer) take(ctx context.Context, w fulfillment.PhotoWish) error {
	shot, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	frame, at, err := p.camera.Snapshot(shot)
	if err != nil {
		return fmt.Errorf("photo of parcel %s: %w", w.Tracking, err)
	}
	if err := isPicture(frame); err != nil {
		return fmt.Errorf("photo of parcel %s: %w", w.Tracking, err)
	}
	hash, err := p.files.Put(ctx, frame)
	if err != nil {
		return fmt.Errorf("store photo of parcel %s: %w", w.Tracking, err)
	}
	return p.back(ctx, fulfillment.PhotoTaken{PhotoWish: w, Hash: hash, Camera: p.camera.Name(), At: at.UTC()})
}

// isPicture: noise that only looks like a frame is no evidence. Its size is looked at before it is unpacked.
func isPicture(data []byte) error {
	head, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("the camera's picture cannot be read: %w", err)
	}
	if head.Width > 8192 || head.Height > 8192 {
		return fmt.Errorf("the camera's picture claims %d×%d dots", head.Width, head.Height)
	}
	if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
		return fmt.Errorf("the camera's picture cannot be read: %w", err)
	}
	return nil
}
