package camera

import (
	"context"
	"errors"
	"fmt"
	"image"
	"time"
	"unsafe"

	"packbench/devices"
	"packbench/devices/usb"
)

// Cameras of this computer are read by Media Foundation. This was compiled, and its calls that need no camera were run on Wine;
// it has not seen a camera yet.

// List names the cameras that are plugged in.
func List() []Found {
	var all []Found
	_ = withFoundation(func() error {
		return sources(func(o *object) bool {
			link := o.text(sourceLink)
			if id, ok := linkID(link); ok {
				all = append(all, Found{Device: id.String(), Path: link, Name: o.text(sourceName)})
			}
			return true
		})
	})
	return all
}

// Sizes are the picture sizes that a camera of this computer offers, in dots, the smallest first; none where it cannot be asked.
func Sizes(device string) []image.Point {
	var sizes []size
	_ = withFoundation(func() error {
		return withReader(device, func(_, reader *object) error {
			all, err := natives(reader)
			defer releaseAll(all)
			_, sizes = pick(all)
			return err
		})
	})
	return offer(sizes)
}

func releaseAll(all []native) {
	for _, n := range all {
		n.kind.release()
	}
}

// pick returns the format to take and its sizes: the camera's own JPEG, or else YUY2.
func pick(all []native) (format guid, sizes []size) {
	for _, want := range []guid{formatMJPG, formatYUY2} {
		for _, n := range all {
			if n.format == want {
				sizes = append(sizes, n.size)
			}
		}
		if len(sizes) > 0 {
			return want, sizes
		}
	}
	return guid{}, nil
}

// withReader opens the one camera of an identity.
func withReader(device string, f func(source, reader *object) error) error {
	want, err := usb.ParseID(device)
	if err != nil {
		return fmt.Errorf("open camera %s: %w: on this system a camera is named by vendor:product", device, devices.ErrAbsent)
	}
	var source *object
	found := 0
	var opened error
	err = sources(func(o *object) bool {
		if id, ok := linkID(o.text(sourceLink)); ok && id.Vendor == want.Vendor && id.Product == want.Product {
			if found++; found == 1 {
				opened = o.call(activateObject, uintptr(unsafe.Pointer(&iidMediaSource)), uintptr(unsafe.Pointer(&source)))
			}
		}
		return true
	})
	if source != nil {
		defer source.release()
		defer func() { _ = source.call(sourceShutdown) }()
	}
	switch {
	case err != nil:
		return err
	case found == 0:
		return fmt.Errorf("open camera %s: %w", device, devices.ErrAbsent)
	case found > 1:
		return fmt.Errorf("open camera %s: %w", device, usb.ErrAmbiguous)
	case opened != nil:
		return fmt.Errorf("open camera %s: %w", device, opened)
	}
	var reader *object
	if err := call(mfNewReader, uintptr(unsafe.Pointer(source)), 0, uintptr(unsafe.Pointer(&reader))); err != nil {
		return fmt.Errorf("open camera %s: %w", device, err)
	}
	defer reader.release()
	return f(source, reader)
}

// stream reads the camera from opening to the first error; it never returns nil.
func (c *V4L2) stream(ctx context.Context) error {
	return withFoundation(func() error {
		return withReader(c.cfg.Device, func(source, reader *object) error {
			do, err := c.start(reader)
			if err != nil {
				return err
			}
			return c.read(ctx, source, reader, do)
		})
	})
}

// start chooses the kind of picture.
func (c *V4L2) start(reader *object) (finish, error) {
	all, err := natives(reader)
	defer releaseAll(all)
	if err != nil {
		return nil, err
	}
	format, sizes := pick(all)
	if len(sizes) == 0 {
		return nil, errFormats
	}
	w, h := choose(sizes, c.cfg.Width, c.cfg.Height)
	for _, n := range all {
		if n.format != format || n.size.maxW != w || n.size.maxH != h {
			continue
		}
		if err := reader.call(readerSetType, firstVideo, 0, uintptr(unsafe.Pointer(n.kind))); err != nil {
			return nil, fmt.Errorf("set the size of the picture: %w", err)
		}
		break
	}
	if format == formatMJPG {
		return nil, nil
	}
	return func(raw []byte) ([]byte, error) { return yuyv(raw, w, h, len(raw)/h) }, nil
}

// Flags of a sample that tell of an end (mfreadwrite.h).
const (
	sampleError = 0x1
	sampleEnd   = 0x2
)

// read takes every picture as it comes. The call that waits for one knows no end: it is ended by shutting the camera down, when ctx
// ends or nothing has come for a while.
func (c *V4L2) read(ctx context.Context, source, reader *object, do finish) error {
	patience, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	dog := time.AfterFunc(silence, func() { giveUp(errSilent) })
	defer dog.Stop()
	over := make(chan struct{})
	stop := context.AfterFunc(patience, func() { defer close(over); _ = source.call(sourceShutdown) })
	defer func() {
		if !stop() {
			<-over
		}
	}()
	complete, bad := time.Now(), 0
	for patience.Err() == nil {
		asked := time.Now()
		raw, err := next(reader)
		began := complete
		if now := time.Now(); now.Sub(asked) >= waited {
			complete = now
		}
		switch {
		case patience.Err() != nil:
		case errors.Is(err, hrShutdown):
			return fmt.Errorf("%w: %w", devices.ErrUnplugged, err)
		case err != nil:
			return err
		case raw == nil: // a gap in the stream
		default:
			if raw = usable(raw, do); raw == nil {
				if bad++; bad > 50 {
					return errNotJPEG
				}
				continue
			}
			bad = 0
			dog.Reset(silence)
			c.show(raw, began, do)
		}
	}
	return context.Cause(patience)
}

// next waits for a sample; nil without an error is a gap.
func next(reader *object) ([]byte, error) {
	var sample *object
	var stream, flags uint32
	var at int64
	err := reader.call(readerReadSample, firstVideo, 0, uintptr(unsafe.Pointer(&stream)), uintptr(unsafe.Pointer(&flags)), uintptr(unsafe.Pointer(&at)), uintptr(unsafe.Pointer(&sample)))
	defer sample.release()
	switch {
	case err != nil:
		return nil, fmt.Errorf("wait for a picture: %w", err)
	case flags&(sampleError|sampleEnd) != 0:
		return nil, fmt.Errorf("wait for a picture: %w", devices.ErrUnplugged)
	case sample == nil:
		return nil, nil
	}
	return bytesOf(sample)
}
