package usb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"packbench/devices"
)

// Keep claims the device, calls serve with it, and starts again for ever: after an unplug, or while the device is absent,
// busy or denied, at most a second apart. It blocks until ctx ends and then returns nil. The device is released whenever
// serve returns; serve's transfers end with ctx.
//
// who carries Kind, ID, Role and Transport of every health; noun is the device in a sentence ("scanner"). Keep reports every
// trouble with the device; serve reports ready and whatever the device says of itself, through the Line.
func Keep(ctx context.Context, bus Bus, want Want, who devices.Health, noun string, report devices.Report, log *slog.Logger,
	serve func(context.Context, Device, *Line) error,
) error {
	l := &Line{who: who, report: report}
	wait := firstWait
	for ctx.Err() == nil {
		began := time.Now()
		err := once(ctx, bus, want, l, serve)
		if ctx.Err() != nil {
			return nil
		}
		if time.Since(began) > longestWait {
			wait = firstWait // it worked for a while: the cable was pulled just now
		}
		if l.worked && errors.Is(err, devices.ErrAbsent) {
			err = devices.ErrUnplugged // the sentence stays the same until the device is back
		}
		state, text := Words(noun, want.ID, err)
		if l.Say(state, text) {
			log.Warn("USB device lost", "device", noun, "id", want.ID.String(), "error", err)
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

func once(ctx context.Context, bus Bus, want Want, l *Line, serve func(context.Context, Device, *Line) error) error {
	d, err := bus.Open(ctx, want)
	if err != nil {
		return err
	}
	err = serve(ctx, d, l)
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}

// Line tells how one device feels, on change only. It belongs to the goroutine that runs Keep.
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

// Words turn the cause of a device that cannot be used into a sentence for the operator.
func Words(noun string, id ID, err error) (devices.State, string) {
	switch {
	case errors.Is(err, devices.ErrBusy):
		return devices.Attention, fmt.Sprintf("Another program uses the USB %s %s. Close that program.", noun, id)
	case errors.Is(err, devices.ErrDenied):
		return devices.Attention, fmt.Sprintf("This user may not use the USB %s %s. An administrator types once: sudo packbench udev %04x:%04x – then plug it in again.", noun, id, id.Vendor, id.Product)
	case errors.Is(err, ErrAmbiguous):
		return devices.Attention, fmt.Sprintf("More than one USB %s %s is plugged in. Unplug one, or set the serial number of the right one.", noun, id)
	case errors.Is(err, ErrKind):
		return devices.Attention, fmt.Sprintf("The USB device %s is plugged in but does not work as a %s. Set its mode as its manual says, or set another device.", id, noun)
	case errors.Is(err, devices.ErrUnsupported):
		return devices.Absent, fmt.Sprintf("The USB %s %s cannot be used on this system. Set it to another transport.", noun, id)
	case errors.Is(err, devices.ErrUnplugged):
		return devices.Absent, fmt.Sprintf("The USB %s %s was unplugged. Plug it in again.", noun, id)
	case errors.Is(err, devices.ErrAbsent):
		return devices.Absent, fmt.Sprintf("No USB %s %s. Plug it in or set another device.", noun, id)
	}
	return devices.Attention, fmt.Sprintf("The USB %s %s cannot be used (%v). Pull its cable and plug it in again.", noun, id, err)
}

// RulesFile is where an administrator says who may use which device on Linux; it takes the place of the one of the same name that
// the package installs under /usr/lib.
const RulesFile = "/etc/udev/rules.d/60-packbench.rules"

// Rules are the lines for one device: for itself, and for a serial port behind it.
func Rules(id ID) string {
	return fmt.Sprintf(`SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="%04x", ATTR{idProduct}=="%04x", TAG+="uaccess"
SUBSYSTEM=="tty", ATTRS{idVendor}=="%04x", ATTRS{idProduct}=="%04x", TAG+="uaccess", ENV{ID_MM_PORT_IGNORE}="1"
`, id.Vendor, id.Product, id.Vendor, id.Product)
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
