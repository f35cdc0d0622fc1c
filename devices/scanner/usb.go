package scanner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"packbench/devices"
	"packbench/devices/hid"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// Mode is how a USB scanner sends codes.
type Mode string

const (
	ModeAny      Mode = ""         // HID POS if the scanner has it, otherwise keyboard
	ModeKeyboard Mode = "keyboard" // it types, on a keyboard of the scanner's country setting
	ModePOS      Mode = "pos"      // bar code scanner of the HID Point of Sale tables: no layout in the way
)

// ParseMode reads the word of the settings.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(s); m {
	case ModeAny, ModeKeyboard, ModePOS:
		return m, nil
	}
	return "", fmt.Errorf("mode %q of a USB scanner is none of keyboard, pos", s)
}

// USBConfig describes a scanner on USB.
type USBConfig struct {
	Device usb.ID // also the scanner's identity
	Mode   Mode
	Layout *hid.Layout // keyboard mode: the scanner's country setting; nil: us
	Prefix string      // taken off the front of every code if it is there
	// Exclusive takes a keyboard that a POS scanner has beside it from the system too, so that a scanner that is switched to
	// typing types into no window. Not for keyboards with a scanner in them.
	Exclusive bool
	IdleGap   time.Duration
	Repeat    time.Duration // as for SerialConfig
	// Calibrated is told what the calibration barcode found, on Run's goroutine; it must not block. nil: nobody asks.
	Calibrated func(Calibration)
}

// Calibration is what the calibration barcode found out about a scanner that types.
type Calibration struct {
	Device      string // the scanner, as in a scan
	Code        string // the barcode as it was read
	Typed, Read string // layouts: the scanner's, and the one it was read with until now
	Caps        bool   // capitals and small letters are exchanged; nothing is mended then
}

// USB reads one scanner on USB. While it has the scanner, the system's keyboard driver has not: codes are typed into no
// window, whichever has the focus.
type USB struct {
	cfg    USBConfig
	bus    usb.Bus
	out    func(context.Context, fulfillment.Scan) error
	report devices.Report
	log    *slog.Logger
	layout *hid.Layout // that of the settings until a calibration barcode has found another
	last   Code
	lastAt time.Time
}

// NewUSB returns a driver that gives every code to out, in order, and waits for out to take it: while it waits the codes
// stay in the scanner and in the system. Nothing happens before Run.
func NewUSB(cfg USBConfig, bus usb.Bus, out func(context.Context, fulfillment.Scan) error, report devices.Report, log *slog.Logger) *USB {
	if cfg.IdleGap == 0 {
		cfg.IdleGap = defaultIdleGap
	}
	if cfg.Layout == nil {
		cfg.Layout, _ = hid.ParseLayout("") // the empty name is always known
	}
	return &USB{cfg: cfg, layout: cfg.Layout, bus: bus, out: out, report: report, log: log}
}

var (
	keyboardInterface = usb.Interface{Class: usb.ClassHID, SubClass: 1, Protocol: 1}
	posInterface      = usb.Interface{Class: usb.ClassHID, SubClass: usb.Any, Protocol: usb.Any, Page: hid.PageScanner}
)

// Run reads until ctx ends and then returns nil. It claims the scanner again by itself whenever it goes or is not there.
// Call it once at a time.
func (u *USB) Run(ctx context.Context) error {
	want := usb.Want{ID: u.cfg.Device}
	if u.cfg.Mode != ModeKeyboard {
		want.Interfaces = append(want.Interfaces, posInterface)
	}
	if u.cfg.Mode != ModePOS {
		want.Interfaces = append(want.Interfaces, keyboardInterface)
	}
	if u.cfg.Exclusive {
		want.Hold = []usb.Interface{keyboardInterface}
	}
	who := devices.Health{Kind: devices.Scanner, ID: u.cfg.Device.String(), Transport: "usb"}
	return usb.Keep(ctx, u.bus, want, who, "scanner", u.report, u.log, u.serve)
}

func (u *USB) serve(ctx context.Context, d usb.Device, l *usb.Line) error {
	if d.Info().PacketIn == 0 {
		return fmt.Errorf("scanner without an IN endpoint: %w", devices.ErrUnsupported)
	}
	if d.Info().Interface == posInterface {
		return u.pos(ctx, d, l)
	}
	return u.keyboard(ctx, d, l)
}

// read waits for a report. Empty transfers, which some controllers give after each report, count for nothing.
func read(ctx context.Context, d usb.Device, buf []byte) (int, error) {
	for empty := 0; ; empty++ {
		n, err := d.Read(ctx, buf)
		if n > 0 || err != nil {
			return n, err
		}
		if empty > 8 { // a device that sends nothing but empty transfers must not take the processor
			select {
			case <-ctx.Done():
				return 0, usb.Ended(ctx)
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
}

func (u *USB) pos(ctx context.Context, d usb.Device, l *usb.Line) error {
	l.Say(devices.Ready, "Ready to scan.")
	const report = 64
	packet := d.Info().PacketIn
	buf := make([]byte, (report+packet-1)/packet*packet)
	var join hid.POS
	for {
		n, err := read(ctx, d, buf)
		if err != nil {
			return err
		}
		code, ok, err := join.Feed(buf[:n])
		if err != nil {
			u.log.Warn("Scanner sent a broken report", "id", u.cfg.Device.String(), "error", err)
		}
		if !ok {
			continue
		}
		c := split(strings.TrimRight(code.Text, "\r\n"), u.cfg.Prefix)
		if code.AIM != "" {
			c = Code{AIM: code.AIM, Text: strings.TrimPrefix(strings.TrimRight(code.Text, "\r\n"), u.cfg.Prefix)}
		}
		if len(c.Text) > fulfillment.MaxScan+1 {
			c.Text = c.Text[:fulfillment.MaxScan+1] // so that the station sees that it was too long
		}
		if c.Text != "" {
			u.give(ctx, c, time.Now())
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// Class requests of HID 1.11, 7.2.
const (
	hidOut      = 0x21
	setIdle     = 0x0A
	setProtocol = 0x0B
)

func (u *USB) keyboard(ctx context.Context, d usb.Device, l *usb.Line) error {
	number := uint16(d.Info().Number)
	// The boot protocol, and reports only on change. Scanners that refuse have no other way to speak.
	for _, request := range []uint8{setProtocol, setIdle} {
		if _, err := d.Control(ctx, usb.Request{Type: hidOut, Request: request, Index: number}, nil); errors.Is(err, devices.ErrUnplugged) {
			return err
		}
	}
	u.sayReady(l, "Ready to scan.")
	keys, frame := hid.NewKeyboard(u.layout), NewDecoder(u.cfg.Prefix)
	buf := make([]byte, d.Info().PacketIn)
	for {
		n, err := u.patiently(ctx, d, buf, frame.Pending())
		var codes []Code
		switch {
		case err == nil:
			codes = frame.Feed([]byte(keys.Feed(buf[:n])))
		case errors.Is(err, devices.ErrTimeout) && ctx.Err() == nil:
			if c, ok := frame.Flush(); ok {
				codes = append(codes, c)
			}
		default:
			return err
		}
		at := time.Now()
		for _, c := range codes {
			was := u.layout
			if !u.calibrated(l, c) {
				u.give(ctx, c, at)
			}
			if u.layout != was {
				keys = hid.NewKeyboard(u.layout)
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// calibrated answers the calibration barcode, which is for the driver and not for the station: from then on the scanner is read
// with the layout that it types on.
func (u *USB) calibrated(l *usb.Line, c Code) bool {
	typed, caps, is := hid.Calibrated(u.layout, c.Text)
	if !is {
		return false
	}
	if u.cfg.Calibrated != nil {
		u.cfg.Calibrated(Calibration{Device: u.cfg.Device.String(), Code: c.Text, Typed: typed.Name(), Read: u.layout.Name(), Caps: caps})
	}
	if caps {
		l.Say(devices.Attention, "The scanner exchanges capitals and small letters. Switch its Caps Lock setting off, and scan the layout barcode again.")
		return true
	}
	u.layout = typed
	u.sayReady(l, "Ready to scan; the keyboard layout is right.")
	return true
}

// sayReady says so, or that the layout in use stands in no settings yet.
func (u *USB) sayReady(l *usb.Line, text string) {
	if u.layout != u.cfg.Layout {
		l.Say(devices.Attention, fmt.Sprintf("The scanner types on a keyboard of layout %s and is read so until Packbench is closed. Touch “Set devices up” and keep it.", u.layout.Name()))
		return
	}
	l.Say(devices.Ready, text)
}

// patiently reads one report; with a code begun it gives up after the idle gap.
func (u *USB) patiently(ctx context.Context, d usb.Device, buf []byte, begun bool) (int, error) {
	if begun && u.cfg.IdleGap > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, u.cfg.IdleGap)
		defer cancel()
	}
	return read(ctx, d, buf)
}

// give hands one code on. out fails only where the station is stopping or could not take the scan; the scanner reads on.
func (u *USB) give(ctx context.Context, c Code, at time.Time) {
	id := u.cfg.Device.String()
	if u.cfg.Repeat > 0 && c == u.last && at.Sub(u.lastAt) <= u.cfg.Repeat {
		u.log.Info("Scanner sent one code twice", "id", id)
		return
	}
	u.last, u.lastAt = c, at
	if err := u.out(ctx, newScan(c, at, id)); err != nil && ctx.Err() == nil {
		u.log.Error("Scan not taken", "id", id, "error", err)
	}
}
