package usb_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"packbench/devices"
	"packbench/devices/usb"
)

func TestParseID(t *testing.T) {
	for in, want := range map[string]usb.ID{
		"0a5f:0120":         {Vendor: 0x0a5f, Product: 0x0120},
		"0A5F:0120:P001":    {Vendor: 0x0a5f, Product: 0x0120, Serial: "P001"},
		"0922:8003:a:b c-1": {Vendor: 0x0922, Product: 0x8003, Serial: "a:b c-1"},
	} {
		got, err := usb.ParseID(in)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
		if again, err := usb.ParseID(got.String()); err != nil || again != got {
			t.Errorf("%s is written %s and read as %+v, %v", in, got, again, err)
		}
	}
	for _, bad := range []string{"", "0a5f", "a5f:0120", "0a5f:0x12", "/dev/usb/lp0", "0a5g:0120", "+a5f:0120"} {
		if id, err := usb.ParseID(bad); err == nil {
			t.Errorf("%q is read as %+v", bad, id)
		}
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("0a5f:0120:P001")
	f.Add("0a5f:0120:")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := usb.ParseID(s)
		if err != nil {
			return
		}
		if again, err := usb.ParseID(id.String()); err != nil || again != id {
			t.Fatalf("%q: %+v, then %+v, %v", s, id, again, err)
		}
	})
}

// busOf answers Open with one error after the other; nil is a device.
type busOf struct {
	errs   []error
	opened int
	device *device
}

func (b *busOf) Open(context.Context, usb.Want) (usb.Device, error) {
	err := b.errs[min(b.opened, len(b.errs)-1)]
	b.opened++
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	return b.device, nil
}

type device struct {
	usb.Device
	closed int
}

func (d *device) Close() error { d.closed++; return nil }

func TestKeepSaysWhatIsTheMatterAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := &busOf{device: new(device), errs: []error{devices.ErrAbsent, devices.ErrAbsent, devices.ErrBusy, devices.ErrDenied, usb.ErrAmbiguous, usb.ErrKind,
			devices.ErrUnsupported, nil, devices.ErrAbsent, devices.ErrAbsent, errors.New("odd"), nil, nil}}
		var said []string
		ctx, cancel := context.WithCancel(t.Context())
		served := 0
		err := usb.Keep(ctx, bus, usb.Want{ID: usb.ID{Vendor: 1, Product: 2}}, devices.Health{Kind: devices.Scanner, ID: "0001:0002", Transport: "usb"}, "scanner",
			func(h devices.Health) { said = append(said, string(h.State)+" "+h.Text) }, slog.New(slog.DiscardHandler),
			func(_ context.Context, d usb.Device, l *usb.Line) error {
				l.Say(devices.Ready, "Ready.")
				if served++; served == 3 {
					cancel()
				}
				return fmt.Errorf("read: %w", devices.ErrUnplugged)
			})
		if err != nil || bus.device.closed != 3 {
			t.Errorf("Keep = %v, closed %d times, want 3", err, bus.device.closed)
		}
		want := []string{"absent No USB", "attention Another program", "attention This user", "attention More than one", "attention The USB device 0001:0002 is plugged in but",
			"absent The USB scanner 0001:0002 cannot be used on this system", "ready Ready.", "absent The USB scanner 0001:0002 was unplugged", "attention The USB scanner 0001:0002 cannot be used (",
			"ready Ready.", "absent The USB scanner 0001:0002 was unplugged", "ready Ready."}
		if len(said) != len(want) {
			t.Fatalf("said %q", said)
		}
		for i, w := range want {
			if !strings.HasPrefix(said[i], w) || !strings.HasSuffix(said[i], ".") {
				t.Errorf("said %q, want %q", said[i], w)
			}
		}
	})
}

func TestKeepStopsWhileNothingIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		bus := &busOf{errs: []error{devices.ErrAbsent}}
		if err := usb.Keep(ctx, bus, usb.Want{}, devices.Health{}, "scale", func(devices.Health) {}, slog.New(slog.DiscardHandler), nil); err != nil {
			t.Error(err)
		}
		if bus.opened < 55 || bus.opened > 70 {
			t.Errorf("looked %d times in a minute, want about once a second", bus.opened)
		}
	})
}

// The computer's own USB answers for a device that nobody has, whatever this computer is.
func TestSystemWithoutTheDevice(t *testing.T) {
	for range 3 {
		d, err := usb.NewSystem().Open(t.Context(), usb.Want{ID: usb.ID{Vendor: 0xFFFE, Product: 0xFFFE}, Interfaces: []usb.Interface{{Class: usb.ClassPrinter, SubClass: usb.Any, Protocol: usb.Any}}})
		if d != nil || !errors.Is(err, devices.ErrAbsent) && !errors.Is(err, devices.ErrUnsupported) {
			t.Fatalf("got %v, %v", d, err)
		}
	}
}

// The sentence for a device that this user may not use holds all that an administrator needs.
func TestDeniedSaysTheRule(t *testing.T) {
	state, text := usb.Words("printer", usb.ID{Vendor: 0x0a5f, Product: 0x0120, Serial: "P1"}, fmt.Errorf("open: %w", devices.ErrDenied))
	for _, want := range []string{"sudo packbench udev 0a5f:0120", "plug it in again."} {
		if state != devices.Attention || !strings.Contains(text, want) {
			t.Errorf("%s: %q lacks %q", state, text, want)
		}
	}
}
