package scale

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"packbench/devices"
	"packbench/devices/hid"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// HIDConfig describes a scale on USB that speaks HID (usage page 0x8D).
type HIDConfig struct {
	Device    usb.ID        // also the scale's identity
	Heartbeat time.Duration // an unchanged weight is asked for and told again after this time; 0: 1 s
	Silence   time.Duration // without any answer for so long the scale needs attention; 0: 3 s
}

// HID reads one scale.
type HID struct {
	cfg    HIDConfig
	bus    usb.Bus
	out    func(context.Context, fulfillment.Weight) error
	report devices.Report
	log    *slog.Logger
}

// NewHID returns a driver that gives out every change of weight or steadiness, and the same again as a heartbeat. Only a
// weight that the scale calls stable is stable. Over, under, faults and silence are told as health and give no weight.
// Nothing happens before Run.
func NewHID(cfg HIDConfig, bus usb.Bus, out func(context.Context, fulfillment.Weight) error, report devices.Report, log *slog.Logger) *HID {
	if cfg.Heartbeat <= 0 {
		cfg.Heartbeat = time.Second
	}
	if cfg.Silence <= 0 {
		cfg.Silence = 3 * time.Second
	}
	return &HID{cfg: cfg, bus: bus, out: out, report: report, log: log}
}

// Run weighs until ctx ends and then returns nil. It claims the scale again by itself whenever it goes or is not there.
// Call it once at a time.
func (h *HID) Run(ctx context.Context) error {
	who := devices.Health{Kind: devices.Scale, ID: h.cfg.Device.String(), Transport: "hid"}
	want := usb.Want{ID: h.cfg.Device, Interfaces: []usb.Interface{{Class: usb.ClassHID, SubClass: usb.Any, Protocol: usb.Any, Page: hid.PageScale}}}
	return usb.Keep(ctx, h.bus, want, who, "scale", h.report, h.log, h.serve)
}

// hidSession is one claim of the scale.
type hidSession struct {
	*HID
	d       usb.Device
	l       *usb.Line
	tell    teller
	heardAt time.Time
	// mute is set when the scale refuses to be asked: it tells changes only, and its silence means nothing.
	mute bool
}

func (h *HID) serve(ctx context.Context, d usb.Device, l *usb.Line) error {
	if d.Info().PacketIn == 0 {
		return fmt.Errorf("scale without an IN endpoint: %w", devices.ErrUnsupported)
	}
	s := &hidSession{HID: h, d: d, l: l, heardAt: time.Now(),
		tell: teller{heartbeat: h.cfg.Heartbeat, out: h.out, log: h.log, id: h.cfg.Device.String()}}
	if err := s.ask(ctx); err != nil {
		return err
	}
	buf := make([]byte, d.Info().PacketIn)
	for ctx.Err() == nil {
		quiet, cancel := context.WithTimeout(ctx, h.cfg.Heartbeat)
		n, err := d.Read(quiet, buf)
		cancel()
		if errors.Is(err, devices.ErrTimeout) && ctx.Err() == nil {
			n, err = 0, s.ask(ctx)
		}
		if err != nil {
			return err
		}
		s.take(ctx, buf[:n])
		if !s.mute && time.Since(s.heardAt) >= h.cfg.Silence {
			l.Say(devices.Attention, fmt.Sprintf("The scale %s does not answer. Switch it on.", h.cfg.Device))
		}
	}
	return ctx.Err()
}

// getReport is GET_REPORT for the input report 3 (HID 1.11, 7.2.1): the weight now. Some scales send a report only when the
// weight changes.
var getReport = usb.Request{Type: 0xA1, Request: 1, Value: 0x0103}

// ask asks for the weight now. Only an error that ends the session is returned.
func (s *hidSession) ask(ctx context.Context) error {
	if s.mute {
		return nil
	}
	r := getReport
	r.Index = uint16(s.d.Info().Number)
	limit, cancel := context.WithTimeout(ctx, s.cfg.Silence/4)
	defer cancel()
	buf := make([]byte, 64)
	n, err := s.d.Control(limit, r, buf)
	switch {
	case err == nil && s.take(ctx, buf[:n]):
		return nil
	case err == nil, errors.Is(err, usb.ErrStall):
		s.mute = true
		s.l.Say(words(Busy)) // claimed, and nothing is wrong
		return nil
	case errors.Is(err, devices.ErrTimeout):
		return nil
	}
	return err
}

// take reads one report and says whether it was one of weight. Others, of attributes and limits, count for nothing.
func (s *hidSession) take(ctx context.Context, report []byte) bool {
	if len(report) == 0 || report[0] != hid.ScaleReportID {
		return false
	}
	r, err := hid.ParseScale(report)
	s.heardAt = time.Now()
	if err != nil {
		s.l.Say(devices.Attention, fmt.Sprintf("The scale %s says something that is not a weight (%v).", s.cfg.Device, err))
		return true
	}
	answer := Weighed
	switch r.Status {
	case hid.ScaleFault, hid.ScaleCalibrate:
		answer = Faulty
	case hid.ScaleUnder, hid.ScaleRezero:
		answer = Under
	case hid.ScaleOver:
		answer = Over
	}
	s.l.Say(words(answer))
	if answer == Weighed {
		s.tell.weight(ctx, fulfillment.Weight{Grams: r.Grams, Stable: r.Stable, At: s.heardAt.UTC()})
	}
	return true
}
