package camera

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"packbench/devices"
	"packbench/devices/usb"
)

// V4L2Config describes a camera on this computer.
type V4L2Config struct {
	Name   string // the camera's name in the settings; on every photo
	Device string // "/dev/video0", or "vendor:product" or "vendor:product:serial" of a USB camera, as lsusb prints them
	// Width and Height are the picture wanted, in dots; the smallest that the camera has and that holds it is taken, or
	// else its largest. 0: 1280×720.
	Width, Height int
	Crop          Crop // of every picture; the zero value leaves them as the camera sent them
}

// Found is one camera of this computer.
type Found struct {
	// Device is what the settings should hold: a USB camera's identity, since paths are given out anew with every start of the
	// computer; of any other the path. Of several with the same identity none is opened.
	Device string
	Path   string // where it is now
	Name   string
}

// The picture that is asked of a camera where nothing is set, in dots.
const (
	UsualWidth  = 1280
	UsualHeight = 720
)

// V4L2 reads one camera of this computer. Its JPEG pictures are taken untouched; a camera that has none sends YUYV, of which
// pictures are made when somebody looks. All methods may be called concurrently; Run once at a time. On Linux it uses V4L2, on Windows
// Media Foundation; elsewhere it says that it cannot.
type V4L2 struct {
	*view
	cfg V4L2Config
	is  usb.ID // of the camera once it was open: it may come back as another path
}

// NewV4L2 returns a driver; nothing is opened before Run.
func NewV4L2(cfg V4L2Config, report devices.Report, log *slog.Logger) *V4L2 {
	if cfg.Width <= 0 || cfg.Height <= 0 {
		cfg.Width, cfg.Height = UsualWidth, UsualHeight
	}
	c := &V4L2{cfg: cfg}
	c.view = newView(devices.Health{ID: cfg.Device, Role: cfg.Name, Transport: "usb"}, cfg.Crop, c.words, report, log)
	return c
}

// Run reads the camera until ctx ends and then returns nil, at most a second later. It opens the camera again by itself.
func (c *V4L2) Run(ctx context.Context) error { return c.again(ctx, c.stream) }

func (c *V4L2) words(err error) (devices.State, string) {
	name := c.cfg.Name
	switch {
	case errors.Is(err, devices.ErrBusy):
		return devices.Attention, fmt.Sprintf("Another program uses camera %s (%s). Close that program.", name, c.cfg.Device)
	case errors.Is(err, devices.ErrDenied):
		return devices.Attention, fmt.Sprintf("This user may not use camera %s. Add the user to the group video and log in again.", name)
	case errors.Is(err, errSilent):
		return devices.Attention, fmt.Sprintf("Camera %s is connected and sends no picture. Pull its cable and plug it in again.", name)
	case errors.Is(err, devices.ErrUnsupported):
		return devices.Absent, fmt.Sprintf("Camera %s cannot be used on this system: cameras on USB are read on Linux and Windows. Set the address of a network camera.", name)
	case errors.Is(err, devices.ErrAmbiguous):
		return devices.Attention, fmt.Sprintf("More than one camera %s is plugged in, so it is not certain which one is %s. Unplug one, or set the serial number of the right one.", c.cfg.Device, name)
	case errors.Is(err, devices.ErrOther):
		return devices.Absent, fmt.Sprintf("Another camera than %s is plugged in at %s now. Plug camera %s in again, or set the new one up.", name, c.cfg.Device, name)
	case errors.Is(err, devices.ErrUnplugged):
		return devices.Absent, fmt.Sprintf("Camera %s was unplugged. Plug it in again.", name)
	case errors.Is(err, devices.ErrAbsent):
		return devices.Absent, fmt.Sprintf("There is no camera %s at %s. Plug it in or set another device.", name, c.cfg.Device)
	case errors.Is(err, errFormats):
		return devices.Attention, fmt.Sprintf("Camera %s has neither JPEG nor YUYV pictures. Use another camera.", name)
	case errors.Is(err, errNotJPEG):
		return devices.Attention, fmt.Sprintf("Camera %s sends broken pictures. Plug it in directly, without a hub, or use a shorter cable.", name)
	}
	return devices.Attention, fmt.Sprintf("Camera %s cannot be used: %v. Pull its cable and plug it in again.", name, err)
}

var errFormats = errors.New("neither JPEG nor YUYV")

// size is one picture size of a camera; with a step it is any between the smallest and the largest.
type size struct{ minW, maxW, stepW, minH, maxH, stepH int }

// choose returns the smallest size that holds w×h dots, or else the one with the most dots.
func choose(sizes []size, w, h int) (int, int) {
	fit := func(least, most, step, want int) int {
		if step <= 0 || want >= most {
			return most
		}
		return min(most, least+(max(0, want-least)+step-1)/step*step)
	}
	var bestW, bestH int
	for _, s := range sizes {
		sw, sh := fit(s.minW, s.maxW, s.stepW, w), fit(s.minH, s.maxH, s.stepH, h)
		holds, bestHolds := sw >= w && sh >= h, bestW >= w && bestH >= h
		larger := sw*sh > bestW*bestH
		if bestW == 0 || holds && !bestHolds || holds == bestHolds && larger != holds {
			bestW, bestH = sw, sh
		}
	}
	return bestW, bestH
}

// usable returns a picture, nil for none. Cameras start with empty and broken ones.
func usable(raw []byte, do finish) []byte {
	if do != nil {
		return raw
	}
	pic, tables, err := whole(raw)
	if err != nil {
		return nil
	}
	if !tables {
		return withTables(pic)
	}
	return pic
}

// linkID is the identity in the name that Windows has for a camera: \\?\usb#vid_046d&pid_0825&mi_00#…; ok is false for cameras that
// are no USB devices.
func linkID(link string) (id usb.ID, ok bool) {
	for part := range strings.FieldsFuncSeq(strings.ToLower(link), func(r rune) bool { return r == '#' || r == '&' }) {
		if v, is := strings.CutPrefix(part, "vid_"); is {
			ok = true
			id.Vendor = hex16(v)
		}
		if v, is := strings.CutPrefix(part, "pid_"); is {
			id.Product = hex16(v)
		}
	}
	return id, ok && id.Vendor != 0
}

func hex16(s string) uint16 {
	n, err := strconv.ParseUint(s, 16, 16)
	if err != nil {
		return 0
	}
	return uint16(n)
}
