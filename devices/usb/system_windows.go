//go:build windows && cgo

package usb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sstallion/go-hid"

	"packbench/devices"
)

// System is this computer's USB as far as Windows lets programs have it without another driver: HID devices that are neither
// keyboards nor mice. Scanners in HID POS mode and scales are such; a scanner that types is read by the window.
type System struct{}

// NewSystem returns the computer's USB. Nothing happens before Open.
func NewSystem() System { return System{} }

// library is held while devices are listed and opened: its errors are those of the last call.
var library sync.Mutex

// begun starts the library once; it has nothing to free that the end of the process does not.
var begun = sync.OnceValue(hid.Init)

// Open looks for the device and opens the interface with the usage page that is wanted. Windows has one for each of a device's
// top-level collections.
func (System) Open(ctx context.Context, want Want) (Device, error) {
	fail := func(err error) (Device, error) { return nil, fmt.Errorf("open USB device %s: %w", want.ID, err) }
	if !slices.ContainsFunc(want.Interfaces, func(i Interface) bool { return i.Class == ClassHID }) {
		return fail(devices.ErrUnsupported)
	}
	library.Lock()
	defer library.Unlock()
	if err := begun(); err != nil {
		return fail(fmt.Errorf("start hidapi: %w: %w", devices.ErrUnsupported, err))
	}
	if ctx.Err() != nil {
		return fail(ctx.Err())
	}
	var all []hid.DeviceInfo
	serials := map[string]bool{}
	err := hid.Enumerate(want.ID.Vendor, want.ID.Product, func(i *hid.DeviceInfo) error {
		if want.ID.Serial == "" || i.SerialNbr == want.ID.Serial {
			all = append(all, *i)
			serials[i.SerialNbr] = true
		}
		return nil
	})
	switch {
	case err != nil:
		return fail(err)
	case len(all) == 0:
		return fail(devices.ErrAbsent)
	case len(serials) > 1:
		return fail(ErrAmbiguous)
	}
	for _, w := range want.Interfaces {
		for _, i := range all {
			if w.Class != ClassHID || w.Page == 0 || i.UsagePage != w.Page {
				continue
			}
			d, err := hid.OpenPath(i.Path)
			if err != nil {
				return fail(hidCause(err))
			}
			id := want.ID
			id.Serial = i.SerialNbr
			return &hidDevice{d: d, info: Info{ID: id, Model: i.ProductStr, Interface: w, PacketIn: 64}}, nil
		}
	}
	return fail(ErrKind)
}

// hidDevice is one open collection. Reports come with their id in front, as on the wire.
type hidDevice struct {
	d    *hid.Device
	info Info
}

func (h *hidDevice) Info() Info { return h.info }

// Control is refused: Windows keeps the control pipe to itself.
func (h *hidDevice) Control(context.Context, Request, []byte) (int, error) { return 0, ErrStall }

// Write is refused: neither scanners nor scales are written to.
func (h *hidDevice) Write(context.Context, []byte) (int, error) {
	return 0, fmt.Errorf("write to USB device %s: %w", h.info.ID, devices.ErrUnsupported)
}

// Read waits for a report. The library knows time limits only, so the end of ctx is looked for between them.
func (h *hidDevice) Read(ctx context.Context, p []byte) (int, error) {
	const tick = 50 * time.Millisecond
	for {
		wait := tick
		if end, ok := ctx.Deadline(); ok {
			wait = min(wait, max(time.Until(end), time.Millisecond))
		}
		if ctx.Err() != nil {
			return 0, fmt.Errorf("read from USB device %s: %w", h.info.ID, Ended(ctx))
		}
		n, err := h.d.ReadWithTimeout(p, wait)
		switch {
		case errors.Is(err, hid.ErrTimeout):
		case err != nil:
			return n, fmt.Errorf("read from USB device %s: %w", h.info.ID, hidCause(err))
		case n > 0:
			return n, nil
		}
	}
}

func (h *hidDevice) Close() error {
	if err := h.d.Close(); err != nil {
		return fmt.Errorf("release USB device %s: %w", h.info.ID, err)
	}
	return nil
}

// hidCause reads the library's text, which ends with the system's number: a device that was pulled out is not connected (1167),
// is not there (2, 3) or does not function (31).
func hidCause(err error) error {
	text := strings.ToLower(err.Error())
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(text, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("0x0000048f", "not connected", "0x0000001f", "not functioning"):
		return fmt.Errorf("%w: %w", devices.ErrUnplugged, err)
	case has("0x00000020", "being used"):
		return fmt.Errorf("%w: %w", devices.ErrBusy, err)
	case has("0x00000005", "access is denied"):
		return fmt.Errorf("%w: %w", devices.ErrDenied, err)
	case has("0x00000002", "0x00000003", "cannot find"):
		return fmt.Errorf("%w: %w", devices.ErrAbsent, err)
	}
	return err
}
