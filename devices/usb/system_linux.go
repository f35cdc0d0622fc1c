//go:build linux && cgo

package usb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/gousb"

	"packbench/devices"
	"packbench/devices/hid"
)

// System is this computer's USB, through libusb.
//
// Every Open has a libusb context of its own, closed with the device: without udev (containers, chroots) an old context never
// sees a device that was plugged in later. It costs milliseconds, and only while a device is looked for.
type System struct{}

// NewSystem returns the computer's USB. Nothing happens before Open.
func NewSystem() System { return System{} }

// controlTime bounds one control request: libusb cannot break one off.
const controlTime = time.Second

// Open looks for the device and claims it.
func (System) Open(ctx context.Context, want Want) (Device, error) {
	fail := func(err error) (Device, error) { return nil, fmt.Errorf("open USB device %s: %w", want.ID, err) }
	lib, err := newContext()
	if err != nil {
		return fail(err)
	}
	d, serial, err := find(lib, want)
	if err != nil {
		return fail(errors.Join(err, lib.Close()))
	}
	s := &system{lib: lib, dev: d, info: Info{ID: want.ID}}
	s.info.ID.Serial = serial
	if s.info.Model, err = d.Product(); err != nil {
		s.info.Model = "" // it is only for people
	}
	if err := s.claim(ctx, want.Interfaces); err != nil {
		return fail(errors.Join(err, s.Close()))
	}
	if err := s.hold(want.Hold); err != nil {
		return fail(errors.Join(err, s.Close()))
	}
	return s, nil
}

// newContext starts libusb, whose binding panics where that fails.
func newContext() (lib *gousb.Context, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("start libusb: %v: %w", p, devices.ErrUnsupported)
		}
	}()
	return gousb.NewContext(), nil
}

// find opens the one device of that identity.
func find(lib *gousb.Context, want Want) (*gousb.Device, string, error) {
	found, err := lib.OpenDevices(func(d *gousb.DeviceDesc) bool {
		return uint16(d.Vendor) == want.ID.Vendor && uint16(d.Product) == want.ID.Product
	})
	var right *gousb.Device
	var serial string
	n := 0
	for _, d := range found {
		s, serr := d.SerialNumber()
		if serr != nil && want.ID.Serial != "" {
			err = cmp.Or(err, serr)
		}
		if want.ID.Serial != "" && s != want.ID.Serial {
			_ = d.Close()
			continue
		}
		if n++; right != nil {
			_ = right.Close()
		}
		right, serial = d, s
	}
	switch {
	case n > 1:
		_ = right.Close()
		return nil, "", ErrAmbiguous
	case n == 1:
		return right, serial, nil
	case err != nil:
		return nil, "", cause(err)
	}
	return nil, "", devices.ErrAbsent
}

// system is one claimed interface.
type system struct {
	lib  *gousb.Context
	dev  *gousb.Device
	cfg  *gousb.Config
	intf *gousb.Interface
	in   *gousb.InEndpoint
	out  *gousb.OutEndpoint
	info Info
	held []*gousb.Interface // claimed and not used
	// halted are the endpoints that refused a transfer: they refuse all until they are cleared.
	halted []gousb.EndpointAddress
}

func (s *system) claim(ctx context.Context, wanted []Interface) error {
	num, err := s.dev.ActiveConfigNum()
	if err != nil {
		return cause(err)
	}
	if num == 0 { // not configured
		for n := range s.dev.Desc.Configs {
			if num == 0 || n < num {
				num = n
			}
		}
	}
	// Without auto-detach: with it the binding would take every interface of the device from the system, and give only
	// the claimed one back.
	if s.cfg, err = s.dev.Config(num); err != nil {
		return cause(err)
	}
	// From here on it is libusb that detaches the system's driver, of the claimed interface alone, and gives it back.
	if err := s.dev.SetAutoDetach(true); err != nil {
		return cause(err)
	}
	for _, w := range wanted {
		for _, i := range s.cfg.Desc.Interfaces {
			a := i.AltSettings[0]
			if !w.Matches(uint8(a.Class), uint8(a.SubClass), uint8(a.Protocol)) {
				continue
			}
			if i.Number >= len(s.cfg.Desc.Interfaces) {
				return fmt.Errorf("interface number %d of %d: %w", i.Number, len(s.cfg.Desc.Interfaces), devices.ErrUnsupported) // the binding would panic
			}
			if ok, err := s.try(ctx, i.Number, a.Alternate, w); ok || err != nil {
				return err
			}
		}
	}
	return ErrKind
}

// hold claims the other interfaces of some kinds.
func (s *system) hold(kinds []Interface) error {
	for _, i := range s.cfg.Desc.Interfaces {
		a := i.AltSettings[0]
		wanted := slices.ContainsFunc(kinds, func(k Interface) bool { return k.Matches(uint8(a.Class), uint8(a.SubClass), uint8(a.Protocol)) })
		if !wanted || i.Number == int(s.info.Number) || i.Number >= len(s.cfg.Desc.Interfaces) {
			continue
		}
		h, err := s.cfg.Interface(i.Number, a.Alternate)
		if err != nil {
			return fmt.Errorf("take interface %d from the system: %w", i.Number, cause(err))
		}
		s.held = append(s.held, h)
	}
	return nil
}

// try claims one interface and tells whether its usage page is right. If not it stays claimed until another is tried or the
// device is closed: given back for a moment, the system's keyboard driver would type what is scanned in it.
func (s *system) try(ctx context.Context, number, alt int, w Interface) (ok bool, err error) {
	if s.intf != nil && int(s.info.Number) != number {
		s.intf.Close()
		s.intf = nil
	}
	if s.intf == nil {
		if s.intf, err = s.cfg.Interface(number, alt); err != nil {
			return false, cause(err)
		}
	}
	s.info.Number, s.info.Interface = uint8(number), w
	if w.Page != 0 {
		b := make([]byte, 4096)
		// GET_DESCRIPTOR, report descriptor (HID 1.11, 7.1.1).
		n, err := s.Control(ctx, Request{Type: 0x81, Request: 6, Value: 0x2200, Index: uint16(number)}, b)
		switch {
		case errors.Is(err, ErrStall), err == nil && hid.UsagePage(b[:n]) != w.Page:
			return false, nil // another one may be it
		case err != nil:
			return false, err
		}
	}
	return true, s.endpoints()
}

// endpoints takes the first interrupt or bulk endpoint of each direction.
func (s *system) endpoints() error {
	eps := make([]gousb.EndpointDesc, 0, len(s.intf.Setting.Endpoints))
	for _, e := range s.intf.Setting.Endpoints {
		if e.TransferType == gousb.TransferTypeInterrupt || e.TransferType == gousb.TransferTypeBulk {
			eps = append(eps, e)
		}
	}
	slices.SortFunc(eps, func(a, b gousb.EndpointDesc) int { return cmp.Compare(a.Address, b.Address) })
	var err error
	for _, e := range eps {
		switch {
		case e.Direction == gousb.EndpointDirectionIn && s.in == nil:
			s.info.PacketIn = e.MaxPacketSize
			s.in, err = s.intf.InEndpoint(e.Number)
		case e.Direction == gousb.EndpointDirectionOut && s.out == nil:
			s.info.PacketOut = e.MaxPacketSize
			s.out, err = s.intf.OutEndpoint(e.Number)
		}
		if err != nil {
			return cause(err)
		}
	}
	return nil
}

func (s *system) Info() Info { return s.info }

func (s *system) Control(ctx context.Context, r Request, data []byte) (int, error) {
	s.dev.ControlTimeout = controlTime
	if end, ok := ctx.Deadline(); ok {
		s.dev.ControlTimeout = max(min(controlTime, time.Until(end)), time.Millisecond) // 0 would be for ever
	}
	if ctx.Err() != nil {
		return 0, Ended(ctx)
	}
	n, err := s.dev.Control(r.Type, r.Request, r.Value, r.Index, data)
	if err != nil {
		return max(n, 0), fmt.Errorf("USB control request %02x %02x: %w", r.Type, r.Request, cause(err))
	}
	return n, nil
}

func (s *system) Read(ctx context.Context, p []byte) (int, error) {
	if s.in == nil {
		return 0, fmt.Errorf("read from USB: no IN endpoint: %w", devices.ErrUnsupported)
	}
	n, err := s.in.ReadContext(ctx, p)
	if n > 0 && errors.Is(err, gousb.TransferCancelled) {
		return n, nil
	}
	return n, s.ended(ctx, "read from", s.in.Desc.Address, err)
}

func (s *system) Write(ctx context.Context, p []byte) (int, error) {
	if s.out == nil {
		return 0, fmt.Errorf("write to USB: no OUT endpoint: %w", devices.ErrUnsupported)
	}
	n, err := s.out.WriteContext(ctx, p)
	return n, s.ended(ctx, "write to", s.out.Desc.Address, err)
}

func (s *system) ended(ctx context.Context, did string, at gousb.EndpointAddress, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gousb.TransferStall) && !slices.Contains(s.halted, at):
		s.halted = append(s.halted, at)
	case errors.Is(err, gousb.TransferCancelled) && ctx.Err() != nil:
		return fmt.Errorf("%s USB device %s: %w", did, s.info.ID, Ended(ctx))
	}
	return fmt.Errorf("%s USB device %s: %w", did, s.info.ID, cause(err))
}

// clearFeature is CLEAR_FEATURE(ENDPOINT_HALT) (USB 2.0, 9.4.1).
var clearFeature = Request{Type: 0x02, Request: 1}

// Close releases the interface, which gives it back to the system's driver, and everything below it. Halted endpoints are
// cleared; the reset after it sets the counters of both sides to the same, which the binding has no call for: without it the first
// packet could be taken for a repeated one and be dropped.
func (s *system) Close() error {
	var errs []error
	for _, at := range s.halted {
		r := clearFeature
		r.Index = uint16(at)
		_, err := s.Control(context.Background(), r, nil)
		errs = append(errs, err)
	}
	for _, h := range s.held {
		h.Close()
	}
	if s.intf != nil {
		s.intf.Close()
	}
	if s.cfg != nil {
		errs = append(errs, s.cfg.Close())
	}
	if len(s.halted) > 0 {
		if err := s.dev.Reset(); err != nil && !errors.Is(cause(err), devices.ErrUnplugged) {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(append(errs, s.dev.Close(), s.lib.Close())...); err != nil {
		return fmt.Errorf("release USB device %s: %w", s.info.ID, err)
	}
	return nil
}

// cause gives the library's errors our words. A pulled cable ends a transfer as "no device" or as "transfer failed", by
// timing, and the call after it as "no device". Some of the binding's errors hold libusb's only as text.
func cause(err error) error {
	text := err.Error()
	is := func(e gousb.Error) bool {
		return errors.Is(err, e) || strings.Contains(text, fmt.Sprintf("[code %d]", int(e)))
	}
	switch {
	case errors.Is(err, gousb.TransferNoDevice), errors.Is(err, gousb.TransferError), is(gousb.ErrorNoDevice), is(gousb.ErrorIO):
		return fmt.Errorf("%w: %w", devices.ErrUnplugged, err)
	case errors.Is(err, gousb.TransferStall), is(gousb.ErrorPipe):
		return fmt.Errorf("%w: %w", ErrStall, err)
	case errors.Is(err, gousb.TransferTimedOut), is(gousb.ErrorTimeout):
		return fmt.Errorf("%w: %w", devices.ErrTimeout, err)
	case is(gousb.ErrorAccess):
		return fmt.Errorf("%w: %w", devices.ErrDenied, err)
	case is(gousb.ErrorBusy):
		return fmt.Errorf("%w: %w", devices.ErrBusy, err)
	case is(gousb.ErrorNotFound):
		return fmt.Errorf("%w: %w", devices.ErrAbsent, err)
	}
	return err
}
