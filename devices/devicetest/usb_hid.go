package devicetest

import (
	"errors"
	"fmt"
	"sync"

	"packbench/devices"
	"packbench/devices/hid"
	"packbench/devices/usb"
)

// USBScanner is a barcode scanner in a virtual USB socket, which is a usb.Bus. All methods may be called concurrently.
type USBScanner struct {
	*usbSocket
	layout *hid.Layout // nil: HID POS mode
	out    *reports
}

// NewUSBScanner plugs in a scanner that types on a keyboard of that layout.
func NewUSBScanner(l *hid.Layout) *USBScanner {
	s := newUSBScanner(l, usb.Interface{Class: usb.ClassHID, SubClass: 1, Protocol: 1, Page: 1}, 8)
	s.control = func(r usb.Request, _ []byte) (int, error) {
		switch {
		case r.Type == 0x21 && r.Request == 0x0B: // SET_PROTOCOL
			if r.Value != 0 {
				s.complain("the driver asked for reports that it does not read")
			}
			return 0, nil
		case r.Type == 0x21 && r.Request == 0x0A: // SET_IDLE, which many do not know
			return 0, usb.ErrStall
		}
		s.complain("control request %+v", r)
		return 0, usb.ErrStall
	}
	return s
}

// NewUSBPOSScanner plugs in a scanner in HID POS mode.
func NewUSBPOSScanner() *USBScanner {
	return newUSBScanner(nil, usb.Interface{Class: usb.ClassHID, Page: hid.PageScanner}, 64)
}

// NewUSBCompositeScanner plugs in a scanner in HID POS mode that is a keyboard, too.
func NewUSBCompositeScanner() *USBScanner {
	s := NewUSBPOSScanner()
	s.also = &usb.Interface{Class: usb.ClassHID, SubClass: 1, Protocol: 1, Page: 1}
	return s
}

func newUSBScanner(l *hid.Layout, i usb.Interface, packet int) *USBScanner {
	s := &USBScanner{layout: l, out: newReports()}
	s.usbSocket = &usbSocket{read: s.out.read,
		info: usb.Info{ID: usb.ID{Vendor: 0x1d6b, Product: 0x0104, Serial: "S001"}, Model: "Virtual scanner", Number: 1, Interface: i, PacketIn: packet}}
	s.plug()
	return s
}

// Plug plugs the scanner in.
func (s *USBScanner) Plug() error { s.plug(); return nil }

// Unplug pulls the cable; reports under way are lost.
func (s *USBScanner) Unplug() error {
	s.unplug()
	s.out.drop()
	return nil
}

// Scan sends a code: typed, with Enter, or as reports with an AIM identifier.
func (s *USBScanner) Scan(code string) error {
	if !s.in() {
		return fmt.Errorf("scan %s: %w", code, devices.ErrUnplugged)
	}
	rs, err := s.Reports(code)
	if err != nil {
		return err
	}
	s.out.put(rs...)
	return nil
}

// Send sends reports as they are.
func (s *USBScanner) Send(rs ...[]byte) { s.out.put(rs...) }

// Reports are what the scanner sends for a code.
func (s *USBScanner) Reports(code string) ([][]byte, error) {
	if s.layout == nil {
		return posReports(code), nil
	}
	var all [][]byte
	for _, r := range code + "\r" {
		keys := hid.Stroke(s.layout, r)
		if keys == nil {
			return nil, fmt.Errorf("scan %q: a %s keyboard has no %q", code, s.layout.Name(), r)
		}
		all = append(all, keys...)
	}
	return all, nil
}

func posReports(code string) (all [][]byte) {
	for first := true; first || code != ""; first = false {
		r := make([]byte, 64)
		n := copy(r[5:61], code)
		r[0], r[1] = 2, byte(n)
		copy(r[2:], "]Q1")
		if code = code[n:]; code != "" {
			r[63] = 1
		}
		all = append(all, r)
	}
	return all
}

// USBScale is a HID scale in a virtual USB socket, which is a usb.Bus. It shows grams and sends a report on every change.
// All methods may be called concurrently.
type USBScale struct {
	*usbSocket
	out *reports

	smu     sync.Mutex
	report  []byte
	silent  bool
	unasked bool
}

// NewUSBScale plugs in an empty scale.
func NewUSBScale() *USBScale {
	s := &USBScale{out: newReports(), report: scaleReport(hid.ScaleZero, 0)}
	s.usbSocket = &usbSocket{read: s.out.read, control: s.answer,
		info: usb.Info{ID: usb.ID{Vendor: 0x0922, Product: 0x8003, Serial: "W001"}, Model: "Virtual scale",
			Interface: usb.Interface{Class: usb.ClassHID, Page: hid.PageScale}, PacketIn: 8}}
	s.plug()
	return s
}

// Limits: below zero there is no weight.
func (s *USBScale) Limits() ScaleLimits { return ScaleLimits{NoNegative: true} }

func scaleReport(status hid.ScaleStatus, grams int) []byte {
	return []byte{3, byte(status), 2, 0, byte(grams), byte(grams >> 8)}
}

// SetGrams puts so much on the scale.
func (s *USBScale) SetGrams(g int, stable bool) { s.Show(weightReport(g, stable)) }

func weightReport(g int, stable bool) []byte {
	status := hid.ScaleStable
	switch {
	case g < 0:
		status, g = hid.ScaleUnder, -g
	case !stable:
		status = hid.ScaleMoving
	case g == 0:
		status = hid.ScaleZero
	}
	return scaleReport(status, g)
}

// Over puts too much on the scale, until SetGrams.
func (s *USBScale) Over() { s.Show(scaleReport(hid.ScaleOver, 0)) }

// Under lifts the pan, until SetGrams.
func (s *USBScale) Under() { s.Show(scaleReport(hid.ScaleUnder, 0)) }

// Show sends one report and answers with it from then on.
func (s *USBScale) Show(report []byte) {
	s.smu.Lock()
	defer s.smu.Unlock()
	s.report = report
	if !s.silent && s.in() {
		s.out.put(report)
	}
}

// Silent makes the scale say nothing and answer nothing.
func (s *USBScale) Silent(on bool) {
	s.smu.Lock()
	defer s.smu.Unlock()
	s.silent = on
}

// OnlyChanges makes the scale refuse to be asked, as many do.
func (s *USBScale) OnlyChanges(on bool) {
	s.smu.Lock()
	defer s.smu.Unlock()
	s.unasked = on
}

// Plug plugs the scale in.
func (s *USBScale) Plug() error { s.plug(); return nil }

// Unplug pulls the cable.
func (s *USBScale) Unplug() error {
	s.unplug()
	s.out.drop()
	return nil
}

var errSilent = errors.New("the device does not answer")

func (s *USBScale) answer(r usb.Request, data []byte) (int, error) {
	s.smu.Lock()
	defer s.smu.Unlock()
	switch {
	case s.silent:
		return 0, fmt.Errorf("%w: %w", devices.ErrTimeout, errSilent)
	case r.Type == 0xA1 && r.Request == 1 && r.Value == 0x0103 && !s.unasked: // GET_REPORT, input, id 3
		return copy(data, s.report), nil
	case r.Type == 0xA1 && r.Request == 1 && r.Value == 0x0103, r.Type == 0x21 && r.Request == 0x0A:
		return 0, usb.ErrStall
	}
	s.complain("control request %+v", r)
	return 0, usb.ErrStall
}
