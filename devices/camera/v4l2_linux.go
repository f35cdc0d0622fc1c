package camera

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/blackjack/webcam"

	"packbench/devices"
	"packbench/devices/usb"
)

// sysVideo is where the kernel lists its video nodes; a variable for tests.
var sysVideo = "/sys/class/video4linux"

// Pixel formats (linux/videodev2.h).
var (
	formatMJPEG = fourCC("MJPG")
	formatJPEG  = fourCC("JPEG")
	formatYUYV  = fourCC("YUYV")
)

// wanted are the formats in the order in which they are taken.
var wanted = []webcam.PixelFormat{formatMJPEG, formatJPEG, formatYUYV}

func sizesOf(cam *webcam.Webcam, format webcam.PixelFormat) (sizes []size) {
	for _, s := range cam.GetSupportedFrameSizes(format) {
		sizes = append(sizes, size{int(s.MinWidth), int(s.MaxWidth), int(s.StepWidth), int(s.MinHeight), int(s.MaxHeight), int(s.StepHeight)})
	}
	return sizes
}

func fourCC(s string) webcam.PixelFormat {
	return webcam.PixelFormat(s[0]) | webcam.PixelFormat(s[1])<<8 | webcam.PixelFormat(s[2])<<16 | webcam.PixelFormat(s[3])<<24
}

// stream reads the camera from opening to the first error; it never returns nil.
func (c *V4L2) stream(ctx context.Context) error {
	cam, node, err := c.open()
	if err != nil {
		return err
	}
	defer cam.Close()
	do, err := c.start(cam)
	if err != nil {
		return err
	}
	if id := identityOf(node); id != (usb.ID{}) {
		c.is = id
	}
	return c.read(ctx, cam, do)
}

// open looks for the camera and opens the node that has pictures: a UVC camera has another one, for data about them.
func (c *V4L2) open() (*webcam.Webcam, string, error) {
	nodes, want, err := c.nodes()
	if err != nil {
		return nil, "", fmt.Errorf("open camera %s: %w", c.cfg.Device, err)
	}
	err = fmt.Errorf("open camera %s: %w", c.cfg.Device, devices.ErrAbsent)
	for _, node := range nodes {
		cam, oerr := webcam.Open(node)
		if oerr != nil {
			if !strings.Contains(oerr.Error(), "Not a video capture device") {
				err = videoError("open "+node, oerr)
			}
			continue
		}
		switch {
		case want != (usb.ID{}) && !same(identityOf(node), want): // it came in between
			err = fmt.Errorf("open camera %s at %s: %w", c.cfg.Device, node, devices.ErrOther)
		case len(cam.GetSupportedFormats()) > 0:
			return cam, node, nil
		}
		_ = cam.Close()
	}
	return nil, "", err
}

// nodes are the paths at which the camera may be, the likeliest first, and what must be there if that is known. The error is
// devices.ErrAbsent, ErrAmbiguous or ErrOther.
func (c *V4L2) nodes() (all []string, want usb.ID, err error) {
	want, perr := usb.ParseID(c.cfg.Device)
	if perr != nil { // it is a path
		absent := devices.ErrAbsent
		if _, err := os.Stat(c.cfg.Device); err == nil {
			// The path may be that of the other node of the same camera.
			node := c.cfg.Device
			if real, err := filepath.EvalSymlinks(node); err == nil {
				node = real // of /dev/v4l/by-id
			}
			if c.is == (usb.ID{}) || identityOf(node) == c.is {
				return append([]string{node}, nodesWhere(func(n string) bool { return n != node && parent(n) != "" && parent(n) == parent(node) })...), c.is, nil
			}
			absent = devices.ErrOther
		}
		if want = c.is; want == (usb.ID{}) {
			return nil, want, absent
		}
		if all, _, err = byIdentity(want); errors.Is(err, devices.ErrAbsent) {
			err = absent
		}
		return all, want, err
	}
	return byIdentity(want)
}

// same reports whether a camera is the one that is wanted; without a serial number any of its kind is.
func same(is, want usb.ID) bool {
	return is.Vendor == want.Vendor && is.Product == want.Product && (want.Serial == "" || is.Serial == want.Serial)
}

// byIdentity are the nodes of the one camera of that identity.
func byIdentity(want usb.ID) ([]string, usb.ID, error) {
	all := nodesWhere(func(n string) bool { return same(identityOf(n), want) })
	if len(all) == 0 {
		return nil, want, devices.ErrAbsent
	}
	for _, n := range all {
		if parent(n) != parent(all[0]) {
			return nil, want, devices.ErrAmbiguous
		}
	}
	return all, want, nil
}

func nodesWhere(is func(node string) bool) []string {
	entries, err := os.ReadDir(sysVideo)
	if err != nil {
		return nil
	}
	var all []string
	for _, e := range entries {
		if node := "/dev/" + e.Name(); is(node) {
			all = append(all, node)
		}
	}
	slices.SortFunc(all, func(a, b string) int { // video2 before video10
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return all
}

// parent is the folder of the USB device that a node belongs to, empty for others.
func parent(node string) string { return parentIn(sysVideo, node) }

func parentIn(root, node string) string {
	dir, err := filepath.EvalSymlinks(filepath.Join(root, filepath.Base(node), "device"))
	if err != nil {
		return ""
	}
	for ; len(dir) > 1; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "idVendor")); err == nil {
			return dir
		}
	}
	return ""
}

// identityOf is the zero value for what is not on USB.
func identityOf(node string) usb.ID { return identityIn(sysVideo, node) }

func identityIn(root, node string) usb.ID {
	dir := parentIn(root, node)
	if dir == "" {
		return usb.ID{}
	}
	read := func(name string) string {
		b, _ := os.ReadFile(filepath.Join(dir, name)) // not every device has a serial number
		return string(bytes.TrimSpace(b))
	}
	id, err := usb.ParseID(read("idVendor") + ":" + read("idProduct"))
	if err != nil {
		return usb.ID{}
	}
	id.Serial = read("serial")
	return id
}

// start chooses format and size and lets the camera send.
func (c *V4L2) start(cam *webcam.Webcam) (finish, error) {
	formats := cam.GetSupportedFormats()
	var format webcam.PixelFormat
	for _, f := range wanted {
		if _, ok := formats[f]; ok {
			format = f
			break
		}
	}
	if format == 0 {
		return nil, errFormats
	}
	w, h := choose(sizesOf(cam, format), c.cfg.Width, c.cfg.Height)
	got, gotW, gotH, err := cam.SetImageFormat(format, uint32(w), uint32(h))
	if err != nil {
		return nil, videoError("set the size of the picture", err)
	}
	if got != format {
		return nil, errFormats
	}
	// Few buffers: a picture that waited is old. Two, so that the camera always has one to fill.
	if err := cam.SetBufferCount(2); err != nil {
		return nil, videoError("set the buffers", err)
	}
	if err := cam.StartStreaming(); err != nil {
		return nil, videoError("start the camera", err)
	}
	if format != formatYUYV {
		return nil, nil
	}
	return func(raw []byte) ([]byte, error) { return yuyv(raw, int(gotW), int(gotH), len(raw)/int(gotH)) }, nil
}

// read takes every picture as it comes. A picture began to arrive after the one before it was complete; that one was complete
// when it was taken, if it had to be waited for, and before that otherwise. So a picture that waited in a buffer is never
// dated later than it was.
func (c *V4L2) read(ctx context.Context, cam *webcam.Webcam, do finish) error {
	complete := time.Now()
	heard, bad := complete, 0
	for ctx.Err() == nil {
		asked := time.Now()
		err := cam.WaitForFrame(1)
		var late *webcam.Timeout
		switch {
		case errors.As(err, &late):
			if time.Since(heard) >= silence {
				return errSilent
			}
			continue
		case err != nil:
			return videoError("wait for a picture", err)
		}
		began := complete
		if now := time.Now(); now.Sub(asked) >= waited {
			complete = now
		}
		raw, index, err := cam.GetFrame()
		if errors.Is(err, syscall.EAGAIN) {
			continue
		}
		if err != nil {
			return videoError("take a picture", err)
		}
		raw = bytes.Clone(raw) // the buffer belongs to the camera again when it is released
		if err := cam.ReleaseFrame(index); err != nil {
			return videoError("give a buffer back", err)
		}
		if raw = usable(raw, do); raw == nil {
			if bad++; bad > 50 {
				return errNotJPEG
			}
			continue
		}
		heard, bad = time.Now(), 0
		c.show(raw, began, do)
	}
	return ctx.Err()
}

// videoError gives the system's errors our words. The library turns some into text.
func videoError(did string, err error) error {
	is := func(e syscall.Errno) bool { return errors.Is(err, e) || strings.HasSuffix(err.Error(), e.Error()) }
	var cause error
	switch {
	case is(syscall.EBUSY):
		cause = devices.ErrBusy
	case is(syscall.EACCES), is(syscall.EPERM):
		cause = devices.ErrDenied
	case is(syscall.ENOENT):
		cause = devices.ErrAbsent
	case is(syscall.ENODEV), is(syscall.ENXIO), is(syscall.EIO):
		cause = devices.ErrUnplugged
	default:
		return fmt.Errorf("%s: %w", did, err)
	}
	return fmt.Errorf("%s: %w: %w", did, cause, err)
}
